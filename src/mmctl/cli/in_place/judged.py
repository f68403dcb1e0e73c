"""A project whose rules are in the files of another tool, for commands that judge mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.in_place.files import contents_of, read_in_place
from mmctl.counted import counted
from mmctl.problem import Severity
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mmctl.language.project import Project
    from mmctl.problem import Problem

_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedInPlace:
    """Rules in files of another tool, with the cases and settings around them."""

    project: Project
    errors: tuple[Problem, ...]
    """What the service would refuse."""
    note: str | None
    """Which conditions are unknown, because the files do not know a value."""


def judged_in_place(
    directory: Path,
    paths: Sequence[str],
    form: str | None,
    around: Project,
    given: Mapping[str, str],
) -> JudgedInPlace:
    """The rules in some files; settings, environment and cases are those of `around`.

    Raises:
        UsageError: a file cannot be read, or belongs to no tool that is known, or none has a
            parameter that is `given` a value.
        ProblemsFound: a file is broken.
    """
    from mmctl.interchange.infrastructure.given import check_given

    read = read_in_place(contents_of(directory, paths), form, around, given)
    check_given(given, read.parameters)
    return JudgedInPlace(
        project=replace(read.project, files={**around.files, **read.texts}),
        errors=tuple(each for each in read.problems if each.severity is Severity.ERROR),
        note=_unknown(read.unknown),
    )


def _unknown(names: Sequence[str]) -> str | None:
    if not names:
        return None
    listed = "; ".join(names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"note: {counted(len(names), 'unknown condition')}: {listed}{more}"
