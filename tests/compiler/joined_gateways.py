"""Gateways of which rules do the same, and versions of them with rules joined, split and moved.

Whether a version does the same is left to chance: often it does, or nearly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from busy_gateways import ACTIONS, CONDITIONS, Pair, scenes, with_more_actions
from generated import gateway_of, rule_of

from mmctl.analysis.encoding.confirming import copies_of
from mmctl.analysis.questions.ends import treatment_of
from mmctl.language.readings import CHOICES, Readings
from mmctl.records import replace

if TYPE_CHECKING:
    from random import Random

    from busy_gateways import Scene

    from mmctl.analysis.questions.ends import Treated
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleCondition


class Packed(NamedTuple):
    """Another version of a gateway."""

    gateway: Gateway
    sources: list[tuple[int, ...]]
    """For each of its rules the places of the rules whose work it is meant to do."""


def repetitive(random: Random) -> Gateway:
    """A gateway of a few rules with equal actions, under any readings."""
    choices = {name: random.choice(several) for name, several in CHOICES.items()}
    choices["first_match"] = "yes" if random.random() < 0.15 else "no"
    if random.random() < 0.7:
        choices["added_header_scope"] = "matched_recipients"
        choices["replaced_recipients_visible"] = random.choice(("later_rules", "no"))
    kinds = [
        with_more_actions(rule_of(random, 0, CONDITIONS, ACTIONS, few=True), random)
        for _ in range(random.randint(1, 3))
    ]
    rules = []
    for number in range(random.randint(2, 6)):
        rule = rule_of(random, number, CONDITIONS, ACTIONS, few=random.random() < 0.8)
        if random.random() < 0.8:
            kind = random.choice(kinds)
            shape = rule.rule.changed(actions=kind.actions)
            rule = replace(rule, rule=shape, stop=kind.stop, shadow=kind.shadow)
        rules.append(rule)
    gateway = gateway_of(random, 0)
    return replace(gateway, rules=tuple(rules), readings=Readings.of(choices), closed=False)


def packed(gateway: Gateway, random: Random) -> Packed:
    """A gateway after a few steps, allowed or not."""
    rules: _Rules = [(rule, (place,)) for place, rule in enumerate(gateway.rules)]
    for _ in range(random.randint(1, 4)):
        step = random.choice((_move, _join, _join, _split, _leave_out))
        step(rules, random)
    return Packed(
        replace(gateway, rules=tuple(rule for rule, _ in rules)), [places for _, places in rules]
    )


_Rules = list[tuple["LogicalRule", tuple[int, ...]]]


def _move(rules: _Rules, random: Random) -> None:
    at = random.randrange(len(rules))
    rules.insert(random.randrange(len(rules)), rules.pop(at))


def _join(rules: _Rules, random: Random) -> None:
    """Two rules of equal actions become one for the mail of both, or for other mail."""
    pairs = [
        (one, other)
        for one, (first, _) in enumerate(rules)
        for other, (second, _) in enumerate(rules)
        if one != other
        and (first.actions, first.stop, first.shadow)
        == (second.actions, second.stop, second.shadow)
    ]
    if not pairs:
        return
    one, other = random.choice(pairs)
    (rule, places), (second, more) = rules[one], rules[other]
    conditions = rule.conditions
    if len(conditions) == len(second.conditions):
        conditions = tuple(map(_widened, conditions, second.conditions))
    joined = replace(rule, rule=rule.rule.changed(conditions=conditions))
    rules[one] = joined, tuple(sorted((*places, *more)))
    del rules[other]


def _widened(one: RuleCondition, other: RuleCondition) -> RuleCondition:
    """A condition with the values of two that look at the same; else the first one."""
    ours, theirs = one.string_expression, other.string_expression
    if ours is None or theirs is None or ours.evaluate != theirs.evaluate:
        return one
    if ours.operator is not theirs.operator:
        return one
    values = tuple(dict.fromkeys((*ours.values, *theirs.values)))[:10]
    return one.changed(string_expression=ours.changed(values=values))


def _split(rules: _Rules, random: Random) -> None:
    """A rule with several values becomes two."""
    at = random.randrange(len(rules))
    rule, places = rules[at]
    for number, condition in enumerate(rule.conditions):
        expression = condition.string_expression
        if expression is None or len(expression.values) < _BOTH:
            continue
        half = len(expression.values) // 2
        pieces = []
        for values in (expression.values[:half], expression.values[half:]):
            conditions = list(rule.conditions)
            changed = expression.changed(values=values)
            conditions[number] = condition.changed(string_expression=changed)
            piece = replace(rule, rule=rule.rule.changed(conditions=tuple(conditions)))
            pieces.append((piece, places))
        rules[at : at + 1] = pieces
        return


def _leave_out(rules: _Rules, random: Random) -> None:
    if len(rules) > 1 and random.random() < 0.2:
        del rules[random.randrange(len(rules))]


def some_mail(gateway: Gateway, count: int, random: Random) -> list[Scene]:
    """Messages, and what fails: of all readings those of the gateway count."""
    pair = Pair(0, gateway, gateway, (), failures=True)
    return list(scenes(pair, count, random))


def treated(gateway: Gateway, scene: Scene) -> Treated | None:
    """What becomes of a message for its first recipient; None: that is unknown."""
    copies = scene.judged_by(copies_of, gateway)
    recipient = scene.submission.envelope.recipients[0]
    return None if copies is None else treatment_of(copies, recipient)


_BOTH = 2
