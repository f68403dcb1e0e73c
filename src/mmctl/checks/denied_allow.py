"""A value under `allow` that a `deny` statement refuses altogether.

What it does:
    Compares the networks and recipients of `allow` statements with `deny` statements of a single
    condition, and finds values of which nothing is left. The order of statements is no matter.

Why it is bad:
    Any `deny` that matches refuses, wherever it stands: an `allow` is never an exception from a
    `deny`, not even above it.

Bad:
    version: 1
    traffic_policies:
      edge:
        default: deny
        statements:
          - allow: [{sender_ip: {cidr_matches: [192.0.2.16/28]}}]
          - deny: [{sender_ip: {cidr_matches: [192.0.2.0/24]}}]

Good:
    version: 1
    traffic_policies:
      edge:
        default: deny
        statements:
          - allow: [{sender_ip: {cidr_matches: [192.0.2.16/28]}}]
          - deny: [{sender_ip: {cidr_matches: [192.0.2.128/25]}}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.networks import NetworkTest, ipv4, network_test
from mmctl.checks.places import PlacedCondition, Role, TextTest, policy_conditions, text_test
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mmctl.language.project import LogicalTrafficPolicy
    from mmctl.problem import Path

T = TypeVar("T", bound=TextTest | NetworkTest)


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the permissions that a refusal swallows."""
    folds = subject.project.settings.readings.string_case == "insensitive"

    def covers_text(deny: TextTest, operator: str, value: str) -> bool:
        return any(
            _covers(deny.operator, denied.lower(), operator, value.lower())
            if folds
            else _covers(deny.operator, denied, operator, value)
            for denied in deny.values
        )

    for policy in subject.project.traffic_policies.values():
        placed = tuple(policy_conditions(policy))
        yield from _denied(policy, placed, text_test, lambda d, a, v: covers_text(d, a.operator, v))
        yield from _denied(policy, placed, network_test, lambda d, _, v: _inside(d, v))


def _denied(
    policy: LogicalTrafficPolicy,
    placed: Sequence[PlacedCondition],
    read: Callable[[PlacedCondition], T | None],
    covers: Callable[[T, T, str], bool],
) -> Iterator[Finding]:
    alone = [each for each in placed if each.role is Role.DENY and _alone(policy, each.path)]
    denies = [test for test in map(read, alone) if test is not None]
    allowed = [each for each in placed if each.role is Role.ALLOW]
    allows = [test for test in map(read, allowed) if test is not None]
    for allow in allows:
        if _negated(allow):
            continue
        for index, value in enumerate(allow.values):
            deny = next((deny for deny in denies if covers(deny, allow, value)), None)
            if deny is not None:
                line = policy.positions.at(deny.path).line
                yield finding(
                    policy,
                    (*allow.path, "Values", index),
                    f"the `deny` in line {line} refuses all of `{value}`, wherever it stands",
                    help="narrow the `deny`; an `allow` is no exception from it",
                )


def _negated(test: TextTest | NetworkTest) -> bool:
    return test.negated if isinstance(test, NetworkTest) else test.operator == "not_equals"


def _alone(policy: LogicalTrafficPolicy, path: Path) -> bool:
    """Whether a condition is all that its statement asks for."""
    return len(policy.policy.policy_statements[int(path[1])].conditions) == 1


def _covers(deny: str, denied: str, allow: str, value: str) -> bool:
    """Whether every text that `allow value` matches, `deny denied` matches too."""
    match deny, allow:
        case ("equals", "equals"):
            return denied == value
        case ("starts_with", "equals" | "starts_with"):
            return value.startswith(denied)
        case ("ends_with", "equals" | "ends_with"):
            return value.endswith(denied)
        case ("contains", "equals" | "starts_with" | "ends_with" | "contains"):
            return denied in value
        case _:
            return False


def _inside(deny: NetworkTest, value: str) -> bool:
    if deny.negated or deny.version != 4:  # noqa: PLR2004 - an IP version
        return False
    network = ipv4(value)
    denied = [ipv4(other) for other in deny.values]
    return network is not None and any(
        other is not None and network.subnet_of(other) for other in denied
    )


CHECK = Check(id="denied-allow", severity=Severity.ERROR, text=__doc__, run=run)
