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
from mmctl.analysis.implication import case_folds, follows
from mmctl.analysis.own_domains import domain_of, is_open, own_domains
from mmctl.analysis.project_conditions import said_from
from mmctl.analysis.replacing import may_meet
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does, new_recipients, row_of
from mmctl.model.conditions import operand_of
from mmctl.model.enums import RuleStringOperator
from mmctl.model.facts import RECIPIENTS, X_HEADER
from mmctl.problem import Severity
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.judge.trace import ActionTrace, RuleTrace
    from mmctl.language.project import LogicalRule, Project
    from mmctl.model.rules import RuleCondition, RuleStringExpression


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the deliveries back to the ingress point, and the replacements that undo others."""
    project = subject.project
    yield from _sent_back(project)
    yield from _relayed_back(project)
    readings = project.settings.readings
    if readings.replaced_recipients_visible == "no" or readings.first_match == "yes":
        return
    for rule_set in project.rule_sets.values():
        live = rule_set.live_rules(project.environment.name)
        yield from _put_back(live, folds=case_folds(project))


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


def _put_back(live: Sequence[LogicalRule], *, folds: bool) -> Iterator[Finding]:
    """Follow each recipient that a rule replaces, through the rules below."""
    replacing = [found for rule in live if (found := _replaced(rule)) is not None]
    for number, first in enumerate(replacing):
        current = first.new
        if first.old == {first.new}:
            yield _undone(first.rule, f"`{first.new}` is replaced by itself", _BY_ITSELF)
            continue
        for each in replacing[number + 1 :]:
            if current not in each.old or not each.takes_all_of(first, folds=folds):
                continue
            current = each.new
            if current in first.old:
                where = said_from(first.rule.position, each.rule.position)
                yield _undone(
                    each.rule,
                    f"`{each.rule.name}` restores `{current}`, which `{first.rule.name}`"
                    f" ({where}) replaced",
                    "remove one of the two",
                )
                break


_BY_ITSELF: Final = "write another recipient, or remove the action"


def _undone(rule: LogicalRule, message: str, help: str) -> Finding:
    return finding(rule, ("Actions", rule.does.index(Does.REPLACES)), message, help=help)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replacing:
    """A rule that replaces some recipients by one."""

    rule: LogicalRule
    old: frozenset[str]
    new: str
    besides: tuple[RuleCondition, ...]
    """What else must hold for its mail."""

    def takes_all_of(self, above: _Replacing, *, folds: bool) -> bool:
        """Whether it applies to all mail that a rule above has given one of its recipients."""
        return all(
            any(follows(wide, narrow, folds=folds) for narrow in above.besides)
            for wide in self.besides
        )


def _replaced(rule: LogicalRule) -> _Replacing | None:
    """What a rule replaces; None where that is not plain."""
    if ends(rule) or rule.unless or rule.shadow:
        return None
    replacing = [action for action in rule.actions if row_of(action).does is Does.REPLACES]
    asked = [each for each in rule.conditions if operand_of(each).fact is RECIPIENTS]
    besides = tuple(each for each in rule.conditions if each not in asked)
    equals = next((text for each in asked if (text := _equal_to(each)) is not None), None)
    new = new_recipients(replacing[0]) if len(replacing) == 1 else ()
    if equals is None or len(new) != 1 or any(map(_may_change, besides)):
        return None
    old = frozenset(value.lower() for value in equals.values if may_meet(value, asked))
    return _Replacing(rule=rule, old=old, new=new[0].lower(), besides=besides)


def _equal_to(condition: RuleCondition) -> RuleStringExpression | None:
    """The texts that a condition names in full."""
    text = condition.string_expression
    return text if text is not None and text.operator is RuleStringOperator.EQUALS else None


def _may_change(condition: RuleCondition) -> bool:
    """Whether rules in between may change what a condition says."""
    return operand_of(condition).fact is X_HEADER


CHECK = Check(
    id="delivery-loop",
    severity=Severity.WARNING,
    text=__doc__,
    run=run,
    about_mail=True,
    from_absence=True,
)
