"""What `lint --fix` does to files: it shows the fixes of problems as a diff, and writes them."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from mmctl.errors import UsageError
from mmctl.inputs import RULES_AT_MOST, read_file
from mmctl.records import dataclass, replace
from mmctl.visible import visible
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mmctl.cli.files.linting import Linted
    from mmctl.language.formatting.fix import Fix
    from mmctl.problem import Problem

_MARK = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file before and after its fixes."""

    name: str
    path: Path
    before: str
    after: str
    done: tuple[Problem, ...]
    """The problems that the fixes removed."""

    def diff(self) -> Iterator[str]:
        """The change as a unified diff."""
        before, after = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        for line in difflib.unified_diff(before, after, visible(self.name), visible(self.name)):
            yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"

    def after_that(self, earlier: FileChange | None) -> FileChange:
        """The change, counted from before an earlier change of the same file."""
        return self if earlier is None else replace(self, before=earlier.before)

    def write(self) -> None:
        """Write the file.

        Raises:
            UsageError: it cannot be written.
        """
        try:
            write_whole(self.path, self.after)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"cannot write `{self.name}`: {reason}") from None


def changes(found: Linted, problems: Iterable[Problem]) -> tuple[FileChange, ...]:
    """The changes that fix some problems, file by file; nothing is written.

    Raises:
        UsageError: a file cannot be read.
    """
    repaired: dict[tuple[str, Path], list[tuple[Problem, Fix]]] = {}
    for problem in problems:
        repair = found.repairs.get(problem)
        if repair is not None:
            place = (problem.position.file, repair.path)
            repaired.setdefault(place, []).append((problem, repair.fix))
    made = (_change(name, path, pairs) for (name, path), pairs in repaired.items())
    return tuple(change for change in made if change.done)


def _change(name: str, path: Path, pairs: list[tuple[Problem, Fix]]) -> FileChange:
    from mmctl.language.formatting.fix import fixed

    before = _text(name, path)
    plain = before.removeprefix(_MARK)
    fixes = [fix for _, fix in pairs]
    result = fixed(plain, fixes, file=fixes[0].file)
    return FileChange(
        name=name,
        path=path,
        before=before,
        after=before[: len(before) - len(plain)] + result.text,
        done=tuple(problem for problem, fix in pairs if fix in result.done),
    )


def _text(name: str, path: Path) -> str:
    try:
        return read_file(path, at_most=RULES_AT_MOST).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{name}` cannot be read: {error}") from None
