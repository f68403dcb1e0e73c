"""Several calls in flight change nothing but the time: the same plans, writes and errors."""

from __future__ import annotations

import random
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from live.conftest import EVERY_KIND, World
from live.stopping import FORCED, change_every_kind, is_write, with_logging
from mmctl.cli.files.live_import import read_everything
from mmctl.emulator.service_error import modelled
from mmctl.errors import CouldNot, StoppedPartWay
from mmctl.live.aws.pace import Distances, Pace
from mmctl.live.plan.planfile import plan_document
from mmctl.live.state.read import read_live
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mmctl.live.plan.plan import Plan

AT_ONCE = 8
LISTS = 60
"""More than a page of a List answer has."""
MEMBERS = 45


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "mmctl.live.aws.flights.Pace", partial(Pace, Distances(first=0.0005, most=0.002))
    )


def in_flight(world: World) -> None:
    """From now on the world's service has several calls in flight."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mmctl.live.aws.connect.EMBEDDED_AT_ONCE", AT_ONCE)
        world._service = None
        assert world.service().at_once == AT_ONCE


def shuffled(seed: int) -> Any:
    """An observer that lets each call take a moment, drawn by lot."""
    lots = random.Random(seed)  # noqa: S311 - a moment of time

    def observe(_operation: str, _given: Mapping[str, Any]) -> None:
        time.sleep(lots.random() / 2000)

    return observe


def with_lists(world: World) -> None:
    lines = "".join(f"  more-{n:02}: {{members: ['a{n}@example.com']}}\n" for n in range(LISTS))
    world.text = EVERY_KIND.replace("address_lists:\n", f"address_lists:\n{lines}")


def test_a_look_and_an_import_find_the_same_in_any_order_of_answers(world: World) -> None:
    with_lists(world)
    world.text = with_logging(world.text, rule_set="destination: 'arn:aws:s3:::logs'")
    world.apply()
    desired = world.desired()[0]
    one_by_one = read_live(world.service(), desired), read_everything(world.service())
    assert len([*one_by_one[0].configuration.of_kind(Kind.ADDRESS_LIST)]) == LISTS + 2
    in_flight(world)
    for seed in range(3):
        world.observe = shuffled(seed)
        state, read = read_live(world.service(), desired), read_everything(world.service())
        assert state == one_by_one[0]
        assert [*state.answers] == [*one_by_one[0].answers]
        assert read == one_by_one[1]


def test_a_change_of_every_kind_is_applied_and_rolled_back_with_the_same_writes(
    tmp_path: Path,
) -> None:
    writes, plans = [], []
    for at_once in (False, True):
        world = World(root=tmp_path / str(at_once))
        world.root.mkdir()
        world.text = with_logging(world.text, ingress_point="destination: 'arn:aws:s3:::logs'")
        if at_once:
            in_flight(world)
            world.observe = shuffled(1)
        world.apply()
        before = world.plan()
        change_every_kind(world)
        plan = world.plan()
        world.apply(plan, **FORCED)
        world.rollback(**FORCED)
        assert world.plan_rollback("2").empty
        assert before.empty
        writes.append(world.writes)
        plans.append(lines(plan))
    assert writes[0] == writes[1]
    assert plans[0] == plans[1]


def lines(plan: Plan) -> list[dict[str, Any]]:
    return [edit.document() for edit in plan.edits]


def test_a_failure_in_the_middle_ends_the_look_with_the_same_error_each_time(world: World) -> None:
    with_lists(world)
    world.apply()
    in_flight(world)
    denied = {"GetRelay", "GetArchive", "GetRuleSet"}
    found = set()
    for seed in range(4):
        wait = shuffled(seed)

        def observe(operation: str, given: Mapping[str, Any], wait: Any = wait) -> None:
            wait(operation, given)
            if operation in denied:
                raise CouldNot(f"{operation}: denied")

        world.observe = observe
        with pytest.raises(CouldNot) as raised:
            world.plan()
        found.add((raised.value.message, raised.value.details))
    assert found == {
        ("GetArchive: denied", ("  GetRelay: denied", "  GetRuleSet: denied")),
    }


def members(world: World, *extra: str) -> None:
    addresses = [f"b{number:02}@bulk.example" for number in range(MEMBERS)]
    world.files["rules/bulk.csv"] = "address\n" + "\n".join([*addresses, *extra]) + "\n"
    world.text = "version: 1\naddress_lists:\n  bulk: {members_file: bulk.csv}\n"


def test_members_go_in_batches_each_noted_before_and_after(world: World) -> None:
    in_flight(world)
    world.observe = shuffled(2)
    members(world)
    world.apply()
    assert world.writes.count("RegisterMemberToAddressList") == MEMBERS
    journal = world.history.journal(world.history.entries()[-1].id)
    noted = [(line["moment"], line["subject"]) for line in journal if "Member" in line["operation"]]
    subjects = [f"b{number:02}@bulk.example" for number in range(MEMBERS)]
    wanted = []
    for start in range(0, MEMBERS, AT_ONCE):
        some = subjects[start : start + AT_ONCE]
        wanted += [("before", each) for each in some] + [("after", each) for each in some]
    assert noted == wanted
    world.files["rules/bulk.csv"] = "address\nb00@bulk.example\n"
    world.apply(forced=("lists",))
    assert world.plan().empty
    world.rollback()
    members(world)
    assert world.plan().empty


def test_a_member_that_is_refused_stops_the_rest_and_the_others_of_its_batch_are_live(
    world: World,
) -> None:
    members(world)
    world.files["rules/bulk.csv"] = "address\nold@bulk.example\n"
    world.apply()
    in_flight(world)
    members(world, "old@bulk.example")
    refused = {"b10@bulk.example", "b13@bulk.example"}
    for seed in range(3):
        wait = shuffled(seed)

        def observe(operation: str, given: Mapping[str, Any], wait: Any = wait) -> None:
            wait(operation, given)
            if is_write(operation) and given.get("Address") in refused:
                raise CouldNot(f"{operation}: {given['Address']} is refused")

        world.observe = observe
        with pytest.raises(StoppedPartWay, match=r"b10@bulk\.example is refused"):
            world.apply(forced=("pin",))
        world.observe = None
        (listed,) = world.plan().live.of_kind(Kind.ADDRESS_LIST)
        assert len(listed.members or ()) == 1 + 2 * AT_ONCE - len(refused)
        world.rollback()
    world.apply(forced=("pin",))
    assert world.plan().empty


def test_a_throttled_look_completes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from mmctl.emulator.core import EmbeddedMailManager  # noqa: PLC0415 - patched here

    with_lists(world)
    world.apply()
    expected = world.plan()
    in_flight(world)
    answer, lots = EmbeddedMailManager.call, random.Random(3)  # noqa: S311 - no secret

    def call(self: EmbeddedMailManager, operation: str, given: Any, **place: str) -> Any:
        if lots.random() < 0.1:
            raise modelled("ThrottlingException", "Rate exceeded")
        return answer(self, operation, given, **place)

    monkeypatch.setattr(EmbeddedMailManager, "call", call)
    found = world.plan()
    assert plan_document(found) == plan_document(expected)
