"""One logical rule added, changed or removed changes few live rules."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest
from companies import company

from mmctl.compiler.packing.pack import pack_without_proof
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.language.parsing.load import read_text
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.compiler.packing.packed import Packing
    from mmctl.language.project import LogicalRule, Project


def live_rules(project: Project, rules: list[LogicalRule]) -> Counter[object]:
    """What is live, where the rule set has these rules."""
    gateway = replace(gateway_of_rule_set(project, "inbound"), rules=tuple(rules))
    rule_set = replace(project.rule_sets["inbound"], rules=tuple(rules))
    return said(pack_without_proof(project, rule_set, gateway=gateway))


def said(packing: Packing) -> Counter[object]:
    """The live rules, each as one thing that is there or not; a list is named by its content."""
    return Counter((each.rule.name, each.rule.rule) for each in packing.rules)


def edited(rules: list[LogicalRule], others: list[LogicalRule], random: Random) -> str:
    """Make one edit: of a rule that is added, removed, or has another rule's conditions."""
    at = random.randrange(len(rules))
    rule = rules[at]
    new = random.choice([each for each in others if each.phase == rule.phase] or [rule])
    match random.choice(("add", "remove", "change")):
        case "add":
            rules.insert(at, replace(new, name=f"new-{new.name}"))
            return "add"
        case "remove":
            del rules[at]
            return "remove"
        case _:
            shape = rule.rule.changed(conditions=new.rule.conditions, actions=new.rule.actions)
            rules[at] = replace(rule, rule=shape, stop=new.stop)
            return "change"


def changes(seed: int, edits: int) -> Counter[int]:
    """How many live rules are new or gone after an edit, and how often it is that many."""
    random = Random(seed)  # noqa: S311 - no secret
    project, _ = read_text(company(seed))
    other, _ = read_text(company(seed + 1))
    rules = list(project.rule_sets["inbound"].rules)
    others = list(other.rule_sets["inbound"].rules)
    now = live_rules(project, rules)
    counts: Counter[int] = Counter()
    for _ in range(edits):
        edited(rules, others, random)
        then = live_rules(project, rules)
        counts[max((now - then).total(), (then - now).total())] += 1
        now = then
    return counts


def test_an_edit_of_one_rule_changes_few_live_rules() -> None:
    counts = changes(1, 6)
    assert sum(each * times for each, times in counts.items()) <= 2 * counts.total(), counts
    assert max(counts) <= 5, counts


@pytest.mark.deep
@pytest.mark.slow
def test_a_hundred_edits_change_few_live_rules() -> None:
    counts = changes(1, 100)
    print({each: counts[each] for each in sorted(counts)})  # noqa: T201 - the distribution
    assert sum(each * times for each, times in counts.items()) <= 2 * counts.total(), counts
    assert max(counts) <= 5, counts
