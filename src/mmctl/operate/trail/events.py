"""One write to Mail Manager as CloudTrail records it. Strangers may have written all of its texts.

Source: "CloudTrail record contents", AWS CloudTrail User Guide.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from mmctl.live.iam.facts import FACTS
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_CHANGE: Final = ("Get", "List", "Allow", "Send", "StartArchive", "StopArchive")
"""How operations begin that read, search archives or send."""
TAGGING: Final = frozenset({"TagResource", "UntagResource"})
"""Operations whose names other parts of Amazon SES have too."""
WRITES: Final = tuple(
    sorted(
        name
        for action in FACTS
        if action.startswith("ses:")
        and not (name := action.removeprefix("ses:")).startswith(_NO_CHANGE)
    )
)
"""The operations of Mail Manager that change a configuration."""
LOG_WRITES: Final = (
    "CreateDelivery",
    "DeleteDelivery",
    "DeleteDeliveryDestination",
    "DeleteDeliverySource",
    "PutDeliveryDestination",
    "PutDeliverySource",
)
"""The operations of CloudWatch Logs that change where logs are delivered."""
SES: Final = "ses.amazonaws.com"
"""The event source of all of Amazon SES, whose signing name Mail Manager uses."""
LOGS: Final = "logs.amazonaws.com"
_SOURCES: Final = {SES: frozenset(WRITES), LOGS: frozenset(LOG_WRITES)}
_OWN_ARN: Final = ":mailmanager-"
_LONGEST: Final = 512
"""Characters of a text that are kept."""
_HIDDEN: Final = "HIDDEN_DUE_TO_SECURITY_REASONS"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEvent:
    """A call that may have changed the configuration."""

    id: str
    at: datetime
    name: str
    """The operation: `UpdateRuleSet`."""
    who: str
    """The caller's ARN, or what stands in its place."""
    role: str | None = None
    """The ARN of the role that the caller had assumed."""
    source_ip: str | None = None
    agent: str | None = None
    region: str | None = None
    account: str | None = None
    error: str | None = None
    """Why the call was refused; then it changed nothing."""
    request: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Its parameters, with the names of members as the API has them."""
    answer: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def cut(self) -> bool:
        """Whether CloudTrail left its parameters out because they were too large."""
        return self.request.get("Omitted") is True

    def said(self, member: str) -> str | None:
        """A text of its parameters; None: there is none, or CloudTrail hides it."""
        value = self.request.get(member)
        return value if isinstance(value, str) and value != _HIDDEN else None


class NotAnEventError(ValueError):
    """What is not a record of CloudTrail; the text says why."""


def event_of(data: Any) -> TrailEvent | None:
    """The write of a record; None: it is about something else.

    Raises:
        NotAnEventError: it is not a record of CloudTrail.
    """
    if not isinstance(data, dict) or "eventName" not in data:
        raise NotAnEventError("is no record of CloudTrail")
    name, source = data.get("eventName"), data.get("eventSource")
    if not isinstance(name, str) or name not in _SOURCES.get(str(source), ()):
        return None
    request = data.get("requestParameters")
    members = _members(request) if isinstance(request, dict) else {}
    if name in TAGGING and _OWN_ARN not in str(members.get("ResourceArn", "")):
        return None
    who, role = _caller(data.get("userIdentity"))
    answer = data.get("responseElements")
    return TrailEvent(
        id=_text(data.get("eventID")) or "",
        at=_time(data.get("eventTime")),
        name=name,
        who=who,
        role=role,
        source_ip=_text(data.get("sourceIPAddress")),
        agent=_text(data.get("userAgent")),
        region=_text(data.get("awsRegion")),
        account=_text(data.get("recipientAccountId")),
        error=_text(data.get("errorCode")),
        request=members,
        answer=_members(answer) if isinstance(answer, dict) else {},
    )


def _caller(identity: Any) -> tuple[str, str | None]:
    """Who called, and the role that was assumed."""
    if not isinstance(identity, dict):
        return "unknown", None
    session = identity.get("sessionContext")
    issuer = session.get("sessionIssuer") if isinstance(session, dict) else None
    role = _text(issuer.get("arn")) if isinstance(issuer, dict) else None
    said = (identity.get(name) for name in ("arn", "userName", "invokedBy", "type"))
    who = next((text for each in said if (text := _text(each))), "unknown")
    return who, role


def _time(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotAnEventError("has no `eventTime`") from None


def _text(value: Any) -> str | None:
    return value[:_LONGEST] if isinstance(value, str) and value else None


def _members(value: Any) -> Any:
    """A document with the names of members as the API has them: CloudTrail writes `ruleSetId`."""
    if isinstance(value, dict):
        return {
            str(name)[:1].upper() + str(name)[1:]: _members(each) for name, each in value.items()
        }
    return [_members(each) for each in value] if isinstance(value, list) else value
