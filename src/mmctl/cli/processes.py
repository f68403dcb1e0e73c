"""Where process ids mean the same: one boot of one kernel, one set of ids."""

from __future__ import annotations

import platform
import uuid
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_NUMBERS: Final = Path("/proc/self/ns/pid")
_MADE_UP: Final = 1 << 40
"""The bit that no real network address has: an address with it is random each time."""


def process_space() -> str | None:
    """What two processes share if they see each other by id; None: unknown.

    Two containers have the same kernel and may have the same host name, but different process ids.
    """
    if platform.system() == "Darwin":  # where containers are separate machines
        node = uuid.getnode()
        return None if node & _MADE_UP else f"{node:012x}"
    try:
        return f"{_BOOT.read_text(encoding='ascii').strip()} {_NUMBERS.readlink()}"
    except OSError:
        return None
