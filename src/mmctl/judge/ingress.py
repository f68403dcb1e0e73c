"""Where messages come in: an ingress point, or a rule set by itself; named, or the only one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import UsageError
from mmctl.judge.submission import gateway_of_ingress_point, gateway_of_rule_set
from mmctl.language.text.suggest import did_you_mean
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where messages come in, by name: an ingress point, or a rule set by itself."""

    ingress_point: str | None = None
    rule_set: str | None = None

    @property
    def name(self) -> str:
        """What it is called in reports."""
        if self.ingress_point is not None:
            return f"ingress point {self.ingress_point}"
        return f"rule set {self.rule_set}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingress:
    """The names of what messages go through; without an ingress point, nothing is refused."""

    ingress_point: str | None
    policy: str | None
    rule_set: str


def ingress_of(project: Project, way: Way) -> Ingress:
    """Where messages come in: the named one, else the default one or the only one.

    Raises:
        UsageError: there is none, or more than one.
    """
    point, rule_set = way.ingress_point, way.rule_set
    if point is not None and rule_set is not None:
        raise UsageError("`--ingress-point` and `--rule-set` exclude each other")
    if point is None and not project.ingress_points and len(project.rule_sets) == 1:
        rule_set = rule_set or next(iter(project.rule_sets))
    if rule_set is not None:
        _check_known("rule set", rule_set, project.rule_sets)
        return Ingress(ingress_point=None, policy=None, rule_set=rule_set)
    if point is None:
        point = _usual(project)
    _check_known("ingress point", point, project.ingress_points)
    shape = project.ingress_points[point].ingress_point
    _check_known("traffic policy", shape.traffic_policy_id, project.traffic_policies)
    _check_known("rule set", shape.rule_set_id, project.rule_sets)
    return Ingress(ingress_point=point, policy=shape.traffic_policy_id, rule_set=shape.rule_set_id)


def gateway_behind(project: Project, way: Way) -> Gateway:
    """The gateway that messages come through.

    Raises:
        UsageError: there is none, or more than one.
    """
    found = ingress_of(project, way)
    if found.ingress_point is None:
        return gateway_of_rule_set(project, found.rule_set)
    return gateway_of_ingress_point(project, found.ingress_point)


def _usual(project: Project) -> str:
    """The ingress point of messages that name none."""
    usual = project.usual_ingress_point
    if usual is not None:
        return usual
    if project.ingress_points:
        names = ", ".join(project.ingress_points)
        raise UsageError(
            f"there are {len(project.ingress_points)} ingress points: {names}",
            help="choose one with `--ingress-point`, or `default_ingress_point` in `mmctl.yaml`",
        )
    if not project.rule_sets:
        raise UsageError("the project has no rule set", help="define one under `rule_sets`")
    names = ", ".join(project.rule_sets)
    raise UsageError(
        f"there are {len(project.rule_sets)} rule sets and no ingress point: {names}",
        help="choose one with `--rule-set`",
    )


def _check_known(noun: str, name: str, known: Mapping[str, object]) -> None:
    if name not in known:
        raise UsageError(f"there is no {noun} `{name}`", help=did_you_mean(name, known))
