"""How cases went, as Markdown for a pull request or the summary of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.render.documents.markdown import code, table
from mmctl.render.text.simulate import by_status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cases.result import CaseResult

SHOWN: Final = 50
"""The most failed cases in the table: a comment has limited room."""
_HEAD: Final = ("Case", "Where", "For", "Expected", "Got", "Decided at")


def cases_markdown(results: Sequence[CaseResult]) -> str:
    """The count, and a table of what is not as expected."""
    lines = ["### mmctl simulate", "", by_status(results)]
    if failed := [result for result in results if not result.passed]:
        lines += ["", failed_table(failed)]
    return "\n".join(lines) + "\n"


def failed_table(failed: Sequence[CaseResult]) -> str:
    """Failed cases, one row for each thing that is not as expected."""
    rows = [row for result in failed[:SHOWN] for row in _rows(result)]
    more = len(failed) - SHOWN
    return table(_HEAD, rows) + (f"\n\n{more:,} more: `mmctl simulate`" if more > 0 else "")


def _rows(result: CaseResult) -> Iterator[tuple[str, ...]]:
    at = result.case.position
    case = (code(result.case.name), code(f"{at.file}:{at.line}"))
    if result.problem is not None:
        yield (*case, "", "", code(result.problem.message), "")
    for failure in result.failures:
        decided = failure.decided_at
        yield (
            *case,
            code(failure.recipient),
            code(f"{failure.member.replace('_', ' ')}: {failure.expected}"),
            code(failure.got),
            code(f"{decided.file}:{decided.line}" if decided else ""),
        )
