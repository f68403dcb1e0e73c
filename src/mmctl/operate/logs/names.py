"""The names of a log in names of the files: live rules and statements → those of a project.

A log says what a rule was called, and at which place, when the message came. The files say it for
now: a rule that has moved since keeps its name here, and what the log says is said too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.compiler.packing.names import MADE
from mmctl.judge.policy import BY_DEFAULT, TOO_LARGE, statement_name
from mmctl.model.actions import Does, row_of
from mmctl.model.enums import ActionFailurePolicy
from mmctl.model.policies import (
    IngressBooleanExpression,
    IngressIpv4Expression,
    IngressIpv6Expression,
    IngressStringExpression,
    IngressTlsProtocolExpression,
)
from mmctl.operate.logs.deciding import MeantRules
from mmctl.operate.logs.packed import all_of, one_of
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from mmctl.language.project import LogicalRule, LogicalRuleSet, LogicalTrafficPolicy, Project
    from mmctl.model.policies import PolicyCondition, PolicyStatement
    from mmctl.operate.logs.deciding import JoinedMessage
    from mmctl.operate.logs.packed import HeldRules, PackedRules
    from mmctl.operate.logs.periods import PackedAt
    from mmctl.operate.logs.records import PolicyElement, PolicyRecord, RuleKey
    from mmctl.problem import Position

_KNOWN: Final = 10_000
"""How many rules of logs are remembered; the service has 40 in a rule set."""
NO_NAME: Final = "a rule without a name"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleName:
    """What a rule of a log is called."""

    name: str
    """In the files, else in the log."""
    rule_set: str | None = None
    """The logical name of its rule set, else the live one."""
    number: int | None = None
    """Its place in the log, from 1."""
    number_now: int | None = None
    """Its place in the files; None: it is not live there."""
    rule: LogicalRule | None = None
    """What the files say of it; None: they have no such rule, or it is one of several."""
    held: HeldRules | None = None
    """The live rule of a packed rule set that the log names."""
    meant: MeantRules | None = None
    """The rules of the files that may be meant; None: it is the one of that name."""

    @property
    def in_files(self) -> bool:
        """Whether the files have it."""
        return self.rule is not None or self.meant is not None

    @property
    def is_open(self) -> bool:
        """Whether it is one of several, and it is unknown which."""
        return self.meant is not None and not self.meant.decided

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all rules that may be meant."""
        if self.meant is None:
            return (self.name,)
        return tuple(rule.name for rule in self.meant.rules)

    @property
    def live(self) -> str | None:
        """The name of the live rule, where it holds several rules or a part of one."""
        return None if self.held is None else self.held.name

    @property
    def acts(self) -> LogicalRule | None:
        """The rule whose actions the records count; None: it is unknown."""
        return self.rule if self.held is None else self.held.live

    @property
    def is_earlier(self) -> bool:
        """Whether the compiler made it at another time, and nobody knows what it held."""
        return not self.in_files and self.name.startswith(MADE)

    def quoted(self) -> str:
        """What it is called in a sentence."""
        if self.is_earlier:
            return f"live rule `{self.name}` of an earlier packing"
        if self.meant is None or len(self.meant.rules) == 1:
            return f"rule `{self.name}`"
        if self.meant.decided:
            return all_of(self.names, quote="`")
        return one_of(self.names, self.live, quote="`")

    @property
    def moved(self) -> bool:
        """Whether it stood at another place when the message came."""
        return self.number_now is not None and self.number not in {None, self.number_now}

    @property
    def position(self) -> Position | None:
        """Where it is written."""
        return None if self.rule is None else self.rule.position


@dataclass(frozen=True, slots=True, kw_only=True)
class _KnownRuleSet:
    name: str
    rules: Mapping[str, LogicalRule]
    """All of its rules by their live names."""
    numbers: Mapping[str, int]
    """The places of those that are live, by their live names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNames:
    """The names of a project, as a log finds them."""

    rule_sets: Mapping[str, _KnownRuleSet] = field(default_factory=dict)
    """By live name, and by the name that a rule set had before."""
    points: Mapping[str, str] = field(default_factory=dict)
    """The logical names of ingress points by their live names."""
    policies: tuple[LogicalTrafficPolicy, ...] = ()
    packed: Mapping[str, PackedRules] = field(default_factory=dict)
    """Packed rule sets by their live names."""
    refused: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Where rules are that traffic policies refuse for, by rule set and rule."""
    stored: Mapping[str, JoinedMessage] = field(default_factory=dict)
    """Messages that are known beyond the log, by id."""
    periods: PackedAt | None = field(default=None, compare=False, repr=False)
    """What was live at other times; None: it is unknown."""
    others: dict[int, LogNames] = field(default_factory=dict, compare=False, repr=False)
    """The names of other times, by what was packed then."""
    known: dict[RuleKey, RuleName] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(
        cls,
        project: Project | None,
        packed: Iterable[PackedRules] = (),
        periods: PackedAt | None = None,
    ) -> LogNames:
        """The names of a project in its environment; None: there is none.

        `packed` are its packed rule sets, `periods` those of other times.
        """
        if project is None:
            return cls()
        from mmctl.compiler.lowered import lowered_of  # noqa: PLC0415 - loaded where logs are read
        from mmctl.compiler.refusing import refusing_of  # noqa: PLC0415 - as above

        refusing = refusing_of(project)
        lowered, environment = lowered_of(project), project.environment.name
        rule_sets: dict[str, _KnownRuleSet] = {}
        for compiled in lowered.project.rule_sets.values():
            part = lowered.parts.get(compiled.name)
            found = project.rule_sets[compiled.name if part is None else part.rule_set]
            known = _known(found, compiled.live_rules(environment))
            for name in (found.was, found.live_name, compiled.live_name):
                if name:
                    rule_sets[name] = known
        points = {point.live_name: point.name for point in project.ingress_points.values()}
        return cls(
            rule_sets=rule_sets,
            points=points,
            # With statements that are those of rules, named after these.
            policies=tuple(lowered.project.traffic_policies.values()),
            refused={(each.rule_set, each.rule.name): each.told for each in refusing.moved},
            packed={each.live_name: each for each in packed},
            periods=periods,
        )

    @property
    def may_be_packed(self) -> bool:
        """Whether records may name live rules that hold several rules."""
        return bool(self.packed) or self.periods is not None

    def at(self, when: datetime) -> LogNames:
        """The names that records of a time have."""
        if self.periods is None:
            return self
        packed = self.periods.at(when)
        found = self.others.get(id(packed))
        if found is None:
            holds = {each.live_name: each for each in packed}
            found = replace(self, packed=holds, periods=None, known={}, others={})
            self.others[id(packed)] = found
        return found

    def rule(self, key: RuleKey) -> RuleName:
        """What a rule of the log is called."""
        found = self.known.get(key)
        if found is None:
            found = self._rule(key)
            if len(self.known) < _KNOWN:
                self.known[key] = found
        return found

    @property
    def rules(self) -> frozenset[str]:
        """The names of all rules in the files, and of the live rules that hold several."""
        named = (rule.name for known in self.rule_sets.values() for rule in known.rules.values())
        live = (name for packed in self.packed.values() for name in packed.rules)
        return frozenset((*named, *live))

    def held(self, key: RuleKey) -> HeldRules | None:
        """The live rule of a packed rule set that a record names; None: it is none."""
        packed = self.packed.get(key.rule_set or "")
        return None if packed is None or key.rule is None else packed.rules.get(key.rule)

    def meant(self, name: RuleName, meant: MeantRules) -> RuleName:
        """A live rule in names of the files, where a record may mean these."""
        held = name.held
        names = tuple(rule.name for rule in meant.rules)
        if len(names) == 1:
            return replace(name, name=names[0], rule=meant.rules[0], meant=meant)
        live = None if held is None else held.name
        said = all_of(names) if meant.decided else one_of(names, live)
        return replace(name, name=said, rule=None, meant=meant)

    def alone(self, name: RuleName, rule: LogicalRule) -> RuleName:
        """One rule of the files that a live rule holds, by itself."""
        return self.meant(name, MeantRules((rule,), decided=True))

    def point(self, live_name: str | None) -> str | None:
        """What an ingress point is called."""
        return None if live_name is None else self.points.get(live_name, live_name)

    def rule_set(self, live_name: str | None) -> str | None:
        """What a rule set is called."""
        known = self.rule_sets.get(live_name or "")
        return live_name if known is None else known.name

    def decided(self, record: PolicyRecord) -> str | None:
        """The statement that decided about a recipient; None: the record does not say."""
        found = record.decided
        if found is None:
            return None
        place, element = found
        match element.kind:
            case "default":
                return BY_DEFAULT
            case "size":
                return TOO_LARGE
            case _:
                return self._statement(place, record.elements)

    def _rule(self, key: RuleKey) -> RuleName:
        held = self.held(key)
        if held is not None:
            live = RuleName(
                name=held.name,
                rule_set=self.packed[key.rule_set or ""].name,
                number=key.number,
                number_now=held.number,
                held=held,
            )
            return self.meant(live, MeantRules(held.sources, decided=not held.holds_several))
        known = self.rule_sets.get(key.rule_set or "")
        if known is None or key.rule is None:
            name = key.rule or (f"rule {key.number}" if key.number else NO_NAME)
            return RuleName(
                name=name,
                rule_set=key.rule_set if known is None else known.name,
                number=key.number,
            )
        rule = known.rules.get(key.rule)
        return RuleName(
            name=key.rule if rule is None else rule.name,
            rule_set=known.name,
            number=key.number,
            number_now=known.numbers.get(key.rule),
            rule=rule,
        )

    def _statement(self, place: int, elements: tuple[PolicyElement, ...]) -> str:
        """A statement's name in the files: in the one policy whose statements are these."""
        told = [each for each in elements if each.kind == "statement"]
        fitting = [each for each in self.policies if _fits(each, told)]
        names = {statement_name(each.statement_names, place) for each in fitting}
        return names.pop() if len(names) == 1 else statement_name((), place)


def _known(rule_set: LogicalRuleSet, live: Sequence[LogicalRule]) -> _KnownRuleSet:
    return _KnownRuleSet(
        name=rule_set.name,
        rules={live_name(rule, place): rule for place, rule in enumerate(rule_set.rules, 1)},
        numbers={live_name(rule, place): place for place, rule in enumerate(live, 1)},
    )


def live_name(rule: LogicalRule, number: int) -> str:
    """The name of a rule in the service, or what stands in its place."""
    return rule.rule.name or rule.name or f"rule {number}"


def _fits(policy: LogicalTrafficPolicy, told: list[PolicyElement]) -> bool:
    """Whether a policy begins with the statements that a record tells."""
    statements = policy.policy.policy_statements
    return len(told) <= len(statements) and all(
        _is(statement, element) for statement, element in zip(statements, told, strict=False)
    )


def _is(statement: PolicyStatement, element: PolicyElement) -> bool:
    return (
        statement.action.value == element.action
        and len(statement.conditions) == len(element.conditions)
        and all(
            _values(condition) in ((), values)
            for condition, (_, _, values, _) in zip(
                statement.conditions, element.conditions, strict=True
            )
        )
    )


def _values(condition: PolicyCondition) -> tuple[str, ...]:
    """The values that a record of a condition has too; (): the log spells them otherwise."""
    match condition.value:
        case (
            IngressStringExpression() | IngressIpv4Expression() | IngressIpv6Expression()
        ) as compared:
            return tuple(compared.values)
        case IngressTlsProtocolExpression() | IngressBooleanExpression():
            return ()
        case never:
            assert_never(never)


def drops_when_it_fails(name: RuleName, action_index: int | None) -> bool | None:
    """Whether the files say `on_failure: drop` of an action; None: they do not know it."""
    if name.acts is None or action_index is None:
        return None
    actions = name.acts.actions
    if not 1 <= action_index <= len(actions):
        return None
    return actions[action_index - 1].failure_policy is ActionFailurePolicy.DROP


def replacements(name: RuleName, action_index: int | None) -> tuple[str, ...] | None:
    """The addresses that an action replaces recipients with; None: the files do not know it."""
    if name.acts is None or action_index is None:
        return None
    actions = name.acts.actions
    if not 1 <= action_index <= len(actions):
        return None
    action = actions[action_index - 1]
    row = row_of(action)
    return row.recipients(action.value) if row.does is Does.REPLACES else None
