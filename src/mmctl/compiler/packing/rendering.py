"""Groups → live rules: address lists for many addresses, chunks for what no list holds, names."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from mmctl.analysis.quota_uses import fits
from mmctl.compiler.packing.chunks import chunks
from mmctl.compiler.packing.forms import (
    CONDITIONS,
    UNLESS,
    condition_in_list,
    condition_of,
    needs_list,
)
from mmctl.compiler.packing.names import RuleNames, list_name
from mmctl.compiler.packing.packed import CompiledList, PackedRule
from mmctl.language.project import LogicalRule
from mmctl.model.quotas import VALUES
from mmctl.model.rules import Rule
from mmctl.problem import Positions
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.compiler.packing.forms import Dimension
    from mmctl.compiler.packing.grouping import RuleGroup
    from mmctl.model.rules import RuleCondition


class _Met(NamedTuple):
    """Conditions that stand for one dimension in one live rule."""

    role: str
    conditions: tuple[RuleCondition, ...]


class Rendering:
    """The live rules of one rule set."""

    def __init__(self, rule_set: str, rules: Sequence[LogicalRule]) -> None:
        self._rule_set = rule_set
        self._rules = rules
        self._names = RuleNames(rule.rule.name for rule in rules if rule.rule.name is not None)
        self._lists: dict[str, CompiledList] = {}

    @property
    def lists(self) -> tuple[CompiledList, ...]:
        """The address lists that the rules need, by name."""
        return tuple(self._lists[name] for name in sorted(self._lists))

    def live(self, groups: Sequence[RuleGroup]) -> tuple[PackedRule, ...]:
        """The live rules of all groups, in their order."""
        return tuple(rule for group in groups for rule in self._of(group))

    def _of(self, group: RuleGroup) -> tuple[PackedRule, ...]:
        sources = tuple(self._rules[place] for place in group.places)
        pieces = tuple(product(*map(self._sides, group.form.box)))
        first = sources[0]
        if len(pieces) == len(sources) == 1:
            return (self._alone(first, pieces[0], group),)
        return tuple(
            PackedRule(
                rule=self._rule(first, self._name(first, sources, number), sides, group),
                sources=sources,
            )
            for number, sides in enumerate(pieces, 1)
        )

    def _alone(self, first: LogicalRule, sides: Sequence[_Met], group: RuleGroup) -> PackedRule:
        """A live rule that is one logical rule: it keeps the name."""
        if fits(first):
            return PackedRule(rule=first, sources=(first,))
        made = self._rule(first, first.name, sides, group)
        shape = made.rule.changed(name=first.rule.name)
        return PackedRule(rule=replace(first, rule=shape), sources=(first,))

    def _name(self, first: LogicalRule, sources: Sequence[LogicalRule], number: int) -> str:
        if len(sources) > 1:
            return self._names.of_several(first.name)
        return self._names.of_piece(first.name, number)

    def _rule(
        self, first: LogicalRule, name: str, sides: Sequence[_Met], group: RuleGroup
    ) -> LogicalRule:
        of_role = {
            role: tuple(each for side in sides if side.role == role for each in side.conditions)
            for role in (CONDITIONS, UNLESS)
        }
        shape = Rule.unvalidated(
            name=name,
            conditions=of_role[CONDITIONS],
            unless=of_role[UNLESS],
            actions=group.form.actions,
        )
        return LogicalRule(
            name=name,
            rule=shape,
            stop=group.form.stop,
            phase=first.phase,
            position=first.position,
            positions=Positions({(): first.position}),
        )

    def _sides(self, dimension: Dimension) -> tuple[_Met, ...]:
        """The ways to meet a dimension: each is in a live rule of its own."""
        role = dimension.key.role
        if needs_list(dimension):
            return (_Met(role, (condition_in_list(dimension, self._list(dimension)),)),)
        if len(dimension.values) <= VALUES.most:
            return (_Met(role, (condition_of(dimension, sorted(dimension.values)),)),)
        several = [condition_of(dimension, each) for each in chunks(dimension.values)]
        if dimension.widens:
            return tuple(_Met(role, (each,)) for each in several)
        return (_Met(role, tuple(several)),)

    def _list(self, dimension: Dimension) -> str:
        name = list_name(self._rule_set, dimension.values)
        self._lists[name] = CompiledList(name=name, members=tuple(sorted(dimension.values)))
        return name
