"""The conditions of a project on client addresses, and IPv4 networks read. No check lives here."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Final

from mmctl.checks.places import conditions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.checks.places import PlacedCondition, Role
    from mmctl.language.project import LogicalRule, LogicalTrafficPolicy, Project
    from mmctl.problem import Path

IPV4: Final = 4
IPV6: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTest:
    """One condition on the address of the client."""

    owner: LogicalRule | LogicalTrafficPolicy
    role: Role
    path: Path
    """The path of its expression."""
    subject: str
    """`source_ip`, `sender_ip` or `sender_ipv6`."""
    version: int
    """4 or 6."""
    negated: bool
    values: tuple[str, ...]


def network_tests(project: Project) -> Iterator[NetworkTest]:
    """Every condition on the address of the client."""
    for placed in conditions(project):
        test = network_test(placed)
        if test is not None:
            yield test


def network_test(placed: PlacedCondition) -> NetworkTest | None:
    """A condition as a condition on the client's address; None when it is of another kind."""
    kind = placed.condition.kind
    if kind not in {"IpExpression", "Ipv6Expression"}:
        return None
    expression = placed.condition.value
    return NetworkTest(
        owner=placed.owner,
        role=placed.role,
        path=(*placed.path, kind),
        subject=str(expression.evaluate.value).lower(),
        version=IPV4 if kind == "IpExpression" else IPV6,
        negated=expression.operator == "NOT_CIDR_MATCHES",
        values=expression.values,
    )


def ipv4(value: str) -> IPv4Network | None:
    """An IPv4 network, host bits left out; None when it is not one."""
    try:
        return IPv4Network(value, strict=False)
    except ValueError:
        return None
