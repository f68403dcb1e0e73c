"""Groups → live rules: address lists for many addresses, chunks for what no list holds, names."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from mmctl.analysis.quota_uses import fits
from mmctl.compiler.packing.chunks import chunks
from mmctl.compiler.packing.forms import (
    CONDITIONS,
    UNLESS,
    as_met,
    condition_in_list,
    condition_of,
    needs_list,
)
from mmctl.compiler.packing.grouping import ends
from mmctl.compiler.packing.names import RuleNames, list_name
from mmctl.compiler.packing.packed import CompiledList, PackedRule
from mmctl.compiler.packing.redundant import covers
from mmctl.language.project import LogicalRule
from mmctl.model.quotas import VALUES
from mmctl.model.rules import Rule
from mmctl.problem import Positions
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.packing.forms import Dimension, Forming
    from mmctl.compiler.packing.grouping import RuleGroup
    from mmctl.model.rules import RuleCondition


class _Met(NamedTuple):
    """One way to meet a dimension, which is in a live rule of its own."""

    dimension: Dimension
    conditions: tuple[RuleCondition, ...]
    values: frozenset[str]
    """The values for which these conditions hold."""
    earlier: tuple[RuleCondition, ...] = ()
    """What holds where an earlier way meets it: such mail is done already."""


class Rendering:
    """The live rules of one rule set."""

    def __init__(
        self,
        rule_set: str,
        rules: Sequence[LogicalRule],
        forming: Forming,
        *,
        doubles_ignored: bool,
    ) -> None:
        self._rule_set = rule_set
        self._rules = rules
        self._forming = forming
        self._doubles_ignored = doubles_ignored
        self._names = RuleNames(rule.rule.name for rule in rules if rule.rule.name is not None)
        self._lists: dict[str, CompiledList] = {}

    @property
    def lists(self) -> tuple[CompiledList, ...]:
        """The address lists that the rules need, by name."""
        return tuple(self._lists[name] for name in sorted(self._lists))

    def live(self, groups: Sequence[RuleGroup]) -> tuple[tuple[PackedRule, ...], ...]:
        """The live rules of each group, in the order of the groups."""
        return tuple(self._of(group) for group in groups)

    def _of(self, group: RuleGroup) -> tuple[PackedRule, ...]:
        first = self._rules[group.first]
        pieces = tuple(product(*map(self._ways, group.form.box)))
        if len(pieces) == len(group.places) == 1:
            return (self._alone(first, pieces[0], group),)
        return tuple(self._piece(group, ways, number) for number, ways in enumerate(pieces, 1))

    def _alone(self, first: LogicalRule, ways: Sequence[_Met], group: RuleGroup) -> PackedRule:
        """A live rule that is one logical rule: it keeps the name."""
        if fits(first) and not group.guards and group.form == self._forming.of(first):
            return PackedRule(rule=first, sources=(first,))
        made = self._rule(first, first.name, ways, group)
        shape = made.rule.changed(name=first.rule.name)
        return PackedRule(rule=replace(first, rule=shape, refuse=False), sources=(first,))

    def _piece(self, group: RuleGroup, ways: Sequence[_Met], number: int) -> PackedRule:
        places = [place for place in group.places if self._is_in(place, ways)]
        sources = tuple(self._rules[place] for place in places or group.places)
        first = sources[0]
        if len(group.places) > 1:
            name = self._names.of_several(first.name)
        else:
            name = self._names.of_piece(first.name, number)
        return PackedRule(rule=self._rule(first, name, ways, group), sources=sources)

    def _is_in(self, place: int, ways: Sequence[_Met]) -> bool:
        """Whether a piece does work of a rule: it has some of its values everywhere."""
        held = {each.key: each for each in self._forming.of(self._rules[place]).box}
        return all(
            not way.dimension.widens
            or way.dimension.key not in held
            or not way.values.isdisjoint(held[way.dimension.key].values)
            for way in ways
        )

    def _rule(
        self, first: LogicalRule, name: str, ways: Sequence[_Met], group: RuleGroup
    ) -> LogicalRule:
        conditions, unless = (
            tuple(each for way in ways if way.dimension.key.role == role for each in way.conditions)
            for role in (CONDITIONS, UNLESS)
        )
        earlier: tuple[RuleCondition, ...] = ()
        if not (ends(group.form) or self._doubles_ignored):
            earlier = tuple(each for way in ways for each in way.earlier)
        shape = Rule.unvalidated(
            name=name,
            conditions=conditions,
            unless=(*unless, *self._guards(group), *earlier),
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

    def _guards(self, group: RuleGroup) -> Iterator[RuleCondition]:
        """The conditions of rules that are below now, and whose mail is theirs nevertheless."""
        for guard in group.guards:
            if needs_list(guard):
                yield condition_in_list(guard, self._list(guard))
            else:
                for each in chunks(guard.values) if guard.values else [()]:
                    yield condition_of(guard, each)

    def _ways(self, dimension: Dimension) -> tuple[_Met, ...]:
        """The ways to meet a dimension: each is in a live rule of its own."""
        values = dimension.values
        if needs_list(dimension):
            condition = condition_in_list(dimension, self._list(dimension))
            return (_Met(dimension, (condition,), values),)
        if len(values) <= VALUES.most:
            return (_Met(dimension, (condition_of(dimension, sorted(values)),), values),)
        by = covers(dimension, self._forming.readings)
        parts = chunks(by.values())
        several = [condition_of(dimension, each) for each in parts]
        if not dimension.widens:
            return (_Met(dimension, tuple(several), values),)
        met = [frozenset(value for value, cover in by.items() if cover in part) for part in parts]
        positive = [as_met(each) for each in several]
        return tuple(
            _Met(dimension, (each,), met[at], tuple(positive[:at]))
            for at, each in enumerate(several)
        )

    def _list(self, dimension: Dimension) -> str:
        members = {*covers(dimension, self._forming.readings).values()}
        name = list_name(self._rule_set, members)
        self._lists[name] = CompiledList(name=name, members=tuple(sorted(members)))
        return name
