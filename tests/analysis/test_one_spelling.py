"""Rules in one spelling are for the same mail, and stay where they are written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mmctl.analysis.one_spelling import in_one_spelling
from mmctl.analysis.questions.alike import compared
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.questions.ways import ways_into
from mmctl.judge.ingress import gateway_behind
from mmctl.language.parsing.load import read_text
from mmctl.language.writing.conditions import condition_to_file as written

if TYPE_CHECKING:
    from mmctl.language.project import LogicalRule, Project

CHECKS = Path(__file__).parents[1] / "checks"

RULES = """\
version: 1
rule_sets:
  inbound:
    rules:
      - name: block
        conditions:
          - mail_from: {not_in_address_list: mixed}
          - from: {in_address_list: domains}
        unless:
          - spf: {equals: PASS}
          - recipient: {starts_with: abuse@}
          - from: {equals: a@example.org}
          - mail_from: {in_address_list: addresses}
          - source_ip: {cidr_matches: 192.0.2.0/24}
          - add_on: {name: vade, field: isPassed, is: true}
        actions: [drop]
      - name: keep
        conditions: [{tls: true}]
        actions: [{archive: {to: all-mail}}]
archives:
  all-mail: {retention: ONE_YEAR}
add_ons:
  vade: {product: VADE_ADVANCED_EMAIL_SECURITY}
address_lists:
  mixed: {members: ["*@spam.example", a@bulk.example]}
  domains: {members: ["*@spam.example", bulk.example]}
  addresses: {members: [b@bulk.example]}
"""


def read(text: str, settings: str = "") -> Project:
    head = "version: 1\nproject: mail\nrules: [rules.yaml]\n"
    project, problems = read_text({"mmctl.yaml": head + settings, "rules.yaml": text})
    assert problems == ()
    return project


def block(settings: str = "") -> LogicalRule:
    return in_one_spelling(read(RULES, settings)).rule_sets["inbound"].rules[0]


def test_an_exception_is_the_condition_that_is_its_opposite_and_a_list_its_members() -> None:
    rule = block()
    assert [written(each) for each in rule.conditions] == [
        {"mail_from": {"not_equals": "a@bulk.example"}},
        {"from": {"ends_with": ["@spam.example", "@bulk.example"]}},
        {"spf": {"not_equals": "PASS"}},
        {"from": {"not_equals": "a@example.org"}},
        {"mail_from": {"not_equals": "b@bulk.example"}},
        {"source_ip": {"not_cidr_matches": "192.0.2.0/24"}},
    ]
    assert [written(each) for each in rule.unless] == [
        {"mail_from": {"ends_with": "@spam.example"}},
        {"recipient": {"starts_with": "abuse@"}},
        {"add_on": {"name": "vade", "field": "isPassed", "is": True}},
    ]


def test_each_condition_is_where_it_is_written() -> None:
    rule = block()
    lines = RULES.splitlines()
    for member, listed in (("Conditions", rule.conditions), ("Unless", rule.unless)):
        for number, condition in enumerate(listed):
            line = lines[rule.positions.at((member, number)).line - 1]
            assert next(iter(written(condition))) in line
    value = rule.positions.at(("Conditions", 3, "StringExpression", "Values", 0))
    assert lines[value.line - 1][value.column - 1 :].startswith("a@example.org")


def test_a_reading_by_which_the_opposite_is_not_the_same_leaves_an_exception() -> None:
    readings = (
        "missing_header: does_not_match, null_sender: does_not_match, "
        "ip_family_mismatch: does_not_match, bare_domain_entry: that_domain_and_below"
    )
    rule = block(f"semantics: {{{readings}}}\n")
    assert [next(iter(written(each))) for each in rule.conditions] == ["from", "spf"]
    assert len(rule.unless) == 7
    assert written(rule.conditions[0]) == {"from": {"in_address_list": "domains"}}


def test_rules_that_are_in_one_spelling_are_left_as_they_are() -> None:
    above, below = RULES.index("      - name: block"), RULES.index("      - name: keep")
    project = read(RULES[:above] + RULES[below:])
    assert in_one_spelling(project) is project


def test_rules_in_one_spelling_treat_all_mail_alike() -> None:
    """On every gateway of the checks' own examples, as far as it is decided."""
    faults, undecided = [], 0
    for path in sorted(CHECKS.glob("*/*.yaml")):
        text = path.read_text(encoding="utf-8")
        if path.stem not in {"bad", "ok"} or "\nproject:" in text:
            continue
        before, problems = read_text({"rules.yaml": text})
        after = in_one_spelling(before)
        if problems or after is before:
            continue
        for way in ways_into(before):
            found = compared(
                gateway_behind(before, way), gateway_behind(after, way), equality=Equality.TRACE
            )
            undecided += found.undecided is not None
            if found.differences:
                faults.append(f"{path.parent.name}/{path.name}: {way.name}")
    assert faults == []
    assert undecided <= 1
