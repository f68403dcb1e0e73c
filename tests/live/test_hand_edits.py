"""What was done by hand since the bad apply: a rollback keeps it, says so, and takes it on demand.

What stays is known as done by hand afterwards, also beside what a command of one address changed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.stopping import Killed, at_write
from live.test_by_hand import (
    add_member,
    add_rule,
    change_relay,
    change_rule,
    live_id,
    make_relay,
    marks,
    move_rule,
    remove_rule,
    rules,
)
from mmctl.compiler.configuration import LiveConfiguration, LiveObject
from mmctl.errors import Refused
from mmctl.live.apply.apply import apply
from mmctl.live.apply.effects import Permissions
from mmctl.live.history.keeping import merged_rules, without_hand_edits
from mmctl.live.history.merging import merged
from mmctl.live.plan.plan import make_plan, target_of
from mmctl.live.plan.planfile import plan_document
from mmctl.live.state.read import read_live
from mmctl.model.kinds import Kind
from mmctl.model.resources import AddonSubscription
from mmctl.render.text.plan import bare

if TYPE_CHECKING:
    from live.conftest import World

BAD = '"@exarnple.com", "@customer.example"'


def bad_apply(world: World) -> str:
    """A first apply, and a second one that drops a customer; the files before it."""
    world.apply()
    before = world.text
    world.replace('"@exarnple.com"', BAD)
    world.apply()
    world.clock.sleep(3600)
    return before


def kept(world: World) -> list[tuple[str, str, str]]:
    return [(e.kind.value, e.name, e.path) for e in world.plan_rollback().kept]


def names(world: World) -> list[str]:
    return [rule["Name"] for rule in rules(world)]


def test_a_rollback_keeps_what_was_done_by_hand_and_says_each_line(world: World) -> None:
    before = bad_apply(world)
    add_member(world)
    add_rule(world)
    change_relay(world)
    make_relay(world)
    plan = world.plan_rollback()
    assert [(e.name, e.path) for e in plan.edits] == [("block-lookalike", "conditions[0].values")]
    assert sorted(kept(world)) == [
        ("added", "emergency", ""),
        ("added", "spare", ""),
        ("changed", "exchange", "server_port"),
        ("changed", "partners", "members"),
    ]
    assert all(edit.by_hand for edit in plan.kept)
    text = bare(plan, width=100).plain
    assert "kept, made by hand since the last apply (to undo it: --force drift):" in text
    assert "by hand 2026-11-20T10:" in text
    assert len(plan_document(plan)["kept"]) == 4
    world.rollback()
    assert names(world)[0] == "emergency"
    assert world.plan_rollback("2").empty
    world.text = before
    assert len(marks(world)) == 4
    with pytest.raises(Refused, match="drift: 4 changes made by hand would be undone") as refused:
        world.apply(allow_delete=True, forced=("relay-target",))
    assert "rule emergency of inbound, " in refused.value.message
    assert "relay spare, " in refused.value.message


def test_the_flag_that_is_named_takes_it_away_and_nothing_else_does(world: World) -> None:
    before = bad_apply(world)
    add_rule(world)
    world.rollback(allow_delete=True)
    assert "emergency" in names(world)
    world.text = before
    assert marks(world) == [("removed", "emergency", "")]
    world.rollback("2", forced=("drift",))
    assert "emergency" not in names(world)
    assert world.plan().empty


def test_a_rule_that_a_rollback_takes_out_names_no_flag(world: World) -> None:
    world.apply()
    world.replace(
        "      - name: deliver",
        "      - {name: extra, actions: [{archive: {to: compliance}}]}\n      - name: deliver",
    )
    world.apply()
    text = bare(world.plan_rollback(), width=100).plain
    assert "- extra" in text
    assert "--allow-delete" not in text
    world.rollback()


def test_a_change_by_hand_in_the_rule_that_was_bad_is_kept_beside_the_way_back(
    world: World,
) -> None:
    bad_apply(world)
    change_rule(world)
    world.rollback()
    (condition,) = rules(world)[0]["Conditions"]
    assert sorted(condition["StringExpression"]["Values"]) == [
        "@evil.example",
        "@examp1e.com",
        "@exarnple.com",
    ]


def test_a_rule_that_was_moved_or_removed_by_hand_stays_so(world: World) -> None:
    bad_apply(world)
    move_rule(world)
    assert kept(world)[0][0] == "moved"
    world.rollback()
    assert names(world)[:2] == ["block-feed", "block-lookalike"]
    world.replace('"@exarnple.com"', '"@example.net"') if BAD not in world.text else None
    remove_rule(world)
    world.rollback()
    assert "block-feed" not in names(world)


def test_an_object_that_was_deleted_by_hand_is_made_again(world: World) -> None:
    bad_apply(world)
    id = live_id(world, Kind.INGRESS_POINT, "mx")  # noqa: A001 - of what is deleted
    world.service().delete(_noun(Kind.INGRESS_POINT), id)
    assert ("added", "mx") in [(e.kind.value, e.object) for e in world.plan_rollback().edits]
    world.rollback(forced=("entrance",) if _has("entrance") else ())
    assert world.plan_rollback("2").empty


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_a_killed_apply_left_is_not_taken_for_done_by_hand(world: World, number: int) -> None:
    world.apply()
    before = world.text
    world.replace('"@exarnple.com"', BAD)
    world.replace('"*@partner.example", ', '"new@partner.example", ')
    world.replace("port: 25,", "port: 2525,")
    world.observe = at_write(number, Killed)
    with pytest.raises(Killed):
        world.apply(forced=("relay-target",))
    world.observe = None
    assert marks(world) == []
    add_rule(world)
    assert kept(world) == [("added", "emergency", "")]
    world.rollback()
    world.text = before
    assert marks(world) == [("removed", "emergency", "")]
    world.apply(allow_delete=True, forced=("drift",))
    assert world.plan().empty


def test_a_change_of_one_address_leaves_what_is_by_hand_known_as_such(world: World) -> None:
    world.apply()
    change_rule(world)
    add_member(world)
    configuration, environment = world.desired()
    state = read_live(world.service(), configuration, world.history.applied())
    found = state.configuration.find(Kind.ADDRESS_LIST, "partners")
    assert found is not None
    members = (*(found.members or ()), "two@vendor.example")
    wanted = replace(
        state.configuration,
        objects=tuple(
            replace(thing, members=members) if thing.key == found.key else thing
            for thing in state.configuration.objects
        ),
    )
    target = target_of(environment, world.service().identity)
    apply(make_plan(target, wanted, state, partial=True), world.means(), Permissions())
    world.replace('"one@vendor.example"', '"one@vendor.example", "two@vendor.example"')
    assert marks(world) == [
        ("changed", "partners", "members"),
        ("changed", "block-lookalike", "conditions[0].values"),
    ]


def _noun(kind: Kind) -> Any:

    return kind.api_noun


def _has(brake: str) -> bool:
    from mmctl.live.brakes.brake import Brake  # noqa: PLC0415 - beside its only use

    return brake in [each.value for each in Brake]


# Merging, against what each side changed

KEYS = st.sampled_from(["a", "b", "c"])
TEXTS = st.lists(st.sampled_from("pqrs"), unique=True)
VALUES = st.dictionaries(KEYS, st.integers(0, 2) | TEXTS)


@given(base=VALUES, ours=VALUES, theirs=VALUES)
def test_a_merge_has_all_that_either_side_changed_alone(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    found = merged(ours, theirs, [base])
    assert merged(ours, base, [base]) == ours
    assert merged(base, theirs, [base]) == theirs
    for key in {*base, *ours, *theirs}:
        old, mine, other = (each.get(key) for each in (base, ours, theirs))
        if other == old:
            assert found.get(key) == mine
        elif mine == old:
            assert found.get(key) == other
        elif not all(isinstance(each, list) for each in (old, mine, other)):
            if isinstance(mine, list) and isinstance(other, list):
                assert sorted(found[key]) == sorted(other)
            else:
                assert found.get(key) == other
        else:
            assert isinstance(old, list)
            assert isinstance(mine, list)
            assert isinstance(other, list)
            came, went = {*other} - {*old}, {*old} - {*other}
            assert {*found[key]} == ({*mine} | came) - went


@st.composite
def rule_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    chosen = draw(st.lists(st.sampled_from("abcde"), unique=True))
    return [{"Name": name, "Actions": [{"AddHeader": {"HeaderName": name}}]} for name in chosen]


@given(base=rule_lists(), ours=rule_lists(), theirs=rule_lists())
def test_rules_of_a_merge_are_those_of_ours_with_what_came_and_went_by_hand(
    base: list[dict[str, Any]], ours: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> None:
    found = [rule["Name"] for rule in merged_rules(ours, theirs, [base])]
    before, mine, other = ([rule["Name"] for rule in each] for each in (base, ours, theirs))
    came, went = {*other} - {*before}, {*before} - {*other}
    assert {*found} == ({*mine} | came) - went
    assert len(found) == len({*found})
    assert merged_rules(base, theirs, [base]) == theirs
    assert merged_rules(ours, base, [base]) == ours


def test_an_object_that_a_rollback_made_anew_is_known_by_its_new_id() -> None:
    def state(instance: str | None) -> LiveConfiguration:
        add_on = LiveObject(
            kind=Kind.ADD_ON,
            name="vade",
            shape=AddonSubscription.logical({"AddonName": "VADE"}),
            project="acme",
            id=instance,
            subscription_id="as-1",
        )
        return LiveConfiguration(project="acme", objects=(add_on,))

    # Its instance was gone, and is made anew: nothing else of the add-on tells that it was written.
    kept = without_hand_edits(state("ai-before"), state(None), state("ai-after"))
    assert [thing.id for thing in kept.objects] == ["ai-after"]
    kept = without_hand_edits(state("ai-before"), state("ai-hand"), state("ai-hand"))
    assert [thing.id for thing in kept.objects] == ["ai-before"]
