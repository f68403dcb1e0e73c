"""What a budget says of a rule set that does not fit, and whether it is true.

Each project does not fit. The advice is followed in the file, and the file then packs as promised.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from mmctl.compiler.advice.asking import BudgetQuestions, asked, pairs_of, with_messages
from mmctl.compiler.advice.change import KindOfChange
from mmctl.compiler.budget import budget_of
from mmctl.compiler.compile import compile_project, packings_of, tried
from mmctl.compiler.rule_budget import places_in
from mmctl.errors import UsageError
from mmctl.language.parsing.load import read_project, read_text
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.compiler.advice.tried import Tried
    from mmctl.compiler.budget import RuleSetBudget
    from mmctl.compiler.packing.packed import Packing
    from mmctl.language.project import LogicalRuleSet, Project

MAIN = """\
version: 1
project: acme
environments: {local: {endpoint: embedded}}
"""
RELAYS = [f"relay-{number}" for number in range(14)]
QUESTIONS = BudgetQuestions(
    pack=tried,
    prove=lambda project, name, point: tried(project, name, point, proof=True),
    keep=lambda _name, _witness, _way: None,
)


def project_of(rules: Iterable[str], setting: str = "", phase: str | None = None) -> Project:
    """A project with one rule set; the rules are in a phase, if one is named."""
    start = "    rules:\n"
    if phase is not None:
        start += f"      - phase: {phase}\n        rules:\n"
    indent = "          " if phase is not None else "      "
    listed = "".join(f"{indent}- {rule}\n" for rule in rules)
    last = "      - {name: deliver, actions: [{relay: {to: relay-0}}]}\n"
    relays = "".join(
        f"  {name}: {{server: {name}.example.com, port: 25, authentication: none}}\n"
        for name in RELAYS
    )
    head = f"version: 1\nrule_sets:\n  inbound:\n{setting}"
    text = f"{head}{start}{listed}{last}relays:\n{relays}"
    project, problems = read_text({"mmctl.yaml": MAIN, "rules/a.yaml": text})
    assert problems == ()
    return project


def budget_for(project: Project) -> RuleSetBudget:
    (found,) = asked(project, budget_of(project, packings_of(project)), QUESTIONS).rule_sets
    return found


def rule(name: str, condition: str, actions: str, more: str = "") -> str:
    return f"{{name: {name}, conditions: [{condition}], actions: [{actions}]{more}}}"


def copies(prefix: str) -> list[str]:
    """Fifty rules, each for a recipient of its own, that copy mail into a bucket."""
    bucket = 'bucket: acme-audit, role: "arn:aws:iam::111122223333:role/s3"'
    return [
        rule(
            f"copy-{n}",
            f"{{recipient: {{equals: person-{n:02}@example.com}}}}",
            f"{{write_to_s3: {{{bucket}, prefix: {prefix.format(n)}}}}}",
        )
        for n in range(50)
    ]


def routes(relays: int, domains: tuple[str, ...] = ("example.com",)) -> list[str]:
    """A route for each of fourteen departments."""
    return [
        rule(
            f"route-{n}",
            f"{{recipient: {{equals: dept-{n:02}@{domains[n % len(domains)]}}}}}",
            f"{{relay: {{to: {RELAYS[n if n < relays else 0]}}}}}, stop",
        )
        for n in range(14)
    ]


def mixed(count: int = 40) -> list[str]:
    """Blocks by sender and routes by recipient in turn: the order of both shows."""
    made = []
    for n in range(count):
        sender = f'{{mail_from: {{ends_with: "@bad-{n:02}.example.net"}}}}'
        made.append(rule(f"block-{n}", sender, "drop"))
        recipient = f"{{recipient: {{equals: person-{n:02}@example.com}}}}"
        made.append(rule(f"copy-{n}", recipient, f"{{relay: {{to: {RELAYS[n % 3]}}}}}, stop"))
    return made


class Story(NamedTuple):
    """A project that does not fit, what is advised, and the project that follows the advice."""

    before: Project
    kinds: set[KindOfChange]
    after: Project


STORIES = {
    "a prefix for each rule": Story(
        project_of(copies("inbound/{}"), phase="copy"),
        {KindOfChange.SAME_ACTIONS},
        project_of(copies("inbound/0"), phase="copy"),
    ),
    "a relay for each department": Story(
        project_of(routes(14), phase="route"),
        {KindOfChange.SAME_ACTIONS},
        project_of(routes(9), phase="route"),
    ),
    "a live rule for each rule": Story(
        project_of(
            [
                rule(f"block-{n}", f"{{mail_from: {{equals: a-{n}@example.net}}}}", "drop", more)
                for n in range(42)
                for more in [", count: own"]
            ]
        ),
        {KindOfChange.COUNT_ANY},
        project_of(
            [
                rule(f"block-{n}", f"{{mail_from: {{equals: a-{n}@example.net}}}}", "drop")
                for n in range(42)
            ]
        ),
    ),
}


def cheapest(found: RuleSetBudget, kinds: set[KindOfChange]) -> Tried | None:
    """The first answer that consists of remedies of some kinds."""
    assert found.advice is not None
    answers = found.advice.answers
    return next((each for each in answers if {c.kind for c in each.changes} == kinds), None)


@pytest.mark.parametrize("name", STORIES)
def test_advice_that_is_followed_gives_what_it_says(name: str) -> None:
    story = STORIES[name]
    problems = [each for each in compile_project(story.before)[1] if each.check == "capacity"]
    assert len(problems) == 1, "one problem, however many rules there are"
    found = budget_for(story.before)
    assert not found.packing.fits
    answer = cheapest(found, story.kinds)
    assert answer is not None
    assert answer.fits
    (after,) = packings_of(story.after)
    assert after.is_used
    assert compile_project(story.after)[1] == ()
    if name != "a live rule for each rule":
        return
    assert [len(each.rules) for each in answer.packings] == [len(after.rules)]


def test_an_answer_touches_as_few_rules_as_are_enough() -> None:
    found = budget_for(project_of(routes(14), phase="route"))
    assert found.advice is not None
    first = found.advice.answers[0]
    assert first.cost == 14 - 9, "ten relay actions: nine for departments, one for all other mail"
    assert [each.handed_on for each in first.packings] == [10]
    assert "route-13" in {rule.name for rule in first.changes[0].touched}


def test_every_number_of_an_answer_is_what_packing_gives() -> None:
    for story in STORIES.values():
        found = budget_for(story.before)
        assert found.advice is not None
        for answer in found.advice.answers:
            rule_sets = [story.before.rule_sets["inbound"]]
            for change in answer.changes:
                rule_sets = [made for each in rule_sets for made in change.made(each)]
            for rule_set, packing in zip(rule_sets, answer.packings, strict=True):
                changed = packed_with(story.before, rule_set)
                assert len(changed.rules) == len(packing.rules)
                assert changed.handed_on == packing.handed_on


def packed_with(project: Project, rule_set: LogicalRuleSet) -> Packing:
    """The packing of a project with another rule set, proved."""
    changed = replace(project, rule_sets={"inbound": rule_set})
    (packing,) = packings_of(changed)
    assert packing.is_used, packing.proof.why
    return packing


def test_a_second_ingress_point_takes_the_rules_of_its_domains() -> None:
    found = budget_for(project_of(routes(14, ("example.com", "example.org")), phase="route"))
    assert found.advice is not None
    pointed = [each for each in found.advice.answers if each.has_second_point]
    assert pointed
    (change,) = pointed[0].changes
    assert change.kind is KindOfChange.SECOND_INGRESS_POINT
    assert "7 rules go there" in change.what
    assert [each.handed_on for each in pointed[0].packings] == [8, 8]


@pytest.mark.unmeasured
def test_pairs_that_pin_the_order_come_with_a_message_that_shows_why() -> None:
    project = project_of(mixed())
    (budget,) = budget_of(project, packings_of(project)).rule_sets
    assert not budget.packing.fits
    pairs = pairs_of(project, budget)
    assert len(pairs) > 10
    for pin in with_messages(project, budget, pairs[:3], QUESTIONS):
        assert pin.pin is not None, (pin.above.name, pin.below.name)
        as_written, swapped = pin.pin.described
        assert as_written != swapped
        assert {pin.above.name.partition("-")[0], pin.below.name.partition("-")[0]} == {
            "block",
            "copy",
        }


def test_a_rule_is_found_with_its_neighbors_and_its_price() -> None:
    project = project_of(
        [
            rule("alone", "{mail_from: {equals: a@example.net}}", "drop", ", count: own"),
            *(
                rule(f"block-{n}", f"{{mail_from: {{equals: b-{n}@example.net}}}}", "drop")
                for n in range(41)
            ),
        ]
    )
    budget = budget_of(project, packings_of(project))
    (place,) = places_in(project, budget, "block-7", QUESTIONS)
    assert [len(each.sources) for each in place.live] == [41]
    assert place.price is not None
    assert (place.price.now, place.price.without, place.price.alone) == (3, 3, 4)
    (own,) = places_in(project, budget, "alone", QUESTIONS)
    assert own.price is not None
    assert (own.price.now, own.price.without) == (3, 2)
    (live,) = places_in(project, budget, place.live[0].live, QUESTIONS)
    assert live.rule is None
    assert live.live == place.live
    (priced,) = budget_for(project).prices
    assert (priced.rules[0].name, priced.live_rules) == ("alone", 1)
    with pytest.raises(UsageError, match="no rule and no live rule `blok-7`"):
        places_in(project, budget, "blok-7", QUESTIONS)


@pytest.mark.deep
@pytest.mark.slow
def test_the_first_version_of_the_reference_gateway_is_told_what_makes_it_fit() -> None:
    project, _ = read_project(Path(__file__).parent / "first_version")
    found = budget_for(project)
    assert not found.packing.fits
    advice = found.advice
    assert advice is not None
    assert advice.answers
    for answer in advice.answers:
        for packing in answer.packings:
            assert packing.fits
            assert len(packing.rules) <= 40
            assert packing.handed_on <= 10
    assert any(len(answer.packings) == 2 for answer in advice.answers), "a second ingress point"
    reached = advice.answers[0]
    kinds = {change.kind for change in reached.changes}
    assert {KindOfChange.SAME_ACTIONS, KindOfChange.SHARED_EXCEPTIONS} <= kinds
