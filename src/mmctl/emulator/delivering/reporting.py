"""Delivery reports: the sender learns that a message did not reach somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.emulator.delivering.notices import POSTMASTER, Notice, list_of, unreached, written
from mmctl.emulator.delivering.posting import post
from mmctl.emulator.delivering.settings import REPORTS

if TYPE_CHECKING:
    from mmctl.emulator.delivering.carrier import HandedOn
    from mmctl.emulator.delivering.journey import Journey
    from mmctl.emulator.delivering.letters import Letter
    from mmctl.emulator.delivering.means import DeliveryMeans
    from mmctl.emulator.delivering.posting import Posted


def report(
    letter: Letter, carried: HandedOn, journey: Journey, means: DeliveryMeans
) -> Posted | None:
    """Report a failure to the sender; None: there is nobody to tell (RFC 5321 §4.5.5).

    Raises:
        OSError: it cannot be written.
    """
    sender = journey.accepted.envelope.mail_from
    if not carried.failed or not letter.reports_failure or not sender:
        return None
    missed = tuple(unreached(recipient, why) for recipient, why in carried.failed)
    key = f"{letter.key}t{carried.tries}"
    notice = Notice(
        number=f"{journey.accepted.id}.{key}.report",
        sender=POSTMASTER,
        to=sender,
        subject="Undelivered Mail Returned to Sender",
        text=f"Your message was not delivered to:\n\n{list_of(missed)}",
        remote=None if letter.server is None else letter.server.host,
        unreached=missed,
    )
    return post(
        means,
        target=REPORTS,
        accepted_id=journey.accepted.id,
        key=key,
        to=sender,
        about=tuple(each.recipient for each in missed),
        content=written(notice, journey.message.read(), means.clock()),
        place=(letter.rule_index, letter.action_index),
    )
