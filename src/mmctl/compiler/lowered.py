"""A project as it is compiled: rules that policies do are there, and some rule sets are several.

Whatever compiles a rule set or a policy starts from here. The judge never does: a project means the
same before and after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.refusing import refusing_of
from mmctl.judge.submission import gateway_of_ingress_point, gateway_of_rule_set
from mmctl.problem import Problem, Severity
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.judge.submission import Gateway
    from mmctl.language.project import (
        LogicalIngressPoint,
        LogicalRule,
        LogicalRuleSet,
        Project,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetPart:
    """A rule set for one ingress point."""

    rule_set: str
    """The logical name of the rule set that it is a part of."""
    ingress_point: str
    left_out: tuple[LogicalRule, ...] = ()
    """The rules that no mail meets that the ingress point admits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """What is compiled in place of a project."""

    project: Project
    parts: Mapping[str, RuleSetPart] = field(default_factory=dict)
    """By the names of rule sets that are there only in this project."""

    def gateway(self, rule_set: str) -> Gateway:
        """A rule set with all that is certain about the mail that comes to it."""
        part = self.parts.get(rule_set)
        if part is None:
            return gateway_of_rule_set(self.project, rule_set)
        return _gateway_at(self.project, rule_set, part.ingress_point)


def lowered_of(project: Project) -> Lowered:
    """What is compiled in place of a project; the last few answers are remembered."""
    held, known = _KNOWN.get(id(project), (None, None))
    if held is project and known is not None:
        return known
    made = _by_ingress_point(_refused(project))
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN[id(project)] = project, made
    return made


_KNOWN: Final[dict[int, tuple[Project, Lowered]]] = {}
"""Answers by the id of the project, which lives as long as it is here."""
_MOST_KNOWN: Final = 16


def names_taken(project: Project) -> Iterator[Problem]:
    """Rule sets that cannot be compiled for an ingress point: another one has that name."""
    for rule_set in project.rule_sets.values():
        for name in project.parts_of(rule_set).keys() & project.rule_sets.keys():
            yield Problem(
                check="duplicate-name",
                severity=Severity.ERROR,
                position=project.rule_sets[name].position,
                message=f"`{name}` is what rule set `{rule_set.name}` is called for an ingress"
                " point, because of `per_ingress_point: true`",
                help="give the rule set another name",
            )


def _refused(project: Project) -> Project:
    """The project with rules that refuse as statements of policies, where they can be."""
    refusing = refusing_of(project)
    if not refusing.moved:
        return project
    environment = project.environment.name
    sets = {
        name: replace(
            rule_set,
            rules=tuple(
                rule
                for rule in rule_set.rules
                if rule.name not in refusing.in_policies(name) or not rule.lives_in(environment)
            ),
        )
        for name, rule_set in project.rule_sets.items()
    }
    policies = {**project.traffic_policies, **refusing.policies}
    return replace(project, rule_sets=sets, traffic_policies=policies)


def _by_ingress_point(project: Project) -> Lowered:
    """The project with a rule set for each ingress point, where its rule set asks for that."""
    parts: dict[str, RuleSetPart] = {}
    sets: dict[str, LogicalRuleSet] = {}
    points = dict(project.ingress_points)
    for name, rule_set in project.rule_sets.items():
        using = project.parts_of(rule_set)
        if not using or not using.keys().isdisjoint(project.rule_sets):
            sets[name] = rule_set
            continue
        for part_name, point in using.items():
            sets[part_name], parts[part_name] = _part(project, rule_set, part_name, point)
            shape = point.ingress_point.changed(rule_set_id=part_name)
            points[point.name] = replace(point, ingress_point=shape)
    if not parts:
        return Lowered(project=project)
    return Lowered(project=replace(project, rule_sets=sets, ingress_points=points), parts=parts)


def _part(
    project: Project, rule_set: LogicalRuleSet, name: str, point: LogicalIngressPoint
) -> tuple[LogicalRuleSet, RuleSetPart]:
    """A rule set without the rules that no mail meets which an ingress point admits: proved."""
    gateway = _gateway_at(project, rule_set.name, point.name)
    dead = _never_applying(gateway)
    gone = {id(rule) for rule in dead}
    made = replace(
        rule_set,
        name=name,
        live_name=rule_set.live_name_at(point),
        was=None,
        rules=tuple(rule for rule in rule_set.rules if id(rule) not in gone),
        per_ingress_point=False,
    )
    return made, RuleSetPart(rule_set=rule_set.name, ingress_point=point.name, left_out=tuple(dead))


def _gateway_at(project: Project, rule_set: str, point: str) -> Gateway:
    """A rule set behind an ingress point, open or not; a policy of others admits everybody."""
    logical = project.ingress_points[point]
    if logical.ingress_point.traffic_policy_id not in project.traffic_policies:
        return gateway_of_rule_set(project, rule_set)
    return replace(gateway_of_ingress_point(project, point), closed=False)


def _never_applying(gateway: Gateway) -> Iterable[LogicalRule]:
    from mmctl.analysis.sat.solver import SolverMissing  # noqa: PLC0415 - loaded when proved
    from mmctl.compiler.packing.proving import ProvedLicenses  # noqa: PLC0415 - as above

    try:
        licenses = ProvedLicenses(gateway)
    except SolverMissing:
        return ()
    return [rule for place, rule in enumerate(gateway.rules) if licenses.never_applies(place)]
