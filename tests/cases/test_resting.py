"""Cases that go otherwise under another reading say so; those that do not are silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mmctl.cases.parsing import cases_of
from mmctl.cases.running import run_cases
from mmctl.language.parsing.load import read_text

if TYPE_CHECKING:
    from mmctl.cases.result import CaseResult

RULES = """version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  vault: {retention: ONE_YEAR}
rule_sets:
  inbound:
    rules:
      - name: offers
        conditions: [{subject: {contains: Offer}}]
        actions: [{archive: {to: vault}}, drop]
      - {name: deliver, actions: [{relay: {to: exchange}}]}
"""
CASE = """version: 1
cases:
  - name: one
    message: {{from: a@example.org, to: b@example.com, subject: {subject}}}
    rule_set: inbound
    envelope: {{mail_from: a@example.org, recipients: [b@example.com]}}
    expect: {{b@example.com: {expected}}}
"""


def ran(subject: str, expected: str, semantics: str = "{}") -> tuple[CaseResult, frozenset[str]]:
    files = {
        "mmctl.yaml": f"version: 1\nproject: p\nsemantics: {semantics}\n"
        "rules: [rules.yaml]\ncases: [cases.yaml]\n",
        "rules.yaml": RULES,
        "cases.yaml": CASE.format(subject=subject, expected=expected),
    }
    project, problems = read_text(files)
    assert not problems
    cases, problems = cases_of(project)
    assert not problems
    (result,) = run_cases(project, cases, lambda _: b"", readings=True)
    return result, project.settings.settled


def told(result: CaseResult) -> list[str]:
    return [str(rest) for rest in result.rests if rest.reading != "first_match"]


def test_a_case_whose_outcome_depends_on_a_reading_says_which_and_how() -> None:
    result, _ = ran("an offer", "dropped")
    assert result.passed
    assert told(result) == [
        "depends on `text_case`: fails if sensitive (b@example.com dropped → delivered)"
    ]


def test_a_case_that_fails_and_would_pass_says_that_too() -> None:
    result, _ = ran("an offer", "delivered")
    assert not result.passed
    assert told(result) == [
        "depends on `text_case`: passes if sensitive (b@example.com dropped → delivered)"
    ]


def test_what_else_a_case_expects_counts_as_its_outcome_does() -> None:
    result, _ = ran("an Offer", "{outcome: dropped, actions: [archive, drop]}")
    assert told(result) == ["depends on `drop_cancels_earlier`: fails if yes"]
    assert told(ran("an Offer", "dropped")[0]) == []


@pytest.mark.parametrize("semantics", ["{text_case: insensitive}", "{string_case: insensitive}"])
def test_a_reading_that_the_project_states_is_settled(semantics: str) -> None:
    result, settled = ran("an offer", "dropped", semantics)
    assert told(result)
    assert not result.is_unsettled(settled)
    assert result.is_unsettled(frozenset())


def test_what_awss_own_text_speaks_against_leaves_no_case_open() -> None:
    result, settled = ran("plans", "{rules: [deliver]}")
    assert not result.is_unsettled(settled)
    result, settled = ran("an Offer", "{outcome: dropped, by: offers}")
    assert not result.is_unsettled(settled)


def test_nothing_is_asked_where_nobody_wants_to_know() -> None:
    project, _ = read_text(
        {"rules.yaml": RULES, "cases.yaml": CASE.format(subject="an offer", expected="dropped")}
    )
    cases, _ = cases_of(project)
    assert [result.rests for result in run_cases(project, cases, lambda _: b"")] == [()]
