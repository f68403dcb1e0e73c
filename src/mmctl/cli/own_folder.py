"""The folder in which mmctl keeps answers: it belongs to the user and is outside of any checkout.

Anybody may have committed what is in a project. Imported before anything else; nothing slow may be
imported here.
"""

from __future__ import annotations

import os
import stat
from typing import Final

from mmctl.cli import world

_NAME: Final = "mmctl"
_PRIVATE: Final = 0o700


def own_folder(project: str) -> str | None:
    """The folder of kept answers, which may not exist yet; None: none can be trusted.

    A folder inside the checkout of a project is not trusted, nor one that others may write to or
    that belongs to somebody else.
    """
    above = _above()
    if above is None:
        return None
    above = os.path.realpath(above)
    if _is_below(above, _checkout(os.path.realpath(project))):
        return None
    folder = os.path.join(above, _NAME)
    try:
        status = os.lstat(folder)
    except FileNotFoundError:
        return folder
    except OSError:
        return None
    return folder if _is_private(status) else None


def make_own(folder: str) -> None:
    """Make the folder, accessible only to its owner.

    Raises:
        OSError: it cannot be created.
    """
    os.makedirs(folder, mode=_PRIVATE, exist_ok=True)


def _above() -> str | None:
    """Where this system keeps caches; None: that is unknown."""
    if os.name == "nt":
        above = world.variable("LOCALAPPDATA") or ""
    else:
        above = world.variable("XDG_CACHE_HOME") or ""
        if not os.path.isabs(above):
            above = os.path.join(world.with_home("~"), ".cache")
    return above if os.path.isabs(above) else None


def _checkout(project: str) -> str:
    """The checkout that a project is in, or its own folder: where version control may write."""
    folder = project
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return project
        folder = parent
    return folder


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def _is_private(status: os.stat_result) -> bool:
    if not stat.S_ISDIR(status.st_mode):
        return False
    if os.name == "nt":
        return True
    return status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) & 0o077 == 0
