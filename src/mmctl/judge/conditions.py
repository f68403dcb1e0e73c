"""The conditions of rules: each kind of expression, evaluated for one recipient.

https://docs.aws.amazon.com/sesmailmanager/latest/APIReference/API_RuleCondition.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.judge import add_ons
from mmctl.judge.answers import known
from mmctl.judge.compare import number_matches
from mmctl.judge.lookup import Lookup, about_dmarc_policy, ip_found, list_found, string_found
from mmctl.judge.trace import ConditionTrace
from mmctl.judge.unread import unread_number_found, unread_text_found
from mmctl.mail.email import SomeFields
from mmctl.model.enums import (
    RuleBooleanEmailAttribute,
    RuleBooleanOperator,
    RuleClientCertificateAttribute,
    RuleDmarcOperator,
    RuleIpOperator,
    RuleNumberEmailAttribute,
    RuleStringEmailAttribute,
    RuleVerdictAttribute,
    RuleVerdictOperator,
)
from mmctl.model.facts import HeaderFact
from mmctl.model.operands import CLIENT_CERTIFICATE, DMARC_POLICY, HEADER, RULE_OPERAND
from mmctl.model.rules import (
    Analysis,
    RuleBooleanExpression,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleIsInAddressList,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)
from mmctl.model.texts import MimeHeaderAttribute

if TYPE_CHECKING:
    from mmctl.judge.answers import Answer
    from mmctl.judge.lookup import Asking
    from mmctl.mail.email import Email
    from mmctl.model.operands import Operand
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path


def ask(condition: RuleCondition, path: Path, asking: Asking) -> ConditionTrace:
    """Evaluate one condition of a rule."""
    found = _found(condition, asking)
    return ConditionTrace(
        path=path,
        operand=found.operand,
        operator=found.operator,
        values=found.values,
        compared=found.compared,
        answer=found.answer,
        matched=found.matched,
    )


def _found(condition: RuleCondition, asking: Asking) -> Lookup:
    match condition.value:
        case RuleStringExpression() as string:
            return _string(string, asking)
        case RuleBooleanExpression() as flag:
            return _boolean(flag, asking)
        case RuleNumberExpression() as number:
            return _number(number, asking)
        case RuleIpExpression() as client:
            return ip_found(
                asking,
                operand=RULE_OPERAND[client.evaluate.value],
                negative=client.operator is RuleIpOperator.NOT_CIDR_MATCHES,
                values=client.values,
                version=None,
            )
        case RuleVerdictExpression() as verdict:
            return _verdict(verdict, asking)
        case RuleDmarcExpression() as dmarc:
            return _dmarc(dmarc, asking)
        case never:
            assert_never(never)


def _string(expression: RuleStringExpression, asking: Asking) -> Lookup:
    match expression.evaluate.value:
        case RuleStringEmailAttribute() as attribute:
            operand = RULE_OPERAND[attribute]
            name, texts = operand.key, asking.texts.of(operand.fact, asking.recipient)
            if texts is None and isinstance(operand.fact, HeaderFact):
                return unread_text_found(asking, expression, operand, name)
        case RuleClientCertificateAttribute() as field:
            operand, name = CLIENT_CERTIFICATE, f"{CLIENT_CERTIFICATE.key} {field.value.lower()}"
            texts = _certificate(field, asking)
        case Analysis() as analysis:
            return add_ons.text_found(asking, analysis, expression.operator, expression.values)
        case MimeHeaderAttribute() as header:
            operand, name = HEADER, f"{HEADER.key} {header}"
            if not asking.submission.email.headers.are_known:
                return unread_text_found(asking, expression, operand, name, header)
            texts = asking.texts.x_header(header, asking.added)
        case never:
            assert_never(never)
    return string_found(
        asking,
        operand=operand,
        name=name,
        operator=expression.operator,
        values=expression.values,
        texts=texts,
    )


def _certificate(field: RuleClientCertificateAttribute, asking: Asking) -> tuple[str, ...] | None:
    """The texts of a field; none if the ingress point does not ask for a certificate."""
    if not asking.gateway.certificates:
        return ()
    certificate = asking.submission.session.client_certificate
    if certificate is None or (isinstance(certificate, SomeFields) and field not in certificate):
        return None
    return tuple(certificate.get(field, ()))


def _boolean(expression: RuleBooleanExpression, asking: Asking) -> Lookup:
    wanted = expression.operator is RuleBooleanOperator.IS_TRUE
    match expression.evaluate.value:
        case Analysis() as analysis:
            return add_ons.boolean_found(asking, analysis, wanted=wanted)
        case RuleIsInAddressList(attribute=listed, address_lists=lists):
            return list_found(asking, operand=RULE_OPERAND[listed], name=lists[0], wanted=wanted)
        case RuleBooleanEmailAttribute() as attribute:
            operand = RULE_OPERAND[attribute]
            answer, compared = asking.flag(operand.fact)
            return Lookup(
                operand=operand.key,
                operator="is",
                values=("true" if wanted else "false",),
                compared=compared,
                answer=answer if wanted else ~answer,
            )
        case never:
            assert_never(never)


def _number(expression: RuleNumberExpression, asking: Asking) -> Lookup:
    """The size as received: headers that rules add do not count."""
    operand = RULE_OPERAND[expression.evaluate.value]
    if not asking.submission.email.length.is_known:
        return unread_number_found(asking, expression, operand)
    number, compared = _number_of(expression.evaluate.value, asking.submission.email)
    return Lookup(
        operand=operand.key,
        operator=expression.operator.value.lower(),
        values=(f"{expression.value:g}" if expression.value % 1 else f"{expression.value:.0f}",),
        compared=(compared,),
        answer=known(number_matches(expression.operator, number, expression.value)),
    )


def _number_of(attribute: RuleNumberEmailAttribute, email: Email) -> tuple[int, str]:
    """A number of a message, and how it reads in words."""
    match attribute:
        case RuleNumberEmailAttribute.MESSAGE_SIZE:
            return email.size, f"at least {email.size}" if email.unread else str(email.size)
        case _:
            assert_never(attribute)


def _verdict(expression: RuleVerdictExpression, asking: Asking) -> Lookup:
    negative = expression.operator is RuleVerdictOperator.NOT_EQUALS
    match expression.evaluate.value:
        case Analysis() as analysis:
            values = expression.values
            return add_ons.verdict_found(asking, analysis, negative=negative, values=values)
        case RuleVerdictAttribute() as attribute:
            operand = RULE_OPERAND[attribute]
            answer = asking.about(
                operand.fact, lambda verdict: (verdict in expression.values) is not negative
            )
            stated = asking.word(operand.fact)
            return _one_of(operand, negative, expression.values, answer, stated)
        case never:
            assert_never(never)


def _dmarc(expression: RuleDmarcExpression, asking: Asking) -> Lookup:
    negative = expression.operator is RuleDmarcOperator.NOT_EQUALS
    answer, policy = about_dmarc_policy(
        asking, lambda policy: (policy in expression.values) is not negative
    )
    return _one_of(DMARC_POLICY, negative, expression.values, answer, policy)


def _one_of(
    operand: Operand, negative: bool, values: tuple[str, ...], answer: Answer, compared: str | None
) -> Lookup:
    """Compare a word with words: any may match, for `NOT_EQUALS` none."""
    return Lookup(
        operand=operand.key,
        operator="not_equals" if negative else "equals",
        values=tuple(str(wanted) for wanted in values),
        compared=() if compared is None else (str(compared),),
        answer=answer,
        matched=tuple(str(wanted) for wanted in values if wanted == compared),
    )
