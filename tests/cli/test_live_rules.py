"""Rules in the service's shapes judge mail as the files do that they were made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mmctl.cases.case import Case, Expectation
from mmctl.cases.parsing import cases_of
from mmctl.cases.running import run_cases
from mmctl.cli.changes.live_rules import project_of
from mmctl.compiler.compile import compile_project
from mmctl.judge.actions import stops
from mmctl.language.parsing.load import read_project, read_text
from mmctl.model.kinds import Kind
from mmctl.model.rules import Rule

ROOT = Path(__file__).parents[2]


def outcomes(case: Case) -> tuple[Expectation, ...]:
    """What a case expects but for names: a packed live rule has the name of several rules."""
    return tuple(
        Expectation(recipient=each.recipient, outcome=each.outcome, position=each.position)
        for each in case.expectations
    )


@pytest.mark.parametrize("folder", [".", "tests/cli/gateway"])
def test_every_case_of_a_gateway_passes_under_its_rules_in_the_shapes_of_the_service(
    folder: str,
) -> None:
    project, _ = read_project(ROOT / folder)
    configuration, problems = compile_project(project)
    assert not problems
    # What is read back from the service knows nothing of the files.
    live = replace(
        configuration,
        objects=tuple(replace(found, origins=(), place=None) for found in configuration.objects),
    )
    cases, _ = cases_of(project)
    if any(each.logical for each in configuration.objects):
        cases = tuple(replace(case, expectations=outcomes(case)) for case in cases)
    results = run_cases(
        project_of(live, project), cases, lambda name: (ROOT / folder / name).read_bytes()
    )
    assert len(results) > 3
    assert [result.case.name for result in results if not result.passed] == []


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([{"Archive": {"TargetArchive": "a"}}, {"Drop": {}}], True),
        ([{"Drop": {}}, {"Archive": {"TargetArchive": "a"}}], False),
        ([{"AddHeader": {"HeaderName": "X-A", "HeaderValue": "b"}}, {"Drop": {}}], False),
        ([{"Relay": {"Relay": "r"}}], False),
    ],
)
def test_a_drop_behind_what_delivers_or_stores_is_a_stop(
    actions: list[dict[str, object]], expected: bool
) -> None:
    assert stops(Rule.logical({"Actions": actions})) is expected


def test_things_without_a_name_there_are_named_by_the_files_or_by_their_place() -> None:
    text = """
version: 1
rule_sets:
  inbound:
    rules:
      - {name: first, live_name: named-there, actions: [drop]}
      - {name: second, live_name: none, actions: [drop]}
traffic_policies:
  edge:
    default: deny
    statements:
      - {name: ours, allow: [{recipient: {ends_with: "@example.com"}}]}
address_lists:
  feed: {members: external}
"""
    project, problems = read_text({"rules.yaml": text})
    assert not [problem for problem in problems if problem.severity == "error"]
    configuration, _ = compile_project(project)
    bare = tuple(replace(found, origins=()) for found in configuration.objects)
    live = project_of(replace(configuration, objects=bare), project)
    assert [rule.name for rule in live.rule_sets["inbound"].rules] == ["first", "rule 2"]
    assert live.traffic_policies["edge"].statement_names == ("ours",)
    assert live.address_lists["feed"].members is None
    assert configuration.find(Kind.RULE_SET, "inbound") is not None
