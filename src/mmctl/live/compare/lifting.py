"""A packed rule set that somebody changed → the logical rules that its live rules amount to.

A value that left a live rule left the logical rules that have it; one that came counts for the
first rule that looks there. Nothing is lost: what no logical rule can say stands as the
live rule in place of those that it held.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from mmctl.compiler.configuration import RuleOrigin, RuleSource, WrittenRule
from mmctl.live.compare.pieces import is_more_than_values, passed
from mmctl.live.compare.rules import effect_of, fewest_moved, paired_rules, rules_of
from mmctl.live.compare.spots import (
    CONDITIONS,
    Spot,
    alone,
    covers,
    same_spot,
    says_the_same,
    spot_of,
    spots_of_list,
)
from mmctl.model.rules import Rule
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.compiler.configuration import LiveObject
    from mmctl.live.compare.spots import Form

BY_HAND = "by-hand"
"""The name of a rule, and of its list, for what somebody added where several rules look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedMembers:
    """What somebody did to a list that the compiler made."""

    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


def lifted(
    thing: LiveObject,
    base: LiveObject,
    lists: Mapping[str, ChangedMembers],
    taken: Iterable[str] = (),
) -> LiveObject:
    """A packed rule set with the logical rules that its live rules amount to.

    `base` is the packed rule set that it came from, `lists` the changes of compiled lists by name,
    `taken` the names of lists that are in use.
    """
    return _Lift(thing, base, set(taken)).done(lists)


@dataclass(slots=True, kw_only=True)
class _Written:
    """A logical rule while it is changed."""

    name: str
    place: str | None
    form: Form
    stop: bool = False


@dataclass(frozen=True, slots=True)
class _LiveRule:
    """A live rule of the base, and where it is there."""

    at: int
    form: Form


@dataclass(slots=True)
class _Lift:
    thing: LiveObject
    base: LiveObject
    taken: set[str]
    rules: list[_Written] = field(default_factory=list)
    lists_by_hand: dict[str, tuple[str, ...]] = field(default_factory=dict)
    beside: dict[int, list[str]] = field(default_factory=dict)
    """The rules by hand that stand for members of the lists of a live rule of the base."""
    apart: dict[int, str] = field(default_factory=dict)
    """Pieces of long rules that do not go with the others: each is a rule of its own now."""

    def done(self, lists: Mapping[str, ChangedMembers]) -> LiveObject:
        before, after = rules_of(self.base), rules_of(self.thing)
        self.rules = [
            _Written(name=rule.name, place=rule.place, form=rule.shape.to_api(), stop=rule.stop)
            for rule in self.base.logical
        ]
        held: list[Sequence[str]] = [origin.logical for origin in self.base.origins]
        pairs = paired_rules(before, after)
        kept = set(pairs.values())
        for old, rule in enumerate(before):
            if old not in kept:
                self._removed(rule, held[old], _held_elsewhere(held, old, kept))
        held = self._pieces_apart(pairs, before, after, held)
        for new, old in sorted(pairs.items()):
            if old not in self.apart:
                self._changed(before[old], after[new], held[old])
        for name, change in sorted(lists.items()):
            for old in sorted(kept):
                for spot in spots_of_list(before[old], name):
                    self._members(spot, change, _LiveRule(old, before[old]), held[old])
        self._moved(pairs, held)
        origins = self._with_added(after, pairs)
        return replace(
            self.thing,
            logical=tuple(map(_written_rule, self.rules)),
            origins=tuple(origins),
            lists_by_hand=self.lists_by_hand,
            logical_rules=len(self.rules),
        )

    def _of(self, names: Iterable[str]) -> list[_Written]:
        wanted = set(names)
        return [rule for rule in self.rules if rule.name in wanted]

    # Rules that went

    def _removed(self, live: Form, held: Sequence[str], elsewhere: set[str]) -> None:
        """A live rule is gone: its rules, or what it held of one that other live rules hold too."""
        for rule in self._of(held):
            if rule.name not in elsewhere or not self._without_values_of(rule, live):
                self._drop(rule)

    def _without_values_of(self, rule: _Written, live: Form) -> bool:
        found = False
        for part in CONDITIONS:
            for condition in live.get(part, ()):
                if any(says_the_same(condition, each) for each in rule.form.get(part, ())):
                    continue  # all pieces of the rule have it
                spot = spot_of(condition)
                for value in [*spot.values] if spot is not None else ():
                    found = self._without_value(rule, part, condition, value) or found
        return found

    def _drop(self, rule: _Written) -> None:
        if rule in self.rules:
            self.rules.remove(rule)

    # Rules that changed

    def _changed(self, before: Form, after: Form, held: Sequence[str]) -> None:
        if effect_of(before) != effect_of(after):
            were = deepcopy(self.rules)
            for rule in self._of(held):
                if before.get("Actions") != after.get("Actions"):
                    rule.form["Actions"] = deepcopy(after["Actions"])
            for part in CONDITIONS:
                self._conditions(part, before.get(part, []), after.get(part, []), held)
            if were == self.rules:
                self._stands_for(after, held)
        if before.get("Name") != after.get("Name"):
            for rule in self._of(held):
                if rule.form.get("Name") == before.get("Name"):
                    rule.form["Name"] = after.get("Name")

    def _stands_for(self, live: Form, held: Sequence[str]) -> None:
        """A live rule in place of the rules that it held: none of them can say what it does now."""
        rules = self._of(held)
        at = self.rules.index(rules[0]) if rules else 0
        name = self._unused(live.get("Name") or "by-hand")
        self.rules = [rule for rule in self.rules if rule not in rules]
        self.rules.insert(at, _Written(name=name, place=None, form=deepcopy(live)))

    def _conditions(
        self, part: str, before: Sequence[Form], after: Sequence[Form], held: Sequence[str]
    ) -> None:
        gone = [each for each in before if each not in after]
        come = [each for each in after if each not in before]
        for old in [*gone]:
            new = next((each for each in come if same_spot(old, each)), None)
            if new is not None:
                gone.remove(old)
                come.remove(new)
                self._values(part, old, new, held)
        for condition in gone:
            for rule in self._of(held):
                kept = [each for each in rule.form.get(part, []) if not covers(condition, each)]
                rule.form[part] = kept
        for condition in come:
            for rule in self._of(held):
                rule.form[part] = [*rule.form.get(part, []), deepcopy(condition)]

    def _values(self, part: str, before: Form, after: Form, held: Sequence[str]) -> None:
        """Values of one condition came or went."""
        old, new = spot_of(before), spot_of(after)
        if old is None or new is None:
            return
        for value in new.values:
            if value not in old.values:
                self._with_value(part, after, value, held)
        for value in old.values:
            if value not in new.values:
                for rule in self._of(held):
                    self._without_value(rule, part, before, value)

    def _with_value(self, part: str, condition: Form, value: str, held: Sequence[str]) -> None:
        """A value counts for the first rule that looks there, which does the same as the others."""
        for rule in self._of(held):
            for each in rule.form.get(part, []):
                spot = spot_of(each)
                if spot is not None and same_spot(condition, each):
                    spot.add(value)
                    return
        for rule in self._of(held)[:1]:
            rule.form[part] = [*rule.form.get(part, []), alone(condition, value)]

    def _without_value(self, rule: _Written, part: str, condition: Form, value: str) -> bool:
        found = False
        for each in [*rule.form.get(part, [])]:
            spot = spot_of(each)
            if spot is not None and same_spot(condition, each) and value in spot.values:
                found = True
                self._take(rule, part, each, value)
        return found

    def _take(self, rule: _Written, part: str, condition: Form, value: str) -> None:
        """Take a value out of a condition; a rule of which nothing is left is gone."""
        spot = spot_of(condition)
        if spot is None:
            return
        if len(spot.values) > 1:
            spot.remove(value)
        elif part == "Conditions":
            self._drop(rule)
        else:
            rule.form[part].remove(condition)

    # Lists of the compiler

    def _members(
        self, spot: Spot, change: ChangedMembers, live: _LiveRule, held: Sequence[str]
    ) -> None:
        """Members of a compiled list came or went, which a condition of a live rule looks in."""
        rules = self._of(held)
        for member in change.went:
            were = deepcopy(self.rules)
            for rule in rules:
                for condition in spot.written(rule.form, member, having=True):
                    self._take(rule, spot.part, condition, spot.value_of(condition, member))
            if were == self.rules:
                self._stands_for(live.form, held)
                return
        for member in change.came:
            fits = [
                (rule, found[0])
                for rule in rules
                if (found := [*spot.written(rule.form, member, having=False)])
            ]
            looking = [rule for rule in rules if spot.is_in(rule.form)]
            if len(looking) == len(fits) == 1:
                condition = fits[0][1]
                inner = spot_of(condition)
                if inner is not None:
                    inner.add(spot.value_of(condition, member))
            else:
                self._by_hand(spot, member, live, rules)

    def _by_hand(self, spot: Spot, member: str, live: _LiveRule, rules: Sequence[_Written]) -> None:
        """A rule of its own, behind those that look there, with a list for the member."""
        known = self.beside.setdefault(live.at, [])
        name = next((each for each in known if self._is_of(each, spot, live.form)), None)
        if name is not None:
            self.lists_by_hand[name] = (*self.lists_by_hand[name], member)
            return
        in_use = {rule.name for rule in self.rules} | self.taken
        name = next(each for each in _names() if each not in in_use)
        self.taken.add(name)
        self.lists_by_hand[name] = (member,)
        known.append(name)
        place = self.rules.index(rules[-1]) + 1 if rules else 0
        form = spot.with_list(live.form, name) | {"Name": name}
        self.rules.insert(place, _Written(name=name, place=None, form=form))

    def _is_of(self, name: str, spot: Spot, live: Form) -> bool:
        rule = next(each for each in self.rules if each.name == name)
        return rule.form == spot.with_list(live, name) | {"Name": name}

    # Order, and rules that came

    def _pieces_apart(
        self,
        pairs: Mapping[int, int],
        before: Sequence[Form],
        after: Sequence[Form],
        held: Sequence[Sequence[str]],
    ) -> list[Sequence[str]]:
        """What each live rule holds, where a piece that does not go with the others is its own.

        It passed rules that do something else, or does more than look for other values. The rest
        of its logical rule did not change with it, so the values of the piece leave that.
        """
        found = [*held]
        order = [pairs[new] for new in sorted(pairs)]
        form_of = {old: after[new] for new, old in pairs.items()}
        for old in sorted(order):
            live, was = form_of[old], before[old]
            rules = self._of(held[old])
            whole = set(held[old]) - _held_elsewhere(held, old, set(order))
            if whole or not rules:
                continue
            if not passed(old, order, form_of) and not is_more_than_values(
                was, live, [rule.form for rule in rules]
            ):
                continue
            place = max(map(self.rules.index, rules)) + 1
            name = self._unused(live.get("Name") or BY_HAND)
            self.rules.insert(place, _Written(name=name, place=None, form=deepcopy(live)))
            for rule in rules:
                self._without_values_of(rule, was)
            self.apart[old] = name
            found[old] = (name,)
        return found

    def _moved(self, pairs: Mapping[int, int], held: Sequence[Sequence[str]]) -> None:
        order = [pairs[new] for new in sorted(pairs)]
        times = Counter(name for old in order for name in held[old])
        for old in sorted(fewest_moved(order), key=order.index):
            before = order[: order.index(old)]
            going = [rule for rule in self._of(held[old]) if times[rule.name] == 1]
            others = self._of(name for each in before for name in held[each])
            rest = [rule for rule in self.rules if rule not in going]
            places = [rest.index(rule) for rule in others if rule in rest]
            at = max(places) + 1 if places else 0
            self.rules = [*rest[:at], *going, *rest[at:]]

    def _with_added(self, after: Sequence[Form], pairs: Mapping[int, int]) -> list[RuleOrigin]:
        """The origins of all live rules; what is new stands before the rules of the next one."""
        origins: list[RuleOrigin] = []
        for new, rule in enumerate(after):
            if new in pairs:
                origins.append(self._origin(pairs[new], rule))
                continue
            name = self._unused(rule.get("Name") or f"rule {new + 1}")
            origins.append(RuleOrigin(name=name))
            self.rules.insert(
                self._place_of(origins[:-1]), _Written(name=name, place=None, form=deepcopy(rule))
            )
        return origins

    def _origin(self, old: int, rule: Form) -> RuleOrigin:
        """Where a live rule of the base comes from, under the name that it has now."""
        if old in self.apart:
            return RuleOrigin(name=self.apart[old])
        origin, beside = self.base.origins[old], self.beside.get(old, ())
        name = rule.get("Name") if origin.holds else None
        holds = origin.holds
        if beside:
            own = holds or (RuleSource(name=origin.name, place=origin.place),)
            holds = (*own, *(RuleSource(name=each) for each in beside))
        return replace(origin, name=name or origin.name, holds=holds)

    def _place_of(self, above: Sequence[RuleOrigin]) -> int:
        """Behind the rules of the live rule above."""
        for origin in reversed(above):
            places = [self.rules.index(rule) for rule in self._of(origin.logical)]
            if places:
                return max(places) + 1
        return 0

    def _unused(self, name: str) -> str:
        names = {rule.name for rule in self.rules}
        return name if name not in names else next(n for n in _numbered(name) if n not in names)


def _names() -> Iterable[str]:
    yield BY_HAND
    yield from _numbered(BY_HAND)


def _numbered(name: str) -> Iterable[str]:
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _held_elsewhere(held: Sequence[Sequence[str]], old: int, kept: set[int]) -> set[str]:
    return {name for at in kept if at != old for name in held[at]}


def _written_rule(rule: _Written) -> WrittenRule:
    form: dict[str, Any] = {member: value for member, value in rule.form.items() if value != []}
    return WrittenRule(name=rule.name, place=rule.place, shape=Rule.logical(form), stop=rule.stop)
