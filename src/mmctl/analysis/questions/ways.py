"""Where the messages of a proof come in, and what is proved there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.ingress import Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import Invariant, Project


def ways_into(project: Project) -> Iterator[Way]:
    """The ingress points of a project, then the rule sets that are behind none.

    These are gateways that admit everybody.
    """
    behind = set()
    for name, point in project.ingress_points.items():
        rule_set = point.ingress_point.rule_set_id
        if rule_set in project.rule_sets:
            behind.add(rule_set)
            if point.ingress_point.traffic_policy_id in project.traffic_policies:
                yield Way(ingress_point=name)
    for name in project.rule_sets:
        if name not in behind:
            yield Way(rule_set=name)


def is_meant(invariant: Invariant, project: Project, way: Way) -> bool:
    """Whether an invariant is about mail that comes in there."""
    environments = invariant.environments
    return (environments is None or project.environment.name in environments) and (
        invariant.ingress_point in {None, way.ingress_point}
    )
