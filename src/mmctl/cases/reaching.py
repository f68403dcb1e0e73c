"""Whether any message can show what no case shows: proved that none can, or one that would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar, assert_never

from mmctl.analysis.encoding.proof import Proof, Refuted, Shown
from mmctl.analysis.encoding.telling import told
from mmctl.analysis.questions.ways import ways_into
from mmctl.analysis.sat.solver import SolverMissing
from mmctl.cases.coverage import GapReach, ToShow
from mmctl.judge.ingress import gateway_behind, ingress_of
from mmctl.judge.policy import statement_name
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import values_of
from mmctl.model.policies import PolicyCondition
from mmctl.model.rules import RuleCondition
from mmctl.model.shape import with_value
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cases.coverage import Gap
    from mmctl.judge.ingress import Way
    from mmctl.language.project import Project

Valued = TypeVar("Valued", bound=RuleCondition | PolicyCondition)
"""A condition with values."""
MESSAGES_AT_MOST: Final = 200
"""For so many gaps a message is made up; of the others it is said whether there is one."""


def reaches_of(project: Project, gaps: Sequence[Gap]) -> tuple[GapReach, ...]:
    """For each gap whether a message can reach it, wherever mail comes in."""
    if not project.settings.lint.proof_effort:
        return tuple(GapReach(possible=None) for _ in gaps)
    try:
        ways = [_EncodedWay(project, way) for way in ways_into(project)]
    except SolverMissing:
        return tuple(GapReach(possible=None) for _ in gaps)
    return tuple(
        _reach([way for way in ways if way.is_about(gap)], gap, shown=place < MESSAGES_AT_MOST)
        for place, gap in enumerate(gaps)
    )


def _reach(ways: Sequence[_EncodedWay], gap: Gap, *, shown: bool) -> GapReach:
    possible = False
    for way in ways:
        literal = way.literal(gap)
        answer = None if literal is None else way.proof.ask([literal])
        if isinstance(answer, Shown):
            return GapReach(possible=True, message=told(answer.witness) if shown else None)
        possible = possible or not isinstance(answer, Refuted)
    return GapReach(possible=None) if possible or not ways else GapReach(possible=False)


class _EncodedWay:
    """One way in, as formulas."""

    def __init__(self, project: Project, way: Way) -> None:
        names = ingress_of(project, way)
        self._gateway = gateway_behind(project, way)
        self._rule_set, self._policy = names.rule_set, names.policy
        self._places = {rule.name: place for place, rule in enumerate(self._gateway.rules)}
        effort = project.settings.lint.proof_effort
        self.proof = Proof(self._gateway, failures=True, effort=effort)

    def is_about(self, gap: Gap) -> bool:
        """Whether mail that comes in there meets the rule or statement."""
        return gap.within == (self._policy if gap.in_policy else self._rule_set)

    def literal(self, gap: Gap) -> int | None:
        """Whether a message shows it; None: that is not asked."""
        return self._in_policy(gap) if gap.in_policy else self._in_rules(gap)

    def _in_rules(self, gap: Gap) -> int | None:
        place = self._places[gap.of]
        rule, literals = self._gateway.rules[place], self.proof.paths[0].rules[place]
        all_of, any_of = self.proof.circuit.all_of, self.proof.circuit.any_of
        count = len(rule.conditions)
        match gap.wanted:
            case ToShow.APPLIES:
                return literals.applies
            case ToShow.HELD_BACK:
                excused = any_of(-each for each in literals.asked[count:])
                return all_of((literals.reached, *literals.asked[:count], excused))
            case ToShow.TRUE | ToShow.FALSE:
                asked = literals.asked[gap.condition]
                positive = (gap.condition < count) is (gap.wanted is ToShow.TRUE)
                return all_of((literals.reached, asked if positive else -asked))
            case ToShow.MET:
                condition = (*rule.conditions, *rule.unless)[gap.condition]
                if condition.value.operator in NEGATED:
                    return None
                alone = _with_one_value(condition, gap.value)
                only = replace(rule, rule=rule.rule.changed(conditions=(alone,), unless=()))
                return all_of((literals.reached, self.proof.matching(only, literals.sight)))
            case never:
                assert_never(never)

    def _in_policy(self, gap: Gap) -> int | None:
        policy = self._gateway.policy
        statements = () if policy is None else policy.policy_statements
        names = self._gateway.statement_names
        statement = next(
            each for place, each in enumerate(statements) if statement_name(names, place) == gap.of
        )
        condition = statement.conditions[gap.condition]
        match gap.wanted:
            case ToShow.APPLIES | ToShow.HELD_BACK:
                return self.proof.statement(statement)
            case ToShow.TRUE:
                return self.proof.statement(statement.changed(conditions=(condition,)))
            case ToShow.FALSE:
                return -self.proof.statement(statement.changed(conditions=(condition,)))
            case ToShow.MET:
                if condition.value.operator in NEGATED:
                    return None
                alone = _with_one_value(condition, gap.value)
                return self.proof.statement(statement.changed(conditions=(alone,)))
            case never:
                assert_never(never)


def _with_one_value(condition: Valued, place: int) -> Valued:
    value = values_of(condition)[place]
    return with_value(condition, condition.value.changed(values=(value,)))
