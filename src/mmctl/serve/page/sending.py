"""How to send the first message, with the ports that take mail right now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.serve.page.rows import objects, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_PLACES: Final = 20
OPEN: Final = "OPEN"
"""The type of ingress points that take mail without authentication."""


def sending(ports: Mapping[str, Any]) -> tuple[str, ...]:
    """Commands that send a message to the first open ingress point."""
    return tuple(
        f"mmctl send --scenario legitimate --to {text(point, 'host')}:{point['port']}"
        if text(point, "type") == OPEN
        else f"mmctl send --scenario legitimate --ingress-point {text(point, 'name')}"
        for point in _active(ports)
    )[:1]


def places(ports: Mapping[str, Any]) -> tuple[str, ...]:
    """Where mail is taken."""
    return tuple(
        f"{text(point, 'host')}:{point['port']} {text(point, 'name')}"
        f" ({text(point, 'type').lower()})"
        for point in _active(ports)
    )[:MOST_PLACES]


def _active(ports: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for point in objects(ports.get("ingress_points")):
        if isinstance(point.get("port"), int) and point.get("status") == "ACTIVE":
            yield point
