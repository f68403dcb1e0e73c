"""Conditions on a message that nobody has: what they ask is missing.

A log tells of messages without holding them. Each question is a missing fact, so that the
evaluator answers true or false only where the answer is the same whatever the message holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.compare import values_met
from mmctl.judge.lookup import NO, NO_VALUE, YES, Lookup, case_of, missing_fact, without_text
from mmctl.model.comparisons import NEGATED

if TYPE_CHECKING:
    from mmctl.judge.lookup import Asking
    from mmctl.model.operands import Operand
    from mmctl.model.rules import RuleNumberExpression, RuleStringExpression


def unread_text_found(
    asking: Asking,
    expression: RuleStringExpression,
    operand: Operand,
    name: str,
    header: str | None = None,
) -> Lookup:
    """Compare the texts of a header; those that rules added to one of its name are known."""
    operator, values = expression.operator, expression.values
    negative = operator in NEGATED
    positive = "equals" if negative else operator.lower()
    added = () if header is None else _added(asking, header)
    fact = missing_fact(
        operand.fact,
        name=name,
        about=f"{positive} {list(values)}",
        choices=(YES, NO, NO_VALUE),
    )
    case = case_of(operand, asking.readings)

    def met(texts: tuple[str, ...]) -> bool:
        return bool(values_met(operator, texts, values, case))

    def holds(sent: str) -> bool:
        """Whether it holds if what was sent meets a value, does not, or has no such header."""
        if not added:
            if sent == NO_VALUE:
                return negative and without_text(operand, asking.readings) == "matches"
            return (sent == YES) is not negative
        match asking.readings.repeated_headers:
            case "any":
                found = sent == YES or met(added)
            case "first":
                found = met(added[:1]) if sent == NO_VALUE else sent == YES
            case "last":
                found = met(added[-1:])
        return found is not negative

    return Lookup(
        operand=name,
        operator=operator.lower(),
        values=tuple(values),
        compared=added,
        answer=asking.depending(fact, holds),
    )


def unread_number_found(
    asking: Asking, expression: RuleNumberExpression, operand: Operand
) -> Lookup:
    """Compare the size of a message that nobody has."""
    operator = expression.operator.value.lower()
    value = f"{expression.value:g}" if expression.value % 1 else f"{expression.value:.0f}"
    fact = missing_fact(operand.fact, name=operand.key, about=f"{operator} {value}")
    return Lookup(
        operand=operand.key,
        operator=operator,
        values=(value,),
        compared=(),
        answer=asking.depending(fact, lambda could_be: could_be == YES),
    )


def _added(asking: Asking, header: str) -> tuple[str, ...]:
    """The values that rules added under the name of a header."""
    key = header.lower()
    return tuple(value for name, value in asking.added if name.lower() == key)
