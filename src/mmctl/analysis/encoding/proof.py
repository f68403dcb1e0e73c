"""Questions about all messages that a gateway can get, or several gateways at once.

A question is some literals: is there a message for which all of them hold? The answer is a witness,
that there is none, or that the effort was used up.
"""

from __future__ import annotations

from itertools import count, product
from math import prod
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from mmctl.analysis.encoding.conditions import Conditions
from mmctl.analysis.encoding.fields import RECIPIENT, FreeFields
from mmctl.analysis.encoding.meddling import forks
from mmctl.analysis.encoding.pipeline import GatewayEncoder
from mmctl.analysis.encoding.preferring import preferences
from mmctl.analysis.encoding.readings import FreeReadings, ReadingLiterals
from mmctl.analysis.encoding.sight import CopySight
from mmctl.analysis.encoding.surroundings import AroundGateway
from mmctl.analysis.encoding.views import FieldLook
from mmctl.analysis.encoding.witness import Witness
from mmctl.analysis.sat.circuit import TRUE, Circuit
from mmctl.analysis.sat.lanes import with_models
from mmctl.analysis.sat.solver import Cadical, Solved
from mmctl.analysis.theories.theory import holds, other_than
from mmctl.language.project import PROOF_EFFORT
from mmctl.model.enums import AcceptAction, RuleStringOperator
from mmctl.model.rules import RuleStringExpression
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.analysis.encoding.confirming import Happened
    from mmctl.analysis.encoding.copies import Path
    from mmctl.analysis.encoding.realising import Realised
    from mmctl.analysis.encoding.views import FieldView
    from mmctl.analysis.sat.solver import Solver
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule, Outcome
    from mmctl.language.readings import Readings
    from mmctl.model.policies import PolicyStatement
    from mmctl.model.rules import RuleCondition

EFFORT: Final = PROOF_EFFORT
"""Conflicts that one question may take."""
WAYS_AT_MOST: Final = 64
"""Ways of copies, where a rule replaces a recipient by several."""
OTHERS_AT_MOST: Final = 99
"""Other recipients, where a rule may change what all of them see."""
PREFERENCES_GIVEN_UP_SINGLY: Final = 60
"""So many are given up one by one; then all that are in the way at once."""
FEW: Final = 8
"""For so few questions, the solver is faster than looking for all models at once."""
ATTEMPTS: Final = 40
"""Models that are tried until one becomes a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuted:
    """There is no such message."""

    core: tuple[int, ...]
    """Literals of the question that cannot hold together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """There is one."""

    witness: Witness
    model: frozenset[int]
    """The true variables: for which of the formulas it is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """Neither was found."""

    EFFORT: ClassVar = "the effort was used up"
    FORKS: ClassVar = f"a message can become more than {WAYS_AT_MOST} copies"
    TIME: ClassVar = "the time was used up"
    INTERRUPTED: ClassVar = "it was interrupted"
    OTHERS: ClassVar = f"more than {OTHERS_AT_MOST} other recipients can make a difference"

    why: str


Answer: TypeAlias = Refuted | Shown | Undecided


class Proof:
    """Gateways as formulas over the messages that all of them get."""

    def __init__(
        self,
        *gateways: Gateway,
        free: Iterable[str] = (),
        failures: bool = False,
        compared: bool = False,
        effort: int | None = EFFORT,
        solver: Solver | None = None,
    ) -> None:
        self.gateways = gateways
        self.circuit = Circuit(solver or Cadical())
        self.fields = FreeFields(self.circuit)
        self.free = FreeReadings(self.circuit, free)
        self.effort = effort
        self.paths: tuple[Path, ...] = ()
        """The way of the asked recipient's copy through each gateway."""
        self.unconfirmed = 0
        """Models that became a message of which the evaluator says something else."""
        self._conditions: list[Conditions] = []
        self._pipelines: list[GatewayEncoder] = []
        self._ways: dict[int, tuple[Path, ...]] = {}
        for number, gateway in enumerate(gateways):
            readings = ReadingLiterals(self.free, gateway.readings)
            conditions = Conditions(self.fields, gateway, readings)
            around = AroundGateway(
                fields=self.fields,
                failures=failures,
                gateway=number,
                compared=compared,
            )
            self._pipelines.append(GatewayEncoder(gateway, conditions, readings, around))
            self._conditions.append(conditions)
        others = [pipeline.others() for pipeline in self._pipelines]
        if compared:
            others = [sum(others)] * len(others)
        self._others = [min(each, OTHERS_AT_MOST) for each in others]
        self._too_many = max(others) > OTHERS_AT_MOST
        """Whether not all other recipients that can make a difference are among the formulas."""
        for pipeline, own in zip(self._pipelines, self._others, strict=True):
            path, *_ = pipeline.run(own)
            self.paths = (*self.paths, path)
        self.fields.settle()
        self._preferred: dict[tuple[Readings, ...], tuple[int, ...]] = {}
        self.takes_all: dict[int, frozenset[int]] = {}
        """Of each gateway what refutes that mail goes on below one of its rules, once found."""

    def chosen_readings(self, gateway: int = 0) -> dict[str, int]:
        """Of each free reading the literal that it is as a gateway's project says."""
        readings = self.gateways[gateway].readings
        return {name: literals[readings.choice(name)] for name, literals in self.free.all().items()}

    def ways(self, gateway: int = 0) -> tuple[Path, ...] | None:
        """The ways of all copies of the asked recipient's mail; None: there are too many.

        There are several where a rule replaces a recipient by several; not all exist for each
        message, but then they end alike.
        """
        sites = dict(forks(self.gateways[gateway]))
        if not sites:
            return (self.paths[gateway],)
        if prod(sites.values()) > WAYS_AT_MOST:
            return None
        if gateway not in self._ways:
            self._ways[gateway] = tuple(
                self._pipelines[gateway]
                .going(dict(zip(sites, chosen, strict=True)))
                .run(self._others[gateway])[0]
                for chosen in product(*map(range, sites.values()))
            )
            self.fields.settle()
        return self._ways[gateway]

    def outcomes(self, gateway: int = 0) -> Mapping[Outcome, int] | None:
        """How the asked recipient's mail ends: as the best of its copies; None: too many."""
        ways = self.ways(gateway)
        if ways is None:
            return None
        found: dict[Outcome, int] = {}
        left = TRUE
        for outcome in self.paths[gateway].outcomes:
            some = self.circuit.any_of([way.outcomes[outcome] for way in ways])
            found[outcome] = self.circuit.all_of((left, some))
            left = self.circuit.all_of((left, -some))
        return found

    def recipient_is(self, addresses: Iterable[str]) -> dict[str, int]:
        """Of each address whether the envelope names the recipient exactly so."""
        view = self.fields.view(FieldLook(RECIPIENT, "sensitive"))
        view.counts_always = True
        literals = {each: view.test(RuleStringOperator.EQUALS, each) for each in addresses}
        self.fields.settle()
        return literals

    def literal_of(self, condition: RuleCondition, gateway: int = 0) -> int:
        """Whether a condition, as in a rule, holds for the message and the asked recipient."""
        literal = self._conditions[gateway].rule(condition, CopySight(recipient=RECIPIENT))
        self.fields.settle()
        return literal

    def statement(self, statement: PolicyStatement, gateway: int = 0) -> int:
        """Whether a statement of a traffic policy matches the asked recipient's mail."""
        ask, sight = self._conditions[gateway].policy, CopySight(recipient=RECIPIENT)
        denies = statement.action is AcceptAction.DENY
        literal = self.circuit.all_of(
            ask(condition, sight, denies=denies) for condition in statement.conditions
        )
        self.fields.settle()
        return literal

    def matching(self, rule: LogicalRule, sight: CopySight, gateway: int = 0) -> int:
        """Whether the conditions of a rule hold for a copy that they see so."""
        ask = self._conditions[gateway].rule
        literal = self.circuit.all_of(
            (
                *(ask(condition, sight) for condition in rule.conditions),
                *(-ask(condition, sight) for condition in rule.unless),
            )
        )
        self.fields.settle()
        return literal

    def condition_at(self, condition: RuleCondition, place: int, gateway: int = 0) -> int:
        """Whether a condition, where a rule is, holds for the asked recipient's copy."""
        sight = self.paths[gateway].rules[place].sight
        literal = self._conditions[gateway].rule(condition, sight)
        self.fields.settle()
        return literal

    def values_of(self, condition: RuleCondition, place: int, gateway: int = 0) -> tuple[int, ...]:
        """For each value of a condition of a rule whether the asked recipient's copy meets it."""
        view, expression = self.view_of(condition, place, gateway), condition.value
        if view is not None and isinstance(expression, RuleStringExpression):
            known = len(view.tests)
            met = tuple([view.test(expression.operator, each) for each in expression.values])
            if len(view.tests) > known:
                self.fields.settle()
            return met
        sight = self.paths[gateway].rules[place].sight
        literals = self._conditions[gateway].alone(condition, sight)
        self.fields.settle()
        return literals

    def view_of(self, condition: RuleCondition, place: int, gateway: int = 0) -> FieldView | None:
        """The view whose tests alone decide about the values of a condition of a rule."""
        if self.free.all():
            return None
        return self._conditions[gateway].view_of(condition, self.paths[gateway].rules[place].sight)

    @property
    def why_undecided(self) -> str:
        """Why a question can stay undecided."""
        return Undecided.OTHERS if self._too_many else Undecided.EFFORT

    def solved(self, literals: Sequence[int]) -> Solved:
        """Whether the formulas allow all of some literals; no message is made."""
        if self._too_many:
            return Solved.UNDECIDED
        return self.circuit.solver.solve(literals, conflicts=self.effort)

    def with_models(self, questions: Sequence[Sequence[int]]) -> list[bool]:
        """Of several questions those that the formulas plainly allow; the others are to be asked.

        All at once, and without effort; none where there are so few that the solver is faster.
        """
        if self._too_many or len(questions) <= FEW:
            return [False] * len(questions)
        return with_models(self.circuit, questions)

    def ask(self, literals: Sequence[int]) -> Answer:
        """Whether there is a message for which all of some literals hold."""
        found = self.solved(literals)
        if found is Solved.UNSATISFIABLE:
            return Refuted(core=self.circuit.solver.core())
        if found is Solved.UNDECIDED:
            return Undecided(why=self.why_undecided)
        return self._shown(literals)

    def _shown(self, literals: Sequence[int]) -> Answer:
        """A witness for literals that the formulas allow."""
        ruled_out = self.circuit.variable()  # what was not found is ruled out for this question
        proved = True
        for _ in range(ATTEMPTS):
            model = self._preferred_model([*literals, ruled_out])
            if model is None:
                break
            found = self._witness(model)
            if isinstance(found, Witness):
                return Shown(witness=found, model=model)
            clause, never = found
            proved = proved and never
            self.circuit.require(*clause, *(() if never else (-ruled_out,)))
        else:
            return Undecided(why=f"none of {ATTEMPTS} models became a message")
        if not proved or self.solved(literals) is not Solved.UNSATISFIABLE:
            return Undecided(why="no model became a message")
        return Refuted(core=self.circuit.solver.core())

    def _preferred_model(self, literals: Sequence[int]) -> frozenset[int] | None:
        """A model that meets as many preferences as come together; None: there is none.

        Readings first: what a project chooses, where that is possible.
        """
        model = self._met(literals, self.chosen_readings().values())
        if model is None:
            return None
        chosen = self.free.chosen(model)
        fixed = [self.free.all()[name][choice] for name, choice in chosen.items()]
        readings = tuple(_reading(each, chosen).readings for each in self.gateways)
        if readings not in self._preferred:
            self._preferred[readings] = tuple(preferences(self.fields, readings))
            self.fields.settle()
        return self._met([*literals, *fixed], self._preferred[readings])

    def _met(self, literals: Sequence[int], preferred: Iterable[int]) -> frozenset[int] | None:
        """A model of literals that meets preferences; the last ones are given up first."""
        wanted = list(preferred)
        solver = self.circuit.solver
        for given_up in count():
            found = self.solved([*literals, *wanted])
            if found is Solved.SATISFIABLE:
                return solver.model()
            core = set(solver.core()) if found is Solved.UNSATISFIABLE else set(wanted)
            among = [each for each in reversed(wanted) if each in core]
            if not among:
                break
            lost = among if given_up >= PREFERENCES_GIVEN_UP_SINGLY else among[:1]
            wanted = [each for each in wanted if each not in lost]
        return None

    def _witness(self, model: frozenset[int]) -> Witness | tuple[tuple[int, ...], bool]:
        """The message of a model, confirmed; else a clause to demand, and whether it is proved."""
        # Messages and the evaluator are loaded where a message is made: most questions have none.
        from mmctl.analysis.encoding.realising import Realised, realised  # noqa: PLC0415

        chosen = self.free.chosen(model)
        gateways = [_reading(gateway, chosen) for gateway in self.gateways]
        made = realised(self.fields, model, [each.readings for each in gateways])
        if not isinstance(made, Realised):
            return made.clause, made.proved
        listed, deleted = self._supposed(model, made)
        happened = [
            self._confirmed(gateway, number, model, made, listed, deleted)
            for number, gateway in enumerate(gateways)
        ]
        confirmed = tuple(each for each in happened if each is not None)
        if len(confirmed) < len(happened):
            self.unconfirmed += 1
            return self._something_else(model), False
        return Witness(
            content=made.content,
            size=made.size,
            submission=made.submission,
            scenario=made.scenario,
            readings={
                name: choice
                for name, choice in chosen.items()
                if any(gateway.readings.choice(name) != choice for gateway in self.gateways)
            },
            listed=listed,
            deleted=deleted,
            happened=confirmed,
        )

    def _confirmed(
        self,
        gateway: Gateway,
        number: int,
        model: frozenset[int],
        made: Realised,
        listed: dict[str, tuple[str, ...]],
        deleted: dict[str, bool],
    ) -> Happened | None:
        """What happens to the copy, if the evaluator says all that the model says."""
        from mmctl.analysis.encoding.confirming import happens  # noqa: PLC0415

        copies = happens(gateway, made.submission, made.scenario, listed=listed, deleted=deleted)
        said = _said(self.paths[number], model)
        if copies is None or said not in copies:
            return None
        all_said = {_said(way, model) for way in self._ways.get(number, ())}
        return said if not all_said or all_said == set(copies) else None

    def _supposed(
        self, model: frozenset[int], made: Realised
    ) -> tuple[dict[str, tuple[str, ...]], dict[str, bool]]:
        """What a model supposes of lists that nobody read, and of those that do not exist."""
        listed: dict[str, tuple[str, ...]] = {}
        deleted: dict[str, bool] = {}
        for assumed, literal in self.fields.assumed.items():
            if assumed.field is None and assumed.address is None:
                deleted[assumed.name] = holds(literal, model)
                continue
            address = assumed.address or made.address_in(assumed.field or RECIPIENT)
            before = listed.get(assumed.name, ())
            adds = address is not None and holds(literal, model) and address not in before
            listed[assumed.name] = (*before, address) if adds and address is not None else before
        return listed, deleted

    def _something_else(self, model: frozenset[int]) -> tuple[int, ...]:
        """The clause that demands a message that differs in some test."""
        fields = self.fields
        theories = [view.theory for view in fields.views.values()]
        literals = [literal for theory in theories for literal in theory.refused(model)]
        literals += [each for choice in fields.choices.values() for each in choice.refused(model)]
        literals += (*fields.client.refused(model), *fields.size.refused(model))
        free = (fields.flags, fields.headers, fields.assumed)
        literals += other_than([each for some in free for each in some.values()], model)
        return tuple(dict.fromkeys(literals))


def _reading(gateway: Gateway, chosen: dict[str, str]) -> Gateway:
    """The gateway under the readings that a model chooses."""
    readings: Readings = gateway.readings
    for name, choice in chosen.items():
        readings = readings.choosing(name, choice)
    return gateway if readings is gateway.readings else replace(gateway, readings=readings)


def _said(path: Path, model: frozenset[int]) -> Happened:
    """What a model says about the way of a copy."""
    from mmctl.analysis.encoding.confirming import Happened  # noqa: PLC0415

    return Happened(
        outcome=next(each for each, literal in path.outcomes.items() if holds(literal, model)),
        applied=frozenset(rule.place for rule in path.rules if holds(rule.applies, model)),
        done=frozenset(
            (rule.place, place)
            for rule in path.rules
            for place, literal in enumerate(rule.done)
            if holds(literal, model)
        ),
    )
