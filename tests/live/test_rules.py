"""Two versions of a rule set: the fewest edits that say what happened."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.compiler.configuration import RuleOrigin
from mmctl.live.compare.edits import Edit, EditKind
from mmctl.live.compare.rules import rule_edits

Form = dict[str, Any]


def rule(name: str | None, *values: str, action: str = "Drop") -> Form:
    evaluate = {"Attribute": "FROM"}
    expression = {"Evaluate": evaluate, "Operator": "EQUALS", "Values": sorted(values or ("x",))}
    named = {} if name is None else {"Name": name}
    return {**named, "Conditions": [{"StringExpression": expression}], "Actions": [{action: {}}]}


def edits(before: list[Form], after: list[Form]) -> list[Edit]:
    return list(rule_edits("inbound", before, after, ()))


FORTY = [rule(f"rule-{number}", f"{number}@example.com") for number in range(40)]


def test_a_rule_inserted_at_the_top_is_one_line() -> None:
    (edit,) = edits(FORTY, [rule("new", "new@example.com"), *FORTY])
    assert (edit.kind, edit.name, edit.note) == (EditKind.ADDED, "new", "first")


def test_an_added_rule_says_what_it_comes_after() -> None:
    (edit,) = edits(FORTY, [*FORTY[:3], rule("new", "n@example.com"), *FORTY[3:]])
    assert edit.note == "after rule-2"


@pytest.mark.parametrize(("source", "target"), [(17, 2), (2, 17), (0, 39), (39, 0)])
def test_a_moved_rule_is_one_line_with_both_positions(source: int, target: int) -> None:
    after = [*FORTY]
    after.insert(target, after.pop(source))
    (edit,) = edits(FORTY, after)
    assert edit.kind is EditKind.MOVED
    assert (edit.name, edit.before, edit.after) == (f"rule-{source}", source + 1, target + 1)


def test_a_renamed_rule_is_one_line() -> None:
    before = [rule("a", "1"), rule("old", "2", "3"), rule("b", "4")]
    after = [rule("a", "1"), rule("new", "2", "3"), rule("b", "4")]
    (edit,) = edits(before, after)
    assert (edit.kind, edit.before, edit.after) == (EditKind.RENAMED, "old", "new")


def test_another_value_of_a_rule_without_a_name_is_a_change_of_it() -> None:
    before = [rule(None, "a"), rule(None, "b"), rule(None, "c")]
    for place in range(3):
        after = [*before]
        after[place] = rule(None, "other")
        (edit,) = edits(before, after)
        assert (edit.kind, edit.name) == (EditKind.CHANGED, f"rule {place + 1}")


def test_another_target_of_a_rule_without_name_and_conditions_is_a_change_of_it() -> None:
    before: list[Form] = [rule("a", "1"), {"Actions": [{"Relay": {"Relay": "r-1"}}]}]
    after: list[Form] = [rule("a", "1"), {"Actions": [{"Relay": {"Relay": "r-2"}}]}]
    (edit,) = edits(before, after)
    assert (edit.kind, edit.path) == (EditKind.CHANGED, "actions[0]")


def test_a_rule_without_a_name_that_gets_one_and_another_value_is_the_same_rule() -> None:
    found = edits([rule("a", "1"), rule(None, "2")], [rule("a", "1"), rule("named", "3")])
    assert [edit.kind for edit in found] == [EditKind.RENAMED, EditKind.CHANGED]


def test_beside_a_new_rule_without_a_name_each_changed_one_is_the_likest() -> None:
    before = [rule(None, "a", "b", "c"), rule(None, "x", "y", "z")]
    after = [rule(None, "n"), rule(None, "a", "b", "q"), rule(None, "x", "y", "q")]
    found = edits(before, after)
    assert [(edit.kind, edit.name) for edit in found] == [
        (EditKind.ADDED, "rule 1"),
        (EditKind.CHANGED, "rule 2"),
        (EditKind.CHANGED, "rule 3"),
    ]


def test_another_rule_in_the_place_of_one_without_a_name_is_an_addition_and_a_deletion() -> None:
    other: Form = {"Actions": [{"Archive": {"TargetArchive": "a-1"}}]}
    found = edits([rule("a", "1"), rule(None, "2")], [rule("a", "1"), other])
    assert [edit.kind for edit in found] == [EditKind.ADDED, EditKind.REMOVED]


def test_a_rule_without_a_name_is_not_known_by_its_value_on_the_other_side_of_others() -> None:
    before = [rule(None, "1"), rule("a", "2"), rule("b", "3")]
    after = [rule("a", "2"), rule("b", "3"), rule(None, "4")]
    assert [edit.kind for edit in edits(before, after)] == [EditKind.ADDED, EditKind.REMOVED]


def test_a_rule_that_is_renamed_and_hardly_changed_is_still_the_same_rule() -> None:
    many = [str(number) for number in range(8)]
    found = edits([rule("old", *many)], [rule("new", *many, "more")])
    assert [edit.kind for edit in found] == [EditKind.RENAMED, EditKind.CHANGED]


@pytest.mark.parametrize("more", [(), ("more",)], ids=["alone", "with-a-change"])
def test_of_two_rules_that_are_alike_the_first_is_the_renamed_one(more: tuple[str, ...]) -> None:
    many = [str(number) for number in range(8)]
    above = rule("above", "x", action="Send")
    before = [above, rule("first", *many), rule("second", *many)]
    renamed, *changed, removed = edits(before, [above, rule("new", *many, *more)])
    assert (renamed.kind, renamed.before, renamed.after) == (EditKind.RENAMED, "first", "new")
    assert [edit.kind for edit in changed] == [EditKind.CHANGED] * len(more)
    assert (removed.kind, removed.name) == (EditKind.REMOVED, "second")


def test_of_two_new_rules_that_are_alike_the_first_is_the_renamed_one() -> None:
    many = [str(number) for number in range(8)]
    after = [rule("first", *many, "more"), rule("second", *many, "more")]
    found = edits([rule("old", *many)], after)
    assert [(edit.kind, edit.name) for edit in found] == [
        (EditKind.RENAMED, "first"),
        (EditKind.CHANGED, "first"),
        (EditKind.ADDED, "second"),
    ]


def test_another_rule_in_the_place_of_one_is_not_a_rename() -> None:
    found = edits([rule("old", "1")], [rule("new", "2", action="Send")])
    assert [edit.kind for edit in found] == [EditKind.ADDED, EditKind.REMOVED]


def test_a_rule_without_a_name_stays_between_its_neighbors_although_another_is_likelier() -> None:
    one, other, changed = rule(None, "1", "2"), rule(None, "9"), rule(None, "1", "7")
    before = [rule("a", "a"), one, rule("b", "b"), other, rule("c", "c")]
    after = [rule("a", "a"), rule("b", "b"), changed, rule("c", "c")]
    assert [(edit.kind, edit.name) for edit in edits(before, after)] == [
        (EditKind.CHANGED, "rule 3"),
        (EditKind.REMOVED, "rule 2"),
    ]
    assert [(edit.kind, edit.name) for edit in edits(after, before)] == [
        (EditKind.ADDED, "rule 2"),
        (EditKind.CHANGED, "rule 4"),
    ]


def test_a_rule_with_a_name_is_not_known_by_its_place() -> None:
    found = edits(
        [rule("a", "1"), rule("old", "2"), rule("b", "3")],
        [rule("a", "1"), rule("new", "4"), rule("b", "3")],
    )
    assert [(edit.kind, edit.name) for edit in found] == [
        (EditKind.ADDED, "new"),
        (EditKind.REMOVED, "old"),
    ]


def test_a_changed_value_is_named_by_its_path_in_the_words_of_the_file() -> None:
    (edit,) = edits([rule("a", "1")], [rule("a", "1", "2")])
    assert (edit.kind, edit.path) == (EditKind.CHANGED, "conditions[0].values")
    assert (edit.before, edit.after) == (["1"], ["1", "2"])


def test_one_more_condition_in_front_is_one_change() -> None:
    before = rule("a", "1")
    after = {**before, "Conditions": [rule("b", "2")["Conditions"][0], *before["Conditions"]]}
    (edit,) = edits([before], [after])
    assert (edit.path, edit.before) == ("conditions[0]", None)


def test_rules_without_a_live_name_are_paired_by_what_they_do() -> None:
    before = [rule(None, "1"), rule(None, "2"), rule(None, "3")]
    (edit,) = edits(before, [before[0], before[2]])
    assert (edit.kind, edit.before) == (EditKind.REMOVED, before[1])


def test_a_rule_goes_by_its_logical_name_and_its_place_in_the_files() -> None:
    origins = (RuleOrigin(name="first", place="rules/a.yaml:3"),)
    (edit,) = rule_edits("inbound", [], [rule(None, "1")], origins)
    assert (edit.name, edit.place) == ("first", "rules/a.yaml:3")


forms = st.lists(
    st.builds(
        rule,
        st.sampled_from([None, *"abcdefgh"]),
        st.sampled_from("123"),
        action=st.sampled_from(["Drop", "Send"]),
    ),
    max_size=8,
    unique_by=lambda form: form.get("Name", id(form)),
)


@given(forms)
def test_there_is_no_edit_between_a_rule_set_and_itself(rules: list[Form]) -> None:
    assert edits(rules, rules) == []


@given(forms, forms)
def test_two_rule_sets_that_differ_have_an_edit(one: list[Form], other: list[Form]) -> None:
    assert bool(edits(one, other)) == (one != other)


@given(st.permutations(range(8)))
def test_a_reordered_rule_set_has_only_moves_and_never_one_of_each_rule(order: list[int]) -> None:
    rules = FORTY[:8]
    found = edits(rules, [rules[index] for index in order])
    assert {edit.kind for edit in found} <= {EditKind.MOVED}
    assert len(found) < len(rules)
