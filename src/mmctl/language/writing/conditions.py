"""Conditions as the API has them → conditions as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.language.writing.parts import CannotWrite, Data, number, reference, text
from mmctl.model.enums import (
    IngressStringEmailAttribute,
    RuleClientCertificateAttribute,
    RuleStringEmailAttribute,
)
from mmctl.model.policies import (
    IngressAnalysis,
    IngressBooleanExpression,
    IngressIpv4Expression,
    IngressIpv6Expression,
    IngressStringExpression,
    IngressTlsProtocolExpression,
)
from mmctl.model.rules import (
    Analysis,
    RuleBooleanExpression,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)
from mmctl.model.texts import MimeHeaderAttribute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition


def condition_to_file(condition: RuleCondition | PolicyCondition) -> Data:
    """One condition of a rule or of a policy statement, as a file says it.

    Raises:
        CannotWrite: a value has a line break, or is a number that files cannot hold.
    """
    expression = condition.value
    match expression:
        case RuleBooleanExpression() | IngressBooleanExpression():
            return _boolean(expression)
        case RuleStringExpression() | IngressStringExpression():
            return _string(expression)
        case RuleNumberExpression():
            operator = expression.operator.value.lower()
            return {"message_size": {operator: number(expression.value)}}
        case RuleIpExpression() | IngressIpv4Expression() | IngressIpv6Expression():
            key = str(expression.evaluate.value).lower()
            return {key: {expression.operator.value.lower(): _values(expression.values)}}
        case RuleVerdictExpression():
            return _verdict(expression)
        case RuleDmarcExpression():
            return {"dmarc_policy": {expression.operator.value.lower(): _values(expression.values)}}
        case IngressTlsProtocolExpression():
            operator = {"MINIMUM_TLS_VERSION": "minimum", "IS": "is"}[expression.operator.value]
            return {"tls_protocol": {operator: expression.value.value}}
        case _:
            assert_never(expression)


def _boolean(expression: RuleBooleanExpression | IngressBooleanExpression) -> Data:
    is_true = expression.operator.value == "IS_TRUE"
    evaluate = expression.evaluate
    if evaluate.is_in_address_list is not None:
        asked = evaluate.is_in_address_list
        operator = "in_address_list" if is_true else "not_in_address_list"
        return {asked.attribute.value.lower(): {operator: reference(asked.address_lists[0])}}
    if evaluate.analysis is not None:
        return _add_on(evaluate.analysis, {"is": is_true})
    return {str(evaluate.value).lower(): is_true}


def _string(expression: RuleStringExpression | IngressStringExpression) -> Data:
    evaluated = expression.evaluate.value
    test = {expression.operator.value.lower(): _values(expression.values)}
    match evaluated:
        case Analysis() | IngressAnalysis():
            return _add_on(evaluated, test)
        case RuleClientCertificateAttribute():
            return {"client_certificate": {"attribute": evaluated.value.lower(), **test}}
        case RuleStringEmailAttribute() | IngressStringEmailAttribute():
            return {evaluated.value.lower(): test}
        case MimeHeaderAttribute():
            return {"header": {"name": text(evaluated), **test}}
        case _:
            assert_never(evaluated)


def _verdict(expression: RuleVerdictExpression) -> Data:
    operator, values = expression.operator.value.lower(), _values(expression.values)
    if expression.evaluate.analysis is not None:
        return _add_on(expression.evaluate.analysis, {f"verdict_{operator}": values})
    return {str(expression.evaluate.value).lower(): {operator: values}}


def _add_on(analysis: Analysis | IngressAnalysis, test: Data) -> Data:
    name, field = text(analysis.analyzer), text(analysis.result_field)
    return {"add_on": {"name": name, "field": field, **test}}


def _values(values: Sequence[str]) -> str | list[str]:
    """One value alone, or a list of them."""
    if not values:
        raise CannotWrite("a condition without values")
    texts = [text(str(value)) for value in values]
    # A variable's sign is only taken as text in a list: alone it would be replaced twice.
    return texts if len(texts) > 1 or "${" in texts[0] else texts[0]
