"""The folders of a store: one for each account, region and project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.records import dataclass

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER: Final = re.compile(
    r"(?P<account>\d{12})-(?P<region>[a-z]+(?:-[a-z]+)+?-\d+)-(?P<project>.+)"
)
"""The name of the folder for one account, region and project in a store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one folder of a store belongs to."""

    account: str
    region: str
    project: str

    @property
    def folder(self) -> str:
        """The name of the folder."""
        return f"{self.account}-{self.region}-{self.project}"


def kept_in(folder: str) -> Kept | None:
    """What a folder belongs to, by its name; None: it is not such a folder."""
    match = _FOLDER.fullmatch(folder)
    return None if match is None else Kept(**match.groupdict())


def refuse_another(root: Path, where: str, project: str) -> None:
    """Refuse a store that holds only other projects, if no project file says which one is meant.

    Raises:
        UsageError: it does.
    """
    kept = {found.project for found in map(kept_in, _folders(root / where)) if found is not None}
    if kept and project not in kept:
        names = ", ".join(f"`{name}`" for name in sorted(kept))
        raise UsageError(
            f"there is no `{PROJECT_FILE}` here; {where} has the history of {names}",
            help=f"mmctl rollback --store {where} works without it, and so do history and unpin",
        )


def _folders(place: Path) -> list[str]:
    try:
        return [each.name for each in place.iterdir() if each.is_dir()]
    except OSError:
        return []
