"""Ordinary mail that an ingress point admits, but that no rule delivers.

What it does:
    Judges a plain, faultless message for recipients that the traffic policy names (or, where it
    admits anybody, for one of another domain) and for those under `unless` of delivering rules. It
    must reach what the rule set says (`must_reach`; by default `delivered` where the set delivers
    at all, else `stored`), unless a rule drops or bounces it or is `final: true`. Where the ingress
    points are unknown, a rule set that loses mail for others is an info. It does not look at other
    kinds of mail.

Why it is bad:
    The sender's server saw the mail accepted, so nobody sends it again and nobody notices. Mail
    that is stored where it should be delivered is an outage too, and an error where `must_reach` is
    written.

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

from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.analysis.effects import delivers, has_outcome, unconditional
from mmctl.analysis.project_conditions import is_whole
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.language.project import Outcome
from mmctl.model.actions import Does
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import RecipientTrace
    from mmctl.language.project import (
        LogicalIngressPoint,
        LogicalRule,
        LogicalRuleSet,
        LogicalTrafficPolicy,
        Project,
    )


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rule sets that lose ordinary mail, with an example of it."""
    project = subject.project
    for point in project.ingress_points.values():
        rule_set = project.rule_sets.get(point.ingress_point.rule_set_id)
        policy = project.traffic_policies.get(point.ingress_point.traffic_policy_id)
        if rule_set is not None and policy is not None:
            lost = _lost(project, rule_set, partial(_entered, project, point.name))
            if lost is not None:
                yield _admitted(point, policy, rule_set, lost)
    if not any(_is_known(project, point) for point in project.ingress_points.values()):
        for rule_set in filter(is_whole, project.rule_sets.values()):
            alone = partial(_alone, project, rule_set.name)
            lost = _lost(project, rule_set, alone, reported=frozenset({Outcome.LOST}))
            if lost is not None and lost.outcome is Outcome.LOST:
                yield _rest(rule_set)


def _is_known(project: Project, point: LogicalIngressPoint) -> bool:
    return point.ingress_point.rule_set_id in project.rule_sets


def _entered(project: Project, point: str) -> Gateway:
    from mmctl.judge.submission import gateway_of_ingress_point

    return gateway_of_ingress_point(project, point)


def _alone(project: Project, rule_set: str) -> Gateway:
    from mmctl.judge.submission import gateway_of_rule_set

    return gateway_of_rule_set(project, rule_set)


def _lost(
    project: Project,
    rule_set: LogicalRuleSet,
    gateway_of: Callable[[], Gateway],
    *,
    reported: frozenset[Outcome] = frozenset(Outcome),
) -> RecipientTrace | None:
    """What happens to the first ordinary mail that is lost; None if none is.

    Or if nothing that happens to it is reported.
    """
    rules = rule_set.live_rules(project.environment.name)
    if not any(map(has_outcome, rules)):
        return None  # `rule-set-without-outcome` reports it
    below = frozenset({Outcome.LOST, *_BELOW[_enough(project, rule_set)]})
    if project.settings.readings.first_match == "no" and keeps_all(rules, below & reported):
        return None
    return first_lost(gateway_of(), below)


def keeps_all(rules: Sequence[LogicalRule], below: frozenset[Outcome]) -> bool:
    """Whether no mail can end so badly: what no rule above ends, the last rule delivers.

    This is plain at once for most rule sets; the others are judged.
    """
    plain = {Does.ENDS, Does.MARKS, Does.DELIVERS}
    if Outcome.STORED not in below:
        plain |= {Does.STORES}
    last = rules[-1]
    return unconditional(last) and delivers(last) and all(plain.issuperset(r.does) for r in rules)


def first_lost(gateway: Gateway, below: frozenset[Outcome]) -> RecipientTrace | None:
    """What happens to the first ordinary mail with one of these outcomes; None if there is none."""
    from mmctl.analysis.ordinary import addressed
    from mmctl.analysis.ordinary_mail import ordinary
    from mmctl.judge.judging import judge

    final = {rule.name for rule in gateway.rules if rule.final}
    return next(
        (
            trace
            for address, recipients in addressed(gateway)
            for trace in judge(
                gateway, ordinary(recipients, source_ip=address), assume_pass=True
            ).recipients
            if trace.outcome in below and final.isdisjoint(trace.applied)
        ),
        None,
    )


_BELOW: Final = {Outcome.DELIVERED: (Outcome.STORED,), Outcome.STORED: ()}


def _enough(project: Project, rule_set: LogicalRuleSet) -> Outcome:
    if rule_set.must_reach is not None:
        return rule_set.must_reach
    live = rule_set.live_rules(project.environment.name)
    return Outcome.DELIVERED if any(map(delivers, live)) else Outcome.STORED


def _admitted(
    point: LogicalIngressPoint,
    policy: LogicalTrafficPolicy,
    rule_set: LogicalRuleSet,
    lost: RecipientTrace,
) -> Finding:
    stored = lost.outcome is Outcome.STORED
    ends = "is stored but not delivered" if stored else "is accepted and lost"
    meant = "; if that is intended, write `must_reach: stored`" if stored else ""
    mild = stored and rule_set.must_reach is None
    return finding(
        rule_set,
        (),
        f"ordinary mail for `{lost.recipient}`, which `{point.name}` admits, {ends}",
        help=f"add a rule for it, or admit less in `{policy.name}`{meant}",
        severity=Severity.WARNING if mild else None,
    )


def _rest(rule_set: LogicalRuleSet) -> Finding:
    return finding(
        rule_set,
        (),
        f"no rule of `{rule_set.name}` covers the rest: other mail that the traffic policy "
        f"admits is accepted and lost",
        help="add a last rule without conditions, or make sure that the policy admits no other "
        "mail",
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
