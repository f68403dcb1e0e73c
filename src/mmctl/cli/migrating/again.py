"""A second import into the same folder: what it may write again, and what somebody has changed.

An import keeps the digests of the files that it writes. A file that still is as an import wrote it
is written again, or removed when nothing of it is left; one that somebody changed is kept.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import UsageError
from mmctl.inputs import RULES_AT_MOST, parse_json, read_text
from mmctl.interchange.migration.files import CASES, GATEWAY
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.records import dataclass
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mmctl.cli.run import Run

WRITTEN: Final = "migration/written.json"
"""The digests of the files that the last import wrote."""
_ONCE: Final = (PROJECT_FILE, GATEWAY)
"""Files of a project that are somebody's as soon as they are changed."""
_REMOVABLE: Final = ("rules/imported/", "lists/")
_EDITED: Final = ".edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedBefore:
    """What is in a folder into which rules are imported once more."""

    written: Mapping[str, str]
    """Digests of the last import by path; none: no import is known."""
    now: Mapping[str, str]
    """The texts that are there, by path, as far as an import wrote or would write them."""

    def is_as_written(self, path: str) -> bool:
        """Whether a file is there, and as the last import wrote it."""
        text = self.now.get(path)
        return text is not None and self.written.get(path) == digest(text)

    def kept(self, texts: Mapping[str, str]) -> tuple[str, ...]:
        """The files of the project itself that stay as they are, and would be written otherwise."""
        return tuple(
            path
            for path in _ONCE
            if self.written and path in texts
            if not self.is_as_written(path) and self.now.get(path) != texts[path]
        )

    def chosen(self, texts: Mapping[str, str]) -> dict[str, str]:
        """What is written of all texts of an import."""
        return {
            path: text
            for path, text in texts.items()
            if path not in _ONCE or self.is_as_written(path)
        }

    def edited(self, texts: Mapping[str, str]) -> tuple[str, ...]:
        """The files that somebody changed, and that are written again."""
        return tuple(
            path
            for path, text in texts.items()
            if path in self.now and self.now[path] != text
            if not path.startswith("migration/") and not self.is_as_written(path)
        )

    def gone(self, texts: Mapping[str, str]) -> tuple[str, ...]:
        """The files of the last import of which this one has nothing, unchanged since."""
        return tuple(
            path for path in self.written if path not in texts and self.is_as_written(path)
        )


def digest(text: str) -> str:
    """The SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def written_document(source: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """What is kept of an import: what it was made from, and the digests of its texts by path."""
    return {"source": source, "files": {path: digest(text) for path, text in texts.items()}}


def imported_before(folder: Path, source: str, texts: Mapping[str, str]) -> ImportedBefore:
    """What a folder has of the last import from the same source, and of what would be written."""
    written = _written(folder, source)
    now = {}
    for path in {**texts, **written}:
        text = _text(folder / path)
        if text is not None:
            now[path] = text
    return ImportedBefore(written=written, now=now)


def keep_edited(run: Run, folder: Path, shown: Path, paths: tuple[str, ...]) -> None:
    """Copy files that somebody changed before they are written again, each under a new name.

    Raises:
        UsageError: one cannot be written.
    """
    for path in paths:
        copy = f"{path}{_EDITED}"
        number = 1
        while (folder / copy).exists() or (folder / copy).is_symlink():
            number += 1
            copy = f"{path}{_EDITED}.{number}"
        try:
            write_whole(folder / copy, (folder / path).read_bytes())
        except OSError as error:
            raise UsageError(
                f"cannot write below `{folder}`: {(error.strerror or '').lower()}"
            ) from None
        run.say(f"note: {shown / path} was changed after its import; as it was: {shown / copy}")


def remove_gone(run: Run, folder: Path, shown: Path, paths: tuple[str, ...]) -> None:
    """Remove files of the last import of which nothing is left."""
    for path in paths:
        (folder / path).unlink(missing_ok=True)
        run.say(f"removed {shown / path}")


def _written(folder: Path, source: str) -> dict[str, str]:
    """The digests of the last import; none if it had another source, or nothing says what it was.

    Only files that an import makes count, because those of which nothing is left are removed.
    """
    text = _text(folder / WRITTEN)
    try:
        found = parse_json(text) if text is not None else None
    except ValueError:
        return {}
    if not isinstance(found, dict) or found.get("source") != source:
        return {}
    files = found.get("files")
    if not isinstance(files, dict):
        return {}
    return {
        path: value
        for path, value in files.items()
        if isinstance(value, str) and ".." not in PurePosixPath(path).parts
        if path in _ONCE or path.startswith(_REMOVABLE) or path == CASES
    }


def _text(path: Path) -> str | None:
    """The text of a file; None: there is none; what cannot be read is nothing that we wrote."""
    try:
        return read_text(path, at_most=RULES_AT_MOST)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return ""
