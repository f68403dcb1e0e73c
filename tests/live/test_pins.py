"""Pins: what a rollback took away is held rule by rule and object by object, in every spelling."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mmctl.errors import Refused, UsageError
from mmctl.live.brakes.brake import Brake
from mmctl.live.brakes.pins import pin
from mmctl.live.history.entries import Doing

if TYPE_CHECKING:
    from live.conftest import World

OTHER = ("EMAIL_SECURITY}", "EMAIL_SECURITY, tags: {a: b}}")
"""A change that has nothing to do with what was rolled back."""
FORCED = tuple(brake.value for brake in Brake if brake is not Brake.PIN)


def rolled_back(world: World, *changes: tuple[str, str]) -> None:
    """A world in which changes were applied and rolled back, and stand in the files still."""
    world.apply()
    for old, new in changes:
        world.replace(old, new)
    world.apply(forced=FORCED)
    world.rollback(allow_delete=True)


def held(world: World) -> str:
    with pytest.raises(Refused) as refused:
        world.apply(forced=FORCED)
    assert "pinned" in refused.value.message
    assert refused.value.help is not None
    assert "--force pin" in refused.value.help
    return refused.value.message


CHANGES = {
    "values of a condition": [('"@exarnple.com"', '"@example.net"')],
    "an exception of a rule": [("in_address_list: partners", "ends_with: '@x.example'")],
    "a new rule": [
        (
            "      - name: deliver",
            "      - {name: extra, actions: [{archive: {to: compliance}}]}\n      - name: deliver",
        )
    ],
    "a rule that is gone": [
        (
            "      - name: archive-all\n        actions:\n"
            "          - archive: {to: compliance, on_failure: continue}\n",
            "",
        )
    ],
    "members that are gone": [('"*@partner.example", ', "")],
    "members that came": [('"*@partner.example", ', '"*@partner.example", "*@z.example", ')],
    "another server of a relay": [("mail.corp.example.com", "mail.example.org")],
    "another default of a policy": [("default: deny", "default: allow")],
    "a network of a policy": [("192.0.2.0/24", "0.0.0.0/0")],
    "a closed ingress point": [
        ("tls_policy: required", "tls_policy: required\n    status: closed")
    ],
    "a new relay": [
        (
            "  exchange: {",
            "  second: {server: two.example.com, port: 25, authentication: none}\n  exchange: {",
        )
    ],
    "a shorter retention": [("retention: SEVEN_YEARS", "retention: THREE_MONTHS")],
    "tags": [("  inbound:\n    rules:", "  inbound:\n    tags: {version: two}\n    rules:")],
}


def test_why_something_is_pinned_is_said_once_and_only_where_somebody_said_it(
    world: World,
) -> None:
    rolled_back(world, *CHANGES["values of a condition"], *CHANGES["tags"])
    plan, pins = world.plan(), world.history.pins()
    same = "it is the same as when it was rolled back"
    for reasons, why in (
        (("it was wrong", "it was wrong"), f"{same} (it was wrong)"),
        ((None, "too early"), f"{same} (too early)"),
        (("too early", "too late"), f"{same} (too early; too late)"),
        ((None, None), same),
    ):
        of = [replace(each, reason=said) for each, said in zip(pins, reasons, strict=True)]
        (grip,) = pin(plan, of)
        assert grip.why == why


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_rolled_back_is_held_although_other_files_changed(name: str, world: World) -> None:
    rolled_back(world, *CHANGES[name])
    held(world)
    world.replace(*OTHER)
    held(world)


@pytest.mark.parametrize("name", CHANGES)
def test_another_change_is_not_held_while_the_bad_one_is_out_of_the_files(
    name: str, world: World
) -> None:
    text = world.text
    rolled_back(world, *CHANGES[name])
    world.text = text
    world.replace(*OTHER)
    world.apply(forced=FORCED)
    assert world.plan().empty


def test_a_moved_rule_is_held_although_rules_came_between(world: World) -> None:
    block = (
        "      - name: block-feed\n        conditions:\n"
        "          - mail_from: {in_address_list: feed}\n        actions: [drop]\n"
    )
    text = world.text
    assert block in text
    world.apply()
    world.text = text.replace(block, "").replace(
        "      - name: deliver", block + "      - name: deliver"
    )
    assert [edit.kind for edit in world.plan().edits] == ["moved"]
    world.apply(forced=FORCED)
    world.rollback()
    held(world)
    world.replace(
        "      - name: archive-all",
        "      - {name: new, actions: [{archive: {to: compliance}}]}\n      - name: archive-all",
    )
    held(world)


def test_a_rule_is_held_under_another_name_too(world: World) -> None:
    rolled_back(world, ('"@exarnple.com"', '"@example.net"'))
    world.replace("name: block-lookalike", "name: block-alike")
    held(world)


def test_a_change_of_the_bad_rule_lifts_its_pin_and_no_other(world: World) -> None:
    rolled_back(world, ('"@exarnple.com"', '"@example.net"'), ("25MB", "20MB"))
    assert len(world.history.pins()) == 2
    world.replace('"@example.net"', '"@example.org"')
    world.replace("20MB", "25MB")
    world.apply()
    assert [pin.object for pin in world.history.pins()] == ["edge"]
    world.replace("25MB", "20MB")
    held(world)


def test_pins_are_lifted_one_by_one_or_all_of_a_rollback(world: World) -> None:
    rolled_back(world, ('"@exarnple.com"', '"@example.net"'), ("25MB", "20MB"))
    first, second = (pin.id for pin in world.history.pins())
    assert (first, second) == ("0003.1", "0003.2")
    assert [pin.id for pin in world.history.unpin(first)] == [first]
    held(world)
    assert [pin.id for pin in world.history.unpin("3")] == [second]
    world.apply()
    with pytest.raises(UsageError, match="no pin has the id"):
        world.history.unpin(first)


def test_an_apply_that_is_forced_leaves_the_pin(world: World) -> None:
    rolled_back(world, ('"@exarnple.com"', '"@example.net"'))
    world.apply(forced=("pin",))
    assert world.plan().empty
    assert world.history.pins()


def test_a_rollback_to_the_bad_state_lifts_what_it_makes_live(world: World) -> None:
    rolled_back(world, ('"@exarnple.com"', '"@example.net"'))
    world.rollback("3")
    assert world.plan().empty
    assert [pin.entry for pin in world.history.pins()] == [4]


def test_what_a_killed_apply_only_wanted_is_held_too(world: World) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    world.replace("port: 25,", "port: 2525,")

    def fail(operation: str, _parameters: object) -> None:
        if operation == "UpdateRuleSet":
            raise KeyboardInterrupt

    world.observe = fail
    with pytest.raises(KeyboardInterrupt):
        world.apply(forced=FORCED)
    world.observe = None
    world.rollback()
    world.replace("port: 2525,", "port: 25,")
    message = held(world)
    assert "rule block-lookalike" in message


def test_pins_of_0_1_0_hold_and_are_kept(world: World) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    digest = world.plan().digest_after
    world.history.store.put("pins.json", json.dumps([digest]))
    assert digest[:12] in held(world)
    world.text = world.text.replace('"@example.net"', '"@exarnple.com"')
    world.replace("25MB", "20MB")
    world.apply()
    world.rollback()
    kept = json.loads(world.history.store.get("pins.json") or "")
    assert kept[0] == digest
    assert [pin.id for pin in world.history.unpin(digest[:12])] == [digest[:12]]


def test_a_rollback_of_several_applies_pins_what_each_of_them_brought(world: World) -> None:
    world.apply()
    first = world.text
    world.replace('"@exarnple.com"', '"@a.example"')
    world.apply()
    world.replace('"@a.example"', '"@b.example"')
    world.apply()
    world.rollback("2")
    for name in ("@a.example", "@b.example"):
        world.text = first.replace("@exarnple.com", name)
        held(world)
    assert {entry.kind for entry in world.history.entries()} == {Doing.APPLY, Doing.ROLLBACK}
