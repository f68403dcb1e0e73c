"""Where messages are, for programs, as `mmctl/where@1`."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

    from mmctl.operate.whereabouts.told import MessageAt, RecipientAt, WhereAnswer

SCHEMA: Final = "mmctl/where@1"


def document(answer: WhereAnswer) -> dict[str, Any]:
    """The document `mmctl/where@1`."""
    reach = answer.reach
    return {
        "schema": SCHEMA,
        "found": answer.found,
        "messages": [_message(each) for each in answer.messages],
        "reach": None if reach is None else {"first": _time(reach[0]), "last": _time(reach[1])},
        "not_seen": answer.not_seen,
        "near": list(answer.near),
    }


def _message(message: MessageAt) -> dict[str, Any]:
    return {
        "id": message.id,
        "at": _time(message.at),
        "mail_from": message.mail_from,
        "ingress_point": message.ingress_point,
        "recipients": [_recipient(each) for each in message.recipients],
        "further_recipients": message.further,
    }


def _recipient(at: RecipientAt) -> dict[str, Any]:
    return {
        "recipient": at.recipient,
        "state": at.state.value,
        "by": at.by,
        "one_of": list(at.one_of),
        "place": at.place,
        "target": at.target,
        "sentence": at.sentence,
        "release": at.release,
    }


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
