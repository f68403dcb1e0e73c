"""Where the numbers of processes mean the same: one start of one kernel, one set of numbers."""

from __future__ import annotations

import platform
import uuid
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_NUMBERS: Final = Path("/proc/self/ns/pid")
_MADE_UP: Final = 1 << 40
"""The bit of a network address that no machine has: it is random each time."""


def process_space() -> str | None:
    """What two processes share that see each other by number; None: nothing tells.

    Two containers have the same kernel, and may have the same host name, but numbers of their own.
    """
    if platform.system() == "Darwin":  # where containers are machines of their own
        node = uuid.getnode()
        return None if node & _MADE_UP else f"{node:012x}"
    try:
        return f"{_BOOT.read_text(encoding='ascii').strip()} {_NUMBERS.readlink()}"
    except OSError:
        return None
