"""What all actions work with: the data folder, the settings, and what writes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.emulator.archive.keeping import ArchiveKeeper
from mmctl.emulator.data_folder import DataFolder
from mmctl.emulator.delivering.maildir import Maildirs
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from mmctl.emulator.delivering.services import Services
    from mmctl.emulator.delivering.settings import DeliverySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryMeans:
    """What all actions work with."""

    folder: DataFolder
    settings: DeliverySettings
    services: Services
    maildirs: Maildirs
    keeper: ArchiveKeeper
    clock: Callable[[], datetime]

    @classmethod
    def of(
        cls,
        data: Path,
        settings: DeliverySettings,
        services: Services,
        clock: Callable[[], datetime],
    ) -> DeliveryMeans:
        """The means below a data folder."""
        return cls(
            folder=DataFolder(data),
            settings=settings,
            services=services,
            maildirs=Maildirs(data),
            keeper=ArchiveKeeper(data),
            clock=clock,
        )
