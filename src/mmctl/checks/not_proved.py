"""A question about all mail that stayed undecided.

What it does:
    Names each invariant that is neither proved nor contradicted by a message, each rule of which it
    is unknown whether any mail gets to it, whether all of its values change something, or whether
    its place in its phase matters (`order-matters`), and each way in of which it is unknown whether
    mail is lost (`lost-mail`) or a rule ends ordinary mail (`blocks-ordinary-mail`), with the
    reason: the effort was used up (`lint: {proof_effort: N}` in `mmctl.yaml`, in conflicts of the
    solver), a message may become too many copies, proofs are switched off (`proof_effort: 0`)
    although there are invariants, or the solver cannot be loaded.

Why it is bad:
    Nobody knows whether it holds, and the project looks as if it did.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: to-three
            conditions: [{tls: true}]
            actions: [{replace_recipient: [a@a.example, b@a.example, c@a.example]}]
          - name: to-others
            conditions: [{spf: {equals: PASS}}]
            actions: [{replace_recipient: [d@a.example, e@a.example, f@a.example, g@a.example]}]
          - name: to-more
            conditions: [{dkim: {equals: PASS}}]
            actions: [{replace_recipient: [i@a.example, j@a.example, k@a.example, l@a.example]}]
          - name: to-all
            conditions: [{helo: {contains: relay}}]
            actions: [{replace_recipient: [n@a.example, o@a.example]}]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    invariants:
      - {name: nothing is lost, never: lost}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: to-three
            conditions: [{tls: true}]
            actions: [{replace_recipient: [a@a.example, b@a.example, c@a.example]}]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    invariants:
      - {name: nothing is lost, never: lost}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.questions.of_project import ProjectProofs, ProvedWay
    from mmctl.language.project import Invariant, Project


def run(subject: Subject) -> Iterator[Finding]:
    """Yield what is asked about all mail and has no answer."""
    project = subject.project
    if not project.settings.lint.proof_effort:
        for invariant in project.invariants:
            yield _undecided(invariant, ": `proof_effort: 0` switches proofs off")
        return
    # Formulas and their solver are loaded when something is proved.
    from mmctl.analysis.encoding.proof import Undecided  # noqa: PLC0415
    from mmctl.analysis.questions.dead import NotProved  # noqa: PLC0415
    from mmctl.analysis.questions.idle import NotSettled  # noqa: PLC0415
    from mmctl.analysis.questions.of_project import proofs_of  # noqa: PLC0415

    proofs = proofs_of(project)
    if not proofs.ways:
        yield from _nothing(project, proofs.missing)
        return
    for answer in proofs.invariants():
        if isinstance(answer.answer, Undecided):
            yield _undecided(answer.invariant, f" for {answer.way.name}: {answer.answer.why}")
    open_ways: dict[str, Finding] = {}
    for loss in proofs.lost():
        if isinstance(loss.answer, Undecided):
            open_ways[loss.at.way.name] = _open(loss.at, "any mail is lost", loss.answer.why)
    for blocked in proofs.blocked():
        if isinstance(blocked.found, Undecided):
            found = _open(blocked.at, "a rule ends ordinary mail", blocked.found.why)
            open_ways.setdefault(blocked.at.way.name, found)
    yield from open_ways.values()
    for each in proofs.dead():
        if isinstance(each.found, NotProved):
            yield finding(
                each.found.rule,
                ("name",),
                f"undecided whether any mail gets to `{each.found.rule.name}`: {each.found.why}",
                help=_MORE,
            )
    yield from _open_orders(proofs)
    for part in proofs.idle():
        if isinstance(part.found, NotSettled):
            yield finding(
                part.found.rule,
                ("name",),
                f"undecided whether all values of `{part.found.rule.name}` change something:"
                f" {part.found.why}",
                help="raise `lint: {proof_effort: N}` in `mmctl.yaml`, or simplify the rules",
            )


def _open_orders(proofs: ProjectProofs) -> Iterator[Finding]:
    """The rules of which it is undecided whether they may be in any place of their phase."""
    orders = proofs.orders()
    if not orders:
        return
    from mmctl.analysis.questions.phases import OrderNotProved  # noqa: PLC0415

    for order in orders:
        if isinstance(order.found, OrderNotProved):
            rule = order.found.rule
            yield finding(
                rule,
                ("name",),
                f"undecided whether it matters where `{rule.name}` is in phase"
                f" `{order.found.phase.name}`: {order.found.why}",
                help="raise `lint: {proof_effort: N}` in `mmctl.yaml`, or write `on_overlap:"
                " file_order` in the phase if the order of its rules is meant",
            )


def _open(at: ProvedWay, what: str, why: str) -> Finding:
    return finding(at.rule_set, (), f"undecided whether {what} at {at.way.name}: {why}", help=_MORE)


def _nothing(project: Project, missing: str | None) -> Iterator[Finding]:
    """Nothing is proved at all where the solver is missing."""
    if missing is None:
        return
    for invariant in project.invariants:
        yield _undecided(invariant, f": {missing}", help=_INSTALL)
    if not project.invariants:
        for rule_set in tuple(project.rule_sets.values())[:1]:
            yield finding(rule_set, (), f"nothing is proved: {missing}", help=_INSTALL)


_MORE = "raise `lint: {proof_effort: N}` in `mmctl.yaml`, or simplify the rules"
_INSTALL = (
    "install it: `pip install python-sat`, or write `lint: {proof_effort: 0}` in `mmctl.yaml`"
)
_LONGER = f"{_MORE}; `mmctl prove` may take longer"


def _undecided(invariant: Invariant, why: str, *, help: str = _LONGER) -> Finding:
    return Finding(
        positions=invariant.positions,
        path=(),
        message=f"undecided whether `{invariant.name}` holds{why}",
        help=help,
    )


CHECK = Check(
    id="not-proved",
    severity=Severity.WARNING,
    text=__doc__,
    run=run,
    about_mail=True,
    from_absence=True,
)
"""Missing rules change what happens to mail."""
