"""What few rules show under a mistake is what all rules show."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from mmctl.cases.mutants.generate import mutants_of
from mmctl.cases.mutants.search import under
from mmctl.cases.parsing import cases_of
from mmctl.cases.running import gateway_of_case, submission_of_case
from mmctl.judge.judged import JudgedMessage
from mmctl.judge.judging import judge
from mmctl.language.parsing.load import read_project

ROOT: Final = Path(__file__).parents[2]


@pytest.mark.unmeasured
@pytest.mark.parametrize("step", [20, pytest.param(1, marks=pytest.mark.deep)])
def test_every_mutant_of_the_reference_gateway_ends_alike_by_few_rules_and_by_all(
    step: int,
) -> None:
    project, _ = read_project(ROOT)
    cases, _ = cases_of(project)
    mutants = mutants_of(project)[::step]
    pairs, wrong = 0, []
    # What is looked up in a gateway is put in order once for all of its cases.
    gateways = {case.ingress_point: gateway_of_case(project, case) for case in cases}
    assert None not in gateways
    for number, mutant in enumerate(mutants):
        case = cases[number % len(cases)]
        if getattr(mutant.edit, "rule_set", case.rule_set) != case.rule_set:
            continue
        gateway = gateways[case.ingress_point]
        submission = submission_of_case(case, lambda path: (ROOT / path).read_bytes())
        few = under(mutant, gateway, submission, case.scenario)
        whole = judge(mutant.apply(gateway), submission, case.scenario)
        pairs += 1
        if JudgedMessage.of(few).recipients != JudgedMessage.of(whole).recipients:
            wrong.append(f"{mutant.change} of {mutant.name}, {case.name}")
    assert wrong == []
    assert pairs > len(mutants) // 2
