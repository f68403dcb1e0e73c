"""How two versions of a project treat mail: gateway by gateway, on every message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.questions.alike import compared
from mmctl.judge.ingress import Way, gateway_behind
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.questions.alike import Likeness
    from mmctl.analysis.questions.equality import Equality
    from mmctl.language.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """A message in a file, and how to judge it again."""

    path: str
    """Relative to the project."""
    command: str
    """The command line that judges it again."""
    facts: tuple[str, ...]
    """What is in it and known of it, besides its envelope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """How two versions of one gateway compare."""

    way: Way
    comparison: Likeness
    kept: tuple[KeptMessage, ...] = ()
    """Where the message of each difference is."""


def behavior(before: Project, after: Project, equality: Equality) -> Iterator[Behavior]:
    """Compare what both versions have: ingress points, and rule sets that are behind none."""
    for way in _ways(before, after):
        yield Behavior(
            way=way,
            comparison=compared(
                gateway_behind(before, way), gateway_behind(after, way), equality=equality
            ),
        )


def _ways(before: Project, after: Project) -> Iterator[Way]:
    behind = set()
    for name, point in before.ingress_points.items():
        other = after.ingress_points.get(name)
        whole = other is not None and all(
            each.ingress_point.rule_set_id in project.rule_sets
            and each.ingress_point.traffic_policy_id in project.traffic_policies
            for project, each in ((before, point), (after, other))
        )
        if other is not None and whole:
            behind |= {point.ingress_point.rule_set_id, other.ingress_point.rule_set_id}
            yield Way(ingress_point=name)
    for name in before.rule_sets:
        if name in after.rule_sets and name not in behind:
            yield Way(rule_set=name)
