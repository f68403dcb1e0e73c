"""Known problems: what an earlier report contains, and which problems are new.

A problem is identified by its check, file and message, so it may move to another line; numbers in
the message (lines, days, counts) do not matter. It is left out as often as it was reported then;
one more is new. What was known in a file that no longer exists is known in any other file: the file
may have been renamed.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from mmctl.inputs import parse_json
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

_NUMBER: Final = re.compile(r"(?P<quoted>`[^`]*`)|[0-9][0-9,]*")


def beyond(
    problems: Iterable[Problem], known: Iterable[Problem], files: Container[str]
) -> tuple[Problem, ...]:
    """The problems that are new, in the given order; `files` are those that exist now."""
    left = Counter(
        _likeness(problem, problem.position.file if problem.position.file in files else _GONE)
        for problem in known
    )
    new: list[Problem] = []
    for problem in problems:
        for file in (problem.position.file, _GONE):
            likeness = _likeness(problem, file)
            if left[likeness]:
                left[likeness] -= 1
                break
        else:
            new.append(problem)
    return tuple(new)


_GONE: Final = ""


def _likeness(problem: Problem, file: str) -> tuple[str, str, str]:
    return problem.check, file, _NUMBER.sub(_kept, problem.message)


def _kept(found: re.Match[str]) -> str:
    return found["quoted"] or "0"


def known_problems(report: str) -> tuple[Problem, ...]:
    """Read the problems of a report that `lint --format json` wrote.

    Raises:
        ValueError: the text is not such a report.
    """
    try:
        document = parse_json(report)
        problems = tuple(map(_problem, document["problems"]))
        schema = document["schema"]
    except (KeyError, TypeError) as error:
        raise ValueError("not a report of lint") from error
    if schema != "mmctl/lint@1":
        raise ValueError(f"`{schema}` is not a report of lint")
    return problems


def _problem(item: dict[str, str]) -> Problem:
    return Problem(
        check=item["check"],
        severity=Severity(item["severity"]),
        position=Position(file=item["file"]),
        message=item["message"],
        help=item["help"],
    )
