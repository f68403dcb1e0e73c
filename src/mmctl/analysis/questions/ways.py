"""Where the messages of a proof come in, and what is proved there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.ingress import Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import Invariant, Project


def ways_into(project: Project, *others: Project) -> Iterator[Way]:
    """The ingress points of a project, then the rule sets that are behind none of these.

    The latter are gateways that admit everybody. With other versions of the project: what all of
    them have, each with its policy and its rule set.
    """
    projects = (project, *others)
    behind: set[str] = set()
    for name in project.ingress_points:
        if all(_is_whole(each, name) for each in projects):
            points = [each.ingress_points[name].ingress_point for each in projects]
            behind |= {point.rule_set_id for point in points}
            yield Way(ingress_point=name)
    for name in project.rule_sets:
        if name not in behind and all(name in each.rule_sets for each in others):
            yield Way(rule_set=name)


def _is_whole(project: Project, name: str) -> bool:
    """Whether a project has an ingress point, and its policy and rule set."""
    found = project.ingress_points.get(name)
    return (
        found is not None
        and found.ingress_point.rule_set_id in project.rule_sets
        and found.ingress_point.traffic_policy_id in project.traffic_policies
    )


def is_meant(invariant: Invariant, project: Project, way: Way) -> bool:
    """Whether an invariant is about mail that comes in there."""
    environments = invariant.environments
    return (environments is None or project.environment.name in environments) and (
        invariant.ingress_point in {None, way.ingress_point}
    )
