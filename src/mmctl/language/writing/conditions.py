"""Conditions as the API has them → conditions as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from mmctl.language.writing.parts import CannotWrite, Data, number, reference, text
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import beside_of, operand_of, operator_of
from mmctl.model.policies import (
    IngressBooleanExpression,
    IngressIpv4Expression,
    IngressIpv6Expression,
    IngressStringExpression,
    IngressTlsProtocolExpression,
)
from mmctl.model.rules import (
    RuleBooleanExpression,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition


def condition_to_file(condition: RuleCondition | PolicyCondition) -> Data:
    """One condition of a rule or of a policy statement, as a file writes it.

    Raises:
        CannotWrite: a value has a line break, or is a number that files cannot hold.
    """
    operand = operand_of(condition)
    compared = _compared(condition)
    if operand.is_flag:
        return {operand.key: compared}
    operator = operand.compared_in(condition.kind).key(operator_of(condition))
    named = zip(operand.beside, map(text, beside_of(condition)), strict=True)
    return {operand.key: {**dict(named), operator: compared}}


def _compared(condition: RuleCondition | PolicyCondition) -> Any:
    """What a condition compares with, as a file writes it."""
    match condition.value:
        case RuleBooleanExpression() | IngressBooleanExpression() as flag:
            listed = flag.evaluate.is_in_address_list
            is_true = flag.operator not in NEGATED
            return is_true if listed is None else reference(listed.address_lists[0])
        case (
            RuleStringExpression()
            | IngressStringExpression()
            | RuleIpExpression()
            | IngressIpv4Expression()
            | IngressIpv6Expression()
            | RuleVerdictExpression()
            | RuleDmarcExpression()
        ) as several:
            return _values(several.values)
        case RuleNumberExpression(value=size):
            return number(size)
        case IngressTlsProtocolExpression(value=version):
            return version.value
        case never:
            assert_never(never)


def _values(values: Sequence[str]) -> str | list[str]:
    """A single value by itself, or a list of several."""
    if not values:
        raise CannotWrite("a condition without values")
    texts = [text(str(value)) for value in values]
    # A variable's sign stays text only in a list: a single value would be replaced twice.
    return texts if len(texts) > 1 or "${" in texts[0] else texts[0]
