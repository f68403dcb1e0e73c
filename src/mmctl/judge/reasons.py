"""Why a judged message ended as it did for a recipient: the rule or statement that decided.

Values taken from a trace; words and layout are elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.trace import RuleResult
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import RecipientTrace, RuleTrace, StatementTrace


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why it ended so for one recipient, and with `rule` what happened to that rule."""

    got: RecipientTrace
    decided: tuple[RuleTrace, ...]
    """The traces of the rule that decided; several if the message forked before it."""
    statements: tuple[StatementTrace, ...]
    """The policy statements that decided, or one of which would have admitted."""
    open_questions: tuple[RuleTrace, ...]
    """Rules that may or may not apply, if that matters."""
    rule: str | None = None
    asked: tuple[RuleTrace, ...] = ()
    """The traces of the rule in question; empty: it was not tried."""
    ended_by: str | None = None
    """The earlier rule after which it was not tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherReasons:
    """Why it would end as it does under other rules, for the recipients in question."""

    name: str
    """The name of the other rules."""
    gateway: Gateway
    reasons: tuple[Reason, ...]
    alike: frozenset[str] = frozenset()
    """The recipients who are treated the same under both rules."""


def reason_for(got: RecipientTrace, rule: str | None = None) -> Reason:
    """Why it ended so, from its trace."""
    asked = tuple(trace for trace in got.rules if rule is not None and trace.rule == rule)
    return Reason(
        got=got,
        decided=tuple(trace for trace in got.rules if trace.rule == got.by and trace.applied),
        statements=_statements(got),
        open_questions=_open(got),
        rule=rule,
        asked=asked,
        ended_by=next((copy.ended_by for copy in got.copies if copy.ended_by), None),
    )


def _statements(got: RecipientTrace) -> tuple[StatementTrace, ...]:
    if got.policy is None:
        return ()
    if got.policy.admitted.is_true:
        return ()
    named = tuple(asked for asked in got.policy.statements if asked.name == got.policy.by)
    return named or tuple(asked for asked in got.policy.statements if asked.allows)


def _open(got: RecipientTrace) -> tuple[RuleTrace, ...]:
    missing = set(got.missing)
    return tuple(
        trace
        for trace in got.rules
        if trace.result is RuleResult.UNKNOWN and missing & set(trace.missing)
    )
