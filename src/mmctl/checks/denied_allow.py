"""A value under `allow` that a `deny` statement refuses completely.

What it does:
    Compares the networks and recipients of `allow` statements with `deny` statements of a single
    condition, and finds values that are refused completely, and lists with such a member. The order
    of statements does not matter.

Why it is bad:
    Any matching `deny` refuses, wherever it is: an `allow` is never an exception from a `deny`, not
    even above it.

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

from typing import TYPE_CHECKING

from mmctl.analysis.covering import COVERED, Covering
from mmctl.analysis.known_lists import KnownLists
from mmctl.analysis.networks import Networks, network_test
from mmctl.analysis.project_conditions import (
    PlacedCondition,
    Role,
    policy_conditions,
    text_test,
)
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.project_conditions import TextTest
    from mmctl.language.project import LogicalTrafficPolicy
    from mmctl.model.conditions import Condition
    from mmctl.problem import Path


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the allow statements that a deny statement overrides."""
    folds = subject.project.settings.readings.string_case == "insensitive"
    lists = KnownLists(subject.project)
    for policy in subject.project.traffic_policies.values():
        placed = tuple(policy_conditions(policy))
        denies = [each for each in placed if each.role is Role.DENY and _alone(policy, each.path)]
        allows = [each for each in placed if each.role is Role.ALLOW]
        yield from _texts(policy, _tests(denies, lists), _tests(allows, lists), folds)
        yield from _networks(policy, denies, allows)


def _texts(
    policy: LogicalTrafficPolicy,
    denied: Sequence[tuple[PlacedCondition, TextTest]],
    allowed: Sequence[tuple[PlacedCondition, TextTest]],
    folds: bool,
) -> Iterator[Finding]:
    for by, deny in denied:
        values = Covering.of(deny.operator, (_folded(v, folds) for v in deny.values), None)
        for placed, allow in allowed:
            if not _comparable(deny, allow):
                continue
            written = placed.condition.string_expression is not None
            for index, value in enumerate(allow.values):
                if values.covers(_folded(value, folds)):
                    yield _denied(
                        policy, by.path, allow.path_of(index) if written else placed.path, value
                    )
                    if not written:
                        break  # One member is enough: a list may have many.


def _tests(
    listed: Sequence[PlacedCondition], lists: KnownLists
) -> list[tuple[PlacedCondition, TextTest]]:
    """The conditions on texts, and those on lists with the members for texts."""
    return [
        (placed, test)
        for placed in listed
        for condition in lists.alternatives(placed.condition)
        if (test := _test(placed, condition)) is not None
    ]


def _test(placed: PlacedCondition, condition: Condition) -> TextTest | None:
    return text_test(
        PlacedCondition(owner=placed.owner, role=placed.role, path=placed.path, condition=condition)
    )


def _comparable(deny: TextTest, allow: TextTest) -> bool:
    return deny.subject == allow.subject and allow.operator in COVERED.get(deny.operator, ())


def _networks(
    policy: LogicalTrafficPolicy,
    denies: Sequence[PlacedCondition],
    allows: Sequence[PlacedCondition],
) -> Iterator[Finding]:
    denied = [test for test in map(network_test, denies) if test is not None and not test.negated]
    allowed = [test for test in map(network_test, allows) if test is not None and not test.negated]
    for deny in denied:
        denying = Networks(deny.networks())
        for allow in allowed:
            for index, read in enumerate(allow.networks() if allow.version == deny.version else ()):
                if read is not None and denying.around(read) is not None:
                    path = (*allow.path, "Values", index)
                    yield _denied(policy, deny.path, path, allow.values[index])


def _folded(value: str, folds: bool) -> str:
    return value.lower() if folds else value


def _denied(policy: LogicalTrafficPolicy, deny: Path, allow: Path, value: str) -> Finding:
    line = policy.positions.at(deny).line
    return finding(
        policy,
        allow,
        f"the `deny` in line {line} refuses all of `{value}`, wherever it is",
        help="narrow the `deny`; an `allow` makes no exception from it",
    )


def _alone(policy: LogicalTrafficPolicy, path: Path) -> bool:
    """Whether a condition is the only one of its statement."""
    return len(policy.policy.policy_statements[int(path[1])].conditions) == 1


CHECK = Check(id="denied-allow", severity=Severity.ERROR, text=__doc__, run=run)
