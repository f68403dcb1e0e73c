"""UCL: values by their meaning, places, and faults of broken and hostile files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.errors import ProblemsFound
from mmctl.interchange.rspamd.ucl import ucl_entries

if TYPE_CHECKING:
    from mmctl.interchange.rspamd.ucl_values import UclEntry, UclValue


def plain(value: UclValue) -> Any:
    if value.entries is not None:
        return pairs(value.entries)
    if value.items is not None:
        return [plain(each) for each in value.items]
    return value.text


def pairs(entries: tuple[UclEntry, ...]) -> list[tuple[str, Any]]:
    return [(each.key, plain(each.value)) for each in entries]


def read(text: str) -> list[tuple[str, Any]]:
    return pairs(ucl_entries("a.conf", text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a = 1;", [("a", "1")]),
        ("a: 1\nb true", [("a", "1"), ("b", "true")]),
        ('"a" = "x\\ty \\"z\\" \\u00e9 \\."', [("a", 'x\ty "z" é .')]),
        ("a = 'it\\'s \\n'", [("a", "it's \\n")]),
        ("a = Bob's list;", [("a", "Bob's list")]),
        ("a = <<END\none\n ENDING\nEND\nb = 2", [("a", "one\n ENDING"), ("b", "2")]),
        ("a = <<E\nE\n", [("a", "")]),
        ("a { b = 1; b = 2 }", [("a", [("b", "1"), ("b", "2")])]),
        ("a {\n} b {}", [("a", []), ("b", [])]),
        ("a = { b: [1, 'x', {c = d}] }", [("a", [("b", ["1", "x", [("c", "d")]])])]),
        ('rule "n" { x = 1 }', [("rule", [("n", [("x", "1")])])]),
        ("rule n m { x = 1 }", [("rule", [("n", [("m", [("x", "1")])])])]),
        ("a\n{ b 1 }", [("a", [("b", "1")])]),
        ("a = ${DIR}/x.map # why", [("a", "${DIR}/x.map")]),
        ("a = https://x.example/y; b=1", [("a", "https://x.example/y"), ("b", "1")]),
        ("/* one /* two */ */ a = 1 /* x */; b = 2", [("a", "1"), ("b", "2")]),
        ('{"a": "b", "c": ["d"]}', [("a", "b"), ("c", ["d"])]),
        ('.include(try=true,priority=1) "x.conf"', [(".include", "x.conf")]),
        (".lua { if x then { y } end }\na = 1", [(".lua", ""), ("a", "1")]),
        (
            "*** Section multimap ***\na { b = 1; }\n*** End of section multimap ***\n",
            [("multimap", [("a", [("b", "1")])])],
        ),
        ("", []),
    ],
)
def test_values_are_what_rspamd_reads(text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a {\n b = 1", "2:7: the section of line 1 is not closed"),
        ("a = 1 }", "1:7: this `}` closes nothing"),
        ("a = [1, 2", "1:10: the list of line 1 is not closed"),
        ("a = [1 }", "1:8: the list of line 1 is not closed"),
        ('a = "x\n"', "1:5: this text is not closed on its line"),
        ("a = 'x", "1:5: this text is not closed on its line"),
        ('a = "x" "y"', "1:9: a `;` is missing between two values"),
        ("a = <<END\nx\n", "1:5: there is no line `END`"),
        ("a = <<end\nx\n", "1:5: here a value is expected"),
        ("a = ;", "1:5: here a value is expected"),
        ("a", "1:2: here a value is expected"),
        ("= 1", "1:1: here a name of an entry is expected"),
        ("/* x", "1:1: this comment is not closed"),
        ("{% if x %}", "1:1: this is a template"),
        ("a {= env.X =}", "1:3: this is a template"),
        (".lua { x", "1:6: the code of this macro is not closed"),
        ("{ a = 1 } b = 2", "1:11: there is something after the end"),
        ("a {" * 100, "1:123: more than 40 sections are nested here"),
        ("a = " + "[" * 100_000, "1:45: more than 40 sections are nested here"),
        ("a=1\n" * 110_000, "100001:1: the file has more than 200000 values"),
    ],
)
def test_faults_are_told_at_their_place(text: str, fault: str) -> None:
    with pytest.raises(ProblemsFound) as caught:
        read(text)
    (problem,) = caught.value.problems
    assert f"{problem.position}: {problem.message}".startswith(f"a.conf:{fault}")
    assert problem.help


@given(st.text(alphabet="ab \n\t{}[]()\"'=:;,#/*.<E$\\%é", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert faults(text) in {0, 1}


def faults(text: str) -> int:
    try:
        read(text)
    except ProblemsFound as broken:
        return len(broken.problems)
    return 0


_TREES = st.recursive(
    st.text(alphabet='ab é"\\/\n;#{}', max_size=8),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.lists(st.tuples(st.sampled_from("kl"), inner), max_size=3)
    ),
    max_leaves=8,
)


def written(tree: object) -> str:
    if isinstance(tree, str):
        escaped = tree.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    assert isinstance(tree, list)
    if tree and isinstance(tree[0], tuple):
        return "{" + "; ".join(f"{key} = {written(value)}" for key, value in tree) + "}"
    return "[" + ", ".join(map(written, tree)) + "]"


@given(tree=_TREES)
def test_what_is_written_is_read(tree: object) -> None:
    assert read(f"a = {written(tree)}\nb = 1") == [("a", tree), ("b", "1")]
