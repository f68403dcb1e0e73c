"""The cases of a page: what was expected, and each message as a flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cases.result import Status
from mmctl.judge.words import stated_words
from mmctl.render.html.flow import recipient_flow, sent_section
from mmctl.render.html.frame import chip
from mmctl.render.html.markup import Child, Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cases.expectations import Failure
    from mmctl.cases.result import CaseResult
    from mmctl.render.html.passed_over import PassedOver

_MARKS: Final = {
    Status.PASSED: ("✓", "passed"),
    Status.FAILED: ("✗", "failed"),
    Status.TODO: ("○", "to do"),
    Status.TODO_PASSED: ("◉", "to do, but passes"),
}


def cases_section(results: Sequence[CaseResult], passed_over: PassedOver) -> Markup:
    """All cases, the failed ones open."""
    return element(
        "section",
        element("h2", "Cases"),
        [_case(number, result, passed_over) for number, result in enumerate(results)],
        element("p", "No case matches.", class_="nothing no-match", hidden=bool(results)),
        id="cases",
    )


def _case(number: int, result: CaseResult, passed_over: PassedOver) -> Markup:
    recipients = () if result.trace is None else result.trace.recipients
    mark, words = _MARKS[result.status]
    position = result.case.position
    outcomes = dict.fromkeys(got.outcome.value for got in recipients)
    return element(
        "details",
        element(
            "summary",
            element("span", mark, class_="mark", title=words, aria_label=words),
            element("span", result.case.name, class_="name"),
            element("span", [chip(outcome) for outcome in outcomes], class_="chips"),
            element("span", f"{position.file}:{position.line}", class_="place"),
        ),
        element("p", "To do: ", result.case.todo, class_="todo") if result.case.todo else None,
        _failed(result),
        _facts(result),
        [recipient_flow(got, passed_over) for got in recipients],
        None if result.trace is None else sent_section(result.trace.performed),
        id=f"case-{number}",
        class_=f"item case {result.status.value}",
        data_status=result.status.value,
        data_outcome=" ".join(outcomes),
        open=result.status is Status.FAILED,
    )


def _failed(result: CaseResult) -> Child:
    if result.problem is not None:
        return element("p", result.problem.message, class_="failure")
    return [_failure(failure) for failure in result.failures]


def _failure(failure: Failure) -> Markup:
    at = failure.decided_at
    return element(
        "div",
        element("h4", f"{failure.recipient}: {failure.member.replace('_', ' ')}"),
        element(
            "dl",
            element("dt", "expected"),
            element("dd", failure.expected, class_="expected"),
            element("dt", "got"),
            element("dd", failure.got, class_="got"),
            element("dt", "decided at") if at else None,
            element("dd", f"{at.file}:{at.line}") if at else None,
        ),
        [element("p", f"because {reason}") for reason in failure.reasons],
        class_="failure",
    )


def _facts(result: CaseResult) -> Markup:
    """What the case says about the message."""
    return element(
        "dl",
        [
            element("div", element("dt", word), element("dd", text))
            for word, text in stated_words(result.case)
        ],
        class_="facts",
    )
