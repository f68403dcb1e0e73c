"""Somebody changes a thing in the console meanwhile: it is noticed and never overwritten.

Once between plan and apply, once between two writes of an apply; a thing of each kind, in each way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from live.stopping import FORCED, change_every_kind, is_write, with_service
from mmctl.errors import CouldNot, Refused, StoppedPartWay
from mmctl.live.history.entries import EntryResult
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from live.conftest import World
    from mmctl.compiler.configuration import LiveObject

EDITS: Final[dict[Kind, dict[str, Any]]] = {
    Kind.ARCHIVE: {"Retention": {"RetentionPeriod": "PERMANENT"}},
    Kind.RELAY: {"ServerPort": 2526},
    Kind.RULE_SET: {"Rules": []},
    Kind.TRAFFIC_POLICY: {"DefaultAction": "ALLOW", "PolicyStatements": []},
    Kind.INGRESS_POINT: {"IngressPointName": "console-mx"},
}
"""Members that an update sends; an address list has only its members."""
NAMES: Final = {
    Kind.ADDRESS_LIST: "partners",
    Kind.ARCHIVE: "compliance",
    Kind.RELAY: "exchange",
    Kind.ADD_ON: "vade",
    Kind.RULE_SET: "inbound",
    Kind.TRAFFIC_POLICY: "edge",
    Kind.INGRESS_POINT: "mx",
}


def change(world: World, thing: LiveObject) -> None:
    service, live_id = world.service(), thing.id or ""
    if thing.kind is Kind.ADDRESS_LIST:
        service.add_member(live_id, "console@example.net")
    else:
        service.update(thing.kind.api_noun, live_id, EDITS[thing.kind])


def tag(world: World, thing: LiveObject) -> None:
    world.service().tag(arn(world, thing), {"touched": "by-hand"})


def release(world: World, thing: LiveObject) -> None:
    world.service().untag(arn(world, thing), ["mmctl:project"])


WAYS: Final = [
    pytest.param(kind, way, id=f"{kind}-{way.__name__}")
    for kind in Kind
    for way in (change, tag, release)
    if (kind, way) != (Kind.ADD_ON, change)  # of an add-on nothing but its tags can change
]


def arn(world: World, thing: LiveObject) -> str:
    live_id = thing.subscription_id if thing.kind is Kind.ADD_ON else thing.id
    return world.service().identity.arn(thing.kind.api_noun, live_id or "")


def seen(world: World, thing: LiveObject) -> Any:
    """All that the service tells of a thing."""
    service = world.service()
    live_id = (thing.subscription_id if thing.kind is Kind.ADD_ON else thing.id) or ""
    members = list(service.members(live_id) or ()) if thing.kind is Kind.ADDRESS_LIST else []
    return service.get(thing.kind.api_noun, live_id), service.tags(arn(world, thing)), members


def applied(world: World, kind: Kind) -> LiveObject:
    world.apply()
    thing = world.plan().live.find(kind, NAMES[kind])
    assert thing is not None
    change_every_kind(world)
    return thing


@pytest.mark.parametrize(("kind", "way"), WAYS)
def test_what_changed_between_plan_and_apply_makes_the_plan_stale(
    kind: Kind, way: Callable[[World, LiveObject], None], world: World
) -> None:
    thing = applied(world, kind)
    plan = world.plan()
    way(world, thing)
    left = seen(world, thing)
    world.calls.clear()

    with pytest.raises(Refused, match="the plan is stale") as refused:
        world.apply(plan, **FORCED)

    assert f"{kind}/{thing.name}" in "".join(refused.value.details)
    assert world.writes == []
    assert seen(world, thing) == left


@pytest.mark.parametrize(("kind", "way"), WAYS)
def test_what_changed_between_two_writes_is_noticed_and_stays(
    kind: Kind, way: Callable[[World, LiveObject], None], world: World
) -> None:
    thing = applied(world, kind)
    left: list[Any] = []

    def observe(operation: str, _parameters: Mapping[str, Any]) -> None:
        if is_write(operation):
            world.observe = None
            way(world, thing)
            left.append(seen(world, thing))

    world.observe = observe
    with pytest.raises(StoppedPartWay) as stopped:
        world.apply(**FORCED)

    assert thing.name in "\n".join([stopped.value.message, *stopped.value.details])
    now = seen(world, thing)
    if kind is Kind.ADDRESS_LIST:  # its members come and go one by one, beside those of others
        assert set(left[0][2]) - {"one@vendor.example"} <= set(now[2])
        assert left[0][1] == now[1]
    else:
        assert now == left[0]


@pytest.mark.parametrize("kind", Kind)
def test_what_somebody_else_makes_first_under_a_name_is_not_taken(kind: Kind, world: World) -> None:
    noun = kind.api_noun
    made: list[str] = []

    def observe(operation: str, parameters: Mapping[str, Any]) -> None:
        if operation == f"Create{noun}" and not made:
            own = ("Tags", "ClientToken")
            request = {key: value for key, value in parameters.items() if key not in own}
            made.append("on the way")
            made[0] = world.service().create(noun, request, "console")

    world.observe = observe
    with pytest.raises((StoppedPartWay, CouldNot), match=f"Create{noun}"):
        world.apply()

    of_that_name = [item[noun.id_member] for item in world.service().list(noun)]
    assert made[0] in of_that_name
    assert world.service().tags(world.service().identity.arn(noun, made[0])) == {}
    with pytest.raises(Refused, match="1 to adopt"):
        world.apply()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_answer_that_is_older_than_our_own_write_is_nobodys_change(
    times: int, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tags of a new address list come a moment later than the list."""
    early = 0

    def late(answer: Any, embedded: Any, operation: str, given: Any, **place: str) -> Any:
        nonlocal early
        if operation == "CreateAddressList":
            early = times
        if operation == "ListTagsForResource" and early:
            early -= 1
            return {"Tags": []}
        return answer(embedded, operation, given, **place)

    with_service(monkeypatch, late)
    entry = world.apply()
    assert entry is not None
    assert entry.result is EntryResult.DONE
    assert world.plan().empty
