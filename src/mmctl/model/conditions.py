"""What a condition of a rule or of a policy statement looks at: its operand and its values.

A member that AWS adds to one of its unions is a type error here. Nothing is evaluated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, assert_never

from mmctl.model.comparisons import Takes
from mmctl.model.enums import (
    IngressAddressListEmailAttribute,
    IngressIpv4Attribute,
    IngressIpv6Attribute,
    IngressStringEmailAttribute,
    IngressTlsAttribute,
    RuleAddressListEmailAttribute,
    RuleBooleanEmailAttribute,
    RuleClientCertificateAttribute,
    RuleDmarcOperator,
    RuleIpEmailAttribute,
    RuleIpOperator,
    RuleNumberEmailAttribute,
    RuleStringEmailAttribute,
    RuleStringOperator,
    RuleVerdictAttribute,
    RuleVerdictOperator,
)
from mmctl.model.operands import (
    ADD_ON,
    CLIENT_CERTIFICATE,
    DMARC_POLICY,
    HEADER,
    POLICY_ADD_ON,
    POLICY_OPERAND,
    RULE_OPERAND,
    PolicyAttribute,
    RuleAttribute,
)
from mmctl.model.policies import (
    IngressAnalysis,
    IngressBooleanExpression,
    IngressIpv4Expression,
    IngressIpv6Expression,
    IngressIsInAddressList,
    IngressStringExpression,
    IngressTlsProtocolExpression,
    PolicyCondition,
)
from mmctl.model.rules import (
    Analysis,
    RuleBooleanExpression,
    RuleCondition,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleIsInAddressList,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)
from mmctl.model.shape import with_value
from mmctl.model.texts import MimeHeaderAttribute

if TYPE_CHECKING:
    from enum import StrEnum

    from mmctl.model.operands import Operand
    from mmctl.model.policies import IngressBooleanToEvaluate, IngressStringToEvaluate
    from mmctl.model.rules import (
        RuleBooleanToEvaluate,
        RuleStringToEvaluate,
        RuleVerdictToEvaluate,
    )

Condition = RuleCondition | PolicyCondition
Evaluated = (
    RuleAttribute
    | PolicyAttribute
    | RuleClientCertificateAttribute
    | MimeHeaderAttribute
    | Analysis
    | IngressAnalysis
    | RuleIsInAddressList
    | IngressIsInAddressList
)
"""What conditions evaluate, in the API's words."""


class Asked(NamedTuple):
    """What a condition looks at, and what it compares that with."""

    operand: Operand
    takes: Takes


def asked_by(condition: Condition) -> Asked:
    """What one condition of a rule or of a policy statement looks at."""
    match condition.value:
        case RuleStringExpression(evaluate=text):
            return Asked(_string_operand(text), Takes.TEXT)
        case RuleBooleanExpression(evaluate=flag):
            return _of_boolean(flag)
        case RuleNumberExpression(evaluate=number):
            return Asked(RULE_OPERAND[number.value], Takes.NUMBER)
        case RuleIpExpression(evaluate=client):
            return Asked(RULE_OPERAND[client.value], Takes.NETWORK)
        case RuleVerdictExpression(evaluate=verdict):
            return Asked(_verdict_operand(verdict), Takes.VERDICT)
        case RuleDmarcExpression():
            return Asked(DMARC_POLICY, Takes.POLICY)
        case IngressStringExpression(evaluate=policy_text):
            return Asked(_policy_string_operand(policy_text), Takes.TEXT)
        case IngressBooleanExpression(evaluate=policy_flag):
            return _of_policy_boolean(policy_flag)
        case IngressIpv4Expression(evaluate=ipv4):
            return Asked(POLICY_OPERAND[ipv4.value], Takes.NETWORK)
        case IngressIpv6Expression(evaluate=ipv6):
            return Asked(POLICY_OPERAND[ipv6.value], Takes.NETWORK)
        case IngressTlsProtocolExpression(evaluate=tls):
            return Asked(POLICY_OPERAND[tls.value], Takes.VERSION)
        case never:
            assert_never(never)


def operand_of(condition: Condition) -> Operand:
    """The operand of a condition."""
    expression = condition.value
    if isinstance(expression, RuleStringExpression):  # as most are
        return _string_operand(expression.evaluate)
    return asked_by(condition).operand


def operator_of(condition: Condition) -> StrEnum:
    """The operator of a condition, in the API's words."""
    return condition.value.operator


def evaluated_by(condition: Condition) -> Evaluated | None:
    """What a condition evaluates, in the API's form; None: the DMARC policy, which has no name."""
    expression = condition.value
    return None if isinstance(expression, RuleDmarcExpression) else expression.evaluate.value


def beside_of(condition: Condition) -> tuple[str, ...]:
    """The texts that select which one is meant, one for each key in `Operand.beside`."""
    evaluated = evaluated_by(condition)
    match evaluated:
        case Analysis() | IngressAnalysis():
            return evaluated.analyzer, evaluated.result_field
        case RuleClientCertificateAttribute():
            return (evaluated.value.lower(),)
        case MimeHeaderAttribute():
            return (evaluated,)
        case (
            RuleStringEmailAttribute()
            | RuleBooleanEmailAttribute()
            | RuleNumberEmailAttribute()
            | RuleIpEmailAttribute()
            | RuleVerdictAttribute()
            | RuleAddressListEmailAttribute()
            | IngressStringEmailAttribute()
            | IngressAddressListEmailAttribute()
            | IngressIpv4Attribute()
            | IngressIpv6Attribute()
            | IngressTlsAttribute()
            | RuleIsInAddressList()
            | IngressIsInAddressList()
            | None
        ):
            return ()
        case _:
            assert_never(evaluated)


def values_of(condition: Condition) -> tuple[str, ...]:
    """The values that a condition compares with; a flag, a number and a version have no list."""
    match condition.value:
        case (
            RuleStringExpression()
            | RuleIpExpression()
            | RuleVerdictExpression()
            | RuleDmarcExpression()
            | IngressStringExpression()
            | IngressIpv4Expression()
            | IngressIpv6Expression()
        ) as expression:
            return expression.values
        case (
            RuleBooleanExpression()
            | RuleNumberExpression()
            | IngressBooleanExpression()
            | IngressTlsProtocolExpression()
        ):
            return ()
        case never:
            assert_never(never)


def one_by_one(condition: RuleCondition) -> tuple[RuleCondition, ...]:
    """For each value the condition that it is met: with that value alone, and not negated."""
    match condition.value:
        case RuleStringExpression(operator=operator) as expression:
            if operator is RuleStringOperator.NOT_EQUALS:
                expression = expression.changed(operator=RuleStringOperator.EQUALS)
        case RuleIpExpression() as expression:
            expression = expression.changed(operator=RuleIpOperator.CIDR_MATCHES)
        case RuleVerdictExpression() as expression:
            expression = expression.changed(operator=RuleVerdictOperator.EQUALS)
        case RuleDmarcExpression() as expression:
            expression = expression.changed(operator=RuleDmarcOperator.EQUALS)
        case RuleBooleanExpression() | RuleNumberExpression():
            return ()
        case never:
            assert_never(never)
    return tuple(
        with_value(condition, expression.changed(values=(value,))) for value in expression.values
    )


def analysis_of(condition: Condition) -> Analysis | IngressAnalysis | None:
    """The add-on's field that a condition reads."""
    evaluated = evaluated_by(condition)
    return evaluated if isinstance(evaluated, (Analysis, IngressAnalysis)) else None


def listed_by(condition: Condition) -> RuleIsInAddressList | IngressIsInAddressList | None:
    """The address list that a condition uses, and what it looks up."""
    evaluated = evaluated_by(condition)
    lists = (RuleIsInAddressList, IngressIsInAddressList)
    return evaluated if isinstance(evaluated, lists) else None


def header_of(condition: Condition) -> str | None:
    """The `X-` header that a condition reads, as written."""
    evaluated = evaluated_by(condition)
    return evaluated if isinstance(evaluated, MimeHeaderAttribute) else None


def _string_operand(evaluate: RuleStringToEvaluate) -> Operand:
    """What a string expression of a rule looks at."""
    match evaluate.value:
        case RuleStringEmailAttribute() as attribute:
            return RULE_OPERAND[attribute]
        case RuleClientCertificateAttribute():
            return CLIENT_CERTIFICATE
        case Analysis():
            return ADD_ON
        case MimeHeaderAttribute():
            return HEADER
        case never:
            assert_never(never)


def _verdict_operand(evaluate: RuleVerdictToEvaluate) -> Operand:
    """What a verdict expression looks at."""
    match evaluate.value:
        case RuleVerdictAttribute() as attribute:
            return RULE_OPERAND[attribute]
        case Analysis():
            return ADD_ON
        case never:
            assert_never(never)


def _policy_string_operand(evaluate: IngressStringToEvaluate) -> Operand:
    """What a string expression of a policy looks at."""
    match evaluate.value:
        case IngressStringEmailAttribute() as attribute:
            return POLICY_OPERAND[attribute]
        case IngressAnalysis():
            return POLICY_ADD_ON
        case never:
            assert_never(never)


def _of_boolean(evaluate: RuleBooleanToEvaluate) -> Asked:
    match evaluate.value:
        case RuleBooleanEmailAttribute() as attribute:
            return Asked(RULE_OPERAND[attribute], Takes.FLAG)
        case Analysis():
            return Asked(ADD_ON, Takes.FLAG)
        case RuleIsInAddressList(attribute=listed):
            return Asked(RULE_OPERAND[listed], Takes.ADDRESS_LIST)
        case never:
            assert_never(never)


def _of_policy_boolean(evaluate: IngressBooleanToEvaluate) -> Asked:
    match evaluate.value:
        case IngressAnalysis():
            return Asked(POLICY_ADD_ON, Takes.FLAG)
        case IngressIsInAddressList(attribute=listed):
            return Asked(POLICY_OPERAND[listed], Takes.ADDRESS_LIST)
        case never:
            assert_never(never)
