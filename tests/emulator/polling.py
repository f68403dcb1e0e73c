"""Waiting for what another thread or process does, without sleeping for luck."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 120.0
"""Seconds after which a test gives up; nothing waits that long unless something is broken."""


def until(holds: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait for a condition, and return what it gives."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen within {seconds:g} seconds")
        time.sleep(0.01)
    return found
