"""Plans of packed rule sets: what they say in logical rules, and what holds them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from live.by_hand_packing import packed
from live.many_rules import blocked, blocked_sender, gateway, many
from live.planned import HERE, compiled, project_from
from mmctl.live.brakes.brake import Brake
from mmctl.live.brakes.catalogue import grips
from mmctl.live.compare.diff import packed_diff
from mmctl.live.compare.edits import EditKind
from mmctl.live.compare.recognizing import recognized
from mmctl.live.plan.plan import Past, make_plan, target_of
from mmctl.live.plan.planfile import plan_of, save_document
from mmctl.live.plan.steps import AddMembers, Create, Delete, Update
from mmctl.live.state.names import Names
from mmctl.live.state.read import LiveState
from mmctl.model.kinds import Kind
from mmctl.model.rules import Rule, RuleSet
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.plan.plan import Plan

SMALL = [*map(blocked, range(6)), *map(blocked_sender, range(6))]
PACKS = {
    "mm.block-0.etc": [f"block-{number}" for number in range(6)],
    "mm.sender-0.etc.list": [f"sender-{number}" for number in range(6)],
}


def between(live: LiveConfiguration, desired: LiveConfiguration) -> Plan:
    """The plan from one configuration to another."""
    state = LiveState(configuration=live, names=Names(identity=HERE))
    return make_plan(target_of(project_from(gateway(SMALL)).environment, HERE), desired, state)


def brakes(plan: Plan) -> set[Brake]:
    """The brakes that hold a plan."""
    return {grip.brake for grip in grips(plan)}


def told(plan: Plan) -> list[tuple[EditKind, str]]:
    """What a plan says of rules and objects."""
    return [(edit.kind, edit.name) for edit in plan.edits]


def changed_rules(
    configuration: LiveConfiguration, change: Callable[[list[Rule]], list[Rule]]
) -> LiveConfiguration:
    """A configuration as the service has it after somebody changed the live rules."""
    thing = configuration.find(Kind.RULE_SET, "inbound")
    assert thing is not None
    assert isinstance(thing.shape, RuleSet)
    shape = thing.shape.changed(rules=tuple(change(list(thing.shape.rules))))
    made = replace(thing, shape=shape, logical=(), origins=())
    objects = tuple(made if each.key == thing.key else each for each in configuration.objects)
    return replace(configuration, objects=objects)


def test_packing_alone_is_one_line_and_no_brake_holds_it() -> None:
    written = compiled(gateway(SMALL))
    one = packed(written, PACKS)
    two = packed(written, {"mm.sender-0.etc.list": PACKS["mm.sender-0.etc.list"]})
    for live, desired, note in (
        (written, one, "16 rules become 6 live rules; compiled lists: 1 new"),
        (one, two, "6 added, 1 removed of 6 live rules"),
        (one, written, "6 live rules become one for each of 16 rules; compiled lists: 1 deleted"),
    ):
        plan = between(live, desired)
        assert told(plan) == [(EditKind.REPACKED, "inbound")]
        assert plan.edits[0].note == note
        assert brakes(plan) == set()
        assert plan.summary.document() == {**dict.fromkeys(plan.summary.document(), 0), "repack": 1}
        assert not plan.empty
        assert plan.live_edits


def test_a_list_of_the_compiler_is_complete_before_rules_look_in_it_and_goes_after_them() -> None:
    before = compiled(gateway(many()))
    rules = many()
    rules[3] = blocked(3, "@more.example")
    plan = between(before, compiled(gateway(rules)))
    assert [type(step) for step in plan.steps] == [Create, AddMembers, Update, Delete]
    assert [step.kind for step in plan.steps] == [
        Kind.ADDRESS_LIST,
        Kind.ADDRESS_LIST,
        Kind.RULE_SET,
        Kind.ADDRESS_LIST,
    ]
    assert brakes(plan) == set()


def test_an_edit_names_the_live_rule_that_the_rule_is_in() -> None:
    rules = [*SMALL]
    rules[2] = blocked(2, "@more.example")
    one = packed(compiled(gateway(SMALL)), PACKS)
    plan = between(one, packed(compiled(gateway(rules)), PACKS))
    edit = plan.edits[0]
    assert (edit.kind, edit.name) == (EditKind.CHANGED, "block-2")
    assert (edit.live_rules, edit.among) == (("mm.block-0.etc",), 6)
    assert edit.words is not None
    assert "@more.example" in edit.words
    assert told(plan)[1:] == [(EditKind.REPACKED, "inbound")]
    assert {edit.rule for edit in plan.live_edits} == {"mm.block-0.etc"}


def test_brakes_count_logical_rules() -> None:
    one = packed(compiled(gateway(SMALL)), PACKS)
    without = {"mm.sender-0.etc.list": PACKS["mm.sender-0.etc.list"]}
    gone = between(one, packed(compiled(gateway(SMALL[6:])), without))
    assert {Brake.DELETES, Brake.SIZE} <= brakes(gone)
    rules = [*(blocked(number, "@more.example") for number in range(6)), *SMALL[6:]]
    many_in_one = between(one, packed(compiled(gateway(rules)), PACKS))
    assert len([*many_in_one.live_edits]) == 1
    assert Brake.SIZE in brakes(many_in_one)
    in_shadow = gateway(SMALL).replace("name: block-1,", "name: block-1, shadow: true,")
    packs = {
        **PACKS,
        "mm.block-0.etc": [each for each in PACKS["mm.block-0.etc"] if "-1" not in each],
    }
    assert Brake.BLOCKING in brakes(between(one, packed(compiled(in_shadow), packs)))


def test_a_saved_plan_of_a_packed_rule_set_says_what_follows_from_its_states() -> None:
    rules = [*SMALL]
    rules[2] = blocked(2, "@more.example")
    one = packed(compiled(gateway(SMALL)), PACKS)
    plan = replace(
        between(one, packed(compiled(gateway(rules)), PACKS)), past=Past(last="0001-then")
    )
    again = plan_of(json.loads(json.dumps(save_document(plan))), "a.plan")
    assert again.edits == plan.edits
    assert again.live_edits == plan.live_edits
    assert again.desired == plan.desired


def test_without_history_the_files_tell_what_is_live() -> None:
    one = packed(compiled(gateway(SMALL)), PACKS)
    live = changed_rules(one, list)
    assert between(recognized(live, (one,)), one).empty


def test_what_is_changed_by_hand_never_stays_unsaid() -> None:
    one = packed(compiled(gateway(SMALL)), PACKS)

    def other_list(rules: list[Rule]) -> list[Rule]:
        form = rules[1].to_api()
        asked = form["Conditions"][0]["BooleanExpression"]["Evaluate"]["IsInAddressList"]
        asked["AddressLists"] = ["other"]
        return [rules[0], Rule.logical(form), *rules[2:]]

    def no_condition(rules: list[Rule]) -> list[Rule]:
        return [rules[0].changed(conditions=None), *rules[1:]]

    def twice(rules: list[Rule]) -> list[Rule]:
        return [rules[0], *rules]

    def fewer(rules: list[Rule]) -> list[Rule]:
        return rules[1:]

    def none(_rules: list[Rule]) -> list[Rule]:
        return []

    for change in (other_list, no_condition, twice, fewer, none):
        live = recognized(changed_rules(one, change), (one,))
        plan = between(live, one)
        assert [edit for edit in plan.edits if edit.of_rule], change
        assert packed_diff(one, live)
