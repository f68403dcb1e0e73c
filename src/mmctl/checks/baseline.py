"""Problems that are known already: an earlier report, and what goes beyond it.

A problem is known by its check, file and message, so it may move to another line. As often as it
was reported then, it is left out now; one more is new.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from mmctl.errors import UsageError
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def beyond(problems: Iterable[Problem], known: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that are not among the known ones, in their order."""
    left = Counter(map(_likeness, known))
    new: list[Problem] = []
    for problem in problems:
        likeness = _likeness(problem)
        if left[likeness]:
            left[likeness] -= 1
        else:
            new.append(problem)
    return tuple(new)


def _likeness(problem: Problem) -> tuple[str, str, str]:
    return problem.check, problem.position.file, problem.message


def read_baseline(file: Path) -> tuple[Problem, ...]:
    """The problems of a report that `lint --format json` wrote.

    Raises:
        UsageError: the file cannot be read, or is no such report.
    """
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["schema"] != "mmctl/lint@1":
            raise ValueError(document["schema"])
        return tuple(map(_problem, document["problems"]))
    except OSError as error:
        raise UsageError(
            f"the baseline `{file}` cannot be read: {(error.strerror or str(error)).lower()}",
            help=f"write one with `mmctl lint --format json -o {file}`",
        ) from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            f"`{file}` is no report of `mmctl lint`",
            help=f"write one with `mmctl lint --format json -o {file}`",
        ) from None


def _problem(item: dict[str, str]) -> Problem:
    return Problem(
        check=item["check"],
        severity=Severity(item["severity"]),
        position=Position(file=item["file"]),
        message=item["message"],
        help=item["help"],
    )
