"""A rule without conditions that drops or bounces mail which an earlier rule delivers.

What it does:
    Finds rules that apply to every message and drop or bounce it, unless every rule above them
    that delivers ends with `stop`: then they discard the rest, which is fine. Where no rule above
    delivers, see `blocks-ordinary-mail`.

Why it is bad:
    Mail Manager does not stop at the first rule that matches. Delivered mail reaches the rule too,
    and its sender gets a bounce, or the rules below do not see it.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: exchange}}]
          - name: discard-the-rest
            actions: [drop]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: exchange}}, stop]
          - name: discard-the-rest
            actions: [drop]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import bounces, delivers, drops, ends, unconditional
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield unconditional drops and bounces that hit delivered mail."""
    for rule_set in subject.project.rule_sets.values():
        live = rule_set.live_rules(subject.project.environment.name)
        for index, rule in enumerate(live):
            if not unconditional(rule) or not (drops(rule) or bounces(rule)):
                continue
            above = live[:index]
            passing = next((each for each in above if delivers(each) and not ends(each)), None)
            if passing is not None:
                verb = "bounces" if bounces(rule) else "drops"
                yield finding(
                    rule,
                    ("Actions", rule.does.index(Does.BOUNCES if bounces(rule) else Does.ENDS)),
                    f"`{rule.name}` {verb} every message, also those that `{passing.name}`"
                    " delivers: rules do not stop at the first match",
                    help=f"end `{passing.name}` with `- stop`, or give `{rule.name}` conditions",
                )


CHECK = Check(id="unconditional-drop", severity=Severity.ERROR, text=__doc__, run=run)
