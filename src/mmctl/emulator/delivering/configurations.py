"""Configurations that judged mail, read again: what was accepted before a restart needs them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from mmctl.emulator.gateways import configured_by
from mmctl.model.shape import ShapeError
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from mmctl.emulator.data_folder import DataFolder
    from mmctl.emulator.gateways import Configured

_DIGEST: Final = Pattern(r"[0-9a-f]{16,64}")


def kept_configuration(folder: DataFolder, digest: str) -> Configured | None:
    """The configuration under a digest; None: it is gone, or damaged.

    Raises:
        OSError: it cannot be read.
    """
    if not _DIGEST.fullmatch(digest):
        return None
    try:
        return configured_by(json.loads(folder.gateway(digest).read_bytes()), digest)
    except (FileNotFoundError, ShapeError, KeyError, TypeError, ValueError, AttributeError):
        return None
