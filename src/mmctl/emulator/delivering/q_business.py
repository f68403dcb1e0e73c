"""The action `deliver_to_q_business`: the message goes into a folder of the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.emulator.delivering.deed import DoneDeed
from mmctl.emulator.delivering.files import put_file
from mmctl.emulator.delivering.safe_names import safe_path

if TYPE_CHECKING:
    from mmctl.emulator.delivering.deed import Deed
    from mmctl.emulator.delivering.means import DeliveryMeans
    from mmctl.model.rules import DeliverToQBusinessAction

INDEXES: Final = "q_business"


def deliver_to_q_business(
    deed: Deed, action: DeliverToQBusinessAction, means: DeliveryMeans
) -> DoneDeed:
    """Put the message where the index would read it.

    Raises:
        OSError: it cannot be written.
    """
    name = f"{deed.accepted.id}.eml"
    file = safe_path((INDEXES, action.application_id, action.index_id, name))
    put_file(means.folder.root, file, deed.stored)
    return DoneDeed(target=action.application_id, file=file)
