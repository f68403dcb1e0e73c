"""Problems and failed cases as GitHub workflow commands: annotations in a pull request.

The form is described at
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from mmctl.problem import Severity
from mmctl.render.documents.markdown import code, table
from mmctl.render.documents.simulate import failure_lines
from mmctl.render.text.counts import summary
from mmctl.render.text.problems import SHOWN
from mmctl.render.text.simulate import by_status
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.cases.result import CaseResult
    from mmctl.problem import Position, Problem

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def workflow_commands(problems: Sequence[Problem]) -> str:
    """One command per problem, and a count for the log."""
    return "".join(map(_command, problems)) + summary(problems) + "\n"


def case_commands(results: Sequence[CaseResult], folder: str = ".") -> str:
    """One command per failed case, at the case, and a count; `folder` is the project's."""
    return "".join(
        _at(
            "error",
            result.case.position._replace(
                file=posixpath.normpath(posixpath.join(folder, result.case.position.file)),
            ),
            f"case: {result.case.name}",
            failure_lines(result),
        )
        for result in results
        if not result.passed
    ) + (f"{by_status(results)}\n")


def _command(problem: Problem) -> str:
    lines = (
        [problem.message] if problem.help is None else [problem.message, f"help: {problem.help}"]
    )
    return _at(_COMMANDS[problem.severity], problem.position, problem.check, lines)


def _at(command: str, place: Position, title: str, lines: Iterable[str]) -> str:
    properties = {
        "file": place.file,
        "line": place.line,
        "col": place.column,
        "endColumn": place.column + place.length,
        "title": title,
    }
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{command} {listed}::{'%0A'.join(map(_data, lines))}\n"


def _data(text: str) -> str:
    """A value of a command: escaped as GitHub requires, with nothing invisible in it."""
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def job_summary(problems: Sequence[Problem]) -> str:
    """The first problems as a Markdown table, for `$GITHUB_STEP_SUMMARY`, which takes 1 MiB."""
    lines = ["### mmctl lint", "", summary(problems)]
    if problems:
        rows = (
            (code(str(each.position)), each.severity.value, code(each.message), code(each.check))
            for each in problems[:SHOWN]
        )
        lines += ["", table(("Where", "Severity", "Problem", "Check"), rows)]
    if len(problems) > SHOWN:
        lines += ["", f"{len(problems) - SHOWN:,} more are in the log"]
    return "\n".join(lines) + "\n"
