"""Whether two versions of a gateway treat every message alike; if not, a message for each kind.

Rules that both have are twins: they are proved to apply to the same mail, one after the other, and
what is not proved may differ. That is stricter than `ends.are_alike` (a message may be archived by
another rule), so a message counts only if the evaluator says that it is treated differently. Where
such messages are not, what is left of each action is counted, if it is little.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.analysis.encoding.confirming import copies_of
from mmctl.analysis.encoding.proof import EFFORT, Proof, Refuted, Shown, Undecided
from mmctl.analysis.questions.ends import NO_EFFECT, Treated, are_alike, treatment_of
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.questions.sequences import lists_differ, sets_differ
from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.analysis.sat.solver import Solved
from mmctl.analysis.theories.theory import holds
from mmctl.judge.actions import actions_in_effect
from mmctl.language.project import Outcome
from mmctl.model.actions import Does, added_header, new_recipients, row_of, without_defaults
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from mmctl.analysis.encoding.copies import Carried, Path
    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleAction

KINDS_AT_MOST: Final = 12
"""So many kinds of difference are shown; whether there are more is said."""
LEMMA_EFFORT: Final = 2_000
"""Conflicts that it may take to see that a rule applies to the same mail in both versions."""
MISSED_AT_MOST: Final = 20
"""Messages for which twins differ and the evaluator finds no difference, before all is counted."""
COUNTED_AT_MOST: Final = 12
"""So many places where one thing may be done are counted; there are cubes of them in formulas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedDifferently:
    """A message that the two versions treat differently: one of its kind."""

    witness: Witness
    before: Treated
    after: Treated


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How two versions of a gateway compare."""

    equality: Equality
    differences: tuple[TreatedDifferently, ...]
    undecided: str | None = None
    """Why it is unknown whether there are other kinds of difference; None: there are none."""

    @property
    def alike(self) -> bool:
        """Whether it is proved that there is no difference at all."""
        return not self.differences and self.undecided is None


def compared(
    before: Gateway,
    after: Gateway,
    *,
    equality: Equality = Equality.MULTISET,
    most: int = KINDS_AT_MOST,
    effort: int | None = EFFORT,
) -> Likeness:
    """Compare two versions of a gateway on every message, for every recipient."""
    proof = Proof(before, after, compared=True, effort=effort)
    return compared_in(proof, equality=equality, most=most)


def compared_in(
    proof: Proof,
    *,
    equality: Equality = Equality.MULTISET,
    most: int = KINDS_AT_MOST,
    as_packed: bool = False,
) -> Likeness:
    """Compare the two gateways of a proof, which was made to compare them.

    `as_packed`: what is worth the same where rules are packed is alike (`ends.are_alike`).
    """
    return _Compared(proof, equality, as_packed=as_packed).all(most)


class ActionPlace(NamedTuple):
    """An action of a rule."""

    rule: int
    at: int


class Instance(NamedTuple):
    """What an action does, and whether the copy shows it."""

    done: int
    action: RuleAction
    carried: Carried

    @property
    def marks(self) -> bool:
        """Whether it changes what later actions send on."""
        return row_of(self.action).does in NO_EFFECT


class _Compared:
    """Two versions, and the literals by which they can differ."""

    def __init__(self, proof: Proof, equality: Equality, *, as_packed: bool) -> None:
        self._proof = proof
        self._circuit = proof.circuit
        self._equality = equality
        self._as_packed = as_packed
        self._same: dict[tuple[Carried, Carried], int] = {}
        self._before, self._after = (dict(instances(proof, number)) for number in (0, 1))
        self._twins = dict(self._found_twins())
        self._by_action = self._differing_twins()
        self._order = self._circuit.any_of(self._in_other_order())
        self._kinds: list[int] = []
        self._own: Mapping[str, int] | None = None
        self._decisive: tuple[int, ...] = ()
        """Literals that decide how the mail is treated, but for the recipient's own address."""
        outcomes = proof.paths[0].outcomes
        self._outcomes = self._circuit.any_of(
            self._circuit.differ(*(path.outcomes[outcome] for path in proof.paths))
            for outcome in outcomes
        )

    def all(self, most: int) -> Likeness:
        """One message for each kind of difference: those that change how it ends come first."""
        found: list[TreatedDifferently] = []
        undecided = self._collect(found, most, self._outcomes)
        if not undecided:
            twins = self._circuit.any_of((*self._by_action.values(), self._order))
            undecided = self._collect(found, most, twins)
        if undecided == _NO_DIFFERENCE and self._is_countable():
            undecided = self._collect(found, most, self._counted(), left=10 * MISSED_AT_MOST)
        return Likeness(
            equality=self._equality, differences=tuple(found), undecided=undecided or None
        )

    def _collect(
        self, found: list[TreatedDifferently], most: int, differs: int, left: int = MISSED_AT_MOST
    ) -> str:
        """Add messages for which a literal holds; return why there may be more, if so."""
        asked = self._circuit.variable()
        for kind in self._kinds:
            self._circuit.require(-asked, -kind)
        while isinstance(answer := self._proof.ask([differs, asked]), Shown):
            difference = self._difference(answer.witness)
            if difference is None:
                if not left:
                    return _NO_DIFFERENCE
                left -= 1
                if not self._decisive:
                    ways = [self._proof.ways(number) for number in (0, 1)]
                    if None in ways:
                        return Undecided.FORKS
                    self._decisive = tuple(self._deciding(ways))
                    continue  # the model does not know these literals
                self._circuit.require(-asked, -self._treated_so(answer.witness, answer.model))
            elif len(found) == most:
                return f"there are more than {most} kinds"
            else:
                found.append(difference)
                self._kinds.append(self._kind(difference, answer.model))
                self._circuit.require(-asked, -self._kinds[-1])
        return "" if isinstance(answer, Refuted) else answer.why

    # Twins

    def _found_twins(self) -> Iterator[tuple[ActionPlace, ActionPlace]]:
        """Actions of rules that both versions have: from the first to the second."""
        one, other = self._proof.paths
        first, second = self._proof.gateways
        for rule, counterpart in _counterparts(first.rules, second.rules):
            mine, theirs = one.rules[rule], other.rules[counterpart]
            self._made_equal(mine.applies, theirs.applies)
            for at, literals in enumerate(zip(mine.done, theirs.done, strict=True)):
                self._made_equal(*literals)
                if at in mine.adds:
                    self._made_equal(mine.adds[at], theirs.adds[at])
                yield ActionPlace(rule, at), ActionPlace(counterpart, at)

    def _made_equal(self, one: int, other: int) -> None:
        """Tell the solver that two literals are the same in every model, if that is so."""
        differ = self._circuit.differ(one, other)
        solver = self._circuit.solver
        if (
            differ != FALSE
            and solver.solve([differ], conflicts=LEMMA_EFFORT) is Solved.UNSATISFIABLE
        ):
            self._circuit.require(-differ)

    def _differing_twins(self) -> dict[tuple[RuleAction, int], int]:
        """For each action whether it is done before alone (0), or afterwards alone (1)."""
        literals: dict[tuple[RuleAction, int], list[int]] = defaultdict(list)
        all_of, any_of = self._circuit.all_of, self._circuit.any_of
        before, after = (shown(self._circuit, each) for each in (self._before, self._after))
        alone = dict(self._after)
        for place, instance in self._before.items():
            twin = self._twins.get(place)
            other = FALSE if twin is None else alone.pop(twin).done
            shows = any_of([before[place], *(() if twin is None else (after[twin],))])
            for half, done in enumerate(((instance.done, -other), (other, -instance.done))):
                literals[instance.action, half].append(all_of((*done, shows)))
        for place, instance in alone.items():
            literals[instance.action, 1].append(all_of((instance.done, after[place])))
        return {key: any_of(found) for key, found in literals.items()}

    def _in_other_order(self) -> Iterator[int]:
        """Whether twins are done in another order, where the order counts.

        Order counts in a trace, and for what travels: a header is added before mail leaves.
        """
        ordered = [(place, self._twins[place]) for place in self._before if place in self._twins]
        inverted = (
            (self._before[earlier], self._before[later])
            for at, (earlier, twin) in enumerate(ordered)
            for later, other in ordered[at + 1 :]
            if other < twin
        )
        for one, other in inverted:
            if self._order_counts(one, other):
                yield self._circuit.all_of((one.done, other.done))

    def _order_counts(self, one: Instance, other: Instance) -> bool:
        """Whether it can matter which of two actions is done first."""
        if one.marks and other.marks:
            # Only headers of one name have an order, and none with the recipient.
            headers = added_header(one.action), added_header(other.action)
            names = {None if each is None else each[0].lower() for each in headers}
            return len(names) == 1
        return self._equality is Equality.TRACE or one.marks or other.marks

    # Counting

    def _is_countable(self) -> bool:
        """Whether there is little enough to count."""
        instances = (*self._before.values(), *self._after.values())
        effects = [instance for instance in instances if not instance.marks]
        several = any(len({*new_recipients(each.action)}) > 1 for each in instances)
        if several and self._equality is Equality.MULTISET:
            return False  # one way at a time is counted, and two copies may do the same
        carried = max((len(each.carried.headers) for each in effects), default=0)
        if self._equality is Equality.TRACE:
            most = len(effects)
        else:
            most = max(Counter(each.action for each in effects).values(), default=0)
        return max(carried, most) <= COUNTED_AT_MOST

    def _counted(self) -> int:
        """Whether something is done differently often, with something else, or out of order."""
        halves: defaultdict[RuleAction | None, tuple[list[_Taken], list[_Taken]]] = defaultdict(
            lambda: ([], [])
        )
        for half, instances in enumerate((self._before, self._after)):
            for instance in instances.values():
                if not instance.marks:
                    kind = None if self._equality is Equality.TRACE else instance.action
                    halves[kind][half].append((instance.done, instance))
        differ = sets_differ if self._equality is Equality.SET else lists_differ
        return self._circuit.any_of(
            (
                self._outcomes,
                *(differ(self._circuit, *both, self._alike) for both in halves.values()),
            )
        )

    def _alike(self, one: Instance, other: Instance) -> int:
        """Whether the same is done, with the same traveling."""
        if one.action != other.action:
            return FALSE
        key = (one.carried, other.carried)
        if key not in self._same:
            self._same[key] = self._circuit.all_of(
                (self._same_address(*key), self._same_headers(*key))
            )
        return self._same[key]

    def _same_address(self, one: Carried, other: Carried) -> int:
        if one.addresses == other.addresses:
            return TRUE
        first, second = (self._addresses(each) for each in (one, other))
        return self._circuit.any_of(
            self._circuit.all_of((goes, there, self._is_same(address, counterpart)))
            for address, goes in first.items()
            for counterpart, there in second.items()
        )

    def _named(self) -> Mapping[str, int]:
        """Of each address that rules write whether it is the recipient's own."""
        if self._own is None:
            addresses = dict.fromkeys(
                address
                for instance in (*self._before.values(), *self._after.values())
                for address in new_recipients(instance.action)
            )
            self._own = self._proof.recipient_is(addresses)
        return self._own

    def _is_same(self, one: str | None, other: str | None) -> int:
        """Whether two addresses are one; None: the recipient's own."""
        if one is None or other is None:
            address = other if one is None else one
            return TRUE if address is None else self._named()[address]
        return TRUE if one == other else FALSE

    def _addresses(self, carried: Carried) -> Mapping[str | None, int]:
        """Of each address whether the copy goes there; None: to the recipient of the envelope."""
        found: dict[str | None, int] = {}
        left = TRUE
        for condition, address in reversed(carried.addresses):
            goes = self._circuit.all_of((left, condition))
            found[address] = self._circuit.any_of((found.get(address, FALSE), goes))
            left = self._circuit.all_of((left, -condition))
        found[None] = left
        return found

    def _same_headers(self, one: Carried, other: Carried) -> int:
        if one.headers == other.headers:
            return TRUE
        names = dict.fromkeys(name for _, name, _ in (*one.headers, *other.headers))
        differ = []
        for name in names:
            left, right = (
                [(literal, value) for literal, named, value in each.headers if named == name]
                for each in (one, other)
            )
            differ.append(lists_differ(self._circuit, left, right, _equal))
        return -self._circuit.any_of(differ)

    # What the evaluator says

    def _difference(self, witness: Witness) -> TreatedDifferently | None:
        """What happens to a message in both versions; None if that is alike."""
        before, after = (self._treatment(gateway, witness) for gateway in self._proof.gateways)
        if are_alike(before, after, self._equality, as_packed=self._as_packed):
            return None
        return TreatedDifferently(witness=witness, before=before, after=after)

    def _treatment(self, gateway: Gateway, witness: Witness) -> Treated:
        copies = copies_of(
            gateway,
            witness.submission,
            witness.scenario,
            listed=witness.listed,
            deleted=witness.deleted,
        )
        assert copies is not None  # noqa: S101 - the proof has confirmed the witness
        return treatment_of(copies, witness.submission.envelope.recipients[0])

    def _kind(self, difference: TreatedDifferently, model: frozenset[int]) -> int:
        """Whether a message shows a difference of this kind, as a model does."""
        one, other = difference.witness.happened
        if one.outcome is not other.outcome:
            return self._circuit.all_of(
                (
                    self._ended(0, one.outcome, difference.before),
                    self._ended(1, other.outcome, difference.after),
                )
            )
        how = [each for each in (*self._by_action.values(), self._order) if holds(each, model)]
        return self._circuit.all_of((self._proof.paths[0].outcomes[one.outcome], *how))

    def _ended(self, number: int, outcome: Outcome, treatment: Treated) -> int:
        """Whether a message ends so; if it does not arrive, by the same rule."""
        path, rules = self._proof.paths[number], self._proof.gateways[number].rules
        by = {end.by for end in treatment.ends if end.outcome is outcome}
        applies = [
            literals.applies
            for rule, literals in zip(rules, path.rules, strict=True)
            if rule.name in by and outcome in {Outcome.DROPPED, Outcome.BOUNCED}
        ]
        return self._circuit.all_of(
            (path.outcomes[outcome], self._circuit.any_of(applies) if applies else TRUE)
        )

    def _deciding(self, ways: Iterable[Sequence[Path] | None]) -> Iterator[int]:
        """All that decides how the mail is treated: what is done, and what travels with it."""
        for path in chain.from_iterable(each or () for each in ways):
            yield from path.outcomes.values()
            for rule in path.rules:
                yield from (rule.applies, *rule.done, *rule.adds.values())
                for carried in rule.carried[-1:]:
                    yield from (literal for literal, _ in carried.addresses)
                    yield from (literal for literal, _, _ in carried.headers)

    def _treated_so(self, witness: Witness, model: frozenset[int]) -> int:
        """Whether everything is as for this message that decides how it is treated."""
        recipient = witness.submission.envelope.recipients[0]
        return self._circuit.all_of(
            (
                *(each if holds(each, model) else -each for each in self._decisive),
                *(each if name == recipient else -each for name, each in self._named().items()),
            )
        )


_NO_DIFFERENCE: Final = (
    "messages for which other rules apply are treated alike in all that was tried"
)
_Taken = tuple[int, Instance]


def instances(proof: Proof, number: int) -> Iterator[tuple[ActionPlace, Instance]]:
    """Everything that can be done with a copy, in order; how it ends is in the outcome."""
    rules, path = proof.gateways[number].rules, proof.paths[number]
    for rule, literals in zip(rules, path.rules, strict=True):
        for at, action in enumerate(actions_in_effect(rule)):
            if row_of(action).does is not Does.ENDS:
                yield (
                    ActionPlace(literals.place, at),
                    Instance(
                        literals.adds.get(at, literals.done[at]),
                        without_defaults(action),
                        literals.carried[at],
                    ),
                )


def shown(circuit: Circuit, instances: Mapping[ActionPlace, Instance]) -> dict[ActionPlace, int]:
    """Of each action whether it shows: what only marks mail shows if some is sent later."""
    found: dict[ActionPlace, int] = {}
    sent = FALSE
    for place, instance in reversed(tuple(instances.items())):
        found[place] = sent if instance.marks else TRUE
        if not instance.marks:
            sent = circuit.any_of((sent, instance.done))
    return found


def _equal(one: str, other: str) -> int:
    return TRUE if one == other else FALSE


def _counterparts(
    one: Sequence[LogicalRule], other: Sequence[LogicalRule]
) -> Iterator[tuple[int, int]]:
    """Places of rules that do the same: those that say the same first, then those of one name."""
    left = dict(enumerate(other))
    taken: set[int] = set()
    for key_of in (_said, _named):
        keys: dict[Hashable, list[int]] = defaultdict(list)
        for place, rule in left.items():
            keys[key_of(rule)].append(place)
        for place, rule in enumerate(one):
            places = keys.get(key_of(rule))
            if place not in taken and places:
                taken.add(place)
                counterpart = places.pop(0)
                del left[counterpart]
                yield place, counterpart


def _said(rule: LogicalRule) -> Hashable:
    return rule.conditions, rule.unless, _named(rule)[1:]


def _named(rule: LogicalRule) -> tuple[Hashable, ...]:
    actions = tuple(map(without_defaults, actions_in_effect(rule)))
    return rule.name, actions, rule.stop and not rule.shadow
