"""Conditions as people write them → conditions as the API takes them.

Each function takes what the reader yields for one condition and returns the members of AWS's
`RuleCondition` or `PolicyCondition`, values with their places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.language.text.placed import Table, Text
from mmctl.model.comparisons import Takes
from mmctl.model.operands import ATTRIBUTE_OF, OPERAND_OF_KEY, NamedBy

if TYPE_CHECKING:
    from mmctl.model.comparisons import Comparison
    from mmctl.model.operands import Operand
    from mmctl.problem import Position

Members = dict[str, Any]

_FLAGS: Final = frozenset(key for key, operand in OPERAND_OF_KEY.items() if operand.is_flag)
_COMPARISONS: Final = {
    (key, operator): operand.compared_by(operator)
    for key, operand in OPERAND_OF_KEY.items()
    for comparison in operand.comparisons
    for operator in comparison.operators
}
"""How an operand is compared by an operator of the file."""


def condition_members(condition: Table) -> Members:
    """The API members of one condition of a rule or of a policy statement."""
    ((key, value),) = condition.items()
    operand, at = OPERAND_OF_KEY[key], condition.keys_at[key]
    if key in _FLAGS:
        return _boolean(_attribute(operand, Takes.FLAG, at), value, condition.values_at[key])
    operator = next(each for each in value if each not in operand.beside)
    return _compared(operand, _COMPARISONS[key, operator], operator, value, at)


def _compared(
    operand: Operand, comparison: Comparison, operator: str, value: Table, at: Position
) -> Members:
    operator_at = value.keys_at[operator]
    placed = Text.at(comparison.operators[operator].value, operator_at)
    compared = value[operator]
    match comparison.takes:
        case Takes.FLAG:
            return _boolean(_evaluated(operand, value, at), compared, value.values_at[operator])
        case Takes.ADDRESS_LIST:
            attribute = _attribute(operand, comparison.takes, at)
            listed = {"IsInAddressList": {**attribute, "AddressLists": [compared]}}
            return {comparison.expression: {"Evaluate": listed, "Operator": placed}}
        case Takes.POLICY:
            return {comparison.expression: {"Operator": placed, "Values": compared}}
        case Takes.TEXT | Takes.NETWORK | Takes.VERDICT:
            members, compared_in = _evaluated(operand, value, at, comparison.takes), "Values"
        case Takes.NUMBER | Takes.VERSION:
            members, compared_in = _evaluated(operand, value, at, comparison.takes), "Value"
        case never:
            assert_never(never)
    return {comparison.expression: {"Evaluate": members, "Operator": placed, compared_in: compared}}


def _evaluated(operand: Operand, value: Table, at: Position, takes: Takes = Takes.FLAG) -> Members:
    """The operand, in the API's members."""
    match operand.named:
        case NamedBy.NOTHING:
            return _attribute(operand, takes, at)
        case NamedBy.HEADER:
            return {"MimeHeaderAttribute": value["name"]}
        case NamedBy.CERTIFICATE_FIELD:
            return {"ClientCertificateAttribute": _upper(value["attribute"])}
        case NamedBy.ADD_ON_FIELD:
            return {"Analysis": {"Analyzer": value["name"], "ResultField": value["field"]}}
        case never:
            assert_never(never)


def _attribute(operand: Operand, takes: Takes, at: Position) -> Members:
    return {"Attribute": Text.at(ATTRIBUTE_OF[operand, takes].value, at)}


def _boolean(evaluate: Members, is_true: bool, at: Position) -> Members:
    operator = Text.at("IS_TRUE" if is_true else "IS_FALSE", at)
    return {"BooleanExpression": {"Evaluate": evaluate, "Operator": operator}}


def _upper(text: Text) -> Text:
    return Text.at(text.upper(), text.position)
