"""There is more of something than the service takes.

What it does:
    Counts what the project defines against the quotas of Mail Manager, which cannot be raised:
    rule sets, conditions, actions, relay and send actions of a rule set, policies and their
    statements, ingress points by type, relays, address lists and their members, archives. How
    many rules and values fit is counted by the compiler, which packs them.

Why it is bad:
    The service refuses the call, halfway through an apply.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: copies
            actions:
              - add_header: {name: X-Copy-1, value: "yes"}
              - add_header: {name: X-Copy-2, value: "yes"}
              - add_header: {name: X-Copy-3, value: "yes"}
              - add_header: {name: X-Copy-4, value: "yes"}
              - add_header: {name: X-Copy-5, value: "yes"}
              - add_header: {name: X-Copy-6, value: "yes"}
              - add_header: {name: X-Copy-7, value: "yes"}
              - add_header: {name: X-Copy-8, value: "yes"}
              - add_header: {name: X-Copy-9, value: "yes"}
              - add_header: {name: X-Copy-10, value: "yes"}
              - archive: {to: all-mail}
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: copies
            actions:
              - add_header: {name: X-Copies, value: "10"}
              - archive: {to: all-mail}
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks import quotas
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.effects import kinds
from mmctl.checks.places import rules, statements
from mmctl.language.project import Kind
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.checks.check import Placed
    from mmctl.language.project import LogicalRule, LogicalRuleSet, Project, Resource
    from mmctl.problem import Path


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the first of each thing that is one too many."""
    project = subject.project
    yield from _resources(project)
    yield from _rules(project)
    for rule_set in project.rule_sets.values():
        yield from _deliveries(rule_set, project.environment.name)
    yield from _policies(project)
    yield from _members(project)


def _resources(project: Project) -> Iterator[Finding]:
    for kind, limit in quotas.RESOURCES.items():
        yield from _too_many(
            tuple(project.of_kind(kind).values()), limit, kind.value.replace("_", " ")
        )
    for type_, limit in quotas.INGRESS_POINTS.items():
        of_type = [
            point for point in project.ingress_points.values() if point.ingress_point.type is type_
        ]
        yield from _too_many(of_type, limit, f"{type_.lower()} ingress points")


def _too_many(resources: Sequence[Resource], limit: int, noun: str) -> Iterator[Finding]:
    if len(resources) > limit:
        message = f"the service takes {limit} {noun} in an account and region"
        yield finding(
            resources[limit],
            (),
            f"{message}, got {len(resources)}",
            help=f"remove {len(resources) - limit}, or use a second account or region",
        )


def _rules(project: Project) -> Iterator[Finding]:
    for _, rule in rules(project):
        yield from _long(rule, ("Conditions",), len(rule.conditions), quotas.CONDITIONS)
        yield from _long(rule, ("Unless",), len(rule.unless), quotas.UNLESS)
        yield from _long(rule, ("Actions",), len(rule.actions), quotas.ACTIONS)


def _long(where: Placed, path: Path, count: int, limit: int) -> Iterator[Finding]:
    if count > limit:
        noun = {"Unless": "exceptions (`unless`)"}.get(str(path[-1]), str(path[-1]).lower())
        owner = "policy" if path[0] == "PolicyStatements" else "rule"
        thing = "statement" if owner == "policy" and noun == "conditions" else owner
        yield finding(
            where,
            (*path, limit),
            f"the service takes {limit} {noun} in a {thing}, got {count}",
            help="split it into two",
        )


def _deliveries(rule_set: LogicalRuleSet, environment: str) -> Iterator[Finding]:
    def listed() -> Iterator[tuple[LogicalRule, int]]:
        for rule in rule_set.live_rules(environment):
            for index, kind in enumerate(kinds(rule)):
                if kind in {"Relay", "Send"}:
                    yield rule, index

    deliveries = tuple(listed())
    limit = quotas.RELAY_OR_SEND_ACTIONS
    if len(deliveries) > limit:
        rule, index = deliveries[limit]
        yield finding(
            rule,
            ("Actions", index),
            f"the service takes {limit} relay or send actions in a rule set,"
            f" `{rule_set.name}` has {len(deliveries)}",
            help="let one rule with several values do what several rules with one relay do",
        )


def _policies(project: Project) -> Iterator[Finding]:
    for policy in project.traffic_policies.values():
        count = len(policy.policy.policy_statements)
        if count > quotas.STATEMENTS:
            yield finding(
                policy,
                ("PolicyStatements", quotas.STATEMENTS),
                f"the service takes {quotas.STATEMENTS} statements in a policy, got {count}",
                help="join statements, or put addresses into an address list",
            )
    for policy, path, statement in statements(project):
        count = len(statement.conditions)
        yield from _long(policy, (*path, "Conditions"), count, quotas.STATEMENT_CONDITIONS)


def _members(project: Project) -> Iterator[Finding]:
    for resource in project.of_kind(Kind.ADDRESS_LIST).values():
        members = project.address_lists[resource.name].members or ()
        if len(members) > quotas.LIST_MEMBERS:
            yield finding(
                resource,
                ("members",),
                f"the service takes {quotas.LIST_MEMBERS:,} addresses in an address list,"
                f" got {len(members):,}",
                help="use a second list, or a wildcard such as `*@example.com` for many addresses",
            )


CHECK = Check(id="over-quota", severity=Severity.ERROR, text=__doc__, run=run)
