"""A condition on a header that rules add under a similar name, or only further down.

What it does:
    Compares the names of headers in conditions with those that rules of the set add: one character
    too many, too few or different, two characters exchanged, other hyphens; letter case and digits
    do not count. Also finds rules that look at a header which only rules below them add, unless
    they drop, hold or bounce what arrives with it.

Why it is bad:
    No rule has added the header when the rule looks for it: the condition never holds. Or it holds
    for whoever writes the header into his message.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark-partner
            conditions: [{mail_from: {ends_with: "@partner.example"}}, {spf: {equals: PASS}}]
            actions: [{add_header: {name: X-Partner, value: "yes"}}]
          - name: route-partner
            conditions: [{header: {name: X-Parnter, equals: "yes"}}]
            actions: [{relay: {to: partners}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
      partners: {server: partners.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark-partner
            conditions: [{mail_from: {ends_with: "@partner.example"}}, {spf: {equals: PASS}}]
            actions: [{add_header: {name: X-Partner, value: "yes"}}]
          - name: route-partner
            conditions: [{header: {name: X-Partner, equals: "yes"}}]
            actions: [{relay: {to: partners}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
      partners: {server: partners.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import bounces, delivers, ends
from mmctl.analysis.project_conditions import said_from
from mmctl.analysis.slips import is_slip
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import added_header
from mmctl.model.conditions import header_of
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the conditions on headers that no rule above adds, though one was meant to."""
    if subject.project.settings.readings.added_headers_visible == "no":
        return
    for rule_set in subject.project.rule_sets.values():
        live = rule_set.live_rules(subject.project.environment.name)
        added = _added(live)
        for index, rule in enumerate(live) if added else ():
            for member, listed in (("Conditions", rule.conditions), ("Unless", rule.unless)):
                for place, condition in enumerate(listed):
                    name = header_of(condition)
                    found = _looks_for(name, index, rule, added) if name is not None else None
                    if found is not None:
                        yield finding(rule, (member, place), found[0], help=found[1])


def _added(live: Sequence[LogicalRule]) -> dict[str, tuple[int, str, LogicalRule]]:
    """The headers that rules add, in lower case: the first rule that does, and how it writes it."""
    found: dict[str, tuple[int, str, LogicalRule]] = {}
    for index, rule in enumerate(live):
        for action in rule.actions:
            header = added_header(action)
            if header is not None and not rule.shadow:
                found.setdefault(header[0].lower(), (index, header[0], rule))
    return found


def _looks_for(
    name: str, index: int, rule: LogicalRule, added: dict[str, tuple[int, str, LogicalRule]]
) -> tuple[str, str] | None:
    """What is wrong with looking for a header in a rule, and what to do; None: nothing."""
    known = added.get(name.lower())
    if known is None:
        slips = (written for low, (_, written, _) in added.items() if is_slip(name, low))
        meant = next(slips, None)
        if meant is None:
            return None
        return f"no rule adds `{name}`, but one adds `{meant}`", f"write `{meant}`"
    first, _, adding = known
    blocks = (ends(rule) and not delivers(rule)) or bounces(rule)
    if first < index or blocks:
        return None
    place = said_from(adding.position, rule.position)
    return (
        f"`{adding.name}` ({place}) adds `{name}` only after this rule has looked for it",
        f"put `{adding.name}` above `{rule.name}`",
    )


CHECK = Check(id="header-nobody-sets", severity=Severity.WARNING, text=__doc__, run=run)
