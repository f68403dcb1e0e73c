"""The reference gateway as it was first written, which does not fit, and as it is now."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.compiler.compile import compile_project, packings_of
from mmctl.language.parsing.load import read_project

if TYPE_CHECKING:
    from mmctl.language.project import LogicalRule, Project

ROOT: Final = Path(__file__).parents[2]
FIRST: Final = Path(__file__).parent / "first_version"
TEAMS: Final = {"security": 150, "operations": 80, "audit": 50, "compliance": 20}


def rules_of(project: Project) -> tuple[LogicalRule, ...]:
    return project.rule_sets["inbound"].live_rules("local")


def relays_of(rules: tuple[LogicalRule, ...]) -> set[str]:
    return {
        action.relay.relay
        for rule in rules
        for action in rule.rule.actions
        if action.relay is not None
    }


def test_the_first_version_is_sound_and_does_not_fit() -> None:
    project, problems = read_project(FIRST)
    assert problems == ()
    assert Counter(rule.owner for rule in rules_of(project)) == TEAMS
    assert len(relays_of(rules_of(project))) > 30
    _, over = compile_project(project)
    assert {problem.check for problem in over} == {"capacity"}
    (packing,) = packings_of(project)
    assert not packing.fits
    assert 100 < len(packing.rules) < 300


def test_the_gateway_keeps_the_rules_of_the_first_version_and_five_destinations() -> None:
    first, now = read_project(FIRST)[0], read_project(ROOT)[0]
    assert Counter(rule.owner for rule in rules_of(now)) == TEAMS
    names = {rule.name for rule in rules_of(first)}
    assert len(names & {rule.name for rule in rules_of(now)}) > 290
    assert len(relays_of(rules_of(now))) <= 5
    (packing,) = (each for each in packings_of(now) if each.rule_set == "inbound")
    assert packing.fits
    assert packing.proof.proved
    assert len(packing.rules) <= 40


def test_no_two_rules_of_the_gateway_differ_only_in_numbers() -> None:
    """But for networks, which are numbers."""
    seen: dict[str, str] = {}
    twins = []
    for rule in rules_of(read_project(ROOT)[0]):
        text = repr((rule.rule.conditions, rule.rule.unless, rule.rule.actions))
        other = seen.setdefault(re.sub(r"\d+", "N", text), rule.name)
        if other != rule.name and "CIDR" not in text:
            twins.append((other, rule.name))
    assert twins == []
