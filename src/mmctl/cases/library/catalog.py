"""The entries of the library, as their files say them: nothing is filled in yet.

To add one, put a file into the folder of its kind; `tests/cases/test_library.py` reads them all.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import UsageError
from mmctl.inputs import read_text
from mmctl.language.formatting.fix import plain
from mmctl.language.project import Outcome
from mmctl.language.text.compose import compose
from mmctl.language.text.suggest import did_you_mean, listed
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


_FOLDER: Final = Path(__file__).parent
_SUFFIX: Final = ".txt"
_LONGEST: Final = 1_000_000
MARKED: Final = "marked"
"""Delivered, with a header that ordinary mail does not get."""
_UNITS: Final = {"KB": 1000, "MB": 1000 * 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """How a sound gateway may end a message: outcomes in order of preference."""

    outcomes: tuple[Outcome, ...]
    marked: bool = False
    """Whether it may be delivered with a mark."""

    @property
    def words(self) -> str:
        """The endings, as people say them: `stored, dropped or refused`."""
        words = [*map(str, self.outcomes), *(["delivered with a mark"] if self.marked else [])]
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryEntry:
    """One message of the library, with `{{placeholders}}` for what a project has."""

    name: str
    kind: str
    """The folder of its file."""
    description: str
    """What it is, in a sentence."""
    sound: Sound
    because: str
    """Why a sound gateway would do that."""
    scanner: str = "clean"
    """What a content scanner finds: `clean`, `commercial`, `spam`, `scam`, `phishing`, `malware`,
    or `unscanned` where it could not look."""
    listed: bool = False
    """Whether block lists of networks and domains name the sender."""
    notes: bool = False
    """Whether its header is broken on purpose, so that reading it leaves notes."""
    needs: tuple[str, ...] = ()
    """What a project must have: `blocked` (a block list), `partner` (a list of partners)."""
    size: int | None = None
    """Bytes; the message is filled up to it."""
    members: Mapping[str, Any]
    """`session`, `envelope` and `verdicts`, as a case writes them."""
    message: str


@cache
def entries() -> tuple[LibraryEntry, ...]:
    """All entries, kind by kind."""
    return tuple(
        _entry(file, kind.name)
        for kind in sorted(_FOLDER.iterdir())
        if kind.is_dir()
        for file in sorted(kind.iterdir())
        if file.suffix == _SUFFIX
    )


def kinds() -> tuple[str, ...]:
    """The kinds, in alphabetical order."""
    return tuple(dict.fromkeys(entry.kind for entry in entries()))


def library_names() -> tuple[str, ...]:
    """The names of all entries."""
    return tuple(entry.name for entry in entries())


def entry_of(name: str) -> LibraryEntry:
    """The entry of a name.

    Raises:
        UsageError: there is none.
    """
    found = next((entry for entry in entries() if entry.name == name), None)
    if found is None:
        raise UsageError(
            f"the library has no case `{name}`",
            help=did_you_mean(name, library_names()) or "mmctl cases list",
        )
    return found


def of_kind(kind: str) -> tuple[LibraryEntry, ...]:
    """The entries of a kind.

    Raises:
        UsageError: there is no such kind.
    """
    if kind not in kinds():
        raise UsageError(
            f"the library has no kind `{kind}`",
            help=did_you_mean(kind, kinds()) or f"one of {listed(kinds())}",
        )
    return tuple(entry for entry in entries() if entry.kind == kind)


def _entry(file: Path, kind: str) -> LibraryEntry:
    head, _, message = read_text(file, at_most=_LONGEST).partition("\n---\n")
    node, problems = compose(f"{head}\n", file=file.name)
    if node is None or problems:
        raise ValueError(f"{file}: {problems}")
    said = plain(node)
    return LibraryEntry(
        name=file.stem,
        kind=kind,
        description=said["description"],
        sound=_sound(said["sound"]),
        because=said["because"],
        scanner=said.get("scanner", "clean"),
        listed=said.get("listed") == "true",
        notes=said.get("notes") == "true",
        needs=tuple(said.get("needs", ())),
        size=_bytes(said.get("size")),
        members={key: said.get(key, {}) for key in ("session", "envelope", "verdicts")},
        message=message,
    )


def _sound(words: list[str]) -> Sound:
    outcomes = tuple(Outcome(word) for word in words if word != MARKED)
    return Sound(outcomes=outcomes, marked=MARKED in words and Outcome.DELIVERED not in outcomes)


def _bytes(written: str | None) -> int | None:
    return None if written is None else int(written[:-2]) * _UNITS[written[-2:]]
