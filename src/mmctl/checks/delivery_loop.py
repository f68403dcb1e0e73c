"""Mail that comes back to its ingress point, or recipients that are replaced in a circle.

What it does:
    Judges ordinary mail for the domains that open ingress points admit: `send` looks up the mail
    server of the recipient, which for these domains is the ingress point itself. Finds relays whose
    server has a name of Mail Manager's ingress points. Also follows rules that replace exact
    recipients with another, down to one that restores the first.

Why it is bad:
    The message loops until a server counts too many hops, and is then lost or bounced. A restored
    recipient makes all rules in between pointless.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{send: {role: arn:aws:iam::111122223333:role/mail-send}}]
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.effects import ends, sends
from mmctl.analysis.known_lists import KnownLists
from mmctl.analysis.own_domains import domain_of, is_open, own_domains
from mmctl.analysis.project_conditions import said_from
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does, new_recipients, row_of
from mmctl.model.conditions import operand_of
from mmctl.model.enums import RuleStringOperator
from mmctl.model.facts import RECIPIENTS
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.judge.trace import ActionTrace, RuleTrace
    from mmctl.language.project import LogicalRule, Project


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the deliveries back to the ingress point, and the replacements that undo others."""
    project = subject.project
    yield from _sent_back(project)
    yield from _relayed_back(project)
    readings = project.settings.readings
    if readings.replaced_recipients_visible == "no" or readings.first_match == "yes":
        return
    for rule_set in project.rule_sets.values():
        yield from _put_back(rule_set.live_rules(project.environment.name), KnownLists(project))


def _sent_back(project: Project) -> Iterator[Finding]:
    own = own_domains(project)
    for point in project.ingress_points.values():
        known = (
            point.ingress_point.rule_set_id in project.rule_sets
            and point.ingress_point.traffic_policy_id in project.traffic_policies
        )
        if not known or not is_open(point):
            continue
        live = project.rule_sets[point.ingress_point.rule_set_id].live_rules(
            project.environment.name
        )
        rules = {rule.name: rule for rule in live if sends(rule)}
        said: set[str] = set()
        for trace, action in _sends(project, point.name) if rules else ():
            if domain_of(action.recipient) in own and trace.rule not in said:
                said.add(trace.rule)
                yield finding(
                    rules[trace.rule],
                    action.path,
                    f"`send` delivers mail for `{action.recipient}` to the mail server of its "
                    f"domain, which is `{point.name}`",
                    help="write `relay` to the server behind it, or send to another recipient",
                )


def _relayed_back(project: Project) -> Iterator[Finding]:
    for relay in project.relays.values():
        if relay.relay.server_name.lower().rstrip(".").endswith(_ENTRANCES):
            yield finding(
                relay,
                ("ServerName",),
                f"`{relay.relay.server_name}` is an ingress point of Mail Manager: if it is part "
                f"of this project, its mail loops",
                help="write the server behind it; for another gateway, add an ignore comment",
            )


_ENTRANCES: Final = (".mail-manager-smtp.amazonaws.com", ".mail-manager-smtp.amazonaws.com.cn")
"""The domains that the A records of ingress points are in."""


def _sends(project: Project, point: str) -> Iterator[tuple[RuleTrace, ActionTrace]]:
    """What is sent on of ordinary mail."""
    from mmctl.analysis.ordinary import addressed
    from mmctl.analysis.ordinary_mail import ordinary
    from mmctl.judge.judging import judge
    from mmctl.judge.submission import gateway_of_ingress_point
    from mmctl.judge.trace import distinct_actions

    gateway = gateway_of_ingress_point(project, point)
    for address, recipients in addressed(gateway):
        judged = judge(gateway, ordinary(recipients, source_ip=address), assume_pass=True)
        for recipient in judged.recipients:
            for trace, action in distinct_actions(recipient.rules):
                if action.done and action.action.send is not None:
                    yield trace, action


def _put_back(live: Sequence[LogicalRule], lists: KnownLists) -> Iterator[Finding]:
    """Follow each recipient that a rule replaces, through the rules below."""
    replacing = [(rule, *pair) for rule in live if (pair := _replaced(rule, lists)) is not None]
    for number, (first, old, new) in enumerate(replacing):
        current = new
        if old == {new}:
            yield finding(
                first,
                ("Actions", first.does.index(Does.REPLACES)),
                f"`{new}` is replaced by itself",
                help="write another recipient, or remove the action",
            )
            continue
        for rule, from_, to in replacing[number + 1 :]:
            if current not in from_:
                continue
            current = to
            if current in old:
                yield finding(
                    rule,
                    ("Actions", rule.does.index(Does.REPLACES)),
                    f"`{rule.name}` restores `{current}`, which `{first.name}`"
                    f" ({said_from(first.position, rule.position)}) replaced",
                    help="remove one of the two",
                )
                break


def _replaced(rule: LogicalRule, lists: KnownLists) -> tuple[frozenset[str], str] | None:
    """The recipients that a rule replaces, and the one it puts there; None for other rules."""
    if ends(rule) or len(rule.conditions) != 1 or rule.unless or rule.shadow:
        return None
    replacing = [action for action in rule.actions if row_of(action).does is Does.REPLACES]
    if len(replacing) != 1 or operand_of(rule.conditions[0]).fact is not RECIPIENTS:
        return None
    (expression, *more) = (
        each.string_expression for each in lists.alternatives(rule.conditions[0])
    )
    new = new_recipients(replacing[0])
    if expression is None or more or expression.operator != RuleStringOperator.EQUALS:
        return None
    old = frozenset(value.lower() for value in expression.values)
    return (old, new[0].lower()) if len(new) == 1 else None


CHECK = Check(
    id="delivery-loop", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
