"""Which groups become one, as a question to the solver: where merging step by step ends too high.

Two groups are one, or not; what must stay in order may make no circle of live rules. Circles are
found in the answers and forbidden one by one, as few of them matter. Guards open circles.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Final

from mmctl.analysis.sat.solver import Cadical, Solved
from mmctl.compiler.packing.counted_literals import at_most
from mmctl.compiler.packing.grouping import joined
from mmctl.compiler.packing.guards import guard_for
from mmctl.compiler.packing.ordering import doubles
from mmctl.compiler.packing.quotient import Quotient, in_order
from mmctl.model.actions import row_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.packing.grouping import RuleGroup
    from mmctl.compiler.packing.licenses import Licenses
    from mmctl.compiler.packing.ordering import Ordering

MOST_GROUPS: Final = 160
"""So many groups are asked about; beyond, their order alone takes too long to ask for."""
_ROUNDS: Final = 400
_CONFLICTS: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedGroups:
    """How many groups there may be, and how many relay or send actions in them."""

    groups: int
    handed_on: int


class Cover:
    """The groups of one rule set, and the question which of them become one."""

    def __init__(
        self,
        groups: Sequence[RuleGroup],
        ordering: Ordering,
        licenses: Licenses,
        *,
        doubles_ignored: bool,
    ) -> None:
        self._groups = groups
        self._licenses = licenses
        self._doubles_ignored = doubles_ignored
        self._solver = Cadical()
        self._variables = 0
        self._edges = {
            (one, other)
            for one, other in combinations(range(len(groups)), 2)
            if ordering.pinned(groups[one], groups[other]) is not None
        }
        self._same = dict(self._pairs())
        self._guards = {
            pair: self._variable()
            for pair in sorted(self._edges)
            if guard_for(groups[pair[0]], groups[pair[1]]) is not None
        }
        self._firsts = self._stated()

    def _variable(self) -> int:
        self._variables += 1
        return self._variables

    def _pairs(self) -> Iterator[tuple[tuple[int, int], int]]:
        """A literal for each two groups that could be one."""
        alike: dict[object, list[int]] = defaultdict(list)
        for at, group in enumerate(self._groups):
            alike[group.form.shape].append(at)
        for places in alike.values():
            for pair in combinations(places, 2):
                if pair not in self._edges and self._may_join(*pair):
                    yield pair, self._variable()

    def _may_join(self, one: int, other: int) -> bool:
        first, second = self._groups[one], self._groups[other]
        if joined(first, second) is None or first.form.apart(second.form) != 1:
            return False
        return self._doubles_ignored or doubles(first, second, self._licenses) is None

    def _stated(self) -> list[int]:
        """State what joining means; for each group a literal that it is the first of its own."""
        add, same = self._solver.add_clause, self._same
        firsts = [self._variable() for _ in self._groups]
        earlier: dict[int, list[int]] = defaultdict(list)
        later: dict[int, list[int]] = defaultdict(list)
        for one, other in same:
            earlier[other].append(one)
            later[one].append(other)
        for at, first in enumerate(firsts):
            add([first, *(same[one, at] for one in earlier[at])])
        for (one, other), literal in same.items():
            for third in {*later[one], *later[other], *earlier[one], *earlier[other]}:
                if third not in {one, other}:
                    self._state_third(one, other, third, literal)
        for (above, below), guard in self._guards.items():
            for each in (*earlier[below], *later[below]):
                self._state_guard(above, below, each, guard)
        return firsts

    def _state_third(self, one: int, other: int, third: int, literal: int) -> None:
        """What is one with one of two that are one is one with the other."""
        to_one, to_other = self._is_same(one, third), self._is_same(other, third)
        for mine, theirs in ((to_one, to_other), (to_other, to_one)):
            if mine is not None:
                self._solver.add_clause(
                    [-literal, -mine] if theirs is None else [-literal, -mine, theirs]
                )

    def _state_guard(self, above: int, below: int, each: int, guard: int) -> None:
        """A guard is one of all that are one: if they are all below what it guards."""
        same = self._is_same(below, each)
        assert same is not None  # noqa: S101 - it is among those that may be
        if (above, each) in self._guards:
            self._solver.add_clause([-guard, -same, self._guards[above, each]])
        elif max(self._groups[above].places) > min(self._groups[each].places):
            self._solver.add_clause([-guard, -same])

    def _is_same(self, one: int, other: int) -> int | None:
        return self._same.get((one, other) if one < other else (other, one))

    def solved(self, wanted: WantedGroups) -> list[RuleGroup] | None:
        """The groups in an order that is allowed, as few as wanted; None: none were found."""
        self._limit(wanted)
        for _ in range(_ROUNDS):
            found = self._solver.solve([], conflicts=_CONFLICTS)
            if found is not Solved.SATISFIABLE:
                return None
            quotient = self._quotient(self._solver.model())
            clauses = [*self._broken(quotient)]
            if not clauses:
                made = self._made(quotient)
                if isinstance(made, list):
                    return made
                clauses = [[*made]]
            for clause in clauses:
                self._solver.add_clause(clause)
        return None

    def _limit(self, wanted: WantedGroups) -> None:
        handing = [
            first
            for first, group in zip(self._firsts, self._groups, strict=True)
            for action in group.form.actions
            if row_of(action).handed_on
        ]
        for literals, most in ((self._firsts, wanted.groups), (handing, wanted.handed_on)):
            at_most(literals, most, self._solver, self._variable)

    def _quotient(self, model: frozenset[int]) -> Quotient:
        home = list(range(len(self._groups)))
        for (one, other), literal in self._same.items():
            if literal in model:
                home[other] = min(home[other], home[one])
        guarded = {pair for pair, literal in self._guards.items() if literal in model}
        return Quotient(home, self._edges - guarded, guarded)

    def _broken(self, quotient: Quotient) -> Iterator[list[int]]:
        """For some circles of live rules clauses that forbid them."""
        for circle in quotient.circles():
            clause = []
            for at, (one, other) in enumerate(circle):
                start = circle[(at + 1) % len(circle)][0]
                if other != start:
                    same = self._is_same(other, start)
                    assert same is not None  # noqa: S101 - they are in one group
                    clause.append(-same)
                if (one, other) in self._guards:
                    clause.append(self._guards[one, other])
            yield clause

    def _made(self, quotient: Quotient) -> list[RuleGroup] | tuple[int, ...]:
        """The groups of an answer; or a clause against it, as it asks for too much."""
        made: dict[int, RuleGroup] = {}
        for at in range(len(self._groups)):
            group = self._guarded(quotient, at)
            if group is None:
                pairs = sorted(pair for pair in quotient.guarded if pair[1] == at)
                return tuple(-self._guards[pair] for pair in pairs)
            home = quotient.home[at]
            one = joined(made[home], group) if home in made else group
            if one is None:
                return tuple(-literal for literal in self._joining(quotient, home))
            made[home] = one
        return [made[home] for home in in_order(quotient)]

    def _guarded(self, quotient: Quotient, at: int) -> RuleGroup | None:
        """A group with its guards; None: these are too many."""
        group: RuleGroup | None = self._groups[at]
        for above in sorted(one for one, other in quotient.guarded if other == at):
            group = None if group is None else guard_for(self._groups[above], group)
        return group

    def _joining(self, quotient: Quotient, home: int) -> Iterator[int]:
        inside = [at for at, each in enumerate(quotient.home) if each == home]
        return (self._same[pair] for pair in combinations(inside, 2) if pair in self._same)
