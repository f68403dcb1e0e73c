"""`mmctl lint FILE` where the file is another tool's: the same checks, at its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.in_place.files import form_at, read_in_place
from mmctl.errors import ProblemsFound
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from mmctl.compiler.packing.memory import CompilerMemory
    from mmctl.language.project import Project
    from mmctl.problem import Problem

_HCL: Final = (".tf", ".tfvars")


@dataclass(frozen=True, slots=True)
class LintedInPlace:
    """The problems of files of another tool, and the texts that they are in."""

    problems: tuple[Problem, ...]
    texts: Mapping[str, str]
    parameters: tuple[str, ...]
    """What can be given a value; of files that are broken, what was given one."""


def files_in_place(
    directory: Path, paths: Sequence[str], form: str | None
) -> tuple[list[tuple[str, list[str]]], list[str]]:
    """The files of other tools, in parts that belong together, each with its tool; and the rest.

    The `.tf` and `.tfvars` files that are named are one configuration; any other file is one by
    itself.
    """
    parts: list[tuple[str, list[str]]] = []
    rest = []
    for path in paths:
        known = form_at(directory / path, form)
        if known is None:
            rest.append(path)
        elif path.endswith(_HCL) and parts and parts[-1][1][0].endswith(_HCL):
            parts[-1][1].append(path)
        else:
            parts.append((known, [path]))
    return parts, rest


def linted_in_place(
    contents: Mapping[str, bytes],
    form: str,
    around: Project,
    today: date,
    memory: CompilerMemory,
    given: Mapping[str, str],
) -> LintedInPlace:
    """Lint files of one tool that belong together, by the paths that are shown.

    Settings and environment are those of `around`; `memory` keeps what the compiler found, and
    `given` are values of parameters.
    """
    from mmctl.linting import problems_in_place

    try:
        read = read_in_place(contents, form, around, given)
    except ProblemsFound as error:
        return LintedInPlace(error.problems, error.files, tuple(given))
    found = problems_in_place(read.project, read.problems, today, memory=memory)
    return LintedInPlace(found.problems, read.texts, read.parameters)
