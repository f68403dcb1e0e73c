"""The cheapest changes that make a rule set fit, each tried: the changed rules are packed again.

The packings that are tried are not proved, so that many can be; those of answers are. The effort is
bounded by how many are tried, so that the same files give the same advice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.compiler.advice.actions import changes_of_actions
from mmctl.compiler.advice.below import changes_of_domains
from mmctl.compiler.advice.change import KindOfChange
from mmctl.compiler.advice.one_rule import changes_of_pairs
from mmctl.compiler.advice.order import changes_of_order
from mmctl.compiler.advice.refusals import changes_of_refusals
from mmctl.compiler.advice.rewrites import changes_of_rewrites
from mmctl.compiler.advice.second_point import second_points
from mmctl.compiler.advice.settings import changes_of_settings
from mmctl.compiler.advice.shadows import changes_of_shadows
from mmctl.compiler.advice.tried import Advice, Tried
from mmctl.model.quotas import RULES
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mmctl.compiler.advice.change import Remedy
    from mmctl.compiler.packing.packed import Packing
    from mmctl.language.project import LogicalRuleSet, Project

    Pack: TypeAlias = Callable[[LogicalRuleSet], Packing]

ANSWERS: Final = 3
TRIED_AT_MOST: Final = 150
"""So many packings are tried for one rule set."""
_FAMILIES: Final = 40
"""So many families of remedies are tried; the cheapest."""
_NEAR: Final = 60
"""So much too much at most a second ingress point may save by itself."""
_LATE: Final = (KindOfChange.ROUTE, KindOfChange.REFUSE, KindOfChange.SECOND_INGRESS_POINT)
_WEAKENED: Final = 4
"""Of so many remedies of an answer the weaker ones are tried, of those that cost most."""

_NUMBERED: Final = 4
"""Of so many changes each gets the number of live rules without it."""


def advice_for(
    project: Project, rule_set: LogicalRuleSet, packed: Packing, pack: Pack, prove: Pack
) -> Advice:
    """What makes a rule set fit that does not: `pack` packs without proof, `prove` with it."""
    return _Search(project, rule_set, packed, pack, prove).found()


class _Search:
    """One rule set, and the remedies that are tried: families of them, the strongest first."""

    def __init__(
        self,
        project: Project,
        rule_set: LogicalRuleSet,
        packed: Packing,
        pack: Pack,
        prove: Pack,
    ) -> None:
        self._prove = prove
        self._project = project
        self._rule_set = rule_set
        self._pack = pack
        self._tried: dict[frozenset[Remedy], Tried] = {}
        self._left = TRIED_AT_MOST
        self._base = Tried(changes=(), packings=(packed,))
        self._dead = {*_dead((packed,))}
        self._families = _families(self._remedies())

    def _remedies(self) -> Iterator[Remedy]:
        environment = self._project.environment.name
        yield from changes_of_order(self._rule_set, environment)
        yield from changes_of_actions(self._rule_set, environment, self._base.excess)
        yield from changes_of_settings(self._rule_set, environment)
        yield from changes_of_shadows(self._rule_set, environment)
        yield from changes_of_pairs(self._rule_set, environment)
        yield from changes_of_domains(self._rule_set, environment)
        yield from changes_of_rewrites(self._rule_set, environment)
        yield from changes_of_refusals(self._project, self._rule_set)

    def found(self) -> Advice:
        """The answers."""
        strongest = [family[-1] for family in self._families.values()]
        for change in strongest:
            if self._may_be_enough(change):
                self._try((change,))
        fitting = [self._weakened(each) for each in (*self._tried.values(),) if each.fits]
        fitting += self._together((), strongest)
        points = [*second_points(self._project, self._rule_set)]
        if self._base.excess <= _NEAR:
            fitting += [each for each in self._pointed(points) if each.fits]
        plain = min(
            (each for each in fitting if not each.has_second_point), key=_order, default=None
        )
        fitting += self._with_point(points, strongest if plain is None else plain.changes)
        for avoided in _heaviest(fitting)[: 1 if self._base.excess > _NEAR else 2]:
            fitting += self._together(
                (), [each for each in strongest if each.family != avoided.family]
            )
        return self._advice(fitting, points)

    def _may_be_enough(self, change: Remedy) -> bool:
        """Whether one remedy may make it fit: a rule is one live rule and one relay at most."""
        return bool(change.settings) or 2 * len(change.touched) >= self._base.excess

    def _pointed(self, points: Sequence[Remedy]) -> list[Tried]:
        """What second ingress points give by themselves, the best first."""
        found = [self._try((each,)) for each in points]
        return sorted((each for each in found if each is not None), key=_nearness)

    def _with_point(self, points: Sequence[Remedy], all_: Sequence[Remedy]) -> Iterator[Tried]:
        """As few of some remedies as it takes beside the second ingress point that helps most."""
        left = _without_phases(all_)
        found = [(self._try((each, *left)), each) for each in points]
        fitting = [(tried, each) for tried, each in found if tried is not None and tried.fits]
        if fitting:
            _, best = min(fitting, key=lambda pair: _size(pair[0]))
            yield from self._together((best,), all_)

    def _together(self, start: tuple[Remedy, ...], remedies: Sequence[Remedy]) -> Iterator[Tried]:
        """As few of some remedies as it takes, if all of them are enough.

        Phases move many rules, so they are among them only where it takes them.
        """
        for changes in dict.fromkeys((_without_phases(remedies), tuple(remedies))):
            every = self._try((*start, *changes)) if changes else None
            if every is not None and every.fits:
                found = self._weakened(self._fewest(every, {*start}))
                many = len(found.changes) >= _NUMBERED
                yield self._fewest(found, {*start}, surely=True) if many else found
                return

    def _fewest(self, reached: Tried, kept: set[Remedy], *, surely: bool = False) -> Tried:
        """As good without what is not needed, the most expensive first.

        What saves more lists than there is room for is taken to be needed, unless `surely`.
        """
        for change in sorted(reached.changes, key=lambda each: -each.cost):
            left = tuple(each for each in reached.changes if each is not change)
            spare = RULES.most if surely else reached.spare
            if left and change not in kept and change.lists_saved <= spare:
                fewer = self._try(left)
                if fewer is not None and fewer.excess <= reached.excess:
                    reached = fewer
        return reached

    def _weakened(self, reached: Tried) -> Tried:
        """The same with the weakest remedies of their families that are enough."""
        for change in sorted(reached.changes, key=lambda each: -each.cost)[:_WEAKENED]:
            for weaker in self._families.get(change.family, ()):
                if weaker is change:
                    break
                if change.lists_saved - weaker.lists_saved > reached.spare:
                    continue
                others = (each for each in reached.changes if each is not change)
                less = self._try((*others, weaker))
                if less is not None and less.fits:
                    reached = less
                    break
        return reached

    def _advice(self, fitting: Sequence[Tried], points: Sequence[Remedy]) -> Advice:
        answers = _best(each for each in fitting if self._is_proved(each))
        pointed = any(each.has_second_point for each in answers)
        alone = [] if pointed else self._pointed(points)
        nearest = None if answers else self._nearest()
        return Advice(
            answers=(*map(self._numbered, answers[:1]), *answers[1:]),
            nearest=None if nearest is None else self._numbered(nearest),
            second_point=alone[0] if alone else None,
            tried=TRIED_AT_MOST - self._left,
        )

    def _nearest(self) -> Tried | None:
        """What comes nearest of all that was tried, without what is not needed for that."""
        nearest = min(self._tried.values(), key=_nearness, default=None)
        if nearest is None or nearest.excess >= self._base.excess:
            return None
        return self._fewest(nearest, set())

    def _numbered(self, tried: Tried) -> Tried:
        """The same with what is missing without each change, where they are many."""
        if len(tried.changes) < _NUMBERED or len(tried.packings) > 1:
            return tried
        found = []
        for change in tried.changes:
            left = self._try(tuple(each for each in tried.changes if each is not change))
            if left is not None:
                found.append((change, len(left.packings[0].rules)))
        return replace(tried, without=tuple(found))

    def _is_proved(self, tried: Tried) -> bool:
        """Whether what somebody would write then goes live: it is proved as everything is."""
        return all(self._prove(each).is_used for each in self._made(tried.changes))

    def _made(self, changes: Iterable[Remedy]) -> tuple[LogicalRuleSet, ...]:
        """The rule sets that remedies make."""
        rule_sets: tuple[LogicalRuleSet, ...] = (self._rule_set,)
        for change in changes:
            rule_sets = tuple(made for each in rule_sets for made in change.made(each))
        return rule_sets

    def _try(self, changes: tuple[Remedy, ...]) -> Tried | None:
        """What remedies together give; None: enough has been tried."""
        key = frozenset(changes)
        if key in self._tried:
            return self._tried[key]
        if self._left <= 0:
            return None
        in_order = tuple(sorted(changes, key=_place))
        rule_sets = self._made(in_order)
        self._left -= len(rule_sets)
        packings = tuple(map(self._pack, rule_sets))
        dead = tuple(sorted({*_dead(packings)} - self._dead))
        found = Tried(changes=in_order, packings=packings, dead=dead)
        self._tried[key] = found
        return found


def _without_phases(remedies: Sequence[Remedy]) -> tuple[Remedy, ...]:
    return tuple(each for each in remedies if each.kind is not KindOfChange.PHASES)


def _size(tried: Tried) -> tuple[int, int]:
    """How large what packing gave is: the less, the more may stay as it is."""
    return max(len(each.rules) for each in tried.packings), tried.cost


def _families(remedies: Iterable[Remedy]) -> dict[str, list[Remedy]]:
    """Remedies by their family, in each the weakest first; the cheapest families come first."""
    found: dict[str, list[Remedy]] = {}
    for each in remedies:
        found.setdefault(each.family, []).append(each)
    for family in found.values():
        family.sort(key=lambda each: each.cost)
    cheapest = sorted(found, key=lambda name: found[name][-1].cost)
    return {name: found[name] for name in cheapest[:_FAMILIES]}


def _dead(packings: Sequence[Packing]) -> Iterator[str]:
    """The rules that never apply in any packing of those that have them."""
    live = {rule.name for each in packings for live in each.rules for rule in live.sources}
    for packing in packings:
        yield from (each.rule.name for each in packing.left_out if each.rule.name not in live)


def _place(change: Remedy) -> tuple[int, int, str]:
    """The order in which remedies are made and shown.

    What goes by other rules comes after what changes these, a second ingress point last.
    """
    return (_LATE.index(change.kind) + 1 if change.kind in _LATE else 0), -change.cost, change.what


def _heaviest(fitting: Sequence[Tried]) -> list[Remedy]:
    """Of the answers so far the remedies that cost most: the next one avoids them."""
    return [
        max(each.changes, key=lambda change: change.cost)
        for each in fitting
        if not each.has_second_point
    ][:2]


def _best(fitting: Iterable[Tried]) -> tuple[Tried, ...]:
    """The cheapest answers; one with a second ingress point, if there is one."""
    by_cost: list[Tried] = []
    for each in sorted(fitting, key=_order):
        # Beside a second ingress point less may be needed, or as much as without it.
        alike = (one for one in by_cost if one.has_second_point == each.has_second_point)
        if not any(_is_less(cheaper, each) for cheaper in alike):
            by_cost.append(each)
    pointed = [each for each in by_cost if each.has_second_point][:1]
    plain = [each for each in by_cost if not each.has_second_point]
    shown = [*plain[: ANSWERS - len(pointed)], *pointed]
    shown += [each for each in by_cost if each not in shown][: ANSWERS - len(shown)]
    return tuple(sorted(shown, key=_order))


def _is_less(cheaper: Tried, tried: Tried) -> bool:
    """Whether one answer asks for nothing that another one does not ask for too."""
    families = {each.family for each in tried.changes}
    return all(each.family in families for each in cheaper.changes)


def _nearness(tried: Tried) -> tuple[int, int]:
    return tried.excess, tried.cost


def _order(tried: Tried) -> tuple[int, int, str]:
    return tried.cost, len(tried.changes), tried.changes[0].what
