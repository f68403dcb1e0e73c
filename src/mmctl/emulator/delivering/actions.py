"""The actions of rules, carried out: one file each, found here."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.emulator.delivering.archiving import archive
from mmctl.emulator.delivering.bouncing import bounce
from mmctl.emulator.delivering.deed import DoneDeed
from mmctl.emulator.delivering.functions import function_lane, invoke_lambda
from mmctl.emulator.delivering.handing_on import deliver_to_mailbox, relay, send
from mmctl.emulator.delivering.q_business import deliver_to_q_business
from mmctl.emulator.delivering.s3 import write_to_s3
from mmctl.emulator.delivering.sns import publish_to_sns
from mmctl.model.rules import (
    AddHeaderAction,
    ArchiveAction,
    BounceAction,
    DeliverToMailboxAction,
    DeliverToQBusinessAction,
    DropAction,
    InvokeLambdaAction,
    RelayAction,
    ReplaceRecipientAction,
    S3Action,
    SendAction,
    SnsAction,
)

if TYPE_CHECKING:
    from mmctl.emulator.delivering.deed import Deed
    from mmctl.emulator.delivering.means import DeliveryMeans


def carry_out(deed: Deed, means: DeliveryMeans) -> DoneDeed:
    """Do what an action says, for one form of a message.

    Raises:
        ActionFails: it cannot be done.
        NotNow, OSError: it cannot be done now.
    """
    action = deed.performed.action.value
    match action:
        case DropAction() | AddHeaderAction() | ReplaceRecipientAction():
            return DoneDeed(target=deed.performed.target)  # the judge did it
        case ArchiveAction():
            return archive(deed, action, means)
        case RelayAction():
            return relay(deed, action, means)
        case SendAction():
            return send(deed, action, means)
        case DeliverToMailboxAction():
            return deliver_to_mailbox(deed, action, means)
        case S3Action():
            return write_to_s3(deed, action, means)
        case DeliverToQBusinessAction():
            return deliver_to_q_business(deed, action, means)
        case SnsAction():
            return publish_to_sns(deed, action, means)
        case BounceAction():
            return bounce(deed, action, means)
        case InvokeLambdaAction():
            return invoke_lambda(deed, action, means)
        case _:
            assert_never(action)


def lane_of(deed: Deed, means: DeliveryMeans) -> str | None:
    """Who could keep others waiting while the action is done; None: nobody."""
    action = deed.performed.action.value
    match action:
        case InvokeLambdaAction():
            return function_lane(deed, action, means)
        case S3Action():
            return None if means.services.put_object is None else f"s3 {action.s3_bucket}"
        case SnsAction():
            return None if means.services.publish is None else f"sns {action.topic_arn}"
        case (
            DropAction()
            | AddHeaderAction()
            | ReplaceRecipientAction()
            | ArchiveAction()
            | RelayAction()
            | SendAction()
            | DeliverToMailboxAction()
            | DeliverToQBusinessAction()
            | BounceAction()
        ):
            return None
        case _:
            assert_never(action)


def minutes_to_try(deed: Deed) -> int | None:
    """How long an action is tried again; None: as long as mail waits."""
    action = deed.performed.action.value
    if isinstance(action, InvokeLambdaAction):
        return action.retry_time_minutes or 0
    return None
