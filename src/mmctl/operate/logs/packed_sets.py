"""The packed rule sets of a configuration: which live rule holds which rules of the files.

The configuration is that of the files now, or one that was live at another time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.lowered import lowered_of
from mmctl.judge.compare import Members
from mmctl.judge.submission import Gateway, known_lists
from mmctl.judge.unwritten_rule import NOWHERE, unwritten_rule
from mmctl.language.project import LogicalRule
from mmctl.model.kinds import Kind
from mmctl.model.rules import RuleSet
from mmctl.operate.logs.packed import HeldRules, PackedRules
from mmctl.problem import Position, Positions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject, WrittenRule
    from mmctl.language.project import LogicalRuleSet, Project

_NOT_MEANT: Final = frozenset({"disabled", "not in this environment"})
"""Why rules are not live that are not meant to be."""


def packed_sets(configuration: LiveConfiguration, project: Project) -> tuple[PackedRules, ...]:
    """The rule sets of a configuration in which live rules hold other rules of the files."""
    return tuple(
        _packed_set(found, configuration, project)
        for found in configuration.of_kind(Kind.RULE_SET)
        if any(origin.holds for origin in found.origins)
    )


def _packed_set(
    found: LiveObject, configuration: LiveConfiguration, project: Project
) -> PackedRules:
    shape = found.shape
    assert isinstance(shape, RuleSet)  # noqa: S101 - of_kind chose it
    part = lowered_of(project).parts.get(found.name)
    name_of_set = found.name if part is None else part.rule_set
    logical = _logical(found, project.rule_sets.get(name_of_set))
    rules: dict[str, HeldRules] = {}
    for number, (rule, origin) in enumerate(zip(shape.rules, found.origins, strict=False), 1):
        name = rule.name or origin.name
        live = unwritten_rule(rule, name)
        sources = tuple(logical[each.name] for each in origin.holds if each.name in logical) or (
            logical.get(origin.name, live),
        )
        rules[name] = HeldRules(name=name, number=number, live=live, sources=sources)
    return PackedRules(
        name=name_of_set,
        live_name=found.live_name,
        rules=rules,
        gateway=Gateway(
            rules=tuple(logical.values()),
            lists={**_lists(configuration), **known_lists(project)},
            readings=project.settings.readings,
        ),
        left_out={
            each.rule: each.reason
            for each in configuration.left_out
            if each.rule_set in {found.name, name_of_set} and each.reason not in _NOT_MEANT
        },
    )


def _logical(found: LiveObject, known: LogicalRuleSet | None) -> dict[str, LogicalRule]:
    """The rules that were packed, by name: as the files have them, if they still do so."""
    written = {rule.name: rule for rule in (known.rules if known is not None else ())}
    return {
        rule.name: same
        if (same := written.get(rule.name)) is not None and same.rule == rule.shape
        else _written(rule)
        for rule in found.logical
    } or written


def _written(rule: WrittenRule) -> LogicalRule:
    """A rule as it was written then."""
    file, _, line = (rule.place or "").rpartition(":")
    position = Position(file=file, line=int(line)) if file and line.isdecimal() else NOWHERE
    return LogicalRule(
        name=rule.name,
        rule=rule.shape,
        stop=rule.stop,
        position=position,
        positions=Positions({(): position}),
    )


def _lists(configuration: LiveConfiguration) -> Mapping[str, Members | None]:
    return dict(_members(configuration))


def _members(configuration: LiveConfiguration) -> Iterator[tuple[str, Members | None]]:
    for found in configuration.of_kind(Kind.ADDRESS_LIST):
        yield found.name, None if found.members is None else Members.of(found.members)
