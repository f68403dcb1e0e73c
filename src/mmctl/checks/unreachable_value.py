"""A value that decides about no message, because its mail has ended above or is excluded.

What it does:
    Looks at each text and network of a list: is there a message that reaches the rule, meets its
    other conditions, and meets no other value of the list? If the rules above, the traffic policy
    or the other conditions leave none, the value changes nothing; as few of them are named as
    suffice. It is an info where the rules above do the same. Values that others cover are
    `redundant-value`, and a rule without any mail is `unreachable-rule`. Under `unless`, in
    negative conditions, and where a rule above changes the recipient, nothing is said: `mmctl
    prove` lists those too.

Why it is bad:
    The value has no effect, although its author expects the lower rule to treat its mail.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: crm}}, stop]
          - name: keep-for-audit
            conditions: [{recipient: {equals: [audit@example.com, audit@sales.example.com]}}]
            actions: [{archive: {to: audit}}]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    archives:
      audit: {retention: ONE_YEAR}
    relays:
      crm: {server: crm.example.com, port: 25, authentication: none}
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep-for-audit
            conditions: [{recipient: {equals: [audit@example.com, audit@sales.example.com]}}]
            actions: [{archive: {to: audit}}]
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: crm}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    archives:
      audit: {retention: ONE_YEAR}
    relays:
      crm: {server: crm.example.com, port: 25, authentication: none}
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.canonical import same_effect
from mmctl.analysis.hiding import hidden
from mmctl.analysis.project_conditions import said_from
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.idle_values import idle_values
from mmctl.model.conditions import values_of
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.checks.idle_values import IdleValue
    from mmctl.language.project import LogicalRule
    from mmctl.problem import Position


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values for which rules above, or other conditions, leave no mail."""
    for each in hidden(subject.project):
        rule = each.rule
        said: set[Position] = set()
        for number, index, ending in each.values:
            condition = rule.conditions[number]
            place = rule.positions.at(("Conditions", number, condition.kind, "Values", index))
            if place in said:
                continue  # members of a list, which may have many, have one place
            said.add(place)
            yield finding(
                rule,
                ("Conditions", number, condition.kind, "Values", index),
                f"no mail with `{values_of(condition)[index]}` reaches `{rule.name}`:"
                f" {_ended_by([ending], rule)}",
                help=f"put `{rule.name}` above `{ending.name}`, or remove the value",
                severity=Severity.INFO if same_effect(ending, rule) else None,
            )
    for value in idle_values(subject.project):
        found = _found(value)
        if found is not None:
            yield found


def _found(each: IdleValue) -> Finding | None:
    idle, rule = each.found, each.found.rule
    besides = " ".join(f"and without `{other}`" for other in idle.covering)
    mail = f"no mail with `{each.text}`{' ' if besides else ''}{besides}"
    others = ", ".join(idle.besides)
    if others:
        mail += f" that meets the condition in {others}" if idle.by or idle.refused else ""
    above = [each.rules[place] for place in idle.by]
    if above:
        admitted = " that is admitted" if idle.refused else ""
        message = f"{mail}{admitted} reaches `{rule.name}`: {_ended_by(above, rule)}"
        higher = f"`{above[0].name}`" if len(above) == 1 else "them"
        advice = f"put `{rule.name}` above {higher}, or remove the value"
    elif idle.refused:
        message = f"{mail} is admitted, so the value changes nothing in `{rule.name}`"
        advice = "admit it, or remove the value"
    elif others:
        message = (
            f"{mail} meets the other conditions of `{rule.name}` ({others}), so it changes nothing"
        )
        advice = "remove the value, or correct the conditions"
    else:
        return None
    same = bool(above) and all(same_effect(other, rule) for other in above)
    severity = Severity.INFO if same else None
    return finding(rule, idle.path, message, help=advice, severity=severity)


def _ended_by(above: Sequence[LogicalRule], rule: LogicalRule) -> str:
    named = [f"`{each.name}` ({said_from(each.position, rule.position)})" for each in above]
    if len(named) == 1:
        return f"{named[0]} ends all of it"
    return f"{', '.join(named[:-1])} and {named[-1]} together end all of it"


CHECK = Check(
    id="unreachable-value", severity=Severity.WARNING, text=__doc__, run=run, about_mail=True
)
