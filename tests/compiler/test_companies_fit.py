"""Gateways of 300 rules in phases fit into 40 live rules, or it is said why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from companies import company, group

from mmctl.compiler.compile import compile_project, packings_of
from mmctl.language.parsing.load import read_text
from mmctl.model.kinds import Kind
from mmctl.model.quotas import RELAY_OR_SEND_ACTIONS, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.language.project import Project

SITES: Final = ("north", "south", "east", "west")


def read(files: dict[str, str]) -> Project:
    project, problems = read_text(files)
    assert not [each for each in problems if each.severity == "error"]
    return project


def misfits(seeds: Iterable[int]) -> Iterator[str]:
    """Companies that neither fit nor say why not."""
    for seed in seeds:
        duplicates = seed % 4 != 3
        project = read(company(seed, duplicates=duplicates))
        (packing,) = packings_of(project)
        _, problems = compile_project(project)
        said = [each for each in problems if each.check == "capacity"]
        if packing.is_used:
            fits = len(packing.rules) <= RULES.most and packing.spare_handed_on >= 0
            whole = {id(each) for rule in packing.rules for each in rule.sources}
            left = {id(each.rule) for each in packing.left_out}
            lost = {id(each) for each in project.rule_sets["inbound"].rules} - whole - left
            if not fits or lost or said:
                yield f"seed {seed}: {len(packing.rules)} rules, {len(lost)} lost, {said}"
        elif duplicates or not said or not packing.obstacles:
            yield f"seed {seed}: {len(packing.rules)} rules, {packing.proof.why}, {said}"


def test_a_company_of_300_rules_fits_or_it_is_said_why_not() -> None:
    assert not list(misfits((0, 3)))


@pytest.mark.deep
@pytest.mark.slow
def test_companies_of_300_rules_fit_or_it_is_said_why_not() -> None:
    assert not list(misfits(range(20)))


@pytest.mark.unmeasured
def test_a_thousand_rules_fit_behind_four_ingress_points() -> None:
    project = read(group(1, SITES))
    assert len(project.rule_sets["inbound"].rules) == 1000
    packings = packings_of(project)
    assert [each.ingress_point for each in packings] == list(SITES)
    assert all(each.is_used for each in packings)
    assert max(len(each.rules) for each in packings) <= RULES.most
    assert max(each.handed_on for each in packings) <= RELAY_OR_SEND_ACTIONS.most
    configuration, problems = compile_project(project)
    assert not problems
    lists = list(configuration.of_kind(Kind.ADDRESS_LIST))
    assert len(lists) == len({each.name for each in lists}) <= 100
