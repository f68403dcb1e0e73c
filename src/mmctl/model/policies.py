"""Traffic policies: whom Mail Manager accepts mail from, in AWS's own words.

Compared with botocore's service model by the tests. Nothing that mmctl defines may live here.
"""

from typing import Annotated, TypeAlias

from mmctl.model.enums import (
    AcceptAction,
    IngressAddressListEmailAttribute,
    IngressBooleanOperator,
    IngressIpOperator,
    IngressIpv4Attribute,
    IngressIpv6Attribute,
    IngressStringEmailAttribute,
    IngressStringOperator,
    IngressTlsAttribute,
    IngressTlsProtocolAttribute,
    IngressTlsProtocolOperator,
)
from mmctl.model.members import ItemCount
from mmctl.model.shape import OneOf, Shape
from mmctl.model.tags import Tag
from mmctl.model.texts import (
    AnalyzerArn,
    Ipv4Cidr,
    Ipv6Cidr,
    MaxMessageSizeBytes,
    ResultField,
    TrafficPolicyName,
)


class IngressAnalysis(Shape):
    """A result of an add-on, computed before the message is accepted."""

    analyzer: AnalyzerArn
    result_field: ResultField


class IngressIsInAddressList(Shape):
    """Whether the recipient is in an address list."""

    attribute: IngressAddressListEmailAttribute
    address_lists: Annotated[tuple[str, ...], ItemCount(1, 1)]


class IngressBooleanToEvaluate(OneOf[IngressAnalysis | IngressIsInAddressList]):
    """What a boolean expression of a policy looks at."""

    analysis: IngressAnalysis | None = None
    is_in_address_list: IngressIsInAddressList | None = None


class IngressBooleanExpression(Shape):
    """True or false facts: an add-on's answer, an address list."""

    evaluate: IngressBooleanToEvaluate
    operator: IngressBooleanOperator


class IngressStringToEvaluate(OneOf[IngressStringEmailAttribute | IngressAnalysis]):
    """What a string expression of a policy looks at."""

    attribute: IngressStringEmailAttribute | None = None
    analysis: IngressAnalysis | None = None


class IngressStringExpression(Shape):
    """The envelope recipient or an add-on's text, compared with literal values."""

    evaluate: IngressStringToEvaluate
    operator: IngressStringOperator
    values: tuple[str, ...]


class IngressIpToEvaluate(OneOf[IngressIpv4Attribute]):
    """What an IPv4 expression of a policy looks at."""

    attribute: IngressIpv4Attribute | None = None


class IngressIpv4Expression(Shape):
    """The client's IPv4 address, compared with networks in CIDR notation."""

    evaluate: IngressIpToEvaluate
    operator: IngressIpOperator
    values: tuple[Ipv4Cidr, ...]


class IngressIpv6ToEvaluate(OneOf[IngressIpv6Attribute]):
    """What an IPv6 expression of a policy looks at."""

    attribute: IngressIpv6Attribute | None = None


class IngressIpv6Expression(Shape):
    """The client's IPv6 address, compared with networks in CIDR notation."""

    evaluate: IngressIpv6ToEvaluate
    operator: IngressIpOperator
    values: tuple[Ipv6Cidr, ...]


class IngressTlsProtocolToEvaluate(OneOf[IngressTlsAttribute]):
    """What a TLS expression of a policy looks at."""

    attribute: IngressTlsAttribute | None = None


class IngressTlsProtocolExpression(Shape):
    """The TLS version of the connection."""

    evaluate: IngressTlsProtocolToEvaluate
    operator: IngressTlsProtocolOperator
    value: IngressTlsProtocolAttribute


PolicyExpression: TypeAlias = (
    IngressStringExpression
    | IngressIpv4Expression
    | IngressIpv6Expression
    | IngressTlsProtocolExpression
    | IngressBooleanExpression
)
"""What a condition of a policy can be."""


class PolicyCondition(OneOf[PolicyExpression]):
    """One condition of a policy statement: exactly one expression."""

    string_expression: IngressStringExpression | None = None
    ip_expression: IngressIpv4Expression | None = None
    ipv_6_expression: IngressIpv6Expression | None = None
    tls_expression: IngressTlsProtocolExpression | None = None
    boolean_expression: IngressBooleanExpression | None = None


class PolicyStatement(Shape):
    """Conditions that must all match to allow or deny a recipient."""

    conditions: Annotated[tuple[PolicyCondition, ...], ItemCount(1, None)]
    action: AcceptAction


class TrafficPolicy(Shape):
    """Who may send mail, as CreateTrafficPolicy takes it."""

    traffic_policy_name: TrafficPolicyName
    policy_statements: tuple[PolicyStatement, ...]
    default_action: AcceptAction
    max_message_size_bytes: MaxMessageSizeBytes | None = None
    tags: Annotated[tuple[Tag, ...], ItemCount(0, 200)] | None = None
