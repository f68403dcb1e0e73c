"""Problems as GitHub workflow commands, which become annotations at the lines of a pull request.

The form is described at
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.problem import Severity
from mmctl.render.problem_documents import summary
from mmctl.render.problems import SHOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.problem import Problem

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def workflow_commands(problems: Sequence[Problem]) -> str:
    """One command a problem, and how many there are for the log."""
    return "".join(map(_command, problems)) + summary(problems) + "\n"


def _command(problem: Problem) -> str:
    at = problem.position
    properties = {
        "file": at.file,
        "line": at.line,
        "col": at.column,
        "endColumn": at.column + at.length,
        "title": problem.check,
    }
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    text = problem.message if problem.help is None else f"{problem.message}\nhelp: {problem.help}"
    return f"::{_COMMANDS[problem.severity]} {listed}::{_data(text)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def job_summary(problems: Sequence[Problem]) -> str:
    """The first problems as a Markdown table, for `$GITHUB_STEP_SUMMARY`, which takes 1 MiB."""
    lines = ["### mmctl lint", "", summary(problems)]
    if problems:
        lines += ["", "| where | severity | problem | check |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {_cell(str(problem.position))} | {problem.severity} |"
        f" {_cell(problem.message)} | {problem.check} |"
        for problem in problems[:SHOWN]
    ]
    if len(problems) > SHOWN:
        lines += ["", f"{len(problems) - SHOWN:,} more are in the log"]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
