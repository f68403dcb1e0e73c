"""Conditions as people write them → conditions as the API takes them.

Each function takes what the reader yields for one condition and returns the members of AWS's
`RuleCondition` or `PolicyCondition`, values with their places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.language.text.placed import Table, Text

if TYPE_CHECKING:
    from mmctl.problem import Position

Members = dict[str, Any]

_FLAGS: Final = {
    "tls": "TLS",
    "tls_wrapped": "TLS_WRAPPED",
    "read_receipt_requested": "READ_RECEIPT_REQUESTED",
}
_CIDR_ATTRIBUTES: Final = {
    "source_ip": ("IpExpression", "SOURCE_IP"),
    "sender_ip": ("IpExpression", "SENDER_IP"),
    "sender_ipv6": ("Ipv6Expression", "SENDER_IPV6"),
}
_TLS_OPERATORS: Final = {"minimum": "MINIMUM_TLS_VERSION", "is": "IS"}


def condition_members(condition: Table) -> Members:
    """The API members of one condition of a rule or of a policy statement."""
    ((key, value),) = condition.items()
    at = condition.keys_at[key]
    if key in _FLAGS:
        return _boolean({"Attribute": Text.at(_FLAGS[key], at)}, value, condition.values_at[key])
    if key == "message_size":
        operator, number = _only(value)
        return _expression("NumberExpression", _attribute("MESSAGE_SIZE", at), operator, number)
    if key in _CIDR_ATTRIBUTES:
        expression, attribute = _CIDR_ATTRIBUTES[key]
        return _expression(expression, _attribute(attribute, at), *_only(value))
    if key in {"spf", "dkim"}:
        return _expression("VerdictExpression", _attribute(key.upper(), at), *_only(value))
    if key == "dmarc_policy":
        operator, values = _only(value)
        return {"DmarcExpression": {"Operator": operator, "Values": values}}
    if key == "tls_protocol":
        return _tls_protocol(value, at)
    if key == "add_on":
        return _add_on(value)
    if key == "header":
        operator, values = _only(value, "name")
        return _expression(
            "StringExpression", {"MimeHeaderAttribute": value["name"]}, operator, values
        )
    if key == "client_certificate":
        operator, values = _only(value, "attribute")
        field = {"ClientCertificateAttribute": _upper(value["attribute"])}
        return _expression("StringExpression", field, operator, values)
    return _text(key.upper(), value, at)


def _text(attribute: str, value: Table, at: Position) -> Members:
    for operator, is_true in (("in_address_list", True), ("not_in_address_list", False)):
        if operator in value:
            evaluate = {
                "IsInAddressList": {
                    "Attribute": Text.at(attribute, at),
                    "AddressLists": [value[operator]],
                }
            }
            return _boolean(evaluate, is_true, value.keys_at[operator])
    return _expression("StringExpression", _attribute(attribute, at), *_only(value))


def _tls_protocol(value: Table, at: Position) -> Members:
    ((operator, version),) = value.items()
    return {
        "TlsExpression": {
            "Evaluate": _attribute("TLS_PROTOCOL", at),
            "Operator": Text.at(_TLS_OPERATORS[operator], value.keys_at[operator]),
            "Value": version,
        }
    }


def _add_on(value: Table) -> Members:
    evaluate = {"Analysis": {"Analyzer": value["name"], "ResultField": value["field"]}}
    if "is" in value:
        return _boolean(evaluate, value["is"], value.values_at["is"])
    for key, operator in (("verdict_equals", "EQUALS"), ("verdict_not_equals", "NOT_EQUALS")):
        if key in value:
            placed = Text.at(operator, value.keys_at[key])
            return _expression("VerdictExpression", evaluate, placed, value[key])
    return _expression("StringExpression", evaluate, *_only(value, "name", "field"))


def _only(value: Table, *beside: str) -> tuple[Text, Any]:
    """The one operator of a condition, in the API's spelling, and what it compares with."""
    operator = next(key for key in value if key not in beside)
    return Text.at(operator.upper(), value.keys_at[operator]), value[operator]


def _attribute(name: str, at: Position) -> Members:
    return {"Attribute": Text.at(name, at)}


def _boolean(evaluate: Members, is_true: bool, at: Position) -> Members:
    operator = Text.at("IS_TRUE" if is_true else "IS_FALSE", at)
    return {"BooleanExpression": {"Evaluate": evaluate, "Operator": operator}}


def _expression(name: str, evaluate: Members, operator: Text, compared: Any) -> Members:
    values = "Value" if name == "NumberExpression" else "Values"
    return {name: {"Evaluate": evaluate, "Operator": operator, values: compared}}


def _upper(text: Text) -> Text:
    return Text.at(text.upper(), text.position)
