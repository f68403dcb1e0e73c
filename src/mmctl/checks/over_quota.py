"""There is more of something than the service takes.

What it does:
    Counts what the project defines against the quotas of Mail Manager, which cannot be raised:
    rule sets, traffic policies with their statements and conditions, ingress points by type,
    relays, address lists with their members, archives. How many rules, conditions, values and
    actions fit is counted when rules are made into live rules (`capacity`).

Why it is bad:
    The service refuses the call, halfway through an apply.

Bad:
    version: 1
    archives:
      team-1: {retention: ONE_YEAR}
      team-2: {retention: ONE_YEAR}
      team-3: {retention: ONE_YEAR}
      team-4: {retention: ONE_YEAR}
      team-5: {retention: ONE_YEAR}
      team-6: {retention: ONE_YEAR}
      team-7: {retention: ONE_YEAR}
      team-8: {retention: ONE_YEAR}
      team-9: {retention: ONE_YEAR}
      team-10: {retention: ONE_YEAR}
      team-11: {retention: ONE_YEAR}

Good:
    version: 1
    archives:
      teams: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.places import statements
from mmctl.language.project import Kind
from mmctl.model.enums import IngressPointType
from mmctl.model.quotas import QUOTAS
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import Project, Resource

_COUNTED: Final = (
    Kind.RULE_SET,
    Kind.TRAFFIC_POLICY,
    Kind.RELAY,
    Kind.ADDRESS_LIST,
    Kind.ARCHIVE,
)
"""Kinds of which an account may have so many, whatever their type."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the first of each thing that is one too many."""
    project = subject.project
    yield from _resources(project)
    yield from _policies(project)
    yield from _members(project)


def _resources(project: Project) -> Iterator[Finding]:
    for kind in _COUNTED:
        limit = getattr(QUOTAS, kind.value)
        yield from _too_many(
            tuple(project.of_kind(kind).values()), limit, kind.value.replace("_", " ")
        )
    for type_ in IngressPointType:
        of_type = [
            point for point in project.ingress_points.values() if point.ingress_point.type is type_
        ]
        limit = getattr(QUOTAS, f"{type_.lower()}_ingress_points")
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


def _policies(project: Project) -> Iterator[Finding]:
    for policy in project.traffic_policies.values():
        count = len(policy.policy.policy_statements)
        if count > QUOTAS.statements:
            yield finding(
                policy,
                ("PolicyStatements", QUOTAS.statements),
                f"the service takes {QUOTAS.statements} statements in a policy, got {count}",
                help="join statements, or put addresses into an address list",
            )
    for policy, path, statement in statements(project):
        count = len(statement.conditions)
        if count > QUOTAS.statement_conditions:
            yield finding(
                policy,
                (*path, "Conditions", QUOTAS.statement_conditions),
                f"the service takes {QUOTAS.statement_conditions} conditions in a statement,"
                f" got {count}",
                help="split it into two",
            )


def _members(project: Project) -> Iterator[Finding]:
    for resource in project.of_kind(Kind.ADDRESS_LIST).values():
        members = project.address_lists[resource.name].members or ()
        if len(members) > QUOTAS.addresses:
            yield finding(
                resource,
                ("members",),
                f"the service takes {QUOTAS.addresses:,} addresses in an address list,"
                f" got {len(members):,}",
                help="use a second list, or a wildcard such as `*@example.com` for many addresses",
            )


CHECK = Check(id="over-quota", severity=Severity.ERROR, text=__doc__, run=run)
