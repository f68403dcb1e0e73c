"""An invariant of the project that some message breaks.

What it does:
    Proves each invariant for every message that an ingress point can get (or a rule set that is
    behind none), under the readings of the project. If a message breaks it, tells that message,
    which the plain evaluator has judged, how it ends, and by which rules. `mmctl prove` writes it
    to a file. What stays undecided is `not-proved`.

Why it is bad:
    Somebody relies on what the invariant says, and the rules do not do it. Either is wrong.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-offers
            conditions: [{subject: {contains: offer}}]
            actions: [drop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    invariants:
      - name: legal mail is never dropped
        when: [{recipient: {ends_with: "@legal.example.com"}}]
        never: dropped

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-offers
            conditions: [{subject: {contains: offer}}]
            unless: [{recipient: {ends_with: "@legal.example.com"}}]
            actions: [drop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    invariants:
      - name: legal mail is never dropped
        when: [{recipient: {ends_with: "@legal.example.com"}}]
        never: dropped
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.judge.submission import Gateway


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the invariants that a message breaks, for each way in."""
    if not subject.project.invariants or not subject.project.settings.lint.proof_effort:
        return
    # Formulas and their solver are loaded when something is proved.
    from mmctl.analysis.encoding.proof import Shown  # noqa: PLC0415
    from mmctl.analysis.encoding.telling import told  # noqa: PLC0415
    from mmctl.analysis.questions.of_project import proofs_of  # noqa: PLC0415

    for each in proofs_of(subject.project).invariants():
        if isinstance(each.answer, Shown):
            witness = each.answer.witness
            yield Finding(
                positions=each.invariant.positions,
                path=(),
                message=f"a message to {each.way.name} breaks `{each.invariant.name}`:"
                f" {told(witness)}; it is {_end(witness, each.gateway)}",
                help="`mmctl prove` writes the message to a file; change the rules, or the"
                " invariant",
            )


def _end(witness: Witness, gateway: Gateway) -> str:
    """How the message ends, and the rules that apply to it."""
    happened = witness.happened[0]
    rules = [f"`{gateway.rules[place].name}`" for place in sorted(happened.applied)]
    by = f" by {rules[0]}" if len(rules) == 1 else f" ({', '.join(rules)})" if rules else ""
    return f"{happened.outcome.value}{by}"


CHECK = Check(
    id="invariant-broken",
    severity=Severity.ERROR,
    text=__doc__,
    run=run,
    about_mail=True,
    from_absence=True,
)
"""Missing rules change what happens to mail."""
