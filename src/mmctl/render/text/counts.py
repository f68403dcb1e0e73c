"""How many problems there are, in one line.

Does not use rich, which is slow to import.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.problem import Problem

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
    return f"{', '.join(parts)} in {counted(files, 'file')}"
