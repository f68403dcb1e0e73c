"""Who owns a rule: by its source, or by patterns of names in a CSV file."""

from __future__ import annotations

import csv
import fnmatch
import io
from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.errors import ProblemsFound, UsageError
from mmctl.inputs import FILE_AT_MOST, read_text
from mmctl.problem import Position, Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.interchange.migration.source import SourceRule


@dataclass(slots=True, kw_only=True)
class Owners:
    """Patterns of names with their owners; those that no name had yet are known."""

    patterns: tuple[OwnerPattern, ...] = ()
    _used: set[int] = field(default_factory=set)

    def __call__(self, rule: SourceRule) -> str | None:
        """Who owns a rule: the first pattern that its name in the source has, else the source."""
        name = rule.name.casefold()
        for number, pattern in enumerate(self.patterns):
            if fnmatch.fnmatchcase(name, pattern.literal):
                self._used.add(number)
                return pattern.owner
        return rule.owner

    def notes(self) -> tuple[str, ...]:
        """A sentence on each pattern that no rule is owned by."""
        return tuple(
            f"{pattern.place}: `{pattern.text}` owns no rule: no name fits, or a pattern above has "
            "them"
            for number, pattern in enumerate(self.patterns)
            if number not in self._used
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerPattern:
    """A line of the file."""

    text: str
    owner: str
    place: Position

    @property
    def literal(self) -> str:
        """The pattern in lower case; only `*` and `?` are wildcards: names begin with `[SEC]`."""
        return self.text.casefold().replace("[", "[[]")


def owners_of(run: Run, file: Path | None) -> Owners:
    """The patterns of a file; none without one.

    Raises:
        UsageError: the file cannot be read.
        ProblemsFound: a line is not a pattern and an owner.
    """
    if file is None:
        return Owners()
    try:
        text = read_text(run.directory / file, at_most=FILE_AT_MOST)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read `{file}`: {reason}") from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read `{file}`: it is not UTF-8") from None
    try:
        return Owners(patterns=tuple(_patterns(str(file), text)))
    except csv.Error as error:
        raise UsageError(f"cannot read `{file}`: {error}") from None


def _patterns(file: str, text: str) -> list[OwnerPattern]:
    """The patterns in order; a line `pattern,owner` is a head."""
    found: list[OwnerPattern] = []
    problems = []
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    for row in reader:
        cells = [cell.strip() for cell in row]
        place = Position(file, reader.line_num)
        if not any(cells) or cells[0].startswith("#") or cells == ["pattern", "owner"]:
            continue
        if len(cells) != 2 or not all(cells):  # noqa: PLR2004 - a pattern and an owner
            problems.append(
                Problem(
                    check="wrong-text",
                    severity=Severity.ERROR,
                    position=place,
                    message=_wrong(cells),
                    help="write `Block*,security`",
                )
            )
            continue
        found.append(OwnerPattern(text=cells[0], owner=cells[1], place=place))
    if problems:
        raise ProblemsFound(f"`{file}` does not say who owns what", tuple(problems), {file: text})
    return found


def _wrong(cells: list[str]) -> str:
    if len(cells) != 2:  # noqa: PLR2004 - as above
        return f"got {counted(len(cells), 'value')}, expected a pattern and an owner"
    return "expected an owner beside the pattern" if cells[0] else "expected a pattern"
