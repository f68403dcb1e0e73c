"""The conditions of rules: each kind of expression, asked for one recipient.

https://docs.aws.amazon.com/sesmailmanager/latest/APIReference/API_RuleCondition.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.judge import add_ons
from mmctl.judge.answers import Answer, known
from mmctl.judge.compare import number_matches
from mmctl.judge.lookup import (
    DKIM,
    SPF,
    TLS_WRAPPED,
    YES,
    Found,
    about_dmarc_policy,
    ip_found,
    list_found,
    string_found,
)
from mmctl.judge.trace import ConditionTrace
from mmctl.mail.email import Tls
from mmctl.model.enums import (
    RuleBooleanEmailAttribute,
    RuleBooleanOperator,
    RuleDmarcOperator,
    RuleIpOperator,
    RuleStringEmailAttribute,
    RuleVerdictAttribute,
    RuleVerdictOperator,
)
from mmctl.model.rules import (
    Analysis,
    RuleBooleanExpression,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleIsInAddressList,
    RuleNumberExpression,
    RuleStringExpression,
    RuleStringToEvaluate,
    RuleVerdictExpression,
)

if TYPE_CHECKING:
    from mmctl.judge.lookup import Asking
    from mmctl.language.readings import Case
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path


def ask(condition: RuleCondition, path: Path, asking: Asking) -> ConditionTrace:
    """Ask one condition of a rule."""
    found = _found(condition.value, asking)
    return ConditionTrace(
        path=path,
        operand=found.operand,
        operator=found.operator,
        values=found.values,
        compared=found.compared,
        answer=found.answer,
        matched=found.matched,
    )


def _found(expression: Any, asking: Asking) -> Found:
    match expression:
        case RuleStringExpression():
            return _string(expression, asking)
        case RuleBooleanExpression():
            return _boolean(expression, asking)
        case RuleNumberExpression():
            return _number(expression, asking)
        case RuleIpExpression():
            negative = expression.operator is RuleIpOperator.NOT_CIDR_MATCHES
            return ip_found(
                asking,
                operand="source_ip",
                negative=negative,
                values=expression.values,
                version=None,
            )
        case RuleVerdictExpression():
            return _verdict(expression, asking)
        case RuleDmarcExpression():
            return _dmarc(expression, asking)
        case _:
            raise AssertionError(expression)


def _string(expression: RuleStringExpression, asking: Asking) -> Found:
    evaluate = expression.evaluate
    if evaluate.analysis is not None:
        return add_ons.text_found(asking, evaluate.analysis, expression.operator, expression.values)
    operand, texts, states = _texts(evaluate, asking)
    readings = asking.readings
    null_sender = evaluate.attribute is RuleStringEmailAttribute.MAIL_FROM
    return string_found(
        asking,
        operand=operand,
        operator=expression.operator,
        values=expression.values,
        texts=texts,
        states=states,
        case=_case(evaluate, asking),
        without_text=readings.null_sender if null_sender else readings.missing_header,
    )


def _texts(
    evaluate: RuleStringToEvaluate, asking: Asking
) -> tuple[str, tuple[str, ...] | None, str]:
    """The operand's name, its texts (None: unknown), and what states it."""
    if evaluate.mime_header_attribute is not None:
        name = evaluate.mime_header_attribute
        return f"header {name}", asking.texts.x_header(name, asking.added), ""
    if evaluate.client_certificate_attribute is not None:
        attribute = evaluate.client_certificate_attribute
        operand = f"client_certificate {attribute.value.lower()}"
        states = "session: {client_certificate: …} in a case"
        if not asking.gateway.certificates:
            return operand, (), states
        certificate = asking.submission.session.client_certificate
        texts = None if certificate is None else tuple(certificate.get(attribute, ()))
        return operand, texts, states
    assert evaluate.attribute is not None  # noqa: S101 - one of the union's members is set
    operand = evaluate.attribute.lower()
    texts = asking.texts.of(evaluate.attribute, asking.recipient)
    return operand, texts, f"--{operand.replace('_', '-')}"


def _case(evaluate: RuleStringToEvaluate, asking: Asking) -> Case:
    """Subject and X-headers are free text, all else is names and addresses."""
    free_text = (
        evaluate.mime_header_attribute is not None
        or evaluate.attribute is RuleStringEmailAttribute.SUBJECT
    )
    return asking.readings.text_case if free_text else asking.readings.string_case


def _boolean(expression: RuleBooleanExpression, asking: Asking) -> Found:
    wanted = expression.operator is RuleBooleanOperator.IS_TRUE
    match expression.evaluate.value:
        case Analysis() as analysis:
            return add_ons.boolean_found(asking, analysis, wanted=wanted)
        case RuleIsInAddressList(attribute=attribute, address_lists=lists):
            return list_found(
                asking,
                operand=attribute.value.lower(),
                name=lists[0],
                wanted=wanted,
                addresses=asking.texts.addresses_of(attribute, asking.recipient),
            )
        case attribute:
            answer, compared = _session_fact(RuleBooleanEmailAttribute(attribute), asking)
            return Found(
                operand=RuleBooleanEmailAttribute(attribute).value.lower(),
                operator="is",
                values=("true" if wanted else "false",),
                compared=compared,
                answer=answer if wanted else ~answer,
            )


def _session_fact(
    attribute: RuleBooleanEmailAttribute, asking: Asking
) -> tuple[Answer, tuple[str, ...]]:
    """Whether an attribute is true, and what it is."""
    match attribute:
        case RuleBooleanEmailAttribute.READ_RECEIPT_REQUESTED:
            requested = asking.submission.email.read_receipt_requested
            return known(requested), ("true" if requested else "false",)
        case RuleBooleanEmailAttribute.TLS:
            stated = asking.submission.session.tls
            answer = asking.about_tls(lambda tls: tls is not Tls.NONE)
            return answer, () if stated is None else (stated.value,)
        case RuleBooleanEmailAttribute.TLS_WRAPPED:
            return _tls_wrapped(asking)


def _tls_wrapped(asking: Asking) -> tuple[Answer, tuple[str, ...]]:
    session = asking.submission.session
    if session.tls_wrapped is not None:
        return known(session.tls_wrapped), ("true" if session.tls_wrapped else "false",)
    if session.tls is Tls.NONE:
        return known(False), ("false",)
    return asking.depending(TLS_WRAPPED, lambda wrapped: wrapped == YES), ()


def _number(expression: RuleNumberExpression, asking: Asking) -> Found:
    """The size as it was received: headers that rules add do not count."""
    email = asking.submission.email
    return Found(
        operand="message_size",
        operator=expression.operator.value.lower(),
        values=(f"{expression.value:g}" if expression.value % 1 else f"{expression.value:.0f}",),
        compared=(f"at least {email.size}" if email.unread else str(email.size),),
        answer=known(number_matches(expression.operator, email.size, expression.value)),
    )


def _verdict(expression: RuleVerdictExpression, asking: Asking) -> Found:
    negative = expression.operator is RuleVerdictOperator.NOT_EQUALS
    analysis = expression.evaluate.analysis
    if analysis is not None:
        return add_ons.verdict_found(asking, analysis, negative=negative, values=expression.values)
    facts = asking.submission.facts
    spf = expression.evaluate.attribute is RuleVerdictAttribute.SPF
    stated = facts.spf if spf else facts.dkim
    fact = SPF if spf else DKIM

    def holds(verdict: str) -> bool:
        return (verdict in expression.values) is not negative

    answer = asking.depending(fact, holds) if stated is None else known(holds(stated))
    return _one_of(fact.fact, negative, expression.values, answer, stated)


def _dmarc(expression: RuleDmarcExpression, asking: Asking) -> Found:
    negative = expression.operator is RuleDmarcOperator.NOT_EQUALS
    answer, policy = about_dmarc_policy(
        asking, lambda policy: (policy in expression.values) is not negative
    )
    return _one_of("dmarc_policy", negative, expression.values, answer, policy)


def _one_of(
    operand: str, negative: bool, values: tuple[str, ...], answer: Answer, compared: str | None
) -> Found:
    """A word compared with words: any, for `NOT_EQUALS` none."""
    return Found(
        operand=operand,
        operator="not_equals" if negative else "equals",
        values=tuple(str(wanted) for wanted in values),
        compared=() if compared is None else (str(compared),),
        answer=answer,
        matched=tuple(str(wanted) for wanted in values if wanted == compared),
    )
