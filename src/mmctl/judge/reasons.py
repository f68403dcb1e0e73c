"""Why a judged message ended as it did for a recipient: the rule or statement that decided.

Values picked from a trace; words and layout are elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmctl.judge.trace import RuleResult

if TYPE_CHECKING:
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import RecipientTrace, RuleTrace, StatementTrace


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why it ended so for one recipient; with `rule` also what became of that rule."""

    got: RecipientTrace
    decided: tuple[RuleTrace, ...]
    """The traces of the rule that decided; several where the message forked before it."""
    statements: tuple[StatementTrace, ...]
    """The statements of the policy that decided, or of which one would have admitted."""
    open_questions: tuple[RuleTrace, ...]
    """Rules of which it is unknown whether they apply, where that matters."""
    rule: str | None = None
    asked: tuple[RuleTrace, ...] = ()
    """What became of the rule in question; empty: it was not asked."""
    ended_by: str | None = None
    """The rule that came before, and after which it was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherReasons:
    """Why it would end as it would under other rules, for the recipients for whom that is asked."""

    name: str
    """What the other rules are called."""
    gateway: Gateway
    reasons: tuple[Reason, ...]
    alike: frozenset[str] = frozenset()
    """The recipients who are treated the same under both."""


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
