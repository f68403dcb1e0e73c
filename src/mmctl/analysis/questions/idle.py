"""Conditions and values that change nothing: without them, the rule would apply to the same mail.

A value is idle if it decides about no message that reaches the rule: all that meet it meet another
value too, fail another condition, or have ended above. What is found can be left out together:
each is asked about without those that were found before it.
"""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING, TypeAlias

from mmctl.analysis.project_conditions import said_from
from mmctl.analysis.questions.blame import minimal
from mmctl.analysis.questions.standing import ValueClasses
from mmctl.analysis.sat.circuit import FALSE
from mmctl.analysis.sat.solver import Solved
from mmctl.judge.compare import network
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import values_of
from mmctl.model.enums import RuleIpOperator
from mmctl.model.rules import RuleIpExpression
from mmctl.model.shape import with_value
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence

    from mmctl.analysis.encoding.proof import Proof
    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path

Spot: TypeAlias = "tuple[int, int | None]"
"""A condition of a rule, those under `unless` behind the others, and a value; None: all of it."""
AskedRule: TypeAlias = "tuple[int, Iterable[int], Container[Spot]]"
"""The place of a rule, the conditions whose values are asked about, and what is known to change
nothing in it: that is left out, and not reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """A condition or a value that changes nothing, and what makes it so: none can be left out."""

    place: int
    rule: LogicalRule
    condition: int
    """Its place among the conditions; those under `unless` come behind."""
    value: int | None = None
    """The place of the value; None: the whole condition."""
    by: tuple[int, ...] = ()
    """The places of earlier rules that end its mail."""
    conditions: tuple[int, ...] = ()
    """Other conditions of the rule, those under `unless` behind."""
    values: tuple[int, ...] = ()
    """Other values of the condition that cover it."""
    changed: int | None = None
    """The place of an earlier rule that changes all mail for which it would count, if one does."""
    refused: bool = False
    """Whether that holds only because the traffic policy, or the ingress point, refuses mail."""
    needs: Mapping[str, str] = field(default_factory=dict)
    """The readings under which alone it is so, of those that are free in the proof."""

    @property
    def unless(self) -> bool:
        """Whether the condition excepts mail."""
        return self.condition >= len(self.rule.conditions)

    @property
    def text(self) -> str | None:
        """The value as it is written; None: the whole condition."""
        return None if self.value is None else str(self._values()[self.value])

    @property
    def covering(self) -> tuple[str, ...]:
        """The other values that cover it, as they are written."""
        values = self._values()
        return tuple(str(values[each]) for each in self.values)

    @property
    def path(self) -> Path:
        """Where it is in the rule."""
        path = self._path(self.condition)
        if self.value is None:
            return path
        return (*path, self._asked(self.condition).kind, "Values", self.value)

    @property
    def besides(self) -> tuple[str, ...]:
        """Where the other conditions are that make it so: `line 7`, or `file:7` in another file."""
        at = self.rule.positions.at
        lines = (said_from(at(self._path(each)), at(self.path)) for each in self.conditions)
        return tuple(dict.fromkeys(lines))

    def _values(self) -> tuple[str, ...]:
        return values_of(self._asked(self.condition))

    def _asked(self, number: int) -> RuleCondition:
        return (*self.rule.conditions, *self.rule.unless)[number]

    def _path(self, number: int) -> Path:
        among = len(self.rule.conditions)
        return ("Conditions", number) if number < among else ("Unless", number - among)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSettled:
    """A rule of which it is undecided whether some conditions or values change anything."""

    place: int
    rule: LogicalRule
    why: str


Settled: TypeAlias = Idle | NotSettled


class IdleParts:
    """Asks about the conditions and values of the rules of one gateway."""

    def __init__(self, proof: Proof, gateway: int = 0) -> None:
        self._proof = proof
        self._gateway = gateway
        self._classes = ValueClasses(proof, gateway)
        self._readings = proof.chosen_readings(gateway)

    def of_rules(self, places: Iterable[int]) -> Iterator[tuple[Settled, ...]]:
        """For each of some rules that can apply all that changes nothing in it."""
        asked = [self._rule(place, ()) for place in places]
        questions = [
            *((rule, *each) for rule in asked for each in rule.questions_of_conditions()),
            *self._values_at_once([(rule, range(len(rule.conditions))) for rule in asked]),
        ]
        self._look(questions)
        for rule in asked:
            yield (*rule.idle_conditions(), *self._values(rule))

    def values_of_rules(self, rules: Iterable[AskedRule]) -> Iterator[Settled]:
        """The values that change nothing of some conditions of rules that can apply."""
        asked = [(self._rule(place, known), conditions) for place, conditions, known in rules]
        self._look(self._values_at_once(asked))
        for rule, _ in asked:
            yield from self._values(rule)

    def with_readings(self, found: Iterable[Settled]) -> Iterator[Settled]:
        """What another proof of the gateway found in a rule, with the readings that it needs."""
        asking = None
        for each in found:
            if isinstance(each, NotSettled):
                yield each
                continue
            asking = asking or self._rule(each.place, ())
            yield asking.found_again(each)

    def _rule(self, place: int, known: Container[Spot]) -> _Rule:
        return _Rule(self._proof, self._gateway, place, self._readings, known)

    def _values_at_once(
        self, asked: Iterable[tuple[_Rule, Iterable[int]]]
    ) -> Iterator[tuple[_Rule, Spot, Sequence[int]]]:
        """The first questions about the values of rules, while all others are there."""
        for rule, conditions in asked:
            many = rule.with_several(conditions)
            if many:
                classes = self._classes.classes(rule.conditions, rule.place)
                rule.group({number: classes[number] for number in many})
                yield from ((rule, *each) for each in rule.questions_of_values())

    def _look(self, questions: Iterable[tuple[_Rule, Spot, Sequence[int]]]) -> None:
        """Note what a model shows to change something, whatever else of its rule is left out."""
        at_once = list(questions)
        shown = self._proof.with_models([question for *_, question in at_once])
        for (rule, spot, _), is_shown in zip(at_once, shown, strict=True):
            if is_shown:
                rule.deciding.add(spot)

    def _values(self, asking: _Rule) -> Iterator[Settled]:
        yield from asking.idle_values()
        if asking.undecided:
            why = self._proof.why_undecided
            yield NotSettled(place=asking.place, rule=asking.rule, why=why)


class _Rule:
    """The questions about one rule."""

    def __init__(
        self,
        proof: Proof,
        gateway: int,
        place: int,
        readings: Mapping[str, int],
        known: Container[Spot],
    ) -> None:
        self._proof = proof
        self.place = place
        self._chosen = readings
        self._path = proof.paths[gateway]
        self._literals = self._path.rules[place]
        self._choice = proof.gateways[gateway].readings.choice
        self._gateway = gateway
        self.rule = proof.gateways[gateway].rules[place]
        self.conditions: tuple[RuleCondition, ...] = (*self.rule.conditions, *self.rule.unless)
        self._kept = [
            number for number in range(len(self.conditions)) if (number, None) not in known
        ]
        """Conditions that were not found to change nothing."""
        self._values = {
            number: _kept_values(self.conditions[number], number, known) for number in self._kept
        }
        self._met: dict[int, tuple[int, ...]] = {}
        self._groups: dict[int, list[list[int]]] = {}
        """Values that stand or fall together, of the conditions whose values are asked about."""
        self.deciding: set[Spot] = set()
        """What was shown to change something, with all others or without some of them."""
        self._asked = list(self._literals.asked)
        """Of each condition whether mail passes; of one that excludes, by the values that stay."""
        self.undecided = 0
        """Questions that stayed undecided."""

    def with_several(self, conditions: Iterable[int]) -> list[int]:
        """Of some conditions, those that have several values."""
        return [each for each in conditions if len(self._values.get(each, ())) > 1]

    def group(self, classes: Mapping[int, Sequence[Hashable] | None]) -> None:
        """Ask about the values of some conditions."""
        groups = {number: _together(self._values[number], each) for number, each in classes.items()}
        # Where all values stand or fall together, some message meets them: the rule can apply.
        self._groups = {number: each for number, each in groups.items() if len(each) > 1}

    def questions_of_conditions(self) -> Iterator[tuple[Spot, Sequence[int]]]:
        """For each condition what is asked about it."""
        for number in self._kept:
            yield (number, None), self._question([-self._asked[number]], without=number)

    def questions_of_values(self) -> Iterator[tuple[Spot, Sequence[int]]]:
        """For the first of each values that stand or fall together what is asked about it."""
        for number, groups in self._groups.items():
            for value, *_ in groups:
                question = self._question(self._alone(number, value), without=number)
                yield (number, value), question

    def idle_conditions(self) -> Iterator[Idle]:
        """Conditions that all messages meet that reach the rule and meet the others."""
        for number in reversed(self._kept.copy()):
            if (number, None) in self.deciding:
                continue
            found = self._asks([-self._asked[number]], without=number)
            if found is Solved.UNSATISFIABLE:
                yield self._without_condition(number)

    def _without_condition(self, number: int) -> Idle:
        """Leave a condition out, and say why it changes nothing."""
        self._kept.remove(number)
        self._values.pop(number)
        return self._blamed(number, None, -self._asked[number], {})

    def found_again(self, found: Idle) -> Idle:
        """What changes nothing, as another proof says: it is left out from now on.

        Where the effort does not suffice to see that again, it stays as it is.
        """
        number, value = found.condition, found.value
        if value is None:
            again = self._asks([-self._asked[number]], without=number)
        else:
            again = self._asks(self._alone(number, value), without=number)
        if again is not Solved.UNSATISFIABLE:
            return found
        return self._without_condition(number) if value is None else self._without(number, value)

    def idle_values(self) -> Iterator[Idle]:
        """Values that no message meets alone that reaches the rule and meets the others."""
        pending = [each for each in self._groups.items() if each[0] in self._kept]
        for together in zip_longest(*(reversed(groups) for _, groups in pending)):
            for (number, _), values in zip(pending, together, strict=True):
                if values and (number, values[0]) not in self.deciding:
                    yield from self._idle_among(number, values)

    def _excludes(self, number: int) -> bool:
        """Whether mail that meets a value of a condition does not pass it."""
        negative = self.conditions[number].value.operator in NEGATED
        return negative is (number < len(self.rule.conditions))

    def _idle_among(self, number: int, together: Sequence[int]) -> Iterator[Idle]:
        """Of values that stand or fall together, all that change nothing, if the first does."""
        for value in together:
            wanted = self._alone(number, value)
            if self._asks(wanted, without=number) is not Solved.UNSATISFIABLE:
                return
            yield self._without(number, value)

    def _without(self, number: int, value: int) -> Idle:
        """Leave a value out, and say why it changes nothing."""
        self._values[number].remove(value)
        if self._excludes(number):
            self._asked[number] = self._passes(number)
        met = self._met[number]
        others = {-met[other]: other for other in self._values[number]}
        return self._blamed(number, value, met[value], others)

    def _passes(self, number: int) -> int:
        """Whether a condition that excludes mail lets it pass without what was left out.

        It excludes less then, and another condition must not rely on it. What names mail names
        less, so that whatever holds of all that it named holds still.
        """
        condition = self.conditions[number]
        values = values_of(condition)
        kept = tuple(values[each] for each in sorted(self._values[number]))
        left = with_value(condition, condition.value.changed(values=kept))
        holds = self._proof.condition_at(left, self.place, self._gateway)
        return holds if number < len(self.rule.conditions) else -holds

    def _alone(self, number: int, value: int) -> list[int]:
        """The literals of messages that meet one value of a condition, and no other that counts."""
        if number not in self._met:
            self._met[number] = self._proof.values_of(
                self.conditions[number], self.place, self._gateway
            )
        met = self._met[number]
        return [met[value], *(-met[other] for other in self._values[number] if other != value)]

    def _asks(self, wanted: Sequence[int], *, without: int) -> Solved:
        """Whether a message that reaches the rule, and meets the others, is as wanted."""
        found = self._proof.solved(self._question(wanted, without=without))
        self.undecided += found is Solved.UNDECIDED
        return found

    def _question(self, wanted: Sequence[int], *, without: int) -> Sequence[int]:
        others = [self._asked[each] for each in self._kept if each != without]
        return (*self._chosen.values(), self._literals.reached, *others, *wanted)

    def _blamed(
        self, condition: int, value: int | None, decides: int, values: Mapping[int, int]
    ) -> Idle:
        """Why something changes nothing: with as few readings, rules and so on as possible."""
        readings = {literal: name for name, literal in self._chosen.items()}
        others = {self._asked[each]: each for each in self._kept if each != condition}
        own_literals = {*others, *values, decides}
        earlier = {
            -rule.ends: rule.place
            for rule in self._path.rules[: self.place]
            if rule.ends != FALSE and -rule.ends not in own_literals
        }
        own = (readings, (self._path.admitted,), others, values, (decides,))
        alone = self._proof.solved(list(chain(*own))) is Solved.UNSATISFIABLE
        core = minimal(self._proof, own if alone else (readings, reversed(earlier), *own[1:]))
        asks = not alone or self._path.admitted in core
        changed = self._changed(condition, value, values) if asks else None
        taken = not alone and changed is None
        return Idle(
            place=self.place,
            rule=self.rule,
            condition=condition,
            value=value,
            by=tuple(sorted(earlier[each] for each in core if each in earlier)) if taken else (),
            conditions=tuple(sorted(each for literal, each in others.items() if literal in core)),
            values=tuple(sorted(each for literal, each in values.items() if literal in core)),
            changed=changed,
            refused=self._path.admitted in core and changed is None,
            needs={
                name: self._choice(name) for literal, name in readings.items() if literal in core
            },
        )

    def _changed(self, number: int, value: int | None, values: Mapping[int, int]) -> int | None:
        """The last rule above before whose change some mail would have been for it."""
        condition, rules = self.conditions[number], self._path.rules
        for place in range(self.place - 1, -1, -1):
            if rules[place].sight == rules[place + 1].sight:
                continue
            if value is None:
                holds = self._proof.condition_at(condition, place, self._gateway)
                wanted = [-holds if number < len(self.rule.conditions) else holds]
            else:
                met = self._proof.values_of(condition, place, self._gateway)
                wanted = [met[value], *(-met[other] for other in values.values())]
            if self._asks(wanted, without=number) is Solved.SATISFIABLE:
                return place
        return None


def _kept_values(condition: RuleCondition, number: int, known: Container[Spot]) -> list[int]:
    """The values of a condition that are asked about, those that may cover others first.

    The networks of a negative condition also say of which family it speaks: where it names both,
    none of them is asked about.
    """
    values = values_of(condition)
    widths = list(map(len, values))
    if isinstance(condition.value, RuleIpExpression):
        networks = [network(value) for value in values]
        families = {each.version for each in networks if each is not None}
        if condition.value.operator is RuleIpOperator.NOT_CIDR_MATCHES and len(families) > 1:
            return []
        widths = [0 if each is None else each.prefixlen for each in networks]
    kept = (value for value in range(len(values)) if (number, value) not in known)
    return sorted(kept, key=lambda value: (widths[value], value))


def _together(values: Sequence[int], classes: Sequence[Hashable] | None) -> list[list[int]]:
    """Values in groups that stand or fall together; the last one covers none of the others."""
    groups: dict[Hashable, list[int]] = {}
    for value in values:
        groups.setdefault(value if classes is None else classes[value], []).append(value)
    return list(groups.values())
