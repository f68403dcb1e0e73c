"""The action `archive`: the message goes into a folder of the archive, where searches find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.emulator.delivering.deed import ActionFails, DoneDeed, resource_named
from mmctl.model.enums import ArchiveState

if TYPE_CHECKING:
    from mmctl.emulator.delivering.deed import Deed
    from mmctl.emulator.delivering.means import DeliveryMeans
    from mmctl.model.rules import ArchiveAction


def archive(deed: Deed, action: ArchiveAction, means: DeliveryMeans) -> DoneDeed:
    """Keep the message as it is now.

    Raises:
        ActionFails: there is no such archive, or it is being deleted.
        OSError: it cannot be written.
    """
    found = resource_named(action.target_archive, deed.configured.archives)
    if found is None:
        raise ActionFails(f"archive `{action.target_archive}` does not exist")
    name = str(found["ArchiveName"])
    if found.get("ArchiveState") == ArchiveState.PENDING_DELETION:
        raise ActionFails(f"archive `{name}` is being deleted")
    try:
        file = means.keeper.keep(
            str(found["ArchiveId"]), deed.members, deed.stored, again=deed.again
        )
    except ValueError:
        raise ActionFails(f"archive `{name}` has no id that can name a folder") from None
    return DoneDeed(target=name, file=file)
