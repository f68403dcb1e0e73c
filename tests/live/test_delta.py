"""The delta of two configurations: deepdiff takes it from JSON, and it says what the edits say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from deepdiff import Delta
from hypothesis import given, settings
from hypothesis import strategies as st

from live.planned import GATEWAY, compiled
from mmctl.compiler.configuration import LiveConfiguration, LiveObject
from mmctl.live.compare.delta import delta, forms_between, with_sets
from mmctl.live.compare.diff import diff
from mmctl.model.kinds import Kind
from mmctl.model.resources import AddressList, Archive
from mmctl.model.rules import RuleSet

if TYPE_CHECKING:
    from collections.abc import Sequence

Form = dict[str, Any]
LIVE = compiled(GATEWAY)


def read(document: Form) -> Delta:
    """A delta as a program reads it, for both directions."""
    return Delta(with_sets(json.loads(json.dumps(document))), bidirectional=True, raise_errors=True)


def delta_from(one: str, other: str) -> Form:
    return delta(compiled(GATEWAY.replace(one, other)), LIVE)


def test_an_added_value_is_an_item_of_a_set_by_the_names_of_object_and_rule() -> None:
    made = delta_from("equals: [hr@example.com", "equals: [pay@example.com, hr@example.com")
    place = "root['rule_sets/inbound']['Rules']['route-hr']['Conditions'][0]"
    assert made == {
        "set_item_added": {f"{place}['StringExpression']['Values']": ["pay@example.com"]}
    }


def test_a_rule_in_front_of_all_is_added_and_the_next_one_comes_after_it() -> None:
    first = "    rules:\n"
    made = delta_from(first, first + "      - {name: first, actions: [drop]}\n")
    rules = "root['rule_sets/inbound']['Rules']"
    assert made == {
        "dictionary_item_added": {
            f"{rules}['first']": {"Name": "first", "Actions": [{"Drop": {}}], "After": ""}
        },
        "values_changed": {
            f"{rules}['block-listed']['After']": {"new_value": "first", "old_value": ""}
        },
    }


def test_a_renamed_rule_is_one_rule() -> None:
    made = delta_from("name: route-hr", "name: route-people")
    rules = "root['rule_sets/inbound']['Rules']"
    assert made == {
        "values_changed": {
            f"{rules}['route-people']['Name']": {
                "new_value": "route-people",
                "old_value": "route-hr",
            }
        }
    }


def test_a_rule_whose_name_begins_with_two_underscores_is_not_left_out() -> None:
    made = delta_from("name: route-hr", "name: __route-hr")
    rules = "root['rule_sets/inbound']['Rules']"
    assert made == {
        "values_changed": {
            f"{rules}['__route-hr']['Name']": {
                "new_value": "__route-hr",
                "old_value": "route-hr",
            }
        }
    }


def test_one_member_more_of_a_long_list_is_one_item() -> None:
    members = [f"{number}@example.com" for number in range(30_000)]
    before = configuration([], members)
    after = configuration([], [*members, "new@example.com"])
    assert delta(after, before) == {
        "set_item_added": {"root['address_lists/known']['Members']": ["new@example.com"]}
    }


def test_an_object_that_becomes_our_own_changes_its_tag() -> None:
    (thing,) = configuration([], None, archive=True).of_kind(Kind.ARCHIVE)
    ours = LiveConfiguration(project="acme", objects=(thing,))
    theirs = LiveConfiguration(project="acme", objects=(replace(thing, project=None),))
    assert delta(ours, theirs) == {
        "dictionary_item_added": {"root['archives/all-mail']['Tags']": {"mmctl:project": "acme"}}
    }


rules = st.lists(
    st.builds(
        lambda name, values, actions, conditions: {
            **({} if name is None else {"Name": name}),
            "Conditions": [
                {
                    "StringExpression": {
                        "Evaluate": {"Attribute": each},
                        "Operator": "EQUALS",
                        "Values": values,
                    }
                }
                for each in conditions
            ],
            "Actions": [{action: {}} for action in actions],
        },
        st.sampled_from([None, *"abcdefgh"]),
        st.lists(st.sampled_from("123"), min_size=1, max_size=3),
        st.lists(st.just("Drop"), min_size=1, max_size=2),
        st.lists(st.sampled_from(["FROM", "SUBJECT", "HELO"]), max_size=3),
    ),
    max_size=6,
    unique_by=lambda form: form.get("Name", id(form)),
)


def configuration(
    rules: Sequence[Form], members: Sequence[str] | None, *, archive: bool = False
) -> LiveConfiguration:
    """A rule set, and a list and an archive where there are any."""
    shape = RuleSet.of_api({"RuleSetName": "inbound", "Rules": list(rules)})
    objects = [LiveObject(kind=Kind.RULE_SET, name="inbound", shape=shape, project="acme")]
    if members is not None:
        known = AddressList.of_api({"AddressListName": "known"})
        objects.append(
            LiveObject(
                kind=Kind.ADDRESS_LIST,
                name="known",
                shape=known,
                members=tuple(members),
                project="acme",
            )
        )
    if archive:
        kept = Archive.of_api({"ArchiveName": "all-mail"})
        objects.append(LiveObject(kind=Kind.ARCHIVE, name="all-mail", shape=kept, project="acme"))
    return LiveConfiguration(project="acme", objects=tuple(objects))


configurations = st.builds(
    configuration,
    rules,
    st.none() | st.lists(st.sampled_from(["a@x", "b@x", "c@x"]), unique=True),
    archive=st.booleans(),
)


@settings(deadline=None)
@given(configurations, configurations)
def test_a_delta_leads_from_the_one_side_to_the_other_and_is_empty_where_no_edit_is(
    live: LiveConfiguration, desired: LiveConfiguration
) -> None:
    before, after = forms_between(desired, live)
    made = delta(desired, live)
    assert bool(made) is bool(diff(desired, live))
    if made:
        assert before + read(made) == after
        assert after - read(made) == before


@settings(deadline=None)
@given(configurations)
def test_there_is_no_delta_between_a_configuration_and_itself(one: LiveConfiguration) -> None:
    assert delta(one, one) == {}
