"""A rule that no mail reaches, because a rule above it ends all the mail it is for.

What it does:
    Finds rules below a rule that drops or stops all of their mail: one without conditions, or
    one whose conditions all stand in the lower rule too. Rules that hide others only together,
    or by other words, are found by `mmctl prove`.

Why it is bad:
    The rule looks as if it did something. It never applies.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}, stop]
          - name: mark-spam
            conditions: [{header: {name: X-Spam, equals: "yes"}}]
            actions: [{add_header: {name: X-Folder, value: junk}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark-spam
            conditions: [{header: {name: X-Spam, equals: "yes"}}]
            actions: [{add_header: {name: X-Folder, value: junk}}]
          - name: deliver
            actions: [{relay: {to: exchange}}, stop]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.effects import ends, kinds
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleCondition

    Enders = dict[RuleCondition | None, list[LogicalRule]]
    """Rules that end mail, by their first condition, so that few need comparing."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules whose mail is all gone before it gets to them."""
    for rule_set in subject.project.rule_sets.values():
        yield from _below(rule_set.live_rules(subject.project.environment.name))


def _below(live: Sequence[LogicalRule]) -> Iterator[Finding]:
    lasting: Enders = {}
    passing: Enders = {}
    for rule in live:
        above = _hiding(rule, lasting) or _hiding(rule, passing)
        if above is not None:
            yield finding(
                rule,
                ("name",),
                f"no mail reaches `{rule.name}`: `{above.name}` (line {above.position.line})"
                " ends all of it",
                help=f"put `{rule.name}` above `{above.name}`, or remove one of them",
            )
        elif ends(rule):
            enders = passing if any(map(_can_change, _all(rule))) else lasting
            first = rule.conditions[0] if rule.conditions else None
            enders.setdefault(first, []).append(rule)
        if not {"ReplaceRecipient", "AddHeader"}.isdisjoint(kinds(rule)):
            passing.clear()


def _hiding(rule: LogicalRule, enders: Enders) -> LogicalRule | None:
    conditions, unless = frozenset(rule.conditions), frozenset(rule.unless)
    for first in (None, *rule.conditions):
        for above in enders.get(first, ()):
            if conditions.issuperset(above.conditions) and unless.issuperset(above.unless):
                return above
    return None


def _all(rule: LogicalRule) -> tuple[RuleCondition, ...]:
    return (*rule.conditions, *rule.unless)


def _can_change(condition: RuleCondition) -> bool:
    """Whether a rule in between could change the answer: by another recipient, or a header."""
    evaluate = getattr(condition.value, "evaluate", None)
    return "RECIPIENT" in str(evaluate) or "X-" in str(evaluate)


CHECK = Check(id="unreachable-rule", severity=Severity.ERROR, text=__doc__, run=run)
