"""Broken scripts: every mistake at its place, all at once, in a time that grows with the text."""

from __future__ import annotations

import pytest

from interchange.sieve.imported import source_of
from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.tests import NEVER


def problems(script: str | bytes) -> list[str]:
    """The problems of a script, with their places."""
    with pytest.raises(ProblemsFound) as raised:
        source_of({"main.sieve": script})
    return [
        f"{each.position.line}:{each.position.column} {each.message}"
        for each in raised.value.problems
    ]


def test_all_mistakes_are_reported_at_once() -> None:
    script = """if header :contanis "subject" "x" { stop; }
fileinto "Junk";
keep
if size 5 { discard; }
stop; require "fileinto";
discrad;
"""
    assert problems(script) == [
        "1:11 `header` has no `:contanis`",
        "2:1 `fileinto` needs an extension that the script does not require",
        "4:1 unexpected `if` behind `keep`, expected `;` before it",
        "5:7 `require` is behind another command",
        "6:1 unknown command `discrad`",
    ]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('keep; "text', ['1:7 string without an end, expected `"`']),
        ("keep; /* and so on", ["1:7 comment without an end, expected `*/`"]),
        ("reject text:\nno\n", ["1:8 text without an end, expected a line with `.` alone"]),
        ("if true { if true { keep;", ["1:19 block without an end, expected `}`"]),
        ("keep; } discard;", ["1:7 unexpected `}`, no block is open"]),
        ("keep;\x00", ["1:6 the file has a zero byte"]),
        ("if size :over 1 :under 2 {}", ["1:17 `:under` after `:over`"]),
        ("else { keep; }", ["1:1 `else` without `if` before it"]),
        ("discrad;", ["1:1 unknown command `discrad`"]),
        ("if " + "not " * 40 + "true {}", ["1:132 tests of more than 32 levels"]),
        ("keep %;", ["1:6 unexpected character `%`"]),
        ("if size :over 5Q { keep; }", ["1:16 unexpected `q` behind `size`"]),
        ('redirect "nobody";', ["1:10 `nobody` is no address"]),
    ],
)
def test_a_mistake_is_at_its_place(script: str, expected: list[str]) -> None:
    assert problems(script) == expected


def test_another_encoding_is_named() -> None:
    latin = 'if header :is "subject" "é" { keep; }'.encode("latin-1")
    assert problems(latin) == ["1:26 the file is not UTF-8"]


def test_a_long_script_takes_linear_time() -> None:
    line = 'if header :contains "subject" "word{}" {{ fileinto "folder{}"; }}\n'
    many = "".join(line.format(number, number) for number in range(1_500))
    source = source_of({"main.sieve": 'require "fileinto";\n' + many})
    assert len(source.rules) == 1_500
    assert all(rule.test != NEVER for rule in source.rules)


def test_deep_and_long_texts_are_refused_in_a_moment() -> None:
    for text in ("if true {" * 50_000, "[" * 50_000, '"' * 50_001, "/*" * 50_000, "(" * 50_000):
        assert problems(text) != []


def test_inclusions_that_multiply_end() -> None:
    scripts: dict[str, str | bytes] = {
        f"s{number}.sieve": 'require "include";' + f'include "s{number + 1}";' * 10
        for number in range(9)
    }
    source = source_of(scripts | {"s9.sieve": "discard;"})
    assert len(source.rules) <= 1_000
    assert source.unread != []
