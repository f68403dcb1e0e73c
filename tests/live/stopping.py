"""What the tests of stopped applies share: ends in the place of a write, a change of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.emulator.core import EmbeddedMailManager

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest

    from live.conftest import World


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it and go on."""


def is_write(operation: str) -> bool:
    return not operation.startswith(("Get", "List", "Describe"))


def at_write(number: int, error: Callable[[], BaseException]) -> Callable[[str, Any], None]:
    """An observer that raises in the place of one write."""
    count = 0

    def observe(operation: str, _parameters: Mapping[str, Any]) -> None:
        nonlocal count
        if is_write(operation):
            count += 1
            if count == number:
                raise error()

    return observe


def change_every_kind(world: World) -> None:
    """A second version that adds, changes, moves, renames and removes of every kind."""
    world.replace('"one@vendor.example"', '"two@vendor.example"')
    world.replace("retention: SEVEN_YEARS", "retention: TEN_YEARS")
    world.replace("port: 25,", "port: 2525,")
    world.replace("vade: {product: VADE_ADVANCED_EMAIL_SECURITY}", "trend: {product: TREND_MICRO}")
    world.replace("add_on: {name: vade,", "add_on: {name: trend,")
    world.replace("max_message_size: 25MB", "max_message_size: 20MB")
    world.replace("tls_policy: required", "tls_policy: optional\n    status: closed")
    world.replace("  inbound:\n    rules:", "  inbound:\n    tags: {version: two}\n    rules:")
    world.replace(
        "feed: {members: external}",
        "feed: {members: external}\n  vips: {members: [a@example.com, b@example.com]}",
    )


def with_service(monkeypatch: pytest.MonkeyPatch, change: Callable[..., Any]) -> None:
    """Let `change(answer, self, operation, parameters, **place)` answer in place of the service."""
    answer = EmbeddedMailManager.call

    def call(self: EmbeddedMailManager, operation: str, given: Any, **place: str) -> Any:
        return change(answer, self, operation, given, **place)

    monkeypatch.setattr(EmbeddedMailManager, "call", call)


def with_logging(text: str, **logging: str) -> str:
    """A project with the `logging:` of its rule set and ingress point, as named."""
    places = {"rule_set": "  inbound:\n", "ingress_point": "  mx:\n"}
    for kind, members in logging.items():
        place = places[kind]
        assert place in text
        text = text.replace(place, f"{place}    logging: {{{members}}}\n")
    return text


FORCED: dict[str, Any] = {
    "allow_delete": True,
    "forced": (
        "relay-target",
        "size",
        "irreversible",
        "endpoint-replacement",
        "pin",
        "entrance",
        "destination",
        "ordinary-mail",
    ),
}


def assert_no_doubles(world: World) -> None:
    plan = world.plan()
    names = [(thing.kind, thing.live_name) for thing in plan.live.objects]
    assert len(names) == len(set(names)) == len(plan.desired.objects)
