"""Which rules of `refuse: true` become statements of traffic policies, and which stay drop rules.

A policy refuses for all of its ingress points, so it takes only rules of a rule set that all of
them use. A rule goes into the policies of all ingress points of its rule set, or stays a live rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.denials import CannotDeny, denials_of
from mmctl.judge.submission import Gateway, known_lists
from mmctl.model.quotas import STATEMENTS
from mmctl.problem import Positions
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.compiler.denials import Denial
    from mmctl.language.project import (
        LogicalRule,
        LogicalRuleSet,
        LogicalTrafficPolicy,
        Project,
    )
    from mmctl.problem import Path, Position

IN_A_TRAFFIC_POLICY: Final = "in the traffic policy "
"""How the words begin that say where the rule is that a traffic policy refuses for."""
_NO_ROOM: Final = f"the traffic policy has no room: the service takes {STATEMENTS.most} statements"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedRule:
    """A rule whose mail traffic policies refuse, and the statements that do it."""

    rule_set: str
    rule: LogicalRule
    statements: Mapping[str, tuple[int, ...]]
    """By the policy, their places, from 1."""

    @property
    def told(self) -> str:
        """Where it is: `in the traffic policy edge, statement 3`."""
        return "; ".join(
            f"{IN_A_TRAFFIC_POLICY}{policy}, statement {', '.join(map(str, places))}"
            for policy, places in self.statements.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StayingRule:
    """A rule of `refuse: true` that stays a live rule, and why."""

    rule_set: str
    rule: LogicalRule
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusing:
    """What becomes of the rules of a project that refuse."""

    moved: tuple[MovedRule, ...] = ()
    staying: tuple[StayingRule, ...] = ()
    policies: Mapping[str, LogicalTrafficPolicy] = field(default_factory=dict)
    """The policies that got statements, with these: their names are those of the rules."""

    def in_policies(self, rule_set: str) -> frozenset[str]:
        """The names of the rules of a rule set that need no live rule."""
        return frozenset(each.rule.name for each in self.moved if each.rule_set == rule_set)


def refusing_of(project: Project) -> Refusing:
    """Which rules of a project move into its policies; the last few answers are remembered."""
    environment = project.environment.name
    if not any(
        rule.refuses for each in project.rule_sets.values() for rule in each.live_rules(environment)
    ):
        return Refusing()
    held, known = _KNOWN.get(id(project), (None, None))
    if held is project and known is not None:
        return known
    found = [_of_set(project, rule_set) for rule_set in project.rule_sets.values()]
    made = Refusing(
        moved=tuple(moved for each in found for moved in each.moved),
        staying=tuple(stays for each in found for stays in each.staying),
        policies={name: policy for each in found for name, policy in each.policies.items()},
    )
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN[id(project)] = project, made
    return made


_KNOWN: Final[dict[int, tuple[Project, Refusing]]] = {}
"""Answers by the id of the project, which lives as long as it is here."""
_MOST_KNOWN: Final = 16


def _of_set(project: Project, rule_set: LogicalRuleSet) -> Refusing:
    rules = [rule for rule in rule_set.live_rules(project.environment.name) if rule.refuses]
    if not rules:
        return Refusing()
    policies, why = _policies(project, rule_set)
    stay: dict[str, str] = {}
    denials: tuple[Denial, ...] = ()
    if not why:
        room = min(STATEMENTS.most - len(each.policy.policy_statements) for each in policies)
        denials, stay = _chosen(project, rules, room)
        why = next(filter(None, (_why_not(project, each, denials) for each in policies)), "")
    if why:
        denials, stay = (), {rule.name: why for rule in rules}
    first = {each.name: len(each.policy.policy_statements) + 1 for each in policies}
    return Refusing(
        moved=tuple(
            MovedRule(
                rule_set=rule_set.name,
                rule=rule,
                statements={
                    name: tuple(
                        start + place for place, each in enumerate(denials) if rule in each.rules
                    )
                    for name, start in first.items()
                },
            )
            for rule in rules
            if rule.name not in stay
        ),
        staying=tuple(
            StayingRule(rule_set=rule_set.name, rule=rule, why=stay[rule.name])
            for rule in rules
            if rule.name in stay
        ),
        policies={each.name: _with(each, denials) for each in policies} if denials else {},
    )


def _policies(
    project: Project, rule_set: LogicalRuleSet
) -> tuple[tuple[LogicalTrafficPolicy, ...], str]:
    """The policies of all ways into a rule set, or why they cannot refuse for it."""
    points = project.ingress_points.values()
    own = [each for each in points if each.ingress_point.rule_set_id == rule_set.name]
    if not own:
        return (), "no ingress point of this project uses the rule set"
    found: dict[str, LogicalTrafficPolicy] = {}
    for point in own:
        name = point.ingress_point.traffic_policy_id
        policy = project.traffic_policies.get(name)
        if policy is None:
            return (), f"the traffic policy of ingress point {point.name} is not in this project"
        found[name] = policy
    for point in points:
        if point not in own and point.ingress_point.traffic_policy_id in found:
            policy_name = point.ingress_point.traffic_policy_id
            return (), (
                f"traffic policy {policy_name} is that of ingress point {point.name} too, which "
                "uses another rule set"
            )
    return tuple(found.values()), ""


def _chosen(
    project: Project, rules: Sequence[LogicalRule], room: int
) -> tuple[tuple[Denial, ...], dict[str, str]]:
    """As many rules as there is room for, and why the others stay; a statement each, if it can."""
    readings, lists = project.settings.readings, project.address_lists
    stay: dict[str, str] = {}
    able: list[LogicalRule] = []
    for rule in rules:
        try:
            alone = denials_of([rule], readings, lists, shared=False)
        except CannotDeny as error:
            stay[rule.name] = str(error)
            continue
        if alone:
            able.append(rule)
        else:
            stay[rule.name] = "its conditions match no client"
    for shared in (False, True):
        denials = denials_of(able, readings, lists, shared=shared)
        if len(denials) <= room:
            return denials, stay
    fitting: list[LogicalRule] = []
    for rule in able:
        if len(denials_of([*fitting, rule], readings, lists, shared=True)) <= room:
            fitting.append(rule)
        else:
            stay[rule.name] = _NO_ROOM
    return denials_of(fitting, readings, lists, shared=True), stay


def _with(policy: LogicalTrafficPolicy, denials: Sequence[Denial]) -> LogicalTrafficPolicy:
    """A policy with statements at its end, named after the rules."""
    statements = policy.policy.policy_statements
    places: dict[Path, Position] = {
        ("PolicyStatements", len(statements) + place): each.rules[0].position
        for place, each in enumerate(denials)
    }
    owners = [{rule.owner for rule in each.rules} for each in denials]
    return replace(
        policy,
        policy=policy.policy.changed(
            policy_statements=(*statements, *(each.statement for each in denials))
        ),
        statement_names=(*policy.statement_names, *(each.name for each in denials)),
        statement_owners=(
            *policy.statement_owners,
            *(next(iter(each)) if len(each) == 1 else None for each in owners),
        ),
        positions=Positions({**policy.positions.places, **places}),
    )


def _why_not(project: Project, policy: LogicalTrafficPolicy, denials: Sequence[Denial]) -> str:
    """Why a policy with the statements may refuse more or less than the rules do; or nothing.

    It is proved over all messages, under the readings of the project.
    """
    if not denials:
        return ""
    # Formulas and their solver are loaded when something is proved.
    from mmctl.analysis.encoding.proof import EFFORT, Proof  # noqa: PLC0415
    from mmctl.analysis.sat.solver import Solved, SolverMissing  # noqa: PLC0415
    from mmctl.language.project import Outcome  # noqa: PLC0415

    rules = {rule.name: rule for each in denials for rule in each.rules}
    before = Gateway(
        rules=tuple(rules.values()),
        policy=policy.policy,
        lists=known_lists(project),
        readings=project.settings.readings,
    )
    after = replace(before, rules=(), policy=_with(policy, denials).policy)
    try:
        proof = Proof(before, after, effort=EFFORT)
        differ = proof.circuit.differ(*(path.outcomes[Outcome.REFUSED] for path in proof.paths))
        answer = proof.solved([differ])
    except SolverMissing as error:
        return str(error)
    return "" if answer is Solved.UNSATISFIABLE else f"not proved alike: {_WORDS[answer.name]}"


_WORDS: Final = {"SATISFIABLE": "a message may differ", "UNDECIDED": "the effort was used up"}
