"""Problems for programs: the document `mmctl/lint@1`; and how many there are, in one line.

Does without rich, which takes long to import.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.problem import Problem

SCHEMA: Final = "mmctl/lint@1"
_PLURAL: Final = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.INFO: "infos"}


def summary(problems: Sequence[Problem]) -> str:
    """How many there are of each severity, in one line."""
    if not problems:
        return "no problems"
    counts = Counter(problem.severity for problem in problems)
    parts = [
        f"{counts[severity]:,} {severity if counts[severity] == 1 else _PLURAL[severity]}"
        for severity in Severity
        if counts[severity]
    ]
    files = len({problem.position.file for problem in problems})
    return f"{', '.join(parts)} in {files:,} file{'' if files == 1 else 's'}"


def document(problems: Iterable[Problem]) -> dict[str, Any]:
    """The document `mmctl/lint@1`."""
    listed = list(problems)
    counts = Counter(problem.severity for problem in listed)
    return {
        "schema": SCHEMA,
        "problems": [
            {
                "check": problem.check,
                "severity": problem.severity.value,
                "file": problem.position.file,
                "line": problem.position.line,
                "column": problem.position.column,
                "message": problem.message,
                "help": problem.help,
            }
            for problem in listed
        ],
        "summary": {severity.value: counts[severity] for severity in Severity},
    }
