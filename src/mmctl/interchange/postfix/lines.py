"""Text of main.cf, master.cf and tables → logical lines (postconf(5), postmap(1))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.decoding import decoded
from mmctl.problem import Position
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE: Final = (" ", "\t", "\v", "\f")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalLine:
    """A line with those that continue it."""

    text: str
    """All of it, without line breaks and without space around it; empty if it starts with space
    and there is no line that it continues."""
    parts: tuple[tuple[int, str], ...]
    """The lines as they are in the file, by their numbers."""
    position: Position
    comment: str
    """The comment at the head of its block: a block ends at an empty line or a comment."""

    def place_of(self, word: str) -> Position:
        """Where a word of the line is; the start of the line if it is not there as written."""
        for number, part in self.parts:
            column = part.find(word) if word else -1
            if column >= 0:
                return Position(self.position.file, number, column + 1, len(word))
        return self.position


def text_of(file: str, content: bytes) -> str:
    """The text of a file; comments may be in Latin-1, as in files of many years.

    Raises:
        ProblemsFound: another line is neither UTF-8 nor UTF-16, or has a zero byte.
    """
    try:
        return decoded(file, content)
    except ProblemsFound:
        lines = [
            line.decode("latin-1").encode() if line.lstrip().startswith(b"#") else line
            for line in content.split(b"\n")
        ]
        return decoded(file, b"\n".join(lines))


def logical_lines(file: str, text: str) -> Iterator[LogicalLine]:
    """Yield the logical lines of a file, without comments and empty lines.

    A line that starts with space continues the one before, comments between them are skipped.
    """
    parts: list[tuple[int, str]] = []
    comment: list[str] = []
    head, head_of_parts, in_comment = "", "", False

    def line() -> LogicalLine:
        number, first = parts[0]
        return LogicalLine(
            text="".join(part for _, part in parts).strip(),
            parts=tuple(parts),
            position=Position(file, number, 1, len(first)),
            comment=head_of_parts,
        )

    for number, raw in enumerate(text.split("\n"), 1):
        stripped = raw.strip()
        if not stripped:
            comment, head, in_comment = [], "", False
        elif stripped.startswith("#"):
            comment = [*(comment if in_comment else ()), stripped.lstrip("#").strip()]
            in_comment = True
        elif raw.startswith(_SPACE) and parts:
            parts.append((number, raw))
        elif raw.startswith(_SPACE):  # it continues nothing: Postfix skips it
            place = Position(file, number, 1, len(raw))
            yield LogicalLine(text="", parts=((number, raw),), position=place, comment="")
        else:
            if parts:
                yield line()
            if in_comment:
                head, in_comment = " ".join(each for each in comment if each), False
            parts, head_of_parts = [(number, raw)], head
    if parts:
        yield line()
