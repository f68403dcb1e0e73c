"""The action `publish_to_sns`: a line in a file, or a topic at an endpoint on this machine."""

from __future__ import annotations

import base64
import errno
import json
import os
import threading
from typing import TYPE_CHECKING, Final

from mmctl.emulator.delivering.deed import ActionFails, DoneDeed, NotNow
from mmctl.emulator.delivering.safe_names import safe_name
from mmctl.emulator.delivering.services import ServiceBusy, ServiceFails
from mmctl.emulator.delivering.ses_event import notification
from mmctl.emulator.journal import instant
from mmctl.model.enums import SnsNotificationEncoding, SnsNotificationPayloadType

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.emulator.delivering.deed import Deed
    from mmctl.emulator.delivering.means import DeliveryMeans
    from mmctl.model.rules import SnsAction

TOPICS: Final = "sns"
LARGEST: Final = 262_144
"""Bytes of a message that SNS takes."""
_PRIVATE: Final = 0o600
_appending: Final = threading.Lock()


def publish_to_sns(deed: Deed, action: SnsAction, means: DeliveryMeans) -> DoneDeed:
    """Publish the message, or its headers.

    Raises:
        ActionFails: there is no such topic, or the notification is too large for it.
        NotNow: the endpoint does not answer.
        OSError: it cannot be written.
    """
    arn = action.topic_arn
    text = _notification(deed, action)
    if len(text.encode()) > LARGEST:
        raise ActionFails(f"the notification has more than {LARGEST} bytes")
    name = arn.rpartition(":")[2]
    publish = means.services.publish
    if publish is None:
        file = f"{TOPICS}/{safe_name(name)}.jsonl"
        line = {"at": instant(means.clock()), "TopicArn": arn, "Message": text}
        _append(means.folder.root / file, json.dumps(line).encode() + b"\n")
        return DoneDeed(target=name, file=file)
    try:
        number = publish(arn, text)
    except ServiceFails as error:
        raise ActionFails(str(error)) from None
    except ServiceBusy as error:
        raise NotNow(str(error)) from None
    return DoneDeed(target=name, detail=f"published as {number}")


def _notification(deed: Deed, action: SnsAction) -> str:
    encoding = action.encoding or SnsNotificationEncoding.UTF_8
    if action.payload_type is SnsNotificationPayloadType.HEADERS:
        return notification(deed, action.topic_arn, encoding.value, None)
    content = deed.copy()
    if encoding is SnsNotificationEncoding.BASE64:
        text = base64.b64encode(content).decode()
    else:
        text = content.decode("utf-8", "replace")
    return notification(deed, action.topic_arn, encoding.value, text)


def _append(path: Path, line: bytes) -> None:
    """Add a line, whole or not at all."""
    with _appending:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _PRIVATE)
        try:
            before = os.fstat(handle).st_size
            if os.write(handle, line) < len(line):
                os.ftruncate(handle, before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        finally:
            os.close(handle)
