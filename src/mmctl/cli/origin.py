"""Where this mmctl was installed from, in a form that pip can use on another machine.

Installers note it next to the package (PEP 610, `direct_url.json`). For a package index they note
nothing. The name alone could install somebody else's package, so nothing is guessed.
"""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any, Final
from urllib.parse import urlsplit

_LINE: Final = re.compile(r"[\x21-\x7e]+(?: @ [\x21-\x7e]+)?")
_QUOTES: Final = re.compile(r"[\"'`$\\]")


def requirement() -> str | None:
    """The requirement that installs exactly this version; None: it is unknown."""
    try:
        noted = distribution("mmctl").read_text("direct_url.json")
        return requirement_of(json.loads(noted)) if noted else None
    except (PackageNotFoundError, ValueError):
        return None


def requirement_named(stated: str | None) -> str | None:
    """The requirement that `--install-from` states, else the own one; None: it is unknown.

    Raises:
        UsageError: what it states is no requirement.
    """
    from mmctl.errors import UsageError

    if stated is None:
        return requirement()
    if not is_requirement(stated):
        raise UsageError(
            f"got `--install-from {stated}`, expected one requirement of pip",
            help='such as "mmctl @ git+https://git.example.com/mail/mmctl@v0.1.0"',
        )
    return stated


def requirement_of(direct_url: Any) -> str | None:
    """The pinned requirement of a `direct_url.json`; None: it is useless on other machines."""
    if not isinstance(direct_url, dict):
        return None
    url, vcs = str(direct_url.get("url", "")), direct_url.get("vcs_info")
    if urlsplit(url).scheme not in {"https", "ssh"}:
        return None
    found = None
    if isinstance(vcs, dict) and vcs.get("commit_id"):
        found = f"mmctl @ {vcs.get('vcs', 'git')}+{url}@{vcs['commit_id']}"
    elif isinstance(direct_url.get("archive_info"), dict):
        hashes = direct_url["archive_info"].get("hashes") or {}
        pin = f"#sha256={hashes['sha256']}" if "sha256" in hashes else ""
        found = f"mmctl @ {url}{pin}"
    folder = direct_url.get("subdirectory")
    if found is not None and folder:
        found += f"#subdirectory={folder}"
    return found if found is not None and is_requirement(found) else None


def is_requirement(text: str) -> bool:
    """Whether a text in double quotes in a shell command is one argument of pip."""
    return _LINE.fullmatch(text) is not None and _QUOTES.search(text) is None
