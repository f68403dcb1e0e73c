"""The folder in which mmctl keeps answers: the user's own, and out of reach of a checkout.

What lies in a project may have been committed by anybody. Imported before anything else is; nothing
may be imported here that takes long.
"""

from __future__ import annotations

import os
import stat
from typing import Final

from mmctl.cli import world

_NAME: Final = "mmctl"
_PRIVATE: Final = 0o700


def own_folder(project: str) -> str | None:
    """The folder of kept answers, which may not be there yet; None: there is none to believe.

    A folder inside the checkout of a project is not believed, nor one that others may write to or
    that is somebody else's.
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
    """Make the folder, for its owner alone.

    Raises:
        OSError: it cannot be made.
    """
    os.makedirs(folder, mode=_PRIVATE, exist_ok=True)


def _above() -> str | None:
    """Where this system keeps what programs can make again; None: that is unknown."""
    if os.name == "nt":
        above = world.variable("LOCALAPPDATA") or ""
    else:
        above = world.variable("XDG_CACHE_HOME") or ""
        if not os.path.isabs(above):
            above = os.path.join(world.with_home("~"), ".cache")
    return above if os.path.isabs(above) else None


def _checkout(project: str) -> str:
    """The checkout that a project is in, or its own folder: what version control may write."""
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
