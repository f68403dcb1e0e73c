"""`# mmctl: ignore[check-id] reason`: comments that silence checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.project import Ignore
from mmctl.patterns import Pattern
from mmctl.problem import Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_IGNORE: Final = Pattern(r"^(\s*)#\s*mmctl:\s*ignore\[([^\]]*)\](.*)$")


def ignores(text: str, *, file: str, rules: Iterable[tuple[int, int]]) -> Iterator[Ignore]:
    """The ignore comments of a file.

    One above a rule (`rules`: first and last line of each) covers the whole rule, any other the
    next line that is not a comment.
    """
    ends = dict(rules)
    if "mmctl:" not in text:
        return
    lines = text.splitlines()
    covered = _next_lines(lines)
    for number, line in enumerate(lines, 1):
        found = _IGNORE.match(line) if "mmctl:" in line else None
        if found is None:
            continue
        first = covered[number - 1]
        yield Ignore(
            checks=tuple(check.strip() for check in found[2].split(",") if check.strip()),
            reason=found[3].strip(),
            position=Position(file=file, line=number, column=len(found[1]) + 1),
            file=file,
            first_line=first,
            last_line=ends.get(first, first),
        )


def _next_lines(lines: list[str]) -> list[int]:
    """For each line, the number of the next that is neither empty nor a comment, else its own."""
    following: int | None = None
    found = []
    for number in range(len(lines), 0, -1):
        found.append(number if following is None else following)
        text = lines[number - 1].strip()
        if text and not text.startswith("#"):
            following = number
    return found[::-1]
