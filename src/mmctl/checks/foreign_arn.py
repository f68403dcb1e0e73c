"""An ARN that is malformed, or of another partition, region or account than the environment.

What it does:
    Looks at the ARNs of roles, topics, functions, keys, secrets and mailboxes, and compares each
    with the account and region of its environment (not for the embedded Mail Manager, which has
    none). The examples are for an environment `prod` with account 444455556666 in us-east-1.

Why it is bad:
    Mail Manager assumes a role of its own account and calls services of its own region. With
    another ARN the action fails for every message, long after the apply has succeeded. Usually
    somebody copied the ARN of one environment into another.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            actions:
              - write_to_s3: {bucket: acme-mail, role: "arn:aws:iam::111122223333:role/mail-s3"}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            actions:
              - write_to_s3: {bucket: acme-mail, role: "arn:aws:iam::444455556666:role/mail-s3"}
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import rules
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import ACTIONS
from mmctl.model.things import ROLE, THINGS, Thing
from mmctl.problem import Placed, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import Environment, Project
    from mmctl.model.things import Arn
    from mmctl.problem import Path


def _pattern(arn: Arn) -> str:
    region = "[a-z0-9-]+" if arn.regional else ""
    return (
        rf"arn:(?P<partition>aws[a-z-]*):{arn.service}:(?P<region>{region})"
        rf":(?P<account>[0-9]{{12}}):{arn.rest}"
    )


def _example(arn: Arn) -> str:
    region = "us-east-1" if arn.regional else ""
    return f"arn:aws:{arn.service}:{region}:111122223333:{arn.example}"


_NAMED: Final = {member: thing for thing in THINGS for member in thing.named_by} | {
    key.member: key.names
    for row in ACTIONS
    for key in row.keys
    if isinstance(key.names, Thing) and key.member.endswith("Arn")
}
"""What the ARN in each member belongs to."""
_FORMS: Final = {
    member: (_pattern(thing.arn), _example(thing.arn))
    for member, thing in _NAMED.items()
    if thing.arn is not None
}
"""The pattern of the ARN in each member, with an example."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the ARNs that cannot work at all, or not in this environment."""
    environment = subject.project.environment
    for where, path, arn in _arns(subject.project):
        pattern, example = _FORMS[str(path[-1])]
        match = re.fullmatch(pattern, arn)
        if match is None:
            yield finding(where, path, f"`{arn}` is not of the form `{example}`")
            continue
        fault = _fault(environment, str(path[-1]), match.groupdict())
        if fault is not None:
            message, severity = fault
            yield finding(
                where,
                path,
                message,
                help="write `${vars.NAME}` in the ARN, with a value for each environment",
                severity=severity,
            )


def _fault(
    environment: Environment, member: str, parts: dict[str, str]
) -> tuple[str, Severity | None] | None:
    name, region, account = environment.name, environment.region, environment.account
    if region is not None and parts["partition"] != _partition(region):
        return _other("partition", parts, f"`{name}` is in `{_partition(region)}`"), None
    if region is not None and parts["region"] not in {"", region}:
        return _other("region", parts, f"`{name}` is in `{region}`"), Severity.WARNING
    if account is not None and parts["account"] != account:
        own = _NAMED[member] is ROLE  # a service can only be passed a role of the same account
        severity = None if own else Severity.WARNING
        return _other("account", parts, f"`{name}` is `{account}`"), severity
    return None


def _other(what: str, parts: dict[str, str], expected: str) -> str:
    return f"the ARN is of {what} `{parts[what]}`, and {expected}"


def _partition(region: str) -> str:
    for prefix, partition in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc")):
        if region.startswith(prefix):
            return partition
    return "aws"


def _arns(project: Project) -> Iterator[tuple[Placed, Path, str]]:
    for _, rule in rules(project):
        for index, action in enumerate(rule.actions):
            yield from _members(rule, ("Actions", index, action.kind), action.value.to_api())
    for relay in project.relays.values():
        yield from _members(relay, ("Authentication",), relay.relay.authentication.to_api())
    for archive in project.archives.values():
        yield from _members(archive, (), archive.archive.to_api())
    for point in project.ingress_points.values():
        configuration = point.ingress_point.ingress_point_configuration
        if configuration is not None:
            members = configuration.to_api()
            yield from _members(point, ("IngressPointConfiguration",), members)


def _members(
    where: Placed, path: Path, members: dict[str, object]
) -> Iterator[tuple[Placed, Path, str]]:
    for name, value in members.items():
        if name in _FORMS and isinstance(value, str):
            yield where, (*path, name), value


CHECK = Check(id="foreign-arn", severity=Severity.ERROR, text=__doc__, run=run)
