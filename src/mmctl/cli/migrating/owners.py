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

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.interchange.migration.source import SourceRule


def owners_of(run: Run, file: Path | None) -> Callable[[SourceRule], str | None]:
    """Who owns a rule: the first pattern that its name in the source matches, else the source.

    Raises:
        UsageError: the file cannot be read.
        ProblemsFound: a line is not a pattern and an owner.
    """
    if file is None:
        return lambda rule: rule.owner
    try:
        text = read_text(run.directory / file, at_most=FILE_AT_MOST)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read `{file}`: {reason}") from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read `{file}`: it is not UTF-8") from None
    patterns = _patterns(str(file), text)

    def owner_of(rule: SourceRule) -> str | None:
        name = rule.name.casefold()
        found = (owner for pattern, owner in patterns if fnmatch.fnmatchcase(name, pattern))
        return next(found, rule.owner)

    return owner_of


def _patterns(file: str, text: str) -> list[tuple[str, str]]:
    """Patterns in lower case, with their owners, in order; a line `pattern,owner` is a head."""
    found: list[tuple[str, str]] = []
    problems = []
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    for row in reader:
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#") or cells == ["pattern", "owner"]:
            continue
        if len(cells) != 2 or not all(cells):  # noqa: PLR2004 - a pattern and an owner
            problems.append(
                Problem(
                    check="wrong-text",
                    severity=Severity.ERROR,
                    position=Position(file, reader.line_num),
                    message=_wrong(cells),
                    help="write `Block*,security`",
                )
            )
            continue
        found.append((cells[0].casefold(), cells[1]))
    if problems:
        raise ProblemsFound(f"`{file}` does not say who owns what", tuple(problems), {file: text})
    return found


def _wrong(cells: list[str]) -> str:
    if len(cells) != 2:  # noqa: PLR2004 - as above
        return f"got {counted(len(cells), 'value')}, expected a pattern and an owner"
    return "expected an owner beside the pattern" if cells[0] else "expected a pattern"
