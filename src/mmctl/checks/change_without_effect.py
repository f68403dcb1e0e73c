"""A header or recipient that is changed where no later action takes it along.

What it does:
    Finds `add_header` and `replace_recipient` below the last action, in this rule and in those
    below that may get the same mail, that delivers, stores, publishes or bounces the message, calls
    a function, or is in a rule with a condition on what was changed. It does not look at rule sets
    that deliver nothing, and at rules that no mail reaches.

Why it is bad:
    Actions run in order. A relay gets the message as it is at that moment: a header that is added
    afterward is in no message that anybody reads, and a replaced recipient gets nothing.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}]
          - name: mark-external
            unless: [{source_ip: {cidr_matches: 198.51.100.0/24}}]
            actions: [{add_header: {name: X-External, value: "yes"}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark-external
            unless: [{source_ip: {cidr_matches: 198.51.100.0/24}}]
            actions: [{add_header: {name: X-External, value: "yes"}}]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.effects import delivers, depends_on_rules, ends
from mmctl.analysis.exclusion import exclude_each_other
from mmctl.analysis.hiding import hidden
from mmctl.analysis.project_conditions import is_whole, said_from
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import CHANGES_MESSAGE, LEAVES, Does
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.language.project import LogicalRule

_TAKES_ALONG: Final = LEAVES | {Does.BOUNCES}


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the changes of a message that nothing takes along."""
    scope = subject.project.settings.readings.added_header_scope
    dead = {id(each.rule) for each in hidden(subject.project) if each.by is not None}
    for rule_set in filter(is_whole, subject.project.rule_sets.values()):
        live = rule_set.live_rules(subject.project.environment.name)
        if not any(map(delivers, live)):
            continue  # Whom should it tell? Often the rules are for another environment.
        last = max(index for index, rule in enumerate(live) if _takes_along(rule))
        for index, rule in enumerate(live):
            late = _late(rule)
            if not late or id(rule) in dead:
                continue
            # Under this reading, other recipients see the header.
            gone = ends(rule) and not (scope == "message" and Does.MARKS in rule.does)
            if gone or not (_is_for_all_below(live, index, last) or _seen(rule, live[index + 1 :])):
                yield from (_finding(rule, each, live[:index], gone=gone) for each in late)


def _takes_along(rule: LogicalRule) -> bool:
    return not _TAKES_ALONG.isdisjoint(rule.does)


def _late(rule: LogicalRule) -> list[int]:
    """The changes of a rule below all of its actions that could take them along, by index."""
    if CHANGES_MESSAGE.isdisjoint(rule.does):
        return []
    taking = [index for index, does in enumerate(rule.does) if does in _TAKES_ALONG]
    first = taking[-1] + 1 if taking else 0
    # What is below a drop never runs: `actions-after-drop`.
    end = rule.does.index(Does.ENDS) if Does.ENDS in rule.does else len(rule.does)
    return [index for index in range(first, end) if rule.does[index] in CHANGES_MESSAGE]


def _is_for_all_below(live: Sequence[LogicalRule], index: int, last: int) -> bool:
    """Whether the last rule that takes mail along takes what gets there: nearly always."""
    return last > index and not live[last].conditions


def _seen(rule: LogicalRule, below: Iterable[LogicalRule]) -> bool:
    """Whether a rule below may get the same mail, and takes it along or looks at the change."""
    return any(
        (_takes_along(each) or depends_on_rules(each)) and not _excluded(rule, each)
        for each in below
    )


def _excluded(rule: LogicalRule, below: LogicalRule) -> bool:
    """Whether no mail meets both rules, as far as the rule does not change what is compared."""
    return not depends_on_rules(below) and any(
        exclude_each_other(one, other) for one in rule.conditions for other in below.conditions
    )


def _finding(
    rule: LogicalRule, number: int, above: Sequence[LogicalRule], *, gone: bool
) -> Finding:
    what = "header" if rule.does[number] is Does.MARKS else "recipient"
    path = ("Actions", number)
    if any(does in _TAKES_ALONG for does in rule.does[:number]):
        return finding(
            rule,
            path,
            f"the mail has left when the {what} is changed, and nothing below takes it along",
            help="put the action above the one that delivers or stores the mail",
        )
    if gone:
        return finding(
            rule,
            path,
            f"the mail ends here, so nobody sees the changed {what}",
            help="remove the action, or archive the mail between it and `drop`",
        )
    taking = next(filter(_takes_along, reversed(above)), None)
    place = taking and f"`{taking.name}` ({said_from(taking.position, rule.position)})"
    return finding(
        rule,
        path,
        f"nothing below takes the changed {what} along",
        help=f"put `{rule.name}` above {place or 'the rule that delivers its mail'}",
    )


CHECK = Check(
    id="change-without-effect",
    severity=Severity.WARNING,
    text=__doc__,
    run=run,
    about_mail=True,
    from_absence=True,
)
