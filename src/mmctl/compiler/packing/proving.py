"""Licenses by proof: one circuit for all questions about the rules of a logical gateway.

Plain comparison of conditions comes first; a solver is asked about what that leaves open. What is
undecided is no license. Any action may fail in these proofs: what is packed does the same then too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.commuting import exclude
from mmctl.analysis.encoding.confirming import copies_of
from mmctl.analysis.encoding.proof import EFFORT, Proof, Shown
from mmctl.analysis.questions import joined_rules
from mmctl.analysis.questions.alike import compared_in
from mmctl.analysis.questions.ends import are_alike, treatment_of
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.questions.joined_rules import groups_of
from mmctl.analysis.questions.phase_formulas import PhaseFormulas
from mmctl.analysis.sat.circuit import FALSE
from mmctl.analysis.sat.solver import Solved
from mmctl.analysis.theories.theory import holds
from mmctl.compiler.packing.licenses import PinnedPair
from mmctl.compiler.packing.packed import PackingProof
from mmctl.judge.actions import actions_in_effect, drops_on_failure
from mmctl.judge.readings.about import readings_of_condition
from mmctl.language.readings import CHOICES
from mmctl.model.actions import row_of
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.alike import TreatedDifferently
    from mmctl.analysis.questions.ends import Treated
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule


_ATTEMPTS: Final = 8
"""So often it is tried to find a message that many rules match."""


class ProvedLicenses:
    """What is certain about the rules of one logical gateway, under the readings of its project."""

    def __init__(
        self,
        gateway: Gateway,
        *,
        equality: Equality = Equality.MULTISET,
        effort: int | None = EFFORT,
    ) -> None:
        self._gateway = gateway
        self._rules = gateway.rules
        self._equality = equality
        self._proof = Proof(gateway, failures=True, effort=effort)
        self._literals = self._proof.paths[0].rules
        places = range(len(self._rules))
        self._formulas = PhaseFormulas(self._proof, 0, places, strict=True) if places else None
        self._reaches_others = self._reaching_others()
        self._swaps: dict[tuple[int, int], bool] = {}
        self._apart: dict[tuple[int, int], bool] = {}
        self._refuted: dict[tuple[int, ...], bool] = {}
        self._messages: list[tuple[frozenset[int], frozenset[int]]] = []
        """Of messages that were found: the rules that match, and those of them that they reach."""

    def _reaching_others(self) -> frozenset[int]:
        """The rules that act on mail they do not apply to, or see what they did themselves."""
        if self._formulas is None:
            return frozenset()
        readings, doing = self._gateway.readings, self._formulas.doing.items()
        return frozenset(
            place
            for place, does in doing
            if (does.added and readings.added_header_scope == "message")
            or (does.replaces and readings.replaced_recipients_visible == "same_rule_too")
            or (readings.failure_drop_scope == "message" and self._may_drop(place))
        )

    def _may_drop(self, place: int) -> bool:
        """Whether a rule drops mail if an action fails."""
        return any(map(drops_on_failure, actions_in_effect(self._rules[place])))

    def never_applies(self, place: int) -> bool:
        """Whether no message is one that a rule applies to."""
        return self._never(self._literals[place].applies)

    def ends_its_mail(self, place: int) -> bool:
        """Whether no later rule sees mail that a rule applied to."""
        literals = self._literals[place]
        return literals.ends == literals.matches

    def never_together(self, place: int, others: int | Iterable[int]) -> bool:
        """Whether no message is one that a rule and any of the others apply to, in any order."""
        several = (others,) if isinstance(others, int) else others
        return all(self._never_both(place, each) for each in several)

    def _never_both(self, one: int, other: int) -> bool:
        pair = (one, other) if one < other else (other, one)
        if pair not in self._apart:
            self._apart[pair] = self._is_apart(*pair)
        return self._apart[pair]

    def _is_apart(self, one: int, other: int) -> bool:
        if one == other or self._formulas is None or self._is_meddled(one, other):
            return False
        if not self._is_plain(one, other):
            return self._never(self._formulas.both_apply(one, other), self._literals[one].reached)
        if exclude(self._rules[one], self._rules[other]):
            return True
        if any(other in matched and one in reached for matched, reached in self._messages):
            return False
        apart = self._never(self._formulas.both_apply(one, other), self._literals[one].reached)
        if not apart:
            self._find_message(self._formulas, one, other)
        return apart

    def _find_message(self, formulas: PhaseFormulas, one: int, other: int) -> None:
        """Find one message that as many rules as possible match, so that few pairs are asked."""
        matches = {each: formulas.matches(each) for each in range(len(self._rules))}
        pair = (matches[one], matches[other], self._literals[one].reached)
        wanted = {
            literal
            for each, literal in matches.items()
            if not any(exclude(self._rules[each], self._rules[of]) for of in (one, other))
        }
        for _ in range(_ATTEMPTS):
            found = self._proof.solved([*pair, *sorted(wanted)])
            if found is Solved.SATISFIABLE:
                break
            core = set(self._proof.circuit.solver.core()) if found is Solved.UNSATISFIABLE else None
            wanted -= wanted if core is None else core
        else:
            return
        model = self._proof.circuit.solver.model()
        matched = frozenset(each for each, literal in matches.items() if holds(literal, model))
        reached = frozenset(each for each in matched if holds(self._literals[each].reached, model))
        self._messages.append((matched, reached))

    def _is_plain(self, one: int, other: int) -> bool:
        """Whether neither rule changes what the other looks at."""
        formulas = self._formulas
        return formulas is not None and not formulas.is_tangled(one, other)

    def _is_meddled(self, one: int, other: int) -> bool:
        return one in self._reaches_others or other in self._reaches_others

    def may_swap(self, above: int, below: int) -> bool:
        """Whether it shows in no effect which of two rules is first."""
        pair = (above, below) if above < below else (below, above)
        if pair not in self._swaps:
            self._swaps[pair] = self._is_swappable(*pair)
        return self._swaps[pair]

    def _is_swappable(self, one: int, other: int) -> bool:
        if self._formulas is None or self._is_meddled(one, other):
            return False
        if self._is_plain(one, other) and self._never_plainly(one, other):
            return True
        return self._never(self._formulas.shows_order(one, other), self._literals[one].reached)

    def _never_plainly(self, one: int, other: int) -> bool:
        return self._apart.get((one, other), False) or exclude(self._rules[one], self._rules[other])

    def never_meet(self, one: LogicalRule, other: LogicalRule) -> bool:
        """Whether no message meets two rules that need not be among those of the gateway."""
        if exclude(one, other):
            return True
        sight = self._literals[0].sight if self._literals else None
        if sight is None or self._sees_changes(one) or self._sees_changes(other):
            return False
        admitted = self._proof.paths[0].admitted
        return self._never(*(self._proof.matching(each, sight) for each in (one, other)), admitted)

    def _sees_changes(self, rule: LogicalRule) -> bool:
        """Whether a rule of the gateway may change what the conditions of a rule look at."""
        formulas = self._formulas
        return formulas is not None and formulas.sees_changes(rule)

    def _never(self, *literals: int) -> bool:
        """Whether no message is one for which all of some literals hold."""
        key = tuple(sorted(set(literals)))
        if FALSE in key:
            return True
        if key not in self._refuted:
            self._refuted[key] = self._proof.solved(key) is Solved.UNSATISFIABLE
        return self._refuted[key]

    # Why not

    def pin(self, above: int, below: int) -> PinnedPair | None:
        """A message, confirmed, that shows why one rule has to stay above another one."""
        if self._formulas is None or self._is_meddled(above, below):
            return None
        shows = (self._formulas.shows_order(above, below), self._literals[above].reached)
        for others in self._left_out(above, below):
            answer = self._proof.ask([*shows, *others])
            found = self._confirmed(above, below, answer) if isinstance(answer, Shown) else None
            if found is not None:
                return found
        return None

    def _left_out(self, above: int, below: int) -> Iterator[tuple[int, ...]]:
        """Literals that keep other rules away from a message: all, those between, none."""
        places = [each for each in range(len(self._rules)) if each not in {above, below}]
        between = [each for each in places if above < each < below]
        for kept_away in (places, between, []):
            yield tuple(-self._literals[each].matches for each in kept_away)

    def _confirmed(self, above: int, below: int, answer: Shown) -> PinnedPair | None:
        """What the evaluator says about a message, as written and with the rules swapped."""
        moved = [each for each in range(len(self._rules)) if each != below]
        moved.insert(moved.index(above), below)
        swapped = replace(self._gateway, rules=tuple(self._rules[each] for each in moved))
        one, other = (_treatment(each, answer.witness) for each in (self._gateway, swapped))
        if one is None or other is None or are_alike(one, other, self._equality):
            return None
        return PinnedPair(
            above=above, below=below, witness=answer.witness, as_written=one, swapped=other
        )


def _treatment(gateway: Gateway, witness: Witness) -> Treated | None:
    """What becomes of a message; None: that hangs on what nobody knows."""
    copies = copies_of(
        gateway,
        witness.submission,
        witness.scenario,
        listed=witness.listed,
        deleted=witness.deleted,
    )
    recipient = witness.submission.envelope.recipients[0]
    return None if copies is None else treatment_of(copies, recipient)


def why_not_alike(
    logical: Gateway,
    packed: Gateway,
    sources: Sequence[Sequence[int]],
    *,
    equality: Equality = Equality.MULTISET,
    effort: int | None = EFFORT,
) -> str:
    """Why packed rules are not proved to do the same as the logical ones; empty: they are.

    `sources`: for each packed rule the places of the logical rules whose work it does.
    """
    proof = Proof(logical, packed, compared=True, failures=True, effort=effort)
    pairs = ((place, at) for at, places in enumerate(sources) for place in places)
    groups = groups_of(pairs, len(logical.rules), len(packed.rules))
    return joined_rules.why_not_alike(proof, groups, equality=equality, refused_as_dropped=True)


def proof_of(
    logical: Gateway,
    packed: Gateway,
    sources: Sequence[Sequence[int]],
    *,
    equality: Equality = Equality.MULTISET,
    effort: int | None = EFFORT,
) -> PackingProof:
    """Whether packed rules are proved to do the same, and the readings that this rests on."""
    why = why_not_alike(logical, packed, sources, equality=equality, effort=effort)
    return PackingProof(
        proved=not why,
        why=why,
        equality=equality.value,
        readings=readings_that_count(logical, packed),
    )


def difference(
    logical: Gateway,
    packed: Gateway,
    *,
    equality: Equality = Equality.MULTISET,
    effort: int | None = EFFORT,
) -> TreatedDifferently | None:
    """A message, confirmed, that packed rules treat differently; None: none was found."""
    proof = Proof(logical, packed, compared=True, failures=True, effort=effort)
    found = compared_in(proof, equality=equality, most=1, as_packed=True)
    return next(iter(found.differences), None)


def survives_first_match(
    logical: Gateway,
    packed: Gateway,
    sources: Sequence[Sequence[int]],
    *,
    equality: Equality = Equality.MULTISET,
    effort: int | None = EFFORT,
) -> bool | None:
    """Whether packed rules do the same also where each rule that applied ends the rule set.

    None: it is undecided.
    """
    first, second = (
        replace(each, readings=each.readings.choosing("first_match", "yes"))
        for each in (logical, packed)
    )
    if not why_not_alike(first, second, sources, equality=equality, effort=effort):
        return True
    return None if difference(first, second, equality=equality, effort=effort) is None else False


def readings_that_count(*gateways: Gateway) -> dict[str, str]:
    """The readings on which a proof about gateways may rest, each as the first one has it."""
    names = {"first_match"}
    for gateway in gateways:
        for rule in gateway.rules:
            for condition in (*rule.conditions, *rule.unless):
                names.update(readings_of_condition(condition, gateway))
            names.update(*(row_of(action).readings for action in actions_in_effect(rule)))
    chosen = gateways[0].readings
    return {name: chosen.choice(name) for name in CHOICES if name in names}
