"""Post offices for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emulator.delivering.post_world import LONG, SOON, World, configured
from mmctl.emulator.delivering.services import Services
from mmctl.emulator.delivering.settings import DeliverySettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    """Make a post office for rules; settings and services are passed by name."""

    def make(
        rules: list[Any],
        relays: Any = (),
        archives: Any = (),
        services: Services | None = None,
        **settings: Any,
    ) -> World:
        return World(
            tmp_path / "mail",
            configured(rules, relays, archives),
            DeliverySettings(**{"retries": SOON, "patience": LONG, **settings}),
            services or Services(),
        )

    return make
