"""How to send the first message, with the ports that take mail right now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.serve.page.rows import objects, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_PLACES: Final = 20


def sending(ports: Mapping[str, Any]) -> tuple[str, ...]:
    """Commands that send a message to the first open ingress point."""
    return tuple(
        f"mmctl send --scenario legitimate --to {host}:{port}" for host, port, _ in _open(ports)
    )[:1]


def places(ports: Mapping[str, Any]) -> tuple[str, ...]:
    """Where mail is taken."""
    return tuple(f"{host}:{port}  {name}" for host, port, name in _open(ports))[:MOST_PLACES]


def _open(ports: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    for point in objects(ports.get("ingress_points")):
        port = point.get("port")
        if isinstance(port, int) and point.get("status", "ACTIVE") == "ACTIVE":
            kind = text(point, "type").lower()
            yield text(point, "host"), port, f"{text(point, 'name')}{f' ({kind})' if kind else ''}"
