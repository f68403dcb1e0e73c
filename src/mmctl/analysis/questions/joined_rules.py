"""Whether rules that were joined, split and moved do the same as before, for every message.

It is known which rules do whose work: a group has rules of both versions. It is proved that one of
a group's rules applies before if and only if one does afterwards, that no two of them do, and that
whatever changes a message is in the same order with whatever sends it on. That suffices, and it is
much less than to count: what is left over is compared as any two versions are (`alike.py`).
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, product
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.analysis.encoding.proof import Undecided
from mmctl.analysis.questions.alike import instances, shown
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.sat.circuit import FALSE
from mmctl.analysis.sat.solver import Solved
from mmctl.language.project import Outcome
from mmctl.model.actions import added_header, new_recipients
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from mmctl.analysis.encoding.copies import RuleLiterals
    from mmctl.analysis.encoding.proof import Proof
    from mmctl.analysis.questions.alike import ActionPlace
    from mmctl.model.rules import RuleAction

LEMMA_EFFORT: Final = 5_000
"""Conflicts that it may take to see that a group applies to the same mail in both versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rules before and afterwards, by their places, that do the same work together."""

    before: tuple[int, ...]
    after: tuple[int, ...]

    def joined(self, other: Group) -> Group:
        """The rules of both."""
        return Group(
            before=tuple(sorted((*self.before, *other.before))),
            after=tuple(sorted((*self.after, *other.after))),
        )


class _Done(NamedTuple):
    """An action of one rule, as literals."""

    at: ActionPlace
    done: int
    shows: int
    """It is done, and if it marks mail, that is sent on later."""
    action: RuleAction
    marks: bool


@dataclass(slots=True, kw_only=True)
class _SharedWork:
    """One action of a group: where it is done in both versions."""

    name: str
    halves: tuple[list[_Done], list[_Done]] = field(default_factory=lambda: ([], []))

    @property
    def some(self) -> _Done:
        """One of them."""
        return next(each for half in self.halves for each in half)


def groups_of(pairs: Iterable[tuple[int, int]], before: int, after: int) -> tuple[Group, ...]:
    """The smallest groups for rules that share work: each pair is one before and one afterwards."""
    group = {("before", place): Group(before=(place,), after=()) for place in range(before)}
    group |= {("after", place): Group(before=(), after=(place,)) for place in range(after)}
    for one, other in pairs:
        first, second = group["before", one], group["after", other]
        if first is not second:
            joined = first.joined(second)
            group.update({("before", each): joined for each in joined.before})
            group.update({("after", each): joined for each in joined.after})
    return tuple({id(each): each for each in group.values()}.values())


def why_not_alike(
    proof: Proof, groups: Sequence[Group], *, equality: Equality, refused_as_dropped: bool = False
) -> str:
    """Why it is not proved that two gateways treat all messages alike; empty: it is proved.

    The proof has both gateways, and was made to compare them.
    """
    if equality is Equality.TRACE:
        return "the order of what is done is not compared for joined rules"
    if proof.why_undecided != Undecided.EFFORT:
        return proof.why_undecided
    return _Joined(proof, groups, equality).why_not(refused_as_dropped=refused_as_dropped)


class _Joined:
    """Two versions, and the groups of their rules."""

    def __init__(self, proof: Proof, groups: Sequence[Group], equality: Equality) -> None:
        self._proof = proof
        self._circuit = proof.circuit
        self._equality = equality
        self._paths = proof.paths
        self._instances = tuple(_done(proof, number) for number in (0, 1))
        self._groups = groups

    def why_not(self, *, refused_as_dropped: bool) -> str:
        """Why it is not proved that they are alike; empty: it is."""
        for group in self._groups:
            self._learn_matches(group)
        self._learn_barriers()
        works = [work for group in self._joined_by_lemmas() for work in self._works(group)]
        for why in (*map(self._why_work_differs, works), self._why_out_of_order(works)):
            if why:
                return why
        return self._why_outcomes_differ(refused_as_dropped=refused_as_dropped)

    # Lemmas: what the solver learns before it is asked

    def _learn(self, differ: int) -> bool:
        """Tell the solver that a literal never holds, if that is quickly seen."""
        if differ == FALSE:
            return True
        found = self._circuit.solver.solve([differ], conflicts=LEMMA_EFFORT)
        if found is Solved.UNSATISFIABLE:
            self._circuit.require(-differ)
        return found is Solved.UNSATISFIABLE

    def _learn_matches(self, group: Group) -> None:
        """That conditions of joined rules are met by the same mail, wherever the rules are."""
        before, after = (
            self._circuit.any_of(rule.matches for rule in rules) for rules in self._rules(group)
        )
        self._learn(self._circuit.differ(before, after))

    def _learn_applies(self, group: Group) -> bool:
        """That joined rules apply to the same mail, if that is so."""
        before, after = (
            self._circuit.any_of(rule.applies for rule in rules) for rules in self._rules(group)
        )
        return self._learn(self._circuit.differ(before, after))

    def _rules(self, group: Group) -> Iterator[list[RuleLiterals]]:
        """The rules of a group in each version."""
        for path, places in zip(self._paths, (group.before, group.after), strict=True):
            yield [path.rules[place] for place in places]

    def _learn_barriers(self) -> None:
        """That the same mail gets to where all groups are above, or below, in both versions."""
        for one, other in self._barriers():
            reached = self._paths[0].rules[one].reached, self._paths[1].rules[other].reached
            self._learn(self._circuit.differ(*reached))

    def _barriers(self) -> Iterator[tuple[int, int]]:
        """Places in both versions that no group is on both sides of."""
        both = sorted(
            (each for each in self._groups if each.before and each.after),
            key=lambda each: each.before,
        )
        lowest = [len(path.rules) for path in self._paths]
        found = []
        for at in range(len(both) - 1, 0, -1):
            for half, places in enumerate((both[at].before, both[at].after)):
                lowest[half] = min(lowest[half], places[0])
            above = both[:at]
            if all(each.before[-1] < lowest[0] and each.after[-1] < lowest[1] for each in above):
                found.append((lowest[0], lowest[1]))
        return reversed(found)

    def _joined_by_lemmas(self) -> list[Group]:
        """Groups that apply to the same mail; those of equal actions that do not are one."""
        left: dict[Hashable, Group] = {}
        found: list[Group] = []
        for group in self._groups:
            if self._learn_applies(group):
                found.append(group)
            else:
                key = self._does(group)
                left[key] = left[key].joined(group) if key in left else group
        for group in left.values():
            self._learn_applies(group)
        return [*found, *left.values()]

    def _does(self, group: Group) -> Hashable:
        side, place = (0, group.before[0]) if group.before else (1, group.after[0])
        return tuple(each.action for each in self._instances[side].get(place, ()))

    # What is done

    def _works(self, group: Group) -> Iterator[_SharedWork]:
        """Each action of a group: the nth of several equal ones in a rule goes with the nth."""
        found: dict[tuple[RuleAction, int], _SharedWork] = {}
        rule = self._proof.gateways[0].rules[group.before[0]].name if group.before else "a new rule"
        for half, places in enumerate((group.before, group.after)):
            for place in places:
                times: dict[RuleAction, int] = defaultdict(int)
                for each in self._instances[half].get(place, ()):
                    key = each.action, times[each.action]
                    times[each.action] += 1
                    found.setdefault(key, _SharedWork(name=rule)).halves[half].append(each)
        yield from found.values()

    def _why_work_differs(self, work: _SharedWork) -> str:
        """Why it is not proved that something is done as often; empty: it is."""
        several = max(map(len, work.halves)) > 1
        if several and len({*new_recipients(work.some.action)}) > 1:
            return f"`{work.name}` and other rules replace a recipient by several"
        before, after = (self._circuit.any_of(each.shows for each in half) for half in work.halves)
        if not self._never(self._circuit.differ(before, after)):
            return f"what `{work.name}` does is not proved to be done for the same mail"
        if self._equality is Equality.SET:
            return ""
        twice = self._circuit.any_of(self._twice(half) for half in work.halves)
        return "" if self._never(twice) else f"what `{work.name}` does may be done twice"

    def _twice(self, instances: Sequence[_Done]) -> int:
        """Whether two of some things are done."""
        some, twice = FALSE, FALSE
        for each in instances:
            twice = self._circuit.any_of((twice, self._circuit.all_of((some, each.shows))))
            some = self._circuit.any_of((some, each.shows))
        return twice

    def _never(self, literal: int) -> bool:
        if literal == FALSE:
            return True
        if self._proof.solved([literal]) is not Solved.UNSATISFIABLE:
            return False
        self._circuit.require(-literal)
        return True

    # In which order

    def _why_out_of_order(self, works: Sequence[_SharedWork]) -> str:
        """Why the order is not proved to be the same where it counts; empty: it is."""
        for one, other in combinations(works, 2):
            if not _order_counts(one.some, other.some):
                continue
            if not all(map(self._never, self._inverted(one, other))):
                return f"`{one.name}` and `{other.name}` are not proved to be in order"
        return ""

    def _inverted(self, one: _SharedWork, other: _SharedWork) -> Iterator[int]:
        """Whether two things are done in one order before, and in the other one afterwards."""
        before, after = (
            [
                (a.at < b.at, (a.done, b.done))
                for a, b in product(one.halves[half], other.halves[half])
            ]
            for half in (0, 1)
        )
        if len({first for first, _ in (*before, *after)}) < _BOTH:
            return
        all_of, any_of = self._circuit.all_of, self._circuit.any_of
        for way in (True, False):
            yield all_of(
                (
                    any_of(all_of(pair) for first, pair in before if first is way),
                    any_of(all_of(pair) for first, pair in after if first is not way),
                )
            )

    # How it ends

    def _why_outcomes_differ(self, *, refused_as_dropped: bool) -> str:
        ends: list[Mapping[Outcome, int]] = [path.outcomes for path in self._paths]
        if refused_as_dropped:
            ends = [
                {
                    **outcomes,
                    Outcome.REFUSED: FALSE,
                    Outcome.DROPPED: self._circuit.any_of(
                        (outcomes[Outcome.REFUSED], outcomes[Outcome.DROPPED])
                    ),
                }
                for outcomes in ends
            ]
        for outcome in ends[0]:
            if not self._never(self._circuit.differ(*(each[outcome] for each in ends))):
                return f"not the same mail is proved to end as {outcome.value}"
        return ""


def _done(proof: Proof, number: int) -> dict[int, list[_Done]]:
    """What each rule of a gateway does; how mail ends is in the outcome."""
    found: dict[int, list[_Done]] = defaultdict(list)
    all_of_them = dict(instances(proof, number))
    shows = shown(proof.circuit, all_of_them)
    for place, each in all_of_them.items():
        found[place.rule].append(
            _Done(
                at=place,
                done=each.done,
                shows=proof.circuit.all_of((each.done, shows[place])),
                action=each.action,
                marks=each.marks,
            )
        )
    return found


def _order_counts(one: _Done, other: _Done) -> bool:
    """Whether it can matter which of two things is done first: what is done once or more."""
    if one.action == other.action and one.marks:
        return False  # the same is added, or put in place
    if one.marks and other.marks:
        headers = added_header(one.action), added_header(other.action)
        return len({None if each is None else each[0].lower() for each in headers}) == 1
    return one.marks or other.marks


_BOTH: Final = 2
