"""Who vouches for the sender of the mail that a rule is for. No check lives here.

SPF vouches for the envelope sender, DKIM for the domain in From; the client's network, its
certificate, an add-on and the DMARC policy of the domain vouch for the message as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import Role, rule_conditions
from mmctl.analysis.verdicts import accepted, asks_for_failed
from mmctl.model.comparisons import NEGATED, Takes
from mmctl.model.conditions import asked_by, listed_by, operand_of
from mmctl.model.enums import RuleVerdict, RuleVerdictAttribute
from mmctl.model.operands import DKIM, DMARC_POLICY, FROM, MAIL_FROM, SPF
from mmctl.model.rules import RuleCondition, RuleVerdictExpression

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.analysis.project_conditions import PlacedCondition
    from mmctl.language.project import LogicalRule
    from mmctl.model.operands import Operand

_MANY: Final = frozenset({Takes.TEXT, Takes.ADDRESS_LIST, Takes.NETWORK})
"""What of there is so much that a rule can only name a part."""


def selects(placed: PlacedCondition) -> bool:
    """Whether a condition names what the rule is for, not what it spares.

    `not_equals` under `unless` is a condition, and a negative condition is an exception. What has
    few values has no exceptions: `unless: [{spf: {equals: PASS}}]` names all others.
    """
    if asked_by(placed.condition).takes not in _MANY:
        return True
    negative = placed.condition.value.operator in NEGATED
    return negative is (placed.role is Role.UNLESS)


def is_decision(placed: PlacedCondition) -> bool:
    """Whether a condition is about a verdict, a network, a certificate, an add-on or a list."""
    return operand_of(placed.condition).vouched or listed_by(placed.condition) is not None


def vouches(listed: Iterable[PlacedCondition], claimed: Operand, *, whole: bool) -> bool:
    """Whether the conditions of a rule make sure that its mail is what it claims to be.

    `whole`: what vouches for a message as a whole counts too. It does not for an exception: the
    rule may be about a bad network.
    """
    placed = tuple(listed)
    operands = {operand_of(each.condition) for each in placed if selects(each)}
    if whole and any(map(_as_a_whole, placed)):
        return True
    by_spf = any(_passes(each, RuleVerdictAttribute.SPF) for each in placed)
    by_dkim = any(_passes(each, RuleVerdictAttribute.DKIM) for each in placed)
    if claimed is MAIL_FROM:
        return by_spf or (by_dkim and FROM in operands)
    return by_dkim or (by_spf and MAIL_FROM in operands)


def fails_spf(placed: PlacedCondition) -> bool:
    """Whether a condition lets no mail that passed SPF meet its rule."""
    taken = _taken(placed, RuleVerdictAttribute.SPF)
    return taken is not None and RuleVerdict.PASS not in taken


def doubts_sender(placed: PlacedCondition) -> bool:
    """Whether a condition is about mail that SPF, DKIM or DMARC do not confirm."""
    if operand_of(placed.condition) is DMARC_POLICY:
        return True
    verdicts = [_taken(placed, attribute) for attribute in RuleVerdictAttribute]
    return any(taken is not None and RuleVerdict.PASS not in taken for taken in verdicts)


def failed_alone(rule: LogicalRule, attribute: RuleVerdictAttribute) -> tuple[PlacedCondition, ...]:
    """The conditions that one verdict failed, if a rule believes nothing else of the sender.

    That is so where the others are exceptions, or about the connection or the size.
    """
    placed = tuple(rule_conditions(rule))
    failed = tuple(each for each in placed if _taken(each, attribute) is not None)
    taken = [_taken(each, attribute) for each in failed]
    if not any(verdicts and RuleVerdict.PASS not in verdicts for verdicts in taken):
        return ()
    beside = all(_is_beside_the_sender(each) for each in placed if _taken(each, attribute) is None)
    return failed if beside else ()


def _is_beside_the_sender(placed: PlacedCondition) -> bool:
    """Whether a condition is an exception, or no sender is more likely forged because of it."""
    operand, takes = asked_by(placed.condition)
    if operand.vouched:
        return takes in _MANY and not selects(placed)
    return not selects(placed) or takes in {Takes.FLAG, Takes.NUMBER}


def _passes(placed: PlacedCondition, attribute: RuleVerdictAttribute) -> bool:
    """Whether a condition lets only mail that passed SPF or DKIM meet its rule."""
    return _taken(placed, attribute) == frozenset({RuleVerdict.PASS})


def _taken(
    placed: PlacedCondition, attribute: RuleVerdictAttribute
) -> frozenset[RuleVerdict] | None:
    """The verdicts of SPF or DKIM that a rule takes; None if a condition is not about it."""
    verdict = placed.condition.value
    if (
        not isinstance(verdict, RuleVerdictExpression)
        or verdict.evaluate.attribute is not attribute
    ):
        return None
    taken = accepted(verdict)
    return frozenset(RuleVerdict) - taken if placed.role is Role.UNLESS else taken


def _as_a_whole(placed: PlacedCondition) -> bool:
    condition, operand = placed.condition, operand_of(placed.condition)
    if not isinstance(condition, RuleCondition) or not operand.vouched or operand in {SPF, DKIM}:
        return False
    if condition.ip_expression is not None:
        return selects(placed)
    if condition.string_expression is not None:
        return True
    return asks_for_failed(condition) is (placed.role is Role.UNLESS)
