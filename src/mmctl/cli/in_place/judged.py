"""A project whose rules are in the files of another tool, for commands that judge mail.

Settings, environment and cases are those of the project here, or the defaults where there is none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.cli.in_place.files import read_in_place
from mmctl.cli.in_place.project import unknown_conditions
from mmctl.cli.run_profiles import with_run_profiles
from mmctl.counted import counted
from mmctl.judge.lookup import UNKNOWN_CONDITION
from mmctl.problem import Severity
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cli.in_place.files import InPlace
    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.problem import Problem

_SHOWN: Final = 3


def judged_in_place(
    run: Run, cases: Sequence[str] | None = None
) -> tuple[Project, tuple[Problem, ...]]:
    """The rules that `--rules` names as a project, and what is wrong with them and with cases.

    Raises:
        UsageError: a file cannot be read, or there is no such environment.
        ProblemsFound: a file is broken.
    """
    around, problems = project_around(run, cases)
    read = read_in_place(run, run.rules, run.rules_as, around)
    _say_unknown(run, read)
    refused = (each for each in read.problems if each.severity is Severity.ERROR)
    project = replace(read.project, files={**around.files, **read.texts})
    return project, (*problems, *refused)


def project_around(
    run: Run, cases: Sequence[str] | None = ()
) -> tuple[Project, tuple[Problem, ...]]:
    """Settings, environment and cases of the project here, without its rules.

    Raises:
        UsageError: there is no such environment.
        ProblemsFound: the project file says too little.
    """
    from mmctl.language.parsing.files import DiskFiles
    from mmctl.language.parsing.load import Sources

    root = run.root
    sources = Sources(DiskFiles.below(root), Path(root).resolve().name, outputs=run.outputs or {})
    project, problems = sources.without_rules(run.environment, cases=cases)
    return replace(with_run_profiles(project), password_variables=run.password_variables), problems


def _say_unknown(run: Run, read: InPlace) -> None:
    """Say once which conditions are unknown, because the files do not know a value."""
    found = unknown_conditions(read.project)
    if not found or read.form in run.said:
        return
    run.said.add(read.form)
    listed = "; ".join(each.removeprefix(UNKNOWN_CONDITION) for each in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    run.say(f"note: {counted(len(found), 'unknown condition')}: {listed}{more}")
