"""The action `bounce`: a non-delivery report with the codes and the text of the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.emulator.delivering.deed import DoneDeed
from mmctl.emulator.delivering.notices import Notice, Unreached, list_of, written
from mmctl.emulator.delivering.posting import post
from mmctl.emulator.delivering.settings import BOUNCES

if TYPE_CHECKING:
    from mmctl.emulator.delivering.deed import Deed
    from mmctl.emulator.delivering.means import DeliveryMeans
    from mmctl.model.rules import BounceAction


def bounce(deed: Deed, action: BounceAction, means: DeliveryMeans) -> DoneDeed:
    """Tell the sender; the null sender gets nothing (RFC 5321 §4.5.5).

    Raises:
        OSError: it cannot be written.
    """
    if not deed.mail_from:
        return DoneDeed(target=None, detail="no bounce: the sender is null")
    said = f"{action.smtp_reply_code} {action.status_code} {action.diagnostic_message}"
    missed = tuple(
        Unreached(recipient=each, status=action.status_code, diagnostic=said)
        for each in deed.performed.recipients
    )
    text = action.message or "Your message was not delivered to:"
    notice = Notice(
        number=f"{deed.accepted.id}.{deed.key}.bounce",
        sender=action.sender,
        to=deed.mail_from,
        subject="Delivery Status Notification (Failure)",
        text=f"{text}\n\n{list_of(missed)}",
        remote=None,
        unreached=missed,
    )
    content = written(notice, deed.copy(), means.clock())
    posted = post(
        means,
        target=BOUNCES,
        accepted_id=deed.accepted.id,
        key=deed.key,
        to=deed.mail_from,
        about=deed.performed.recipients,
        content=content,
        place=(deed.performed.index, deed.action_index - 1),
    )
    return DoneDeed(
        target=BOUNCES,
        file=posted.file,
        happened=(posted.report,),
        letter=posted.letter,
    )
