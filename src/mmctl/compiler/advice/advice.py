"""The cheapest changes that make a rule set fit, each tried: the changed rules are packed again.

The packings that are tried are not proved, so that many can be; those of answers are. The effort is
bounded by how many are tried, so that the same files give the same advice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.compiler.advice.actions import changes_of_actions
from mmctl.compiler.advice.change import KindOfChange
from mmctl.compiler.advice.order import changes_of_order
from mmctl.compiler.advice.second_point import second_points
from mmctl.compiler.advice.settings import changes_of_settings
from mmctl.records import dataclass

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
_ROUNDS: Final = 2
"""So often it is asked what helps besides what helped before."""
_DEAD: Final = 1_000
"""A rule that would never apply then counts as so much too much."""
_WEAKENED: Final = 4
"""Of so many remedies of an answer the weaker ones are tried, of those that cost most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Changes that were made together, and what packing the rules gave then."""

    changes: tuple[Remedy, ...]
    packings: tuple[Packing, ...]
    """One, or one for each of two ingress points."""
    dead: tuple[str, ...] = ()
    """Rules that would never apply then: such changes are no answer."""

    @property
    def fits(self) -> bool:
        """Whether all of it fits."""
        return not self.dead and all(each.fits for each in self.packings)

    @property
    def cost(self) -> int:
        """How many rules and settings somebody has to touch; a rule counts once."""
        touched = {rule.name for each in self.changes for rule in each.touched}
        return len(touched) + sum(each.settings for each in self.changes)

    @property
    def excess(self) -> int:
        """How much there is too much: live rules, and relay and send actions."""
        return sum(excess(each) for each in self.packings) + _DEAD * len(self.dead)

    @property
    def has_second_point(self) -> bool:
        """Whether one of the changes is a second ingress point."""
        return any(each.kind is KindOfChange.SECOND_INGRESS_POINT for each in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What was tried for one rule set that does not fit."""

    answers: tuple[Tried, ...] = ()
    """Those that fit, the cheapest first; one has a second ingress point, where that helps."""
    nearest: Tried | None = None
    """What comes nearest where nothing fits."""
    second_point: Tried | None = None
    """What a second ingress point gives, where no answer has one."""
    tried: int = 0


def excess(packing: Packing) -> int:
    """How many live rules and relay or send actions are too many; 1 at least where it cannot be."""
    over = max(0, -packing.spare_rules) + max(0, -packing.spare_handed_on)
    return over or int(not packing.fits)


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

    def found(self) -> Advice:
        """The answers."""
        useful = self._useful()
        for family in self._families.values():
            self._try((family[-1],))
        fitting = [self._weakened(each) for each in (*self._tried.values(),) if each.fits]
        fitting += self._together((), useful)
        points = sorted(self._pointed(), key=_nearness)
        fitting += [each for each in points if each.fits]
        for point in points[:1]:
            fitting += filter(self._needs_its_point, self._together(point.changes, useful))
        for avoided in _heaviest(fitting):
            left = [each for each in useful if each.family != avoided.family]
            fitting += self._together((), left)
        return self._advice(fitting, points)

    def _useful(self) -> list[Remedy]:
        """The strongest of each family, those that help most for their cost first.

        What only sets something comes first: it may help nothing by itself, and much together. So
        what others help is found where all that only sets something is done, and once more where
        all is done that helps so far.
        """
        strongest = [family[-1] for family in self._families.values()]
        free = [each for each in strongest if not each.touched]
        useful = [each for *_, each in sorted((self._worth(each, ()) for each in free), key=_rank)]
        left = [each for each in strongest if each.touched]
        for _ in range(_ROUNDS):
            ranked = sorted((self._worth(each, tuple(useful)) for each in left), key=_rank)
            helping = [each for worth, _, each in ranked if worth < 0]
            useful += helping
            left = [each for each in left if each not in helping]
        return useful

    def _worth(self, change: Remedy, done: tuple[Remedy, ...]) -> tuple[float, str, Remedy]:
        """How much a remedy helps for its cost where others are done, below zero if it does."""
        base = self._try(done) if done else self._base
        gain = 0 if base is None else self._gain((*done, change), base)
        return -gain / change.cost, change.what, change

    def _gain(self, changes: tuple[Remedy, ...], base: Tried) -> int:
        """How much less there is too much than in a base."""
        tried = self._try(changes)
        return 0 if tried is None else base.excess - tried.excess

    def _pointed(self) -> list[Tried]:
        """What second ingress points give by themselves."""
        points = second_points(self._project, self._rule_set)
        found = [self._try((each,)) for each in points]
        return [each for each in found if each is not None]

    def _together(self, start: tuple[Remedy, ...], useful: Sequence[Remedy]) -> Iterator[Tried]:
        """As few of some remedies as it takes, the best first, if all of them are enough."""
        every = self._try((*start, *useful)) if useful else None
        if every is None or not every.fits:
            return
        least, most, best = 0, len(useful), every
        while most - least > 1:
            half = (least + most) // 2
            some = self._try((*start, *useful[:half]))
            if some is None:
                break
            if some.fits:
                most, best = half, some
            else:
                least = half
        yield self._weakened(self._fewest(best, {*start}))

    def _fewest(self, reached: Tried, kept: set[Remedy]) -> Tried:
        """The same without what is not needed, the most expensive first."""
        for change in sorted(reached.changes, key=lambda each: -each.cost):
            left = tuple(each for each in reached.changes if each is not change)
            if left and change not in kept:
                fewer = self._try(left)
                if fewer is not None and fewer.fits:
                    reached = fewer
        return reached

    def _weakened(self, reached: Tried) -> Tried:
        """The same with the weakest remedies of their families that are enough."""
        for change in sorted(reached.changes, key=lambda each: -each.cost)[:_WEAKENED]:
            for weaker in self._families.get(change.family, ()):
                if weaker is change:
                    break
                others = (each for each in reached.changes if each is not change)
                less = self._try((*others, weaker))
                if less is not None and less.fits:
                    reached = less
                    break
        return reached

    def _advice(self, fitting: Sequence[Tried], points: Sequence[Tried]) -> Advice:
        answers = _best(each for each in fitting if self._is_proved(each))
        nearest = min(self._tried.values(), key=_nearness, default=None)
        helps = nearest is not None and nearest.excess < self._base.excess
        pointed = any(each.has_second_point for each in answers)
        return Advice(
            answers=answers,
            nearest=nearest if helps and not answers else None,
            second_point=points[0] if points and not pointed else None,
            tried=TRIED_AT_MOST - self._left,
        )

    def _is_proved(self, tried: Tried) -> bool:
        """Whether what somebody would write then goes live: it is proved as everything is."""
        return all(self._prove(each).is_used for each in self._made(tried.changes))

    def _made(self, changes: Iterable[Remedy]) -> tuple[LogicalRuleSet, ...]:
        """The rule sets that remedies make."""
        rule_sets: tuple[LogicalRuleSet, ...] = (self._rule_set,)
        for change in changes:
            rule_sets = tuple(made for each in rule_sets for made in change.made(each))
        return rule_sets

    def _needs_its_point(self, tried: Tried) -> bool:
        """Whether the other changes do not fit without the second ingress point."""
        others = tuple(
            each for each in tried.changes if each.kind is not KindOfChange.SECOND_INGRESS_POINT
        )
        without = self._try(others) if others else None
        return without is None or not without.fits

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


def _rank(ranked: tuple[float, str, Remedy]) -> tuple[float, str]:
    return ranked[0], ranked[1]


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


def _place(change: Remedy) -> tuple[bool, int, str]:
    """The order in which remedies are made and shown: a second ingress point is made last."""
    return change.kind is KindOfChange.SECOND_INGRESS_POINT, -change.cost, change.what


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
        if not any(_is_less(cheaper, each) for cheaper in by_cost):
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
