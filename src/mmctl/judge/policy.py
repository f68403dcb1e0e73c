"""The traffic policy: who is admitted, recipient by recipient, before the message is accepted.

https://docs.aws.amazon.com/ses/latest/dg/eb-filters.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.judge import add_ons
from mmctl.judge.answers import FALSE, TRUE, Answer, all_of, any_of, known
from mmctl.judge.lookup import Asking, Lookup, ip_found, list_found, string_found
from mmctl.judge.trace import ConditionTrace, PolicyTrace, StatementTrace
from mmctl.mail.email import Tls
from mmctl.model.enums import (
    AcceptAction,
    IngressBooleanOperator,
    IngressIpOperator,
    IngressStringEmailAttribute,
    IngressTlsProtocolOperator,
    RuleStringOperator,
)
from mmctl.model.operands import POLICY_OPERAND
from mmctl.model.policies import (
    IngressAnalysis,
    IngressBooleanExpression,
    IngressIpv4Expression,
    IngressIpv6Expression,
    IngressIsInAddressList,
    IngressStringExpression,
    IngressTlsProtocolExpression,
)
from mmctl.model.quotas import MESSAGE_BYTES, RECIPIENTS

if TYPE_CHECKING:
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.model.policies import PolicyCondition, PolicyStatement, TrafficPolicy

RECIPIENTS_AT_MOST: Final = RECIPIENTS.most
BYTES_AT_MOST: Final = MESSAGE_BYTES.most

BY_DEFAULT: Final = "default action"
TOO_LARGE: Final = "max_message_size"
_VERSIONS: Final = list(Tls)


def refused_outright(gateway: Gateway, submission: Submission, place: int) -> str | None:
    """What refuses a recipient regardless of the policy; `place` counts recipients from 0."""
    if gateway.closed:
        return "closed ingress point"
    if place >= RECIPIENTS_AT_MOST:
        return f"limit of {RECIPIENTS_AT_MOST} recipients"
    if submission.email.length.is_more_than(BYTES_AT_MOST):
        return f"limit of {BYTES_AT_MOST} bytes"
    return None


def ask_policy(policy: TrafficPolicy, asking: Asking) -> PolicyTrace:
    """Any matching DENY refuses; else any matching ALLOW admits; else the default.

    An admitted message is still refused if it is larger than `max_message_size`.
    """
    names = asking.gateway.statement_names
    statements = tuple(
        _ask_statement(statement, statement_name(names, place), asking)
        for place, statement in enumerate(policy.policy_statements)
    )
    denied = any_of(asked.answer for asked in statements if not asked.allows)
    allowed = any_of(asked.answer for asked in statements if asked.allows)
    by_default = known(policy.default_action is AcceptAction.ALLOW)
    admitted = all_of((~denied, any_of((allowed, by_default))))
    limit = policy.max_message_size_bytes
    too_large = limit is not None and asking.submission.email.length.is_more_than(limit)
    if too_large and not admitted.is_false:
        return PolicyTrace(statements=statements, admitted=FALSE, by=TOO_LARGE)
    return PolicyTrace(
        statements=statements, admitted=admitted, by=_decided_by(statements, denied, allowed)
    )


def _decided_by(statements: tuple[StatementTrace, ...], denied: Answer, allowed: Answer) -> str:
    if not denied.is_false:
        return _first(statements, allows=False)
    if not allowed.is_false:
        return _first(statements, allows=True)
    return BY_DEFAULT


def _first(statements: tuple[StatementTrace, ...], *, allows: bool) -> str:
    """The first statement of a kind that matches, else the first that may match."""
    of_kind = [asked for asked in statements if asked.allows is allows]
    matching = [asked for asked in of_kind if asked.answer.is_true]
    return next(asked.name for asked in matching or of_kind if not asked.answer.is_false)


def statement_name(names: tuple[str | None, ...], place: int) -> str:
    """A statement's name in the file, else its place, counted from 1."""
    name = names[place] if place < len(names) else None
    return name or f"statement {place + 1}"


def _ask_statement(statement: PolicyStatement, name: str, asking: Asking) -> StatementTrace:
    denies = statement.action is AcceptAction.DENY
    conditions = tuple(
        ask_condition(condition, place, asking, denies=denies)
        for place, condition in enumerate(statement.conditions)
    )
    return StatementTrace(
        name=name,
        allows=not denies,
        answer=all_of(asked.answer for asked in conditions),
        conditions=conditions,
    )


def ask_condition(
    condition: PolicyCondition, place: int, asking: Asking, *, denies: bool
) -> ConditionTrace:
    """Evaluate one condition of a statement."""
    found = _found(condition, asking, denies=denies)
    return ConditionTrace(
        path=("Conditions", place),
        operand=found.operand,
        operator=found.operator,
        values=found.values,
        compared=found.compared,
        answer=found.answer,
        matched=found.matched,
    )


def _found(condition: PolicyCondition, asking: Asking, *, denies: bool) -> Lookup:
    match condition.value:
        case IngressStringExpression() as expression:
            return _string(expression, asking)
        case IngressIpv4Expression() as ipv4:
            negative = ipv4.operator is IngressIpOperator.NOT_CIDR_MATCHES
            operand = POLICY_OPERAND[ipv4.evaluate.value]
            return ip_found(
                asking, operand=operand, negative=negative, values=ipv4.values, version=4
            )
        case IngressIpv6Expression() as ipv6:
            negative = ipv6.operator is IngressIpOperator.NOT_CIDR_MATCHES
            operand = POLICY_OPERAND[ipv6.evaluate.value]
            return ip_found(
                asking, operand=operand, negative=negative, values=ipv6.values, version=6
            )
        case IngressTlsProtocolExpression() as tls:
            return _tls(tls, asking, denies=denies)
        case IngressBooleanExpression() as flag:
            return _boolean(flag, asking)
        case never:
            assert_never(never)


def _string(expression: IngressStringExpression, asking: Asking) -> Lookup:
    operator = RuleStringOperator(expression.operator.value)
    match expression.evaluate.value:
        case IngressAnalysis() as analysis:
            found = add_ons.text_found(asking, analysis, operator, expression.values)
            return add_ons.not_asked_over_ipv6(asking, found)
        case IngressStringEmailAttribute() as attribute:
            operand = POLICY_OPERAND[attribute]
            return string_found(
                asking,
                operand=operand,
                name=operand.key,
                operator=operator,
                values=expression.values,
                texts=asking.texts.of(operand.fact, asking.recipient),
            )
        case never:
            assert_never(never)


def _boolean(expression: IngressBooleanExpression, asking: Asking) -> Lookup:
    wanted = expression.operator is IngressBooleanOperator.IS_TRUE
    match expression.evaluate.value:
        case IngressAnalysis() as analysis:
            found = add_ons.boolean_found(asking, analysis, wanted=wanted)
            return add_ons.not_asked_over_ipv6(asking, found)
        case IngressIsInAddressList(attribute=attribute, address_lists=lists):
            operand = POLICY_OPERAND[attribute]
            return list_found(asking, operand=operand, name=lists[0], wanted=wanted)
        case never:
            assert_never(never)


def _tls(expression: IngressTlsProtocolExpression, asking: Asking, *, denies: bool) -> Lookup:
    """Compare the TLS version; a session in plain text has none, regardless of the operator."""
    minimum = expression.operator is IngressTlsProtocolOperator.MINIMUM_TLS_VERSION
    wanted = Tls(expression.value.value)
    operand = POLICY_OPERAND[expression.evaluate.value]

    def holds(version: str) -> bool:
        tls = Tls(version)
        if tls is Tls.NONE:
            return denies and asking.readings.tls_on_plaintext == "matches_deny"
        return _VERSIONS.index(tls) >= _VERSIONS.index(wanted) if minimum else tls is wanted

    stated = asking.word(operand.fact)
    return Lookup(
        operand=operand.key,
        operator=operand.compared_in("TlsExpression").key(expression.operator),
        values=(wanted.value,),
        compared=() if stated is None else (str(stated),),
        answer=asking.about(operand.fact, holds),
    )


ADMITTED: Final = PolicyTrace(statements=(), admitted=TRUE, by="no traffic policy")


def refused_by(what: str) -> PolicyTrace:
    """The trace if something other than a policy refuses."""
    return PolicyTrace(statements=(), admitted=FALSE, by=what)
