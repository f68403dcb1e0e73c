"""Compares what a case expects with what happened.

A failure says what was expected, what came instead, and which rule made the difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.actions import is_label_of
from mmctl.judge.trace import RuleResult
from mmctl.judge.words import condition_line
from mmctl.language.project import Outcome
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cases.case import Case, Expectation
    from mmctl.judge.trace import ActionTrace, RecipientTrace, RuleTrace, Trace
    from mmctl.problem import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One thing about one recipient that is not as expected."""

    recipient: str
    member: str
    """`outcome`, `by`, `rules`, `rules_include` or `actions`."""
    expected: str
    got: str
    position: Position
    """The place of the expectation."""
    decided_at: Position | None = None
    """The place of the rule that decided."""
    reasons: tuple[str, ...] = ()
    """Why a rule that was expected did not apply, and the like."""


def failures_of(case: Case, trace: Trace) -> tuple[Failure, ...]:
    """Everything that is not as a case expects."""
    return tuple(
        failure
        for expectation in case.expectations
        for failure in _failures(expectation, trace.of(expectation.recipient))
    )


def _failures(expected: Expectation, got: RecipientTrace) -> Iterator[Failure]:
    wrong = list(_wrong(expected, got))
    if not wrong:
        if uncertain := _uncertain(expected, got):
            yield uncertain
        return
    decided = next((rule for rule in got.rules if rule.rule == got.by), None)
    reasons = tuple(dict.fromkeys(_reasons(expected, got)))
    for place, (member, wanted, came) in enumerate(wrong):
        yield Failure(
            recipient=expected.recipient,
            member=member,
            expected=wanted,
            got=came,
            position=expected.position,
            decided_at=decided.position if decided else None,
            reasons=reasons if place == 0 else (),
        )


def _wrong(expected: Expectation, got: RecipientTrace) -> Iterator[tuple[str, str, str]]:
    """The members that are not as expected: name, what was expected, what came instead."""
    if not _outcome_holds(expected, got):
        member = "outcome" if expected.outcome is not None else "by"
        yield member, _outcome_text(expected), outcome_text(got)
    applied = got.applied
    if expected.rules is not None and expected.rules != applied:
        yield "rules", _listed(expected.rules), _listed(applied)
    absent = tuple(name for name in expected.rules_include if name not in applied)
    if absent:
        yield "rules_include", _listed(absent), _listed(applied)
    if expected.actions is not None and not _actions_hold(expected.actions, got):
        labels = tuple(action.label for action in got.actions)
        yield "actions", _listed(expected.actions), _listed(labels)


def _outcome_holds(expected: Expectation, got: RecipientTrace) -> bool:
    if got.outcome is Outcome.UNKNOWN and (expected.outcome or expected.by):
        return False
    if expected.outcome is not None and expected.outcome is not got.outcome:
        return False
    return expected.by is None or expected.by == got.by


def _actions_hold(expected: tuple[str, ...], got: RecipientTrace) -> bool:
    """Whether these actions ran: once for each copy of the message, or once for all."""
    return _are(expected, got.actions) or _are(expected, got.actions_of_all_copies)


def _are(expected: tuple[str, ...], actions: tuple[ActionTrace, ...]) -> bool:
    return len(expected) == len(actions) and all(
        is_label_of(label, action.kind, action.target)
        for label, action in zip(expected, actions, strict=True)
    )


def _uncertain(expected: Expectation, got: RecipientTrace) -> Failure | None:
    """Rules and actions that are as expected only because unknown facts were left out."""
    if expected.rules is None and expected.actions is None:
        return None
    unknown = tuple(rule.rule for rule in got.rules if rule.result is RuleResult.UNKNOWN)
    if not unknown:
        return None
    return Failure(
        recipient=expected.recipient,
        member="rules" if expected.rules is not None else "actions",
        expected=_listed(expected.rules or expected.actions or ()),
        got=f"unknown whether {_listed(tuple(dict.fromkeys(unknown)))} applied",
        position=expected.position,
        reasons=tuple(_missing(got)),
    )


def _outcome_text(expected: Expectation) -> str:
    if expected.outcome is None:
        return f"by `{expected.by}`"
    return str(expected.outcome) + (f" by `{expected.by}`" if expected.by else "")


def outcome_text(got: RecipientTrace) -> str:
    """An outcome with what decided it, or with the outcomes that are possible."""
    if got.outcome is Outcome.UNKNOWN and got.possible:
        return f"unknown: {' or '.join(got.possible)}"
    return str(got.outcome) + (f" by `{got.by}`" if got.by else "")


def _listed(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(names) + "]"


def _reasons(expected: Expectation, got: RecipientTrace) -> Iterator[str]:
    """Why the rules that were expected did not apply, and which facts are missing."""
    for name in dict.fromkeys((*expected.names, *([expected.by] if expected.by else []))):
        asked = [rule for rule in got.rules if rule.rule == name]
        if asked and not any(rule.applied for rule in asked):
            yield from _why_not(asked[0])
    yield from _missing(got)


def _why_not(rule: RuleTrace) -> Iterator[str]:
    if rule.result is RuleResult.HELD_BACK and rule.held_back_by is not None:
        yield f"`{rule.rule}` was held back: {condition_line(rule.held_back_by)}"
    elif rule.failed is not None:
        yield f"`{rule.rule}` did not apply: {condition_line(rule.failed)}"


def _missing(got: RecipientTrace) -> Iterator[str]:
    for fact in got.missing:
        yield f"`{fact.fact}` is unknown: state it with `{fact.in_case}`"
