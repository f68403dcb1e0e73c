"""Single messages as one page of HTML: what was known about each, what happened to it, and why.

Its frame is in `page_frame`, cases are in `page`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass
from mmctl.render.html.cases_page import heading, outcome_filters
from mmctl.render.html.flow import recipient_flow, sent_section
from mmctl.render.html.frame import Filter, View, chip, number, page_of
from mmctl.render.html.markup import Child, Markup, element
from mmctl.render.html.matrix import MatrixTable, Row, matrix_section
from mmctl.render.html.passed_over import PassedOver
from mmctl.render.html.rules import rules_section
from mmctl.render.text.messages import by_source, depends_lines, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cases.coverage import Coverage
    from mmctl.judge.comparison import Difference
    from mmctl.judge.simulation import Simulated
    from mmctl.judge.tally import Tally
    from mmctl.language.project import LogicalRule, Project

_KINDS: Final = {
    "differs": "treated differently",
    "depends": "depends on a reading",
    "defective": "with defects",
}
_NO_RECIPIENT: Final = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMessages:
    """Messages, and what judged them."""

    project: Project
    rule_set: str
    rules: Sequence[LogicalRule]
    messages: Sequence[Simulated]
    """Those that are shown."""
    tally: Tally
    """The counts of all messages, shown or not."""
    coverage: Coverage
    """How often the shown messages met what the rules say."""
    other: str | None = None
    """The name of the other rules in the comparison."""
    advice: str = ""
    """How to state what is unknown."""


def page_of_messages(judged: JudgedMessages) -> str:
    """The page; the same input gives the same bytes."""
    passed_over = PassedOver()
    messages = judged.messages
    views = [
        View(
            id="messages",
            label=f"Messages {len(messages):,}",
            section=_section(judged, passed_over),
        ),
        View(id="matrix", label="Matrix", section=matrix_section("message", [_table(judged)])),
        View(
            id="rules",
            label="Rules",
            section=rules_section(judged.project, judged.coverage, gaps=False),
        ),
        View(id="summary", label="Summary", section=_summary(judged)),
    ]
    return page_of(
        "message",
        title=f"{judged.project.settings.project}, {judged.project.environment.name}: messages",
        heading=heading(judged.project),
        numbers=list(_numbers(judged)),
        filters=[*_filters(messages), *outcome_filters([_outcomes(each) for each in messages])],
        views=views,
        passed_over=passed_over,
    )


def _section(judged: JudgedMessages, passed_over: PassedOver) -> Markup:
    left_out = _left_out(judged)
    return element(
        "section",
        element("h2", "Messages"),
        element("p", left_out, class_="nothing") if left_out else None,
        [
            _message(place, message, passed_over, judged.other, alone=len(judged.messages) == 1)
            for place, message in enumerate(judged.messages)
        ],
        element(
            "p", "No message matches.", class_="nothing no-match", hidden=bool(judged.messages)
        ),
        id="messages",
    )


def _left_out(judged: JudgedMessages) -> str | None:
    """Why not all messages are shown."""
    shown, every = len(judged.messages), judged.tally.messages
    if shown == every:
        return None
    if judged.other is not None and not judged.tally.differing:
        return f"Against {judged.other} no message is treated differently."
    differing = judged.other is not None and shown == judged.tally.differing
    which = "those that are treated differently" if differing else "the first ones"
    return f"Shows {shown:,} of {every:,} messages: {which}."


def _message(
    place: int, message: Simulated, passed_over: PassedOver, other: str | None, *, alone: bool
) -> Markup:
    outcomes = list(dict.fromkeys(_outcomes(message)))
    return element(
        "details",
        element(
            "summary",
            element("span", message.message, class_="name"),
            element("span", [chip(outcome) for outcome in outcomes], class_="chips"),
            element(
                "span",
                ", ".join(words for kind, words in _KINDS.items() if kind in _kinds(message)),
                class_="place",
            ),
        ),
        _known(message),
        message_way(message, passed_over, other),
        id=f"message-{place}",
        class_="item message",
        data_status=" ".join(_kinds(message)),
        data_outcome=" ".join(outcomes),
        open=alone,
    )


def message_way(message: Simulated, passed_over: PassedOver, other: str | None) -> Child:
    """The way of a message: for each recipient, then where it goes and what it depends on.

    `other` names the other rules, if it is compared with them.
    """
    differences = {each.recipient: each for each in message.differences}
    return [
        element("p", "The recipients are unknown.", class_="failure")
        if not message.trace.recipients
        else None,
        [
            recipient_flow(got, passed_over, _other(differences.get(got.recipient), other))
            for got in message.trace.recipients
        ],
        sent_section(message.trace.performed),
        _about(message, other),
    ]


def _outcomes(message: Simulated) -> list[str]:
    found = [got.outcome.value for got in message.trace.recipients]
    return found or [_NO_RECIPIENT]


def _kinds(message: Simulated) -> list[str]:
    """The kinds of `_KINDS` that a message belongs to."""
    holds = {
        "differs": bool(message.differences),
        "depends": bool(depends_lines(message)),
        "defective": bool(message.trace.notes),
    }
    return [kind for kind, it_is in holds.items() if it_is]


def _known(message: Simulated) -> Markup:
    """What was known, by the option or header that it comes from."""
    return element(
        "dl",
        [
            element("div", element("dt", source), element("dd", ", ".join(known)))
            for source, known in by_source(message).items()
        ],
        class_="facts",
    )


def _other(difference: Difference | None, other: str | None) -> Child:
    """How it ends under the other rules, if that differs."""
    if difference is None:
        return None
    before = difference.before
    by = f" by {before.by}" if before.by else ""
    actions = ", ".join(before.actions)
    return element(
        "p",
        f"against {other}: {before.outcome}{by}",
        f" ({actions})" if actions else None,
        class_="other",
    )


def _about(message: Simulated, other: str | None) -> Child:
    """What holds for the whole message: readings, assumptions, defects."""
    lines = [element("li", line, class_="depends") for line in depends_lines(message)]
    if other is not None and message.trace.recipients and not message.differences:
        lines.append(element("li", f"against {other}: the same for all recipients"))
    lines += [
        element("li", f"assumed: {fact.fact} {value} (--assume pass)", class_="depends")
        for fact, value in message.trace.assumed.items()
    ]
    lines += [element("li", f"note: {note}") for note in message.trace.notes]
    return element("ul", lines, class_="about") if lines else None


def _table(judged: JudgedMessages) -> MatrixTable:
    rows = [
        Row(id=f"message-{place}", name=message.message, kind="", trace=message.trace)
        for place, message in enumerate(judged.messages)
    ]
    return MatrixTable(rule_set=judged.rule_set, rules=judged.rules, rows=rows)


def _summary(judged: JudgedMessages) -> Markup:
    text = summary(judged.tally, other=judged.other, verbose=True).plain + judged.advice
    return element(
        "section",
        element("h2", "Summary"),
        element("pre", [[line, Markup("\n")] for line in text.splitlines()], class_="suggestion"),
        id="summary",
    )


def _numbers(judged: JudgedMessages) -> Iterator[Markup]:
    tally = judged.tally
    yield number(f"{tally.messages:,}", "messages" if tally.messages != 1 else "message", "good")
    for outcome, count in tally.outcomes.most_common():
        yield number(f"{count:,}", outcome.value, "fair")
    if judged.other is not None:
        words = f"treated differently, against {judged.other}"
        yield number(f"{tally.differing:,}", words, "bad" if tally.differing else "good")


def _filters(messages: Sequence[Simulated]) -> Iterator[Filter]:
    counts = Counter(kind for message in messages for kind in _kinds(message))
    for kind, words in _KINDS.items():
        if counts[kind]:
            yield Filter(kind="status", value=kind, words=words, count=counts[kind])
