"""Conditions of rules and of policy statements: made from the rows of `mmctl.model.operands`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.language.dialect.advice import (
    CONDITION_ADVICE,
    NETWORK_ADVICE,
    OPERATOR_ADVICE,
    POLICY_ADVICE,
)
from mmctl.language.dialect.grammar import (
    Bytes,
    Choice,
    Flag,
    Member,
    OneKey,
    Record,
    Several,
    Word,
)
from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.dialect.words import may, need
from mmctl.model.comparisons import Takes
from mmctl.model.enums import RuleClientCertificateAttribute
from mmctl.model.kinds import Kind
from mmctl.model.operands import POLICY_OPERANDS, RULE_OPERANDS, NamedBy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.language.dialect.grammar import Type
    from mmctl.model.comparisons import Comparison
    from mmctl.model.operands import Operand

_TEXTS: Final = {
    "equals": "Any of the values is the whole text.",
    "not_equals": "None of the values is the whole text.",
    "starts_with": "The text starts with any of the values.",
    "ends_with": "The text ends with any of the values.",
    "contains": "Any of the values is somewhere in the text.",
}
_NETWORKS: Final = {
    "cidr_matches": "The address is in any of the networks.",
    "not_cidr_matches": "The address is in none of the networks.",
}
_VERSIONS: Final = {"minimum": "This version or a later one.", "is": "Exactly this version."}


def _condition(operand: Operand) -> Type:
    """What follows the key of an operand."""
    if operand.is_flag:
        return Flag(doc=operand.doc)
    operators = {
        operator: may(_compared(comparison, operator))
        for comparison in operand.comparisons
        for operator in comparison.operators
    }
    return Record(
        title=operand.key,
        key=True,
        doc=operand.doc,
        advice=_advice(operand),
        members={**_beside(operand.named), **operators},
        one_of=(tuple(operators),),
    )


def _compared(comparison: Comparison, operator: str) -> Type:
    """What follows an operator."""
    match comparison.takes:
        case Takes.TEXT:
            return Several(item=Word(strict=True), single=True, minimum=1, doc=_TEXTS[operator])
        case Takes.NETWORK:
            return Several(item=Word(strict=True), single=True, minimum=1, doc=_NETWORKS[operator])
        case Takes.ADDRESS_LIST:
            doc = "The logical name of an address list, or `id:…`."
            return Word(doc=doc, pattern=r"\S+", names=(Kind.ADDRESS_LIST,))
        case Takes.VERDICT | Takes.POLICY:
            return Several(item=Choice(values=comparison.choices), single=True, minimum=1)
        case Takes.VERSION:
            return Choice(values=comparison.choices, doc=_VERSIONS[operator])
        case Takes.NUMBER:
            return Bytes(fraction=True)
        case Takes.FLAG:
            return Flag(doc="The field is true, or false.")
        case never:
            assert_never(never)


def _beside(named: NamedBy) -> dict[str, Member]:
    """The keys that select one of several."""
    match named:
        case NamedBy.NOTHING:
            return {}
        case NamedBy.HEADER:
            return {"name": need(Word(doc="The header's name, `X-…`.", names=(FileNoun.HEADER,)))}
        case NamedBy.CERTIFICATE_FIELD:
            fields = tuple(each.value.lower() for each in RuleClientCertificateAttribute)
            return {"attribute": need(Choice(values=fields))}
        case NamedBy.ADD_ON_FIELD:
            name = "The logical name of an add-on, or the ARN of an instance."
            field = "The field, spelled as the add-on spells it: `isPassed`."
            return {
                "name": need(Word(doc=name, names=(Kind.ADD_ON,))),
                "field": need(Word(doc=field)),
            }
        case never:
            assert_never(never)


def _advice(operand: Operand) -> Mapping[str, str]:
    """What to write instead of operators that people expect and that do not exist."""
    match operand.comparisons[0].takes:
        case Takes.NETWORK:
            return NETWORK_ADVICE
        case Takes.NUMBER | Takes.VERSION:
            return {}
        case Takes.TEXT | Takes.ADDRESS_LIST | Takes.VERDICT | Takes.POLICY | Takes.FLAG:
            return OPERATOR_ADVICE
        case never:
            assert_never(never)


RULE_CONDITION: Final = OneKey(
    title="condition",
    doc="One condition of a rule: one key, one operator.",
    advice=CONDITION_ADVICE,
    options={operand.key: _condition(operand) for operand in RULE_OPERANDS},
)
POLICY_CONDITION: Final = OneKey(
    title="policy condition",
    doc="One condition of a policy statement: one key, one operator.",
    advice=POLICY_ADVICE,
    options={operand.key: _condition(operand) for operand in POLICY_OPERANDS},
)
