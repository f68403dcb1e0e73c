"""How cases went, for people.

Single messages are in `text/messages.py`, the timeline of `--trace` in `text/trace.py`, and
documents in `documents/simulate.py`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from mmctl.cases.result import Status
from mmctl.counted import counted
from mmctl.render.text.paragraphs import wrapped
from mmctl.render.text.trace import sent, timeline
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cases.expectations import Failure
    from mmctl.cases.result import CaseResult


def cases_report(
    results: Sequence[CaseResult],
    *,
    verbose: bool,
    trace: bool,
    settled: frozenset[str] = frozenset(),
    all_rests: bool = False,
) -> Text:
    """How cases went: the failed ones with their reasons, and the count.

    With `verbose`, also those that pass; with `trace`, what happened to the message of each. Cases
    that depend on readings that are not `settled` are counted; with `all_rests` they are named.
    """
    report = Text()
    for result in results:
        if result.status is Status.FAILED:
            _failed(report, result)
        elif result.status is Status.TODO_PASSED:
            report.append("todo passes: ", "yellow")
            report.append(f"{visible(result.case.name)}  {_at(result)}\n")
        elif verbose or trace:
            word = "todo" if result.status is Status.TODO else "pass"
            report.append(f"{word}  {visible(result.case.name)}", "bold" if trace else "dim")
            report.append(f"  {_at(result)}\n" if trace else "\n", "dim")
        elif result.idle or (all_rests and result.is_unsettled(settled)):
            report.append(f"{visible(result.case.name)}  ").append(f"{_at(result)}\n", "dim")
        for sentence in result.idle:
            report.append(f"  {visible(sentence)}\n", "yellow")
        if verbose or all_rests or result.status is Status.FAILED:
            for rest in result.rests:
                if verbose or rest.is_open(settled):
                    report.append(f"  {visible(str(rest))}\n", "dim")
        if trace and result.trace is not None:
            for recipient in result.trace.recipients:
                report.append_text(timeline(recipient, all_rules=verbose))
            report.append_text(sent(result.trace.performed))
    report.append(by_status(results))
    if open_cases := [each for each in results if each.is_unsettled(settled)]:
        report.append(f"\n{_depending(open_cases, settled)}", "yellow")
        report.append("" if verbose or all_rests else "; -v shows how", "dim")
    return report


def _depending(results: Sequence[CaseResult], settled: frozenset[str]) -> str:
    """How many cases depend on readings, and on which."""
    counts = Counter(
        reading
        for result in results
        for reading in {rest.reading: None for rest in result.rests if rest.is_open(settled)}
    )
    cases = counted(len(results), "case depends", "cases depend")
    named = ", ".join(f"`{reading}` ({count:,})" for reading, count in counts.most_common())
    return f"{cases} on readings: {named}"


def _at(result: CaseResult) -> str:
    position = result.case.position
    return f"{visible(position.file)}:{position.line}"


def _failed(report: Text, result: CaseResult) -> None:
    report.append("FAIL", "bold red")
    report.append(f"  {visible(result.case.name)}  ")
    report.append(f"{_at(result)}\n", "dim")
    if result.problem is not None:
        report.append(f"  {result.problem.position}: {visible(result.problem.message)}\n")
    recipient = None
    for failure in result.failures:
        if failure.recipient != recipient:
            recipient = failure.recipient
            report.append(f"  {visible(recipient)}\n", "bold")
        _failure(report, failure)


def _failure(report: Text, failure: Failure) -> None:
    label = failure.member.replace("_", " ")
    report.append(f"    {label}: expected {visible(failure.expected)}\n")
    decided = failure.decided_at
    where = f"  ({visible(decided.file)}:{decided.line})" if decided else ""
    report.append(" " * (len(label) + 2) + f"         got {visible(failure.got)}")
    report.append(f"{where}\n", "dim")
    for reason in failure.reasons:
        report.append(wrapped(f"because {visible(reason)}", "    "))


def by_status(results: Sequence[CaseResult]) -> str:
    """How many cases there are, and how they went."""
    counts = Counter(result.status for result in results)
    parts = [
        f"{counts[status]:,} {word}"
        for status, word in (
            (Status.FAILED, "failed"),
            (Status.PASSED, "passed"),
            (Status.TODO, "to do"),
            (Status.TODO_PASSED, "to do but passing"),
        )
        if counts[status]
    ]
    return f"{counted(len(results), 'case')}: {', '.join(parts)}" if results else "no cases"
