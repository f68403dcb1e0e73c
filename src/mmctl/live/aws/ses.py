"""SESv2: one raw message from a verified address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.errors import CouldNot
from mmctl.live.aws.answers import writing
from mmctl.live.state.service import OutcomeUnknown, ServiceAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence


def send_raw(client: Any, sender: str, recipients: Sequence[str], content: bytes) -> str:
    """Send a message as it is, and return the id that SES gave it.

    Raises:
        CouldNot: it was not sent.
        OutcomeUnknown: it may have been sent.
    """
    try:
        with writing("SendEmail"):
            answer = client.send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": [*recipients]},
                Content={"Raw": {"Data": content}},
            )
    except ServiceAnswer as answered:
        raise CouldNot(
            f"{answered.code}: {answered.message}",
            help="SES sends only from an address or domain that is verified there",
        ) from answered
    id_ = answer.get("MessageId")
    if not isinstance(id_, str):
        raise OutcomeUnknown("SendEmail", "the answer has no id")
    return id_
