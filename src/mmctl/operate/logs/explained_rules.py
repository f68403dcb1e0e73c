"""A rule of the files and the live rules that it became, or a live rule and what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.compiler.refusing import refusing_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.language.project import LogicalRule, Project
    from mmctl.operate.logs.packed import PackedRules


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePlace:
    """One live rule."""

    rule_set: str
    live: str
    number: int
    """Its place in the live rule set, from 1."""
    holds: tuple[tuple[str, str | None], ...]
    """The rules of the files whose work it does, with file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedRule:
    """What was asked about: a rule of the files, or a live rule that holds some."""

    name: str
    place: str | None = None
    """File and line of a rule of the files; None: it is a live rule."""
    live: tuple[LivePlace, ...] = ()
    why_not: str | None = None
    """Why a rule of the files is in no live rule."""


def explained_rule(
    name: str, project: Project, packed: Sequence[PackedRules]
) -> ExplainedRule | None:
    """A rule by its name in the files or in the service; None: there is none."""
    rule = next(
        (
            rule
            for rule_set in project.rule_sets.values()
            for rule in rule_set.rules
            if rule.name == name
        ),
        None,
    )
    if rule is None:
        live = tuple(place for place in _places(project, packed) if place.live == name)
        return ExplainedRule(name=name, live=live) if live else None
    live = tuple(
        place for place in _places(project, packed) if any(held == name for held, _ in place.holds)
    )
    why = next((each.left_out[name] for each in packed if name in each.left_out), None)
    if why is None and not live:
        refused = {each.rule.name: each.told for each in refusing_of(project).moved}
        why = refused.get(name)
    if why is None and not live:
        why = "not in this environment" if rule.enabled else "disabled"
    return ExplainedRule(name=name, place=_place(rule), live=live, why_not=why)


def _places(project: Project, packed: Sequence[PackedRules]) -> Iterable[LivePlace]:
    """All live rules."""
    for each in packed:
        for held in each.rules.values():
            yield LivePlace(
                rule_set=each.name,
                live=held.name,
                number=held.number,
                holds=tuple((rule.name, _place(rule)) for rule in held.sources),
            )
    known = {each.name for each in packed}
    for rule_set in project.rule_sets.values():
        if rule_set.name in known:
            continue
        for number, rule in enumerate(rule_set.live_rules(project.environment.name), 1):
            yield LivePlace(
                rule_set=rule_set.name,
                live=rule.rule.name or rule.name,
                number=number,
                holds=((rule.name, _place(rule)),),
            )


def _place(rule: LogicalRule) -> str | None:
    position = rule.position
    return f"{position.file}:{position.line}" if position.line else None
