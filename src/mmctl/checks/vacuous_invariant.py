"""An invariant that holds because there is nothing that it could say of any message.

What it does:
    Finds invariants whose conditions under `when` no message meets together (an address list
    without members, values that exclude each other), those that demand something of accepted mail
    where the traffic policy refuses all that they are about, and `only: {}`, which names no action.
    It asks for each ingress point for which the invariant is meant, and reports what says nothing
    for any of them.

Why it is bad:
    It is proved, and nobody is protected by it: whatever the rules do, it stays proved.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    invariants:
      - name: mail to legal is not lost
        when:
          - recipient: {ends_with: "@legal.example.com"}
          - recipient: {equals: counsel@example.com}
        never: lost

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    invariants:
      - name: mail to legal is not lost
        when: [{recipient: {ends_with: ["@legal.example.com", counsel@example.com]}}]
        never: lost
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the invariants that say nothing, wherever mail comes in."""
    if not subject.project.invariants or not subject.project.settings.lint.proof_effort:
        return
    # Formulas and their solver are loaded when something is proved.
    from mmctl.analysis.questions.of_project import proofs_of  # noqa: PLC0415

    for invariant, reason in proofs_of(subject.project).empty():
        yield Finding(
            positions=invariant.positions,
            path=(),
            message=f"`{invariant.name}` holds whatever the rules do: {reason}",
            help="say which mail it is about, and what must not happen to it, or remove it",
        )


CHECK = Check(
    id="vacuous-invariant",
    severity=Severity.WARNING,
    text=__doc__,
    run=run,
    from_absence=True,
    about_mail=True,
)
"""Missing lists and ingress points change which messages there are."""
