"""Language.md, "Text is as written": what a value in a file is, and what is refused with help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.language.parsing.load import read_text
from mmctl.language.text.quoting import scalar

if TYPE_CHECKING:
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Problem

RULE = """\
version: 1
rules:
  - name: a-rule
    conditions:
      - subject: {{contains: {value}}}
    actions: [drop]
"""


def read_value(value: str) -> tuple[list[str], tuple[Problem, ...]]:
    """The values of the condition that a text in a flow mapping becomes."""
    return read_rule(RULE.format(value=value))


def members_of(condition: RuleCondition) -> dict[str, Any]:
    """The members of the expression of a condition, under AWS's names."""
    return dict(condition.value.to_api())


def read_rule(text: str) -> tuple[list[str], tuple[Problem, ...]]:
    project, problems = read_text({"a.yaml": text}, lone=True)
    if "rules" not in project.rule_sets or not project.rule_sets["rules"].rules:
        return [], problems
    conditions = project.rule_sets["rules"].rules[0].conditions
    values = [list(members_of(condition)["Values"]) for condition in conditions]
    return (values[0] if values else []), problems


def line_of(value: str) -> str:
    """The rule with the value in a block mapping, where it runs to the end of the line."""
    return (
        "version: 1\nrules:\n  - name: a-rule\n    conditions:\n      - subject:\n"
        f"          contains: {value}\n    actions: [drop]\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "550",
        "0550",
        "5.10",
        "007",
        "1e3",
        "12:30",
        "no",
        "on",
        "true",
        "=",
        "2027-01-31",
        "0x1F",
        "yes",
        "Off",
        "1_000",
        ".5",
        "-1",
        "+1",
        "~a",
        "nullable",
        "1.0",
        "<<",
        "a#b",
        "a:b",
    ],
)
def test_a_plain_text_is_the_text_as_it_stands(text: str) -> None:
    values, problems = read_rule(line_of(text))
    assert values == [text]
    assert problems == ()


@pytest.mark.parametrize("nothing", ["", "~", "null", "Null", "NULL"])
def test_nothing_is_an_error_in_a_text(nothing: str) -> None:
    _, problems = read_rule(line_of(nothing))
    assert [p.check for p in problems] == ["empty-value"]
    assert "the value is missing" in problems[0].message


def test_a_value_that_starts_with_a_hash_is_nothing_and_the_error_says_so() -> None:
    _, problems = read_rule(line_of("#12"))
    assert problems[0].check == "empty-value"
    assert problems[0].help == "a value that starts with # needs quotes"


def test_a_comment_behind_a_value_of_a_condition_is_an_error_with_the_quoted_value() -> None:
    values, problems = read_rule(line_of("Ticket #12"))
    assert values == ["Ticket"]
    assert [p.check for p in problems] == ["trailing-comment"]
    assert '"Ticket #…"' in (problems[0].help or "")
    assert str(problems[0].position) == "a.yaml:6:21"


def test_a_comment_behind_a_header_value_is_an_error_and_one_behind_an_owner_is_not() -> None:
    text = (
        "version: 1\nrules:\n  - name: a\n    owner: security # the team\n    actions:\n"
        "      - add_header:\n          name: X-A # fine\n          value: yes # cut off?\n"
    )
    _, problems = read_rule(text)
    assert [(p.check, p.position.line) for p in problems] == [("trailing-comment", 8)]


@pytest.mark.parametrize("value", ["@example.com", "*.example.com", "&x", "!x", "%x", "`x", "- x"])
def test_what_yaml_keeps_for_itself_needs_quotes_and_the_error_shows_the_line_with_them(
    value: str,
) -> None:
    _, problems = read_rule(line_of(value))
    assert problems
    assert f'contains: "{value}"' in (problems[0].help or ""), problems[0]
    assert problems[0].position.line in (6, 7)


def test_a_variable_in_a_flow_mapping_needs_quotes_and_the_error_shows_the_line() -> None:
    _, problems = read_value("${vars.x}")
    assert problems
    assert 'contains: "${vars.x}"' in (problems[0].help or "")


def test_a_colon_and_a_space_inside_a_text_need_quotes() -> None:
    _, problems = read_rule(line_of("Re: offer"))
    assert problems
    assert 'contains: "Re: offer"' in (problems[0].help or "")


@pytest.mark.parametrize("value", ["|\n            two\n            lines", '"two\\nlines"'])
def test_a_line_break_in_a_value_is_an_error(value: str) -> None:
    _, problems = read_rule(line_of(value))
    assert [p.check for p in problems] == ["line-break"]


def test_a_folded_text_without_a_break_at_its_end_is_one_line() -> None:
    values, problems = read_rule(line_of(">-\n            two\n            lines"))
    assert (values, problems) == (["two lines"], ())


def test_quoted_booleans_are_texts_and_texts_are_no_booleans() -> None:
    text = "version: 1\nrules:\n  - {name: a, enabled: VALUE, actions: [drop]}\n"
    for value in ('"true"', "yes", "on", "1"):
        _, problems = read_rule(text.replace("VALUE", value))
        assert [p.check for p in problems] == ["wrong-type"], value
    for value in ("true", "True", "FALSE"):
        _, problems = read_rule(text.replace("VALUE", value))
        assert problems == (), value


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("25MB", 25_000_000),
        ("25 MB", 25_000_000),
        ("10MiB", 10_485_760),
        ("1.5kb", 1500),
        ("40000000", 40_000_000),
        ("0.5", 0.5),
    ],
)
def test_sizes_are_bytes_or_have_a_unit(text: str, size: float) -> None:
    rule = RULE.replace("subject: {{contains: {value}}}", f"message_size: {{greater_than: {text}}}")
    project, problems = read_text({"a.yaml": rule}, lone=True)
    assert problems == ()
    assert members_of(project.rule_sets["rules"].rules[0].conditions[0])["Value"] == size


@pytest.mark.parametrize("text", ["big", "25 XB", "-1", "1e9", "1,000"])
def test_what_is_no_size_is_refused(text: str) -> None:
    rule = RULE.replace(
        "subject: {{contains: {value}}}", f'message_size: {{greater_than: "{text}"}}'
    )
    _, problems = read_text({"a.yaml": rule}, lone=True)
    assert [p.check for p in problems] == ["wrong-type"]


def test_words_of_aws_are_read_in_any_case() -> None:
    text = (
        "version: 1\nrules:\n  - name: a\n    conditions:\n      - spf: {equals: [pass, Gray]}\n"
        "      - dmarc_policy: {not_equals: reject}\n    actions: [drop]\n"
    )
    project, problems = read_text({"a.yaml": text}, lone=True)
    assert problems == ()
    first, second = project.rule_sets["rules"].rules[0].conditions
    assert members_of(first)["Values"] == ["PASS", "GRAY"]
    assert members_of(second)["Values"] == ["REJECT"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1))
def test_a_text_that_is_written_as_the_quoting_says_is_read_as_itself(text: str) -> None:
    text = text.replace("\ufeff", "").replace("${", "$").replace("\ufffe", "").replace("\uffff", "")
    if not text:
        return
    for written in (RULE.format(value=scalar(text, flow=True)), line_of(scalar(text, flow=False))):
        values, problems = read_rule(written)
        assert values == [text], (written, problems)


@pytest.mark.parametrize("written", ['"$${x}"', '["$${x}"]', '["a", "$${x}"]'])
def test_a_literal_dollar_brace_is_kept_alone_and_in_lists(written: str) -> None:
    values, problems = read_value(written)
    assert problems == ()
    assert values[-1] == "${x}"
