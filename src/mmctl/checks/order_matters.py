"""Two rules of a phase of which it matters which one is first.

What it does:
    Proves of each phase whose `on_overlap` is `error` (as it is where it says nothing) that its
    rules may be in any order: for every message the outcome is the same, and the same is done, with
    the same headers. What happens to mail that is dropped anyway does not count. If the order of
    two rules matters, it names both, with a message that the plain evaluator has judged in both
    orders. It reports a rule once, with the first rule above for which that is so. What stays
    undecided is `not-proved`. It does not look at phases with `on_overlap: file_order` or `any`,
    nor at rules outside of phases.

Why it is bad:
    The files of a phase come from several teams, and their names decide which rule is first.
    Somebody renames a file or moves a rule, and mail goes another way.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - {name: record, actions: [{archive: {to: journal}}]}
          - phase: route
            rules:
              - name: legal
                conditions: [{recipient: {ends_with: "@legal.example.com"}}]
                actions: [{relay: {to: legal}}, stop]
              - name: large
                conditions: [{message_size: {greater_than: 15MB}}]
                actions: [{relay: {to: large-files}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
      legal: {server: legal.example.com, port: 25, authentication: none}
      large-files: {server: files.example.com, port: 25, authentication: none}
    archives:
      journal: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - {name: record, actions: [{archive: {to: journal}}]}
          - phase: route
            rules:
              - name: legal
                conditions: [{recipient: {ends_with: "@legal.example.com"}}]
                actions: [{relay: {to: legal}}, stop]
              - name: large
                conditions: [{message_size: {greater_than: 15MB}}]
                unless: [{recipient: {ends_with: "@legal.example.com"}}]
                actions: [{relay: {to: large-files}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
      legal: {server: legal.example.com, port: 25, authentication: none}
      large-files: {server: files.example.com, port: 25, authentication: none}
    archives:
      journal: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.project_conditions import said_from
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules of which it matters whether they are above or below another of the phase."""
    project = subject.project
    phases = any(rule_set.phases for rule_set in project.rule_sets.values())
    if not phases or not project.settings.lint.proof_effort:
        return
    # Formulas and their solver are loaded when something is proved.
    from mmctl.analysis.encoding.telling import told  # noqa: PLC0415
    from mmctl.analysis.questions.of_project import proofs_of  # noqa: PLC0415
    from mmctl.analysis.questions.phases import OrderMatters  # noqa: PLC0415

    for answer in proofs_of(project).orders():
        found = answer.found
        if isinstance(found, OrderMatters):
            rule, above = found.rule, found.above
            as_written, swapped = found.described
            yield finding(
                rule,
                ("name",),
                f"it matters in phase `{found.phase.name}` whether `{above.name}`"
                f" ({said_from(above.position, rule.position)}) or `{rule.name}` is first: a"
                f" message to {answer.way.name}, {told(found.witness)}, is"
                f" {as_written} with `{above.name}` first, and"
                f" {swapped} with `{rule.name}` first",
                help="exclude the mail of one from the other, or write `on_overlap: file_order` in"
                " the phase if their order is meant",
            )


CHECK = Check(id="order-matters", severity=Severity.ERROR, text=__doc__, run=run)
