"""Names of resources: those that rules and resources refer to must be defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.references import is_raw, references
from mmctl.language.text.suggest import did_you_mean
from mmctl.model.kinds import Kind
from mmctl.problem import Position

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mmctl.language.parsing.rule_files import RuleFiles
    from mmctl.language.project import Invariant, Project, Resource
    from mmctl.model.shape import Shape
    from mmctl.problem import Positions


def check_names(
    files: RuleFiles,
    project: Project,
    *,
    lone: bool,
    elsewhere: Mapping[Kind, Collection[str]] | None = None,
) -> None:
    """Report names of resources that nothing defines, here or `elsewhere`, and shared live ones."""
    if any(file.node is None for file in files.loaded.values()):
        return  # a name that seems undefined may be defined in a file that cannot be read
    if project.settings.lint.company_rules and not lone:
        from mmctl.language.parsing.company_names import check_company_names  # noqa: PLC0415

        check_company_names(files, project)
    names = {
        kind: files.defined(kind)
        | project.environment.bindings.get(kind, {}).keys()
        | set((elsewhere or {}).get(kind, ()))
        for kind in Kind
    }
    for shape, positions in (*_referring(project), *files.builder.incomplete):
        for reference in references(shape):
            known = names[reference.kind]
            if is_raw(reference.name) or reference.name in known or (lone and not known):
                continue
            files.builder.report(
                "unknown-name",
                positions.at(reference.path),
                f"there is no {reference.kind.noun} `{reference.name}`",
                did_you_mean(reference.name, known)
                or f"define it under `{reference.kind.value}`, bind it in the environment, "
                "or write its id as `id:…`",
            )
    if not lone:
        _check_live_names(files, project)
        _check_default_ingress_point(files, project)
    if project.invariants and not lone:
        from mmctl.language.parsing.claim_names import misnamed  # noqa: PLC0415

        for invariant in project.invariants:
            for value, message, advice in misnamed(invariant, names):
                files.builder.report("unknown-name", _position(value, invariant), message, advice)


def _check_live_names(files: RuleFiles, project: Project) -> None:
    """Report resources of a kind that would be one and the same live object."""
    for kind in Kind:
        first: dict[str, Resource] = {}
        for each in project.of_kind(kind).values():
            other = first.setdefault(each.live_name, each)
            if other is not each:
                files.builder.report(
                    "duplicate-name",
                    each.position,
                    f"{kind.noun} `{each.name}` has the live name `{each.live_name}` of "
                    f"{kind.noun} `{other.name}` at {other.position}",
                    "give one of them another `live_name`",
                )


def _check_default_ingress_point(files: RuleFiles, project: Project) -> None:
    """Report a default ingress point that nothing defines."""
    name, known = project.settings.default_ingress_point, files.defined(Kind.INGRESS_POINT)
    if name is not None and name not in known:
        position: Position = getattr(name, "position", Position(file=PROJECT_FILE))
        files.builder.report(
            "unknown-name",
            position,
            f"there is no ingress point `{name}`",
            did_you_mean(name, known) or "define it under `ingress_points`",
        )


def _position(value: object, invariant: Invariant) -> Position:
    """Where a value of an invariant is, or the condition at a place under `when`."""
    if isinstance(value, int):
        return invariant.positions.at(("when", value))
    position: Position = getattr(value, "position", invariant.position)
    return position


def _referring(project: Project) -> Iterator[tuple[Shape, Positions]]:
    """Every shape of the environment that may name other resources."""
    for rule_set in project.rule_sets.values():
        for rule in rule_set.rules:
            if rule.environments is None or project.environment.name in rule.environments:
                yield rule.rule, rule.positions
    for policy in project.traffic_policies.values():
        yield policy.policy, policy.positions
    for ingress_point in project.ingress_points.values():
        yield ingress_point.ingress_point, ingress_point.positions
