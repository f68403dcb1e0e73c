"""Generated gateways before and after a change, and messages aimed at them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from generated import gateway_of, submission_of

from mmctl.model.rules import Rule
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.judge.submission import Gateway, Submission
    from mmctl.language.project import LogicalRule

MESSAGES: Final = 20


def without_first_condition(rule: LogicalRule) -> LogicalRule:
    live = rule.rule
    conditions = (live.conditions or ())[1:]
    changed = Rule(name=live.name, conditions=conditions, unless=live.unless, actions=live.actions)
    return replace(rule, rule=changed)


def changed(rules: list[LogicalRule], random: Random) -> list[LogicalRule]:
    """The rules after one small change, which may make no difference."""
    place = random.randrange(len(rules))
    match random.randrange(5):
        case 0:
            other = random.randrange(len(rules))
            rules[place], rules[other] = rules[other], rules[place]
        case 1:
            del rules[place]
        case 2:
            rules.insert(random.randrange(len(rules)), rules[place])
        case 3:
            rules[place] = without_first_condition(rules[place])
        case _:
            rules[place] = replace(rules[place], name="renamed")
    return rules


def pairs(seeds: Iterable[int]) -> Iterator[tuple[int, Gateway, Gateway]]:
    """Gateways of all kinds under any readings, each before and after a change."""
    for seed in seeds:
        random = Random(seed)  # noqa: S311 - no secret
        before = gateway_of(random, random.randint(2, 8), entangled=seed % 2 == 0)
        after = replace(before, rules=tuple(changed(list(before.rules), random)))
        yield seed, before, after


def messages(seed: int) -> Iterator[Submission]:
    """Messages aimed at the conditions, with nearly all facts."""
    random = Random(seed)  # noqa: S311 - no secret
    for _ in range(MESSAGES):
        submission = submission_of(random, few_facts=False)
        recipients = submission.envelope.recipients[:3]
        yield replace(submission, envelope=replace(submission.envelope, recipients=recipients))
