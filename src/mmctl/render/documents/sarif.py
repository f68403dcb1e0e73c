"""Problems as SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from mmctl import __version__
from mmctl.checks.mistakes import MISTAKES
from mmctl.problem import Severity
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.checks.check import Check
    from mmctl.problem import Problem

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(
    problems: Sequence[Problem], checks: Sequence[Check], meanings: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """One run of mmctl with its rules (the checks) and results (the problems).

    `meanings` are what company rules say, by id.
    """
    documented = {check.id: check for check in checks}
    ids = sorted({problem.check for problem in problems} | set(documented))
    others = {**MISTAKES, **(meanings or {})}
    rules = [_rule(id_, documented.get(id_), others) for id_ in ids]
    index = {id_: number for number, id_ in enumerate(ids)}
    driver = {
        "name": "mmctl",
        "semanticVersion": __version__,
        "rules": rules,
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(problem, index[problem.check]) for problem in problems],
            }
        ],
    }


def _rule(id_: str, check: Check | None, others: Mapping[str, str]) -> dict[str, Any]:
    if check is None:
        return {"id": id_, "shortDescription": {"text": visible(others.get(id_, id_))}}
    read = check.page
    markdown = f"{read.why}\n\nBad:\n```yaml\n{read.bad}```\n\nGood:\n```yaml\n{read.good}```\n"
    return {
        "id": id_,
        "shortDescription": {"text": read.summary},
        "fullDescription": {"text": read.does},
        "help": {"text": read.why, "markdown": markdown},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
    }


def _without_links(text: str) -> str:
    """The text of a message, in which `[text](address)` would be a link."""
    return text.replace("](", "\\](")


def _result(problem: Problem, rule: int) -> dict[str, Any]:
    at = problem.position
    text = problem.message if problem.help is None else f"{problem.message}; {problem.help}"
    region = {
        "startLine": at.line,
        "startColumn": at.column,
        "endColumn": at.column + max(1, at.length),
    }
    return {
        "ruleId": problem.check,
        "ruleIndex": rule,
        "level": _LEVELS[problem.severity],
        "message": {"text": _without_links(visible(text))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(at.file)},
                    "region": region,
                }
            }
        ],
    }
