"""JSON values → log records, each member with the type that the guide shows.

Unknown members are ignored, and a delivery may be configured to leave members out: only those
without which a record is about nothing must be there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from sys import intern
from typing import TYPE_CHECKING, Any, Final

from mmctl.mail.email import Tls
from mmctl.model.logs import PolicyVerdict
from mmctl.operate.logs.records import (
    ActionRecord,
    IngressRecord,
    PolicyElement,
    PolicyRecord,
    RuleKey,
    RuleRecord,
)

if TYPE_CHECKING:
    from mmctl.operate.logs.records import Record

_LARGEST: Final = 253_402_300_799_999
"""The last millisecond that a `datetime` holds: the end of the year 9999."""
_TLS: Final = {"TLSv1.2": Tls.TLS1_2, "TLSv1.3": Tls.TLS1_3, "": Tls.NONE, "-": Tls.NONE}
_CERTIFICATE: Final = {"common_names": "CN", "serial_number": "SERIAL_NUMBER"}
"""The log does not say of which kind an alternative name is: no attribute of a rule is in it."""


class NotARecordError(ValueError):
    """What was read is JSON, but no record of Mail Manager; the text says why."""


def record_of(data: Any, *, at: datetime | None = None) -> Record:
    """The record in a JSON value; `at` is its time where it does not say one itself.

    Raises:
        NotARecordError: it is not a record of Mail Manager, or a member has a wrong type.
    """
    if not isinstance(data, dict):
        raise NotARecordError("is not an object")
    if "traffic_policy_verdict" in data or "traffic_policy_evaluation" in data:
        return _policy(data, at)
    if "rule_name" in data or "rule_index" in data or "recipients_matched" in data:
        return _rule(data, at)
    if "message_id" in data and ("recipients" in data or "ingress_point_name" in data):
        return _ingress(data, at)
    raise NotARecordError("is no record of Mail Manager")


def _ingress(data: dict[str, Any], at: datetime | None) -> IngressRecord:
    return IngressRecord(
        at=_time(data, at),
        arn=_shared(data, "resource_arn"),
        ingress_point=_shared(data, "ingress_point_name"),
        ingress_point_id=_point_id(data),
        ingress_point_type=_shared(data, "ingress_point_type"),
        message_id=_needed(data, "message_id"),
        size=_number(data, "message_size_bytes"),
        rule_set_id=_shared(data, "rule_set_id"),
        source_ip=_text(data, "sender_ip_address"),
        mail_from=_text(data, "smtp_mail_from"),
        helo=_text(data, "smtp_helo"),
        tls=_tls(data),
        recipients=_texts(data, "recipients"),
        certificate=_certificate(data.get("ingress_point_metadata")),
    )


def _policy(data: dict[str, Any], at: datetime | None) -> PolicyRecord:
    verdict = _needed(data, "traffic_policy_verdict")
    if verdict not in {*PolicyVerdict}:
        raise NotARecordError("has a `traffic_policy_verdict` that is not ACCEPT or REJECT")
    elements = data.get("traffic_policy_evaluation") or []
    if not isinstance(elements, list):
        raise NotARecordError("has a `traffic_policy_evaluation` that is not a list")
    return PolicyRecord(
        at=_time(data, at),
        arn=_shared(data, "resource_arn"),
        ingress_point_id=_point_id(data),
        ingress_point_type=_shared(data, "ingress_point_type"),
        session_id=_text(data, "ingress_point_session_id"),
        policy_id=_shared(data, "traffic_policy_id"),
        accepted=verdict == PolicyVerdict.ACCEPT,
        recipient=_needed(data, "recipient"),
        source_ip=_text(data, "sender_ip_address"),
        mail_from=_text(data, "smtp_mail_from"),
        helo=_text(data, "smtp_helo"),
        tls=_tls(data),
        elements=tuple(map(_element, elements)),
    )


def _rule(data: dict[str, Any], at: datetime | None) -> RuleRecord:
    index = _number(data, "rule_index")
    return RuleRecord(
        at=_time(data, at),
        arn=_shared(data, "resource_arn"),
        message_id=_needed(data, "message_id"),
        key=RuleKey(_shared(data, "rule_set_name"), _shared(data, "rule_name"), index),
        recipients=_texts(data, "recipients_matched"),
        action=_action(data.get("action_metadata")),
    )


def _element(data: Any) -> PolicyElement:
    if not isinstance(data, dict):
        raise NotARecordError("has an element of `traffic_policy_evaluation` that is no object")
    action = _shared(data, "action") or ""
    if "allowedMessageSize" in data or "receivedMessageSize" in data:
        return PolicyElement(
            kind="size",
            action=action,
            matched=True,
            allowed_size=_number(data, "allowedMessageSize"),
            received_size=_number(data, "receivedMessageSize"),
        )
    matched = data.get("policyStatementMatched") is True
    if data.get("type") == "DefaultAction":
        return PolicyElement(kind="default", action=action, matched=matched)
    conditions = data.get("conditions") or []
    if not isinstance(conditions, list):
        raise NotARecordError("has `conditions` that are not a list")
    told = tuple(map(_condition, conditions))
    return PolicyElement(kind="statement", action=action, matched=matched, conditions=told)


def _condition(data: Any) -> tuple[str, str, tuple[str, ...], bool]:
    said = data.get("expression") if isinstance(data, dict) else None
    if not isinstance(said, dict):
        raise NotARecordError("has a condition without an expression")
    values = said.get("value")
    listed = values if isinstance(values, list) else [] if values is None else [values]
    return (
        _shared(said, "attribute") or "",
        _shared(said, "operator") or "",
        tuple(intern(value) if isinstance(value, str) else str(value) for value in listed),
        data.get("expressionResult") is True,
    )


def _action(data: Any) -> ActionRecord | None:
    if data is None or data == {}:
        return None
    if not isinstance(data, dict):
        raise NotARecordError("has an `action_metadata` that is no object")
    return ActionRecord(
        name=intern(_needed(data, "action_name")),
        index=_number(data, "action_index"),
        status=_shared(data, "action_status") or "",
        failure=_text(data, "action_failure") or None,
    )


def _certificate(data: Any) -> dict[str, tuple[str, ...]] | None:
    details = data.get("client_certificate_details") if isinstance(data, dict) else None
    if not isinstance(details, dict):
        return None
    found: dict[str, tuple[str, ...]] = {}
    for member, attribute in _CERTIFICATE.items():
        value = details.get(member)
        if isinstance(value, str) and value:
            found[attribute] = (value,)
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            found[attribute] = tuple(value)
    return found


def _point_id(data: dict[str, Any]) -> str | None:
    """The id of the ingress point; records without the member have it in their ARN."""
    found = _shared(data, "ingress_point_id")
    arn = data.get("resource_arn")
    if found is None and isinstance(arn, str) and ":mailmanager-ingress-point/" in arn:
        return intern(arn.rpartition("/")[2])
    return found


def _tls(data: dict[str, Any]) -> Tls | None:
    if "tls_protocol" not in data:
        return None
    protocol = _text(data, "tls_protocol")
    return Tls.NONE if protocol is None else _TLS.get(protocol)


def _time(data: dict[str, Any], at: datetime | None) -> datetime:
    value = data.get("event_timestamp")
    if (
        isinstance(value, str)
        and value.isascii()
        and value.isdigit()
        and len(value) <= len(str(_LARGEST))
    ):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST:
        return time_of(value)
    if value is None and at is not None:
        return at
    raise NotARecordError(
        "has no `event_timestamp`" if value is None else "has a wrong `event_timestamp`"
    )


_last: list[Any] = [-1, datetime.fromtimestamp(0, UTC)]


def time_of(milliseconds: int) -> datetime:
    """A time in milliseconds; records of the same millisecond share one value."""
    if _last[0] != milliseconds:
        seconds, rest = divmod(milliseconds, 1000)
        _last[:] = (
            milliseconds,
            datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000),
        )
    found: datetime = _last[1]
    return found


def _text(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is None or isinstance(value, str):
        return value
    raise NotARecordError(f"has a `{name}` that is no text")


def _shared(data: dict[str, Any], name: str) -> str | None:
    """A text that many records have: kept once."""
    value = _text(data, name)
    return None if value is None else intern(value)


def _needed(data: dict[str, Any], name: str) -> str:
    value = _text(data, name)
    if not value:
        raise NotARecordError(f"has no `{name}`")
    return value


def _number(data: dict[str, Any], name: str) -> int | None:
    value = data.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:  # noqa: PLR2004
        return int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise NotARecordError(f"has a `{name}` that is no whole number")


def _texts(data: dict[str, Any], name: str) -> tuple[str, ...]:
    value = data.get(name)
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise NotARecordError(f"has `{name}` that are no list of texts")
