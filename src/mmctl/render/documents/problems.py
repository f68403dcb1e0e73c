"""Problems for programs: the document `mmctl/lint@1`.

Does not use rich, which is slow to import.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.problem import Problem

SCHEMA: Final = "mmctl/lint@1"


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
