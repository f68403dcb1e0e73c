"""Why a message ended as it did, for people: short."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rich.text import Text

from mmctl.judge.trace import RuleResult
from mmctl.judge.words import condition_line
from mmctl.language.project import Outcome
from mmctl.render.text.paragraphs import STYLES, wrapped
from mmctl.render.text.trace import done_lines
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.judge.answers import MissingFact
    from mmctl.judge.reasons import OtherReasons, Reason
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import ConditionTrace, RuleTrace, StatementTrace
    from mmctl.problem import Position

_NOTHING_KEEPS: Final = {
    Outcome.LOST: "no rule delivers, stores, bounces or drops it",
    Outcome.REFUSED: "no statement admits it",
}
NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})
"""Where rules are live that are live under their own names."""
_RESULTS: Final = {
    RuleResult.APPLIED: "applied",
    RuleResult.NOT_APPLIED: "did not apply",
    RuleResult.HELD_BACK: "was held back",
    RuleResult.UNKNOWN: "may or may not apply",
}


def why_report(
    reasons: Sequence[Reason],
    gateway: Gateway,
    assumed: Mapping[MissingFact, str],
    other: OtherReasons | None = None,
    live: Mapping[str, str] = NOWHERE,
) -> Text:
    """The rule or statement that decided for each recipient, with what was compared.

    `live` says where rules of a packed rule set are live, by their names.
    """
    report = Text()
    before = {} if other is None else {each.got.recipient: each for each in other.reasons}
    for reason in reasons:
        _recipient(report, reason, gateway, live)
        old = before.get(reason.got.recipient)
        if other is not None and old is not None:
            if reason.rule is None and reason.got.recipient in other.alike:
                report.append(wrapped(f"against {visible(other.name)}: the same", "  "))
            else:
                _recipient(report, old, other.gateway, NOWHERE, against=other.name)
    for fact, value in assumed.items():
        report.append(f"assumed: {fact.fact} {value} (--assume pass)\n", "yellow")
    return report


def _recipient(
    report: Text,
    reason: Reason,
    gateway: Gateway,
    live: Mapping[str, str],
    against: str | None = None,
) -> None:
    got = reason.got
    rules = "" if against is None else f", against {visible(against)}"
    report.append(f"{visible(got.recipient)}{rules}: ", "bold")
    report.append(f"{got.outcome}", STYLES[got.outcome])
    could_be = " or ".join(got.possible) or "too many possible outcomes"
    ending = f": {could_be}" if got.outcome is Outcome.UNKNOWN else ""
    report.append(f" by {visible(got.by)}\n" if got.by else f"{ending}\n")
    for copy in got.copies if len(got.copies) > 1 else ():
        by = f" by {visible(copy.by)}" if copy.by else ""
        report.append(f"  copy for {visible(copy.address)}: {copy.outcome}{by}\n")
    if reason.rule is None:
        _outcome(report, reason, gateway, live)
    else:
        _rule_in_question(report, reason, gateway, live)


def _outcome(report: Text, reason: Reason, gateway: Gateway, live: Mapping[str, str]) -> None:
    got = reason.got
    for trace in reason.decided or reason.open_questions:
        _rule(report, trace, gateway, live, many=len(got.copies) > 1)
    if got.policy is not None and not got.policy.admitted.is_true:
        for statement in reason.statements:
            _statement(report, statement)
    if got.by is None and got.outcome in _NOTHING_KEEPS and not reason.decided:
        report.append(wrapped(_NOTHING_KEEPS[got.outcome], "  "))
        applied = ", ".join(map(visible, got.applied))
        report.append(wrapped(f"rules that applied: {applied or 'none'}", "  "))
    elif got.outcome is Outcome.LOST:
        report.append(wrapped("nothing delivered or stored it before", "  "))
    facts = dict.fromkeys(visible(fact.fact) for fact in got.missing)
    if facts:
        report.append(wrapped(f"unknown: {', '.join(facts)}", "  "), STYLES[Outcome.UNKNOWN])


def _rule_in_question(
    report: Text, reason: Reason, gateway: Gateway, live: Mapping[str, str]
) -> None:
    got = reason.got
    for trace in reason.asked:
        _rule(report, trace, gateway, live, many=len(reason.asked) > 1)
    if reason.asked:
        return
    if all(rule.name != reason.rule for rule in gateway.rules):
        report.append(wrapped(f"there is no rule {visible(reason.rule or '')}", "  "))
    elif got.outcome is Outcome.REFUSED and not got.copies:
        report.append(
            wrapped(
                f"{visible(reason.rule or '')} was not evaluated: the message was refused", "  "
            )
        )
        for statement in reason.statements:
            _statement(report, statement)
    else:
        ended = f"{reason.ended_by} ended it before" if reason.ended_by else "no message reached it"
        report.append(wrapped(visible(f"{reason.rule} was not evaluated: {ended}"), "  "))


def _rule(
    report: Text, trace: RuleTrace, gateway: Gateway, live: Mapping[str, str], *, many: bool
) -> None:
    """How a rule ended, the conditions that made the difference, and what it did."""
    whom = f" for {visible(trace.recipient)}" if many else ""
    report.append(f"  {visible(trace.rule)} {_RESULTS[trace.result]}{whom}")
    report.append(f"  {_at(trace.position)}\n", "dim")
    if trace.rule in live:
        report.append(wrapped(visible(live[trace.rule]), "    "), "dim")
    asked = trace.deciding
    for condition in asked:
        place = gateway.place_of(trace.index, condition.path) or trace.position
        if not place.line:
            report.append(wrapped(_condition(condition), "    "))
            continue
        same_file = place.file == trace.position.file
        where = f"line {place.line}" if same_file else _at(place)
        report.append(wrapped(f"{where}: {_condition(condition)}", "    "))
    if trace.applied and not asked:
        report.append("    it has no conditions\n")
    if trace.applied and trace.unless:
        report.append("    nothing under `unless` matches\n")
    for line in done_lines(trace):
        report.append(wrapped(f"> {line}", "    "))


def _at(place: Position) -> str:
    """A place in the files; live rules have no lines."""
    file = visible(place.file)
    return f"{file}:{place.line}" if place.line else file


def _condition(condition: ConditionTrace) -> str:
    word = "unless " if condition.path[:1] == ("Unless",) else ""
    return f"{word}{visible(condition_line(condition))}"


def _statement(report: Text, statement: StatementTrace) -> None:
    kind = "allow" if statement.allows else "deny"
    answer = {"true": "matched", "false": "did not match", "unknown": "may or may not match"}
    report.append(f"  {kind} {visible(statement.name)} {answer[statement.answer.truth]}\n")
    for asked in statement.conditions:
        if asked.answer.truth is statement.answer.truth:
            report.append(wrapped(visible(condition_line(asked)), "    "))
