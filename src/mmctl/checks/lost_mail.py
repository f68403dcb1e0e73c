"""Mail that is accepted and lost: nobody gets it, keeps it, or hears of it.

What it does:
    Proves for each ingress point that no accepted mail is lost: whatever the message is, something
    delivers, stores, bounces or drops it, or a rule takes it that is `final: true`. If not, it
    shows a message, which the plain evaluator has judged. Functions that rules call are taken to
    let mail pass. Where the rule set says `must_reach: delivered`, mail that is only stored is lost
    too; where it does not say so but delivers, ordinary mail that is only stored because no rule
    takes it is a warning. Where the ingress points are unknown, a rule set that loses mail is an
    info. What stays undecided is `not-proved`.

Why it is bad:
    The sender's server saw the mail accepted, so nobody sends it again and nobody notices. Mail
    that is stored where it should be delivered is an outage too. Where mail is gone already,
    `mmctl doctor --message-id ID` says why.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: ["@sales.example.com", "@example.com"]}}]}]
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route
            conditions: [{recipient: {ends_with: ["@sales.example.com", "@example.com"]}}]
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: ["@sales.example.com", "@example.com"]}}]}]
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.language.project import Outcome
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.of_project import ProvedWay
    from mmctl.language.project import LogicalRule, Project


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rule sets that lose mail, with a message that is lost."""
    project = subject.project
    if not project.settings.lint.proof_effort:
        return
    # Formulas and their solver are loaded when something is proved.
    from mmctl.analysis.encoding.proof import Shown
    from mmctl.analysis.questions.of_project import proofs_of

    known = any(
        point.ingress_point.rule_set_id in project.rule_sets
        for point in project.ingress_points.values()
    )
    for each in proofs_of(project).lost():
        if each.at.way.ingress_point is None:
            if isinstance(each.answer, Shown) and not known:
                yield _rest(each.at, each.answer.witness)
        elif isinstance(each.answer, Shown):
            yield _lost(project, each.at, each.answer.witness)
        elif isinstance(each.fallen, Shown):
            yield _stored(project, each.at, each.fallen.witness)


def _lost(project: Project, at: ProvedWay, witness: Witness) -> Finding:
    from mmctl.analysis.encoding.telling import told

    stored = witness.happened[0].outcome is Outcome.STORED
    keeper = _keeper(at, witness) if stored else None
    if keeper is not None:
        ends, meant = f"stored by `{keeper.name}` and not delivered", _IF_HELD
    elif stored:
        ends, meant = "stored but not delivered", _IF_STORED
    else:
        ends, meant = "accepted and lost", ""
    return finding(
        keeper or at.rule_set,
        (),
        f"mail {told(witness)}, which `{at.way.ingress_point}` admits, is {ends}",
        help=f"add a rule for it, or admit less in `{_policy(project, at)}`{meant}",
    )


def _keeper(at: ProvedWay, witness: Witness) -> LogicalRule | None:
    """The rule that stores a message and stops it, if one does."""
    applied = (at.gateway.rules[place] for place in sorted(witness.happened[0].applied))
    return next((rule for rule in applied if rule.stop and not rule.shadow), None)


_IF_HELD = "; if that is intended, write `final: true` here"
_IF_STORED = "; if that is intended, write `must_reach: stored`"


def _stored(project: Project, at: ProvedWay, witness: Witness) -> Finding:
    from mmctl.analysis.encoding.telling import told

    return finding(
        at.rule_set,
        (),
        f"ordinary mail {told(witness)}, which `{at.way.ingress_point}` admits, is stored but not"
        " delivered",
        help=f"add a rule for it, or admit less in `{_policy(project, at)}`{_IF_STORED}",
        severity=Severity.WARNING,
    )


def _policy(project: Project, at: ProvedWay) -> str:
    return project.ingress_points[str(at.way.ingress_point)].ingress_point.traffic_policy_id


def _rest(at: ProvedWay, witness: Witness) -> Finding:
    from mmctl.analysis.encoding.telling import told

    return finding(
        at.rule_set,
        (),
        f"no rule of `{at.rule_set.name}` covers mail {told(witness)}: if the traffic policy admits"
        " it, it is accepted and lost",
        help="add a last rule without conditions, or make sure that the policy admits no such mail",
        severity=Severity.INFO,
    )


CHECK = Check(
    id="lost-mail",
    severity=Severity.ERROR,
    text=__doc__,
    run=run,
    about_mail=True,
    from_absence=True,
)
"""Rules that are missing may be for this mail."""
