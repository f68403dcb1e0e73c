"""JSON with places, beside the module `json`."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.placed_json import placed

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 1, "\t"]))
def test_it_reads_what_json_reads(value: object, indent: int | str | None) -> None:
    assert placed("a.json", json.dumps(value, indent=indent)).plain == value


def test_every_value_has_its_place() -> None:
    node = placed("a.json", '[\n  {"a": 1,\n   "b": ["x"]}\n]')
    (rule,) = node.items or []
    assert str(rule.place) == "a.json:2:3"
    members = rule.members or {}
    assert str(members["a"].place) == "a.json:2:9"
    assert str((members["b"].items or [])[0].place) == "a.json:3:10"


def test_a_repeated_member_is_known() -> None:
    node = placed("a.json", '{"a": 1,\n "a": 2}')
    assert node.plain == {"a": 2}
    assert [(name, str(place)) for name, place in node.repeated or []] == [("a", "a.json:1:7")]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "1:1"),
        ("[1, 2", "1:6"),
        ('{"a" 1}', "1:6"),
        ('{"a": }', "1:7"),
        ("{a: 1}", "1:2"),
        ('["a\n', "1:4"),
        ("[1,]", "1:4"),
        ("[] []", "1:4"),
        ("[NaN]", "1:2"),
        ("[1e]", "1:2"),
        ("[01]", "1:2"),
        ("[" * 100_000, "1:101"),
        ("[" + "1" * 5000 + "]", "1:2"),
    ],
)
def test_what_is_broken_is_named_by_its_place(text: str, where: str) -> None:
    with pytest.raises(ProblemsFound) as raised:
        placed("a.json", text)
    (problem,) = raised.value.problems
    assert str(problem.position) == f"a.json:{where}"
    with pytest.raises((ValueError, RecursionError)):
        json.loads(text.replace("NaN", "x"))
