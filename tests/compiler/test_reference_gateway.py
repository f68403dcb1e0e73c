"""The reference gateway: 300 rules of a company in 40 live rules that do the same."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from mmctl.analysis.encoding.confirming import copies_of
from mmctl.analysis.questions.ends import are_alike, treatment_of
from mmctl.analysis.questions.equality import Equality
from mmctl.cases.parsing import cases_of
from mmctl.cases.running import gateway_of_case, submission_of_case
from mmctl.cli.changes.live_rules import project_of
from mmctl.compiler.compile import compile_project, packings_of
from mmctl.language.parsing.load import read_project
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.language.project import Project

ROOT: Final = Path(__file__).parents[2]
TEAMS: Final = {"security": 150, "operations": 80, "audit": 50, "compliance": 20}


@cache
def reference() -> Project:
    project, problems = read_project(ROOT, environment="local")
    assert problems == ()
    return project


def test_it_has_the_rules_of_four_teams_and_sends_mail_out_too() -> None:
    project = reference()
    owners = Counter(rule.owner for rule in project.rule_sets["inbound"].rules)
    assert owners == TEAMS
    ways = {
        point.ingress_point.rule_set_id: point.ingress_point.type.value
        for point in project.ingress_points.values()
    }
    assert ways == {"inbound": "OPEN", "outbound": "AUTH", "outbound-applications": "OPEN"}
    assert len(project.relays) <= 5
    assert len(project.invariants) >= 20


def test_no_two_rules_differ_in_a_number_alone() -> None:
    for rule_set in reference().rule_sets.values():
        said = Counter(
            re.sub(r"\d", "", repr((rule.rule.changed(name=None), rule.description)))
            for rule in rule_set.rules
        )
        assert [text for text, times in said.items() if times > 1] == []


def test_it_fits_and_is_proved_under_both_readings_of_first_match() -> None:
    inbound, *outbound = packings_of(reference())
    assert len(inbound.rules) <= 40
    assert inbound.handed_on <= 10
    assert inbound.proof.proved, inbound.proof.why
    assert inbound.survives_first_match
    assert all(len(each.rules) <= 40 and each.handed_on <= 10 for each in outbound)


@pytest.mark.unmeasured
@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.deep)])
def test_live_rules_treat_the_message_of_each_case_as_the_files_do(step: int) -> None:
    project = reference()
    configuration, problems = compile_project(project)
    assert problems == ()
    served = project_of(configuration, project)
    cases, _ = cases_of(project)
    assert len(cases) >= 300
    wrong, tried = [], 0
    for case in cases[::step]:
        gateways = gateway_of_case(project, case), gateway_of_case(served, case)
        whole = submission_of_case(case, lambda name: (ROOT / name).read_bytes())
        for recipient in whole.envelope.recipients:
            envelope = replace(whole.envelope, recipients=(recipient,))
            alone = replace(whole, envelope=envelope)
            one, other = (
                copies_of(each, alone, case.scenario, listed={}, deleted={}) for each in gateways
            )
            if one is None or other is None:
                continue
            tried += 1
            treated, live = treatment_of(one, recipient), treatment_of(other, recipient)
            if not are_alike(treated, live, Equality.SET, as_packed=True):
                wrong.append(f"{case.name}: {treated.described}, live {live.described}")
    assert wrong == []
    assert tried > 0.9 * len(cases[::step]), "most cases state all facts"
