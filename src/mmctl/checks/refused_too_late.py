"""A rule that refuses mail, below a rule that acts on that mail.

What it does:
    Finds rules of `refuse: true` whose mail a rule above delivers, stores, bounces or tells others
    about. It names a message, which the plain evaluator has judged.

Why it is bad:
    What is refused at RCPT is never taken, so the rule above does nothing for it, whatever the
    order of the rules says: there is no copy in the archive, and nobody is notified.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: record
            actions: [{archive: {to: journal}}]
          - name: refuse-network
            refuse: true
            conditions: [{source_ip: {cidr_matches: 192.0.2.0/24}}]
            actions: [drop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    archives:
      journal: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: refuse-network
            refuse: true
            conditions: [{source_ip: {cidr_matches: 192.0.2.0/24}}]
            actions: [drop]
          - name: record
            actions: [{archive: {to: journal}}]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    archives:
      journal: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import said_from
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import CHANGES_MESSAGE, Does
from mmctl.problem import Severity
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.questions.of_project import ProvedWay
    from mmctl.language.project import LogicalRule, LogicalRuleSet

_SHOWS: Final = frozenset(Does) - CHANGES_MESSAGE - {Does.ENDS}
"""What a rule does that is seen outside, whatever becomes of the mail."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules that refuse mail on which a rule above acts."""
    project = subject.project
    if not project.settings.lint.proof_effort:
        return
    environment = project.environment.name
    for rule_set in project.rule_sets.values():
        written = [rule for rule in rule_set.rules if rule.lives_in(environment)]
        refusing = [place for place, rule in enumerate(written) if rule.refuses]
        if any(_acting(written[:place]) for place in refusing):
            yield from _of_set(subject, rule_set, written, refusing)


def _acting(rules: Sequence[LogicalRule]) -> list[int]:
    """The places of those that do something that is seen outside."""
    return [place for place, rule in enumerate(rules) if not _SHOWS.isdisjoint(rule.does)]


def _of_set(
    subject: Subject,
    rule_set: LogicalRuleSet,
    written: Sequence[LogicalRule],
    refusing: Sequence[int],
) -> Iterator[Finding]:
    # Formulas and their solver are loaded when something is proved.
    from mmctl.analysis.questions.of_project import proofs_of  # noqa: PLC0415

    left = [place for place in refusing if _acting(written[:place])]
    for way in proofs_of(subject.project).ways:
        if way.rule_set is rule_set:
            for place, told in _in_way(way, written, tuple(left)):
                left.remove(place)
                yield told


def _in_way(
    way: ProvedWay, written: Sequence[LogicalRule], refusing: Sequence[int]
) -> Iterator[tuple[int, Finding]]:
    """The rules that refuse too late of a message that comes in there."""
    from mmctl.analysis.encoding.proof import Proof, Shown  # noqa: PLC0415 - as above
    from mmctl.analysis.encoding.telling import told  # noqa: PLC0415 - as above

    # As the files have it: nothing is refused before its place.
    rules = tuple(replace(rule, refuse=False) for rule in written)
    proof = Proof(replace(way.gateway, rules=rules), effort=way.proof.effort)
    literals = proof.paths[0].rules
    for place in refusing:
        for above in _acting(written[:place]):
            answer = proof.ask([literals[above].applies, literals[place].matches])
            if isinstance(answer, Shown):
                rule, upper = written[place], written[above]
                yield (
                    place,
                    finding(
                        rule,
                        ("refuse",),
                        f"`{upper.name}` ({said_from(upper.position, rule.position)}) acts on mail"
                        f" that `{rule.name}` refuses before any rule: {told(answer.witness)}",
                        help=f"put `{rule.name}` above `{upper.name}`, or remove `refuse: true`, "
                        "so that the mail is dropped in its place",
                    ),
                )
                break


CHECK = Check(id="refused-too-late", severity=Severity.ERROR, text=__doc__, run=run)
