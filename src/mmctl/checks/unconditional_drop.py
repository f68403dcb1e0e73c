"""A rule without conditions that drops or bounces mail which an earlier rule delivers.

What it does:
    Finds rules that apply to every message and drop or bounce it, unless every rule above them
    that delivers ends with `stop`: then they discard the rest, which is fine. A rule that is
    `final: true` ends its mail on purpose, and is not reported where nothing is delivered.

Why it is bad:
    Mail Manager does not stop at the first rule that matches. Delivered mail reaches the rule too,
    and its sender gets a bounce; or, where no rule above delivers, all mail is discarded. A delete
    rule that lost its conditions deletes the mail of the whole company.

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

from mmctl.analysis.effects import (
    bounces,
    delivers,
    drops,
    ends,
    stores,
    unconditional,
)
from mmctl.analysis.project_conditions import is_whole
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule


def run(subject: Subject) -> Iterator[Finding]:
    """Yield unconditional drops and bounces that hit delivered mail, or all mail."""
    for rule_set in subject.project.rule_sets.values():
        live = rule_set.live_rules(subject.project.environment.name)
        for index, rule in enumerate(live):
            if unconditional(rule) and (drops(rule) or bounces(rule)):
                yield from _judge(
                    rule, live[:index], whole=subject.project.whole and is_whole(rule_set)
                )


def _judge(rule: LogicalRule, above: Sequence[LogicalRule], *, whole: bool) -> Iterator[Finding]:
    verb = "bounces" if bounces(rule) else "drops"
    path = ("Actions", rule.does.index(Does.BOUNCES if bounces(rule) else Does.ENDS))
    passing = next((other for other in above if delivers(other) and not ends(other)), None)
    if passing is not None:
        yield finding(
            rule,
            path,
            f"`{rule.name}` {verb} every message, also those that `{passing.name}` delivers:"
            " rules do not stop at the first match",
            help=f"end `{passing.name}` with `- stop`, or give `{rule.name}` conditions",
        )
    elif (
        whole
        and not rule.final
        and not any(delivers(other) or stores(other) for other in (*above, rule))
    ):
        yield finding(
            rule,
            path,
            f"`{rule.name}` {verb} every message, and no rule above it delivers or stores any",
            help="give it conditions; if all mail should end here, write `final: true`",
        )


CHECK = Check(id="unconditional-drop", severity=Severity.ERROR, text=__doc__, run=run)
