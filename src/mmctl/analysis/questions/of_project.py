"""The proofs of a project: each gateway is encoded once, for whoever asks about it.

What is undecided within the effort, or because no solver can be loaded, is said as such.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mmctl.analysis.covered_values import covered_in_rules
from mmctl.analysis.effects import enough, has_outcome
from mmctl.analysis.encoding.proof import Proof, Undecided
from mmctl.analysis.hiding import hidden
from mmctl.analysis.own_domains import admitted_domains, is_open
from mmctl.analysis.project_conditions import Same, is_whole
from mmctl.analysis.questions.blocked import Entrance, blocked, fallen
from mmctl.analysis.questions.dead import Dead, NotProved, blamed, dead_rules
from mmctl.analysis.questions.idle import Idle, IdleParts, NotSettled
from mmctl.analysis.questions.invariants import broken, empty_reason, lost
from mmctl.analysis.questions.kinds_of_mail import addressed, passing
from mmctl.analysis.questions.ways import is_meant, ways_into
from mmctl.analysis.sat.solver import Solved, SolverMissing
from mmctl.judge.ingress import gateway_behind
from mmctl.language.project import Outcome
from mmctl.language.readings import CHOICES
from mmctl.model.comparisons import NEGATED
from mmctl.model.enums import TlsPolicy
from mmctl.model.rules import RuleIpExpression, RuleStringExpression
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.analysis.encoding.proof import Answer
    from mmctl.analysis.questions.blocked import Finding as BlockedFinding
    from mmctl.analysis.questions.dead import Finding
    from mmctl.analysis.questions.idle import AskedRule, Settled
    from mmctl.analysis.questions.invariants import Empty
    from mmctl.analysis.questions.phases import OrderFinding
    from mmctl.judge.ingress import Way
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Invariant, LogicalRule, LogicalRuleSet, Project
    from mmctl.model.rules import RuleCondition


@dataclass(frozen=True, slots=True, kw_only=True)
class InvariantAnswer:
    """Whether a message that comes in somewhere breaks an invariant."""

    invariant: Invariant
    way: Way
    gateway: Gateway
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class LossAnswer:
    """Whether accepted mail that comes in somewhere is lost."""

    at: ProvedWay
    answer: Answer
    fallen: Answer | None = None
    """Whether ordinary mail is only kept, where nothing says that this is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedAnswer:
    """A rule that ends ordinary mail, or that it is undecided whether there is one."""

    at: ProvedWay
    found: BlockedFinding


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """What is proved of a rule that never applies, or that nothing is proved of it."""

    rule_set: LogicalRuleSet
    way: Way
    gateway: Gateway
    found: Finding
    refused_by: str | None = None
    """The traffic policy that refuses all mail that the rule is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleAnswer:
    """A value that changes nothing wherever mail comes in, or that this is undecided."""

    way: Way
    gateway: Gateway
    found: Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedWay:
    """One way into a project: its gateway, and that as formulas."""

    way: Way
    rule_set: LogicalRuleSet
    gateway: Gateway
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer:
    """That it matters where in its phase a rule is, or that this is undecided."""

    way: Way
    found: OrderFinding


class ProjectProofs:
    """What is proved of a project; nothing is encoded before somebody asks."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._effort = project.settings.lint.proof_effort
        self._ways: tuple[ProvedWay, ...] | None = None
        self._open: dict[Way, Proof] = {}
        """The proofs in which readings that the project leaves open are free, by way in."""
        self._unrefused: dict[Way, Proof] = {}
        """The proofs in which no traffic policy refuses mail, by way in."""
        self._rules: tuple[RuleAnswer, ...] | None = None
        self._idle: tuple[IdleAnswer, ...] | None = None
        self._invariants: tuple[InvariantAnswer, ...] | None = None
        self._lost: tuple[LossAnswer, ...] | None = None
        self._blocked: tuple[BlockedAnswer, ...] | None = None
        self._orders: tuple[OrderAnswer, ...] | None = None
        self.missing: str | None = None
        """Why there is no solver, once somebody asked."""

    @property
    def ways(self) -> tuple[ProvedWay, ...]:
        """The ways into the project that let anything in."""
        if self._ways is None:
            try:
                self._ways = tuple(self._encoded())
            except SolverMissing as error:
                self.missing, self._ways = str(error), ()
        return self._ways

    def _encoded(self) -> Iterator[ProvedWay]:
        points = self._project.ingress_points
        for way in ways_into(self._project):
            gateway = gateway_behind(self._project, way)
            name = (
                points[way.ingress_point].ingress_point.rule_set_id
                if way.ingress_point is not None
                else way.rule_set
            )
            if name is not None and not gateway.closed:
                yield ProvedWay(
                    way=way,
                    rule_set=self._project.rule_sets[name],
                    gateway=gateway,
                    proof=Proof(gateway, effort=self._effort),
                )

    def dead(self) -> tuple[RuleAnswer, ...]:
        """Rules that never apply, wherever mail comes in; not those that are plainly hidden."""
        if self._rules is None:
            self._rules = tuple(self._dead())
        return self._rules

    def _by_set(self) -> Iterator[list[ProvedWay]]:
        """The ways into each rule set."""
        by_set: dict[str, list[ProvedWay]] = {}
        for each in self.ways:
            if is_whole(each.rule_set):
                by_set.setdefault(each.rule_set.name, []).append(each)
        yield from by_set.values()

    def idle(self) -> tuple[IdleAnswer, ...]:
        """Values that change nothing, wherever mail comes in; not those that plainly do so.

        Only of conditions that name mail, not of those that except some from it.
        """
        if self._idle is None:
            self._idle = tuple(self._idle_values())
        return self._idle

    def _idle_values(self) -> Iterator[IdleAnswer]:
        plainly = covered_in_rules(self._project)
        for each in hidden(self._project):
            spots = plainly.setdefault(id(each.rule), set())
            spots.update((condition, value) for condition, value, _ in each.values)
        never = {id(each.rule) for each in hidden(self._project) if each.by is not None}
        never.update(id(each.found.rule) for each in self.dead())
        for first, *others in self._by_set():
            rules = first.gateway.rules
            parts = IdleParts(first.proof)
            elsewhere = [IdleParts(each.proof) for each in others]
            asked = [
                (place, _named(rule), plainly.get(id(rule), set()))
                for place, rule in enumerate(rules)
                if id(rule) not in never
            ]
            for found in parts.values_of_rules(asked):
                again = [each for each in asked if each[0] == found.place]
                if all(_idle_there(each, found, again) for each in elsewhere):
                    yield IdleAnswer(way=first.way, gateway=first.gateway, found=found)

    def _dead(self) -> Iterator[RuleAnswer]:
        plainly = {id(each.rule) for each in hidden(self._project) if each.by is not None}
        for first, *others in self._by_set():
            rules = first.gateway.rules
            known = {place for place, rule in enumerate(rules) if id(rule) in plainly}
            for found in dead_rules(first.proof, known=known):
                elsewhere = {_applies(other.proof, found.place) for other in others}
                if Solved.SATISFIABLE not in elsewhere:
                    yield self._answer(first, found, decided=Solved.UNDECIDED not in elsewhere)

    def _answer(self, first: ProvedWay, found: Finding, *, decided: bool) -> RuleAnswer:
        if not decided:
            found = NotProved(place=found.place, rule=found.rule, why=Undecided.EFFORT)
        found = self._with_readings(first, found)
        refused_by = None
        # Where rules above have changed all mail that is admitted, the policy is not to blame.
        if (
            isinstance(found, Dead)
            and found.refused
            and first.gateway.policy is not None
            and _applies(self._open_to_all(first), found.place) is Solved.SATISFIABLE
        ):
            point = self._project.ingress_points[str(first.way.ingress_point)]
            refused_by = point.ingress_point.traffic_policy_id
        return RuleAnswer(
            rule_set=first.rule_set,
            way=first.way,
            gateway=first.gateway,
            found=found,
            refused_by=refused_by,
        )

    def _open_to_all(self, way: ProvedWay) -> Proof:
        """The proof in which the traffic policy refuses nothing."""
        proof = self._unrefused.get(way.way)
        if proof is None:
            gateway = replace(way.gateway, policy=None)
            proof = self._unrefused[way.way] = Proof(gateway, effort=self._effort)
        return proof

    def _with_readings(self, way: ProvedWay, found: Finding) -> Finding:
        """A dead rule with the readings that it needs, of those that the project leaves open."""
        if isinstance(found, NotProved):
            return found
        proof = self._open.get(way.way)
        if proof is None:
            settled = self._project.settings.settled
            free = [name for name in CHOICES if name not in settled]
            proof = self._open[way.way] = Proof(way.gateway, free=free, effort=self._effort)
        # What the project leaves open makes a question harder, and it may stay undecided.
        if _applies(proof, found.place) is Solved.UNSATISFIABLE:
            return blamed(proof, found.place)
        return found

    def invariants(self) -> tuple[InvariantAnswer, ...]:
        """For each invariant and each way in for which it is meant, what is proved."""
        if self._invariants is None:
            self._invariants = tuple(
                InvariantAnswer(
                    invariant=invariant,
                    way=each.way,
                    gateway=each.gateway,
                    answer=broken(each.proof, invariant),
                )
                for invariant in self._project.invariants
                for each in self.ways
                if is_meant(invariant, self._project, each.way)
            )
        return self._invariants

    def empty(self) -> Iterator[tuple[Invariant, Empty]]:
        """The invariants that say nothing wherever mail comes in, and why."""
        for invariant in self._project.invariants:
            ways = [each for each in self.ways if is_meant(invariant, self._project, each.way)]
            reasons = [empty_reason(each.proof, invariant) for each in ways]
            first = reasons[0] if reasons else None
            if first is not None and None not in reasons:
                yield invariant, first

    def lost(self) -> tuple[LossAnswer, ...]:
        """For each way in whether accepted mail is lost, if functions let it pass.

        Rule sets that deliver and keep nothing at all are left out.
        """
        if self._lost is None:
            self._lost = tuple(self._losses())
        return self._lost

    def _losses(self) -> Iterator[LossAnswer]:
        for each in self.ways:
            if not is_whole(each.rule_set) or not any(map(has_outcome, each.gateway.rules)):
                continue
            given = (*passing(each.proof.fields), *addressed(each.proof.fields))
            each.proof.fields.settle()
            answer = lost(each.proof, must_reach=each.rule_set.must_reach, given=given)
            entrance = self._entrance(each)
            open_end = (
                each.rule_set.must_reach is None
                and entrance.enough is Outcome.DELIVERED
                and each.way.ingress_point is not None
            )
            stored = fallen(each.proof, entrance) if open_end else None
            yield LossAnswer(at=each, answer=answer, fallen=stored)

    def blocked(self) -> tuple[BlockedAnswer, ...]:
        """The rules that end ordinary mail; each once, whichever way that comes in."""
        if self._blocked is None:
            found: dict[object, BlockedAnswer] = {}
            for each in filter(lambda way: is_whole(way.rule_set), self.ways):
                for answer in blocked(each.proof, self._entrance(each)):
                    key = (
                        each.rule_set.name,
                        answer if isinstance(answer, Undecided) else id(answer.rule),
                    )
                    found.setdefault(key, BlockedAnswer(at=each, found=answer))
            self._blocked = tuple(found.values())
        return self._blocked

    def _entrance(self, at: ProvedWay) -> Entrance:
        """Who hands in mail there."""
        reach = enough(at.rule_set, self._project.environment.name)
        if at.way.ingress_point is None:
            return Entrance(enough=reach)
        point = self._project.ingress_points[at.way.ingress_point]
        policy = at.gateway.policy
        return Entrance(
            enough=reach,
            domains=() if policy is None else admitted_domains(self._project, policy),
            strangers=is_open(point),
            plain_text=point.ingress_point.tls_policy is TlsPolicy.OPTIONAL,
        )

    def orders(self) -> tuple[OrderAnswer, ...]:
        """The rules whose place in their phase matters, at the first way in where that is so."""
        if self._orders is None:
            # Most projects have no phases: then nothing is encoded for them.
            phased = any(each.phases for each in self._project.rule_sets.values())
            self._orders = tuple(self._orders_in_phases()) if phased else ()
        return self._orders

    def _orders_in_phases(self) -> Iterable[OrderAnswer]:
        # What this takes is loaded where there are phases.
        from mmctl.analysis.questions.phases import (  # noqa: PLC0415
            OrderMatters,
            asked_phases,
            order_in,
        )

        found: dict[int, OrderAnswer] = {}
        rule_sets = self._project.rule_sets.values()
        asked = any(True for each in rule_sets for _ in asked_phases(each))
        for at in self.ways if asked else ():
            for phase in asked_phases(at.rule_set):
                for finding in order_in(at.proof, phase):
                    known = found.get(id(finding.rule))
                    if known is None or not isinstance(known.found, OrderMatters):
                        found[id(finding.rule)] = OrderAnswer(way=at.way, found=finding)
        return found.values()


def _applies(proof: Proof, place: int) -> Solved:
    """Whether the formulas allow that a rule applies, under the readings of the project."""
    return proof.solved((*proof.chosen_readings().values(), proof.paths[0].rules[place].applies))


def _named(rule: LogicalRule) -> list[int]:
    """The conditions of a rule that name the mail that it is for."""
    return [place for place, each in enumerate(rule.conditions) if _names(each)]


def _names(condition: RuleCondition) -> bool:
    """Whether a condition names the mail that it is for, with texts or networks.

    What is excluded may be named more widely than it must; of words such as `FAIL`, it is natural
    to name all that are meant.
    """
    expression = condition.value
    named = isinstance(expression, (RuleStringExpression, RuleIpExpression))
    return named and expression.operator not in NEGATED


def _idle_there(parts: IdleParts, found: Settled, asked: Sequence[AskedRule]) -> bool:
    """Whether what changes nothing for one way in does not for another one either."""
    if isinstance(found, NotSettled):
        return True
    return any(
        isinstance(each, Idle) and (each.condition, each.value) == (found.condition, found.value)
        for each in parts.values_of_rules(asked)
    )


def proofs_of(project: Project) -> ProjectProofs:
    """The proofs of a project."""
    return _proofs_of(Same(project))


@lru_cache(maxsize=1)
def _proofs_of(same: Same) -> ProjectProofs:
    # Several checks ask about the same project, one after the other.
    return ProjectProofs(same.project)
