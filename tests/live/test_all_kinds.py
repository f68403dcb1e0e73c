"""What holds for objects of every kind: tags, adoption, renames, deletion, changes by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from live.stopping import FORCED, Killed, at_write
from mmctl.errors import Refused
from mmctl.live.compare.edits import EditKind
from mmctl.model.kinds import Kind, Noun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live.conftest import World


@dataclass(frozen=True)
class Sort:
    """An object of one kind in the project of every kind: its name, and where it is written."""

    kind: Kind
    name: str
    line: str
    """The beginning of its line; tags and names go behind it."""
    flow: bool
    """Whether it is written in one line."""

    def with_member(self, world: World, text: str) -> None:
        """Write one more member of it."""
        if self.flow:
            world.replace(self.line + "{", f"{self.line}{{{text}, ")
        else:
            world.replace(self.line + "\n", f"{self.line}\n    {text}\n")

    def live_id(self, world: World) -> str:
        found = world.plan().live.find(self.kind, self.name)
        assert found is not None
        assert found.id is not None
        return found.id

    def arns(self, world: World) -> list[str]:
        """Everything of it that has tags."""
        service = world.service()
        found = world.plan().live.find(self.kind, self.name)
        assert found is not None
        if self.kind is Kind.ADD_ON:
            assert found.subscription_id is not None
            assert found.id is not None
            return [
                service.identity.arn(Noun.ADDON_SUBSCRIPTION, found.subscription_id),
                service.identity.arn(Noun.ADDON_INSTANCE, found.id),
            ]
        assert found.id is not None
        return [service.identity.arn(self.kind.api_noun, found.id)]

    def tags(self, world: World) -> list[Mapping[str, str]]:
        return [world.service().tags(arn) for arn in self.arns(world)]


SORTS: Final = (
    Sort(Kind.ADDRESS_LIST, "feed", "  feed: ", flow=True),
    Sort(Kind.ARCHIVE, "compliance", "  compliance: ", flow=True),
    Sort(Kind.RELAY, "exchange", "  exchange: ", flow=True),
    Sort(Kind.ADD_ON, "vade", "  vade: ", flow=True),
    Sort(Kind.RULE_SET, "inbound", "  inbound:", flow=False),
    Sort(Kind.TRAFFIC_POLICY, "edge", "  edge:", flow=False),
    Sort(Kind.INGRESS_POINT, "mx", "  mx:", flow=False),
)
EVERY: Final = pytest.mark.parametrize("sort", SORTS, ids=lambda sort: sort.kind.value)
OURS: Final = {"mmctl:project": "acme"}


def test_there_is_one_of_every_kind() -> None:
    assert {sort.kind for sort in SORTS} == {*Kind}


# Tags


@EVERY
def test_tags_are_set_changed_and_taken_away(world: World, sort: Sort) -> None:
    sort.with_member(world, "tags: {team: mail, cost: a}")
    world.apply()
    assert all(tags == {**OURS, "team": "mail", "cost": "a"} for tags in sort.tags(world))
    world.replace("tags: {team: mail, cost: a}", "tags: {team: security}")
    edits = world.plan().edits
    assert {(e.resource, e.object, e.path) for e in edits} == {
        (sort.kind, sort.name, "tags.team"),
        (sort.kind, sort.name, "tags.cost"),
    }
    world.apply()
    assert all(tags == {**OURS, "team": "security"} for tags in sort.tags(world))
    assert world.plan().empty
    world.rollback()
    assert all(tags == {**OURS, "team": "mail", "cost": "a"} for tags in sort.tags(world))


@EVERY
def test_a_tag_that_is_changed_by_hand_is_put_right_wherever_it_is(
    world: World, sort: Sort
) -> None:
    sort.with_member(world, "tags: {team: mail}")
    world.apply()
    for arn in sort.arns(world):
        world.service().tag(arn, {"team": "x"})
        ((path, before, after),) = [(e.path, e.before, e.after) for e in world.plan().edits]
        assert (path, after) == ("tags.team", "mail")
        assert before in {"x", "mail / x", "x / mail"}
        with pytest.raises(Refused, match=f"drift: 1 change made by hand .*{sort.name}"):
            world.apply()
        world.apply(forced=("drift",))
        assert all(tags == {**OURS, "team": "mail"} for tags in sort.tags(world))


def test_tags_of_an_add_on_that_were_cut_off_half_way_are_finished(world: World) -> None:
    vade = SORTS[3]
    vade.with_member(world, "tags: {team: mail, cost: a}")
    world.apply()
    world.replace("tags: {team: mail, cost: a}", "tags: {team: security}")
    for number in (2, 3):
        world.observe = at_write(number, Killed)
        with pytest.raises(Killed):
            world.apply()
        world.observe = None
        assert not world.plan().empty
    world.apply()
    assert all(tags == {**OURS, "team": "security"} for tags in vade.tags(world))


# Adoption


@EVERY
def test_what_is_not_ours_is_adopted_only_when_asked_and_let_go_by_a_rollback(
    world: World, sort: Sort
) -> None:
    world.apply()
    for arn in sort.arns(world):
        world.service().untag(arn, ["mmctl:project"])
    plan = world.plan()
    assert [(e.kind, e.resource, e.object) for e in plan.edits] == [
        (EditKind.ADOPTED, sort.kind, sort.name)
    ]
    with pytest.raises(Refused, match=f"to adopt: {sort.kind.noun} {sort.name}"):
        world.apply(plan)
    world.apply(plan, adopt=True)
    assert all(tags == OURS for tags in sort.tags(world))
    assert world.plan().empty
    world.rollback()
    assert all(tags == {} for tags in sort.tags(world))


@EVERY
def test_what_is_of_another_project_is_not_adopted(world: World, sort: Sort) -> None:
    world.apply()
    for arn in sort.arns(world):
        world.service().tag(arn, {"mmctl:project": "other"})
    with pytest.raises(Refused, match=f"{sort.kind.noun} {sort.name} belongs to project other"):
        world.apply(adopt=True)


# Names


@EVERY
def test_a_rename_with_was_keeps_the_object_where_the_service_can_rename(
    world: World, sort: Sort
) -> None:
    world.apply()
    before = sort.live_id(world)
    if sort.kind is Kind.ADD_ON:
        world.replace("VADE_ADVANCED_EMAIL_SECURITY", "TREND_MICRO")
    else:
        live = "acme-mx" if sort.kind is Kind.INGRESS_POINT else sort.name
        old = f"live_name: {live}\n"
        if old in world.text:
            world.replace(old, "live_name: another-name\n")
        else:
            sort.with_member(world, "live_name: another-name")
    plan = world.plan()
    kinds = {edit.kind for edit in plan.edits}
    replaced = sort.kind in {Kind.ADDRESS_LIST, Kind.ADD_ON}
    assert kinds == ({EditKind.REPLACED, EditKind.RENAMED} if replaced else {EditKind.RENAMED})
    world.apply(**FORCED)
    after = sort.live_id(world)
    assert (after != before) is replaced
    assert world.plan().empty


@EVERY
def test_another_logical_name_alone_is_no_change(world: World, sort: Sort) -> None:
    """The service knows live names alone: was, or the same live name, tells which is which."""
    world.apply()
    before = sort.live_id(world)
    live = "acme-mx" if sort.kind is Kind.INGRESS_POINT else sort.name
    if sort.kind is not Kind.ADD_ON and f"live_name: {live}" not in world.text:
        sort.with_member(world, f"live_name: {live}")
    new = f"{sort.name}2"
    world.text = world.text.replace(sort.line, sort.line.replace(sort.name, new))
    for reference in ("to: {}", "{{name: {}", "in_address_list: {}", "rule_set: {}", "policy: {}"):
        for end in ("}", ",", "\n"):
            old = reference.format(sort.name) + end
            world.text = world.text.replace(old, reference.format(new) + end)
    plan = world.plan()
    assert plan.empty
    found = plan.live.find(sort.kind, new)
    assert found is not None
    assert found.id == before


def test_two_address_lists_that_swap_names_swap_their_members(world: World) -> None:
    """The service cannot rename a list; a name is what it is known by."""
    world.text = """\
version: 1
address_lists:
  one: {members: [a@example.com], live_name: first}
  two: {members: [b@example.com], live_name: second}
"""
    world.apply()
    world.calls.clear()
    world.replace("first", "third")
    world.replace("second}", "first, was: two}")
    world.replace("third", "second, was: one")
    assert [(e.kind, e.path) for e in world.plan().edits] == [(EditKind.CHANGED, "members")] * 2
    world.apply()
    assert world.plan().empty
    assert sorted(world.writes) == [
        "DeregisterMemberFromAddressList",
        "DeregisterMemberFromAddressList",
        "RegisterMemberToAddressList",
        "RegisterMemberToAddressList",
    ]


# Deletion, and changes by hand


@EVERY
def test_what_somebody_deleted_is_made_again_and_known_as_drift(world: World, sort: Sort) -> None:
    world.apply()
    service: Any = world.service()
    if sort.kind in {Kind.RULE_SET, Kind.TRAFFIC_POLICY}:
        mx = SORTS[-1]
        service.delete(Noun.INGRESS_POINT, mx.live_id(world))
    found = world.plan().live.find(sort.kind, sort.name)
    assert found is not None
    if sort.kind is Kind.ADD_ON:
        inbound = world.plan().live.find(Kind.RULE_SET, "inbound")
        assert inbound is not None
        service.update(Noun.RULE_SET, inbound.id, {"Rules": []})
        service.delete(Noun.ADDON_INSTANCE, found.id)
        service.delete(Noun.ADDON_SUBSCRIPTION, found.subscription_id)
    else:
        service.delete(sort.kind.api_noun, found.id)
    edits = {(e.kind, e.resource) for e in world.plan().edits if not e.of_rule}
    assert (EditKind.ADDED, sort.kind) in edits
    with pytest.raises(Refused, match=f"drift: .*made by hand .*{sort.kind.noun} {sort.name}"):
        world.apply(**FORCED)
    world.apply(allow_delete=True, forced=(*FORCED["forced"], "drift"))
    assert world.plan().empty
    assert all(tags == OURS for tags in sort.tags(world))


def test_everything_goes_and_a_rollback_brings_all_back_but_the_mail(world: World) -> None:
    world.apply()
    world.text = "version: 1\n"
    world.apply(**FORCED)
    assert world.plan().live.objects == ()
    world.rollback(**FORCED)
    back = world.plan_rollback("2")
    assert back.empty
    names = {(thing.kind, thing.name) for thing in back.live.objects}
    assert {(sort.kind, sort.name) for sort in SORTS} <= names
    partners = back.live.find(Kind.ADDRESS_LIST, "partners")
    assert partners is not None
    assert partners.members == ("*@partner.example", "one@vendor.example")
