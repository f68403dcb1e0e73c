"""What the rules, statements and resources of a project say, as company rules describe it.

Values are found when a company rule asks for them: most ask for one key of each rule.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.checks.company.matching import fits
from mmctl.language.company_rules import BARE, CASELESS, Has, Not
from mmctl.language.project import (
    LogicalAddOn,
    LogicalAddressList,
    LogicalArchive,
    LogicalIngressPoint,
    LogicalRelay,
    LogicalRuleSet,
    LogicalTrafficPolicy,
)
from mmctl.model.actions import STOP, Does, row_of
from mmctl.model.comparisons import NEGATED, Takes
from mmctl.model.conditions import asked_by, beside_of, listed_by, operator_of, values_of
from mmctl.model.logs import LOGS
from mmctl.model.operands import NamedBy
from mmctl.model.policies import IngressTlsProtocolExpression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mmctl.language.company_rules import Test
    from mmctl.language.project import LogicalRule, Project, Resource
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleAction, RuleCondition

NO_NAME: Final = "none"
CONDITIONS: Final = "conditions"
UNLESS: Final = "unless"
Values = tuple[Any, ...]


class Said:
    """A thing whose values are known."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, Values]) -> None:
        self.values = values

    def passes(self, key: str, test: Test) -> bool:
        """Whether the values under a key pass a test."""
        return fits(test, self.values.get(key, ()))


def _live_name(rule: LogicalRule) -> Values:
    live = rule.rule.name
    return (NO_NAME,) if live is None else () if live == rule.name else (live,)


_OF_RULES: Final[Mapping[str, Callable[[LogicalRule], Values]]] = {
    "name": lambda rule: (rule.name,),
    "live_name": _live_name,
    "description": lambda rule: _one(rule.description or None),
    "owner": lambda rule: _one(rule.owner or None),
    "ticket": lambda rule: _one(rule.ticket or None),
    "expires": lambda rule: _one(rule.expires),
    "enabled": lambda rule: (rule.enabled,),
    "shadow": lambda rule: (rule.shadow,),
    "final": lambda rule: (rule.final,),
    "refuse": lambda rule: (rule.refuse,),
    "count": lambda rule: ("own" if rule.count_own else "any",),
    "phase": lambda rule: _one(rule.phase),
    "file": lambda rule: (rule.position.file,),
}
"""What a rule says by itself; a text without a character says nothing."""


class SaidRule:
    """A rule in its rule set."""

    __slots__ = ("_actions", "_conditions", "_index", "_order", "rule")

    def __init__(self, rule: LogicalRule, index: int, order: RulesInOrder) -> None:
        self.rule = rule
        self._index = index
        self._order = order
        self._actions: Values | None = None
        self._conditions: Values | None = None

    def passes(self, key: str, test: Test) -> bool:
        """Whether the values under a key pass a test."""
        match key:
            case "after":
                return self._order.has_one(test, above=self._index)
            case "before":
                return self._order.has_one(test, below=self._index)
            case _:
                return fits(test, self._get(key))

    def _get(self, key: str) -> Values:
        match key:
            case "condition":
                return self.conditions
            case "action":
                return self.actions
            case "environments":
                return self.rule.environments or self._order.environments
            case "rule_set":
                return (self._order.rule_set.name,)
            case _:
                return _OF_RULES[key](self.rule)

    @property
    def actions(self) -> Values:
        """Its actions, in order."""
        if self._actions is None:
            self._actions = tuple(_action(each, stop=self.rule.stop) for each in self.rule.actions)
        return self._actions

    @property
    def conditions(self) -> Values:
        """Its conditions, then its exceptions, with those of its phase."""
        if self._conditions is None:
            self._conditions = tuple(
                chain(
                    (_condition(each, under=CONDITIONS) for each in self.rule.conditions),
                    (_condition(each, under=UNLESS) for each in self.rule.unless),
                )
            )
        return self._conditions


class RulesInOrder:
    """The rules of a rule set: where the first and the last of a description are."""

    def __init__(self, rule_set: LogicalRuleSet, project: Project) -> None:
        self.rule_set = rule_set
        self.environments: Values = tuple(project.settings.environments)
        self.rules = tuple(SaidRule(rule, index, self) for index, rule in enumerate(rule_set.rules))
        self._live = tuple(
            index
            for index, rule in enumerate(rule_set.rules)
            if rule.lives_in(project.environment.name) and not rule.shadow
        )
        self._ends: dict[int, tuple[int, int] | None] = {}

    def has_one(self, test: Test, *, above: int | None = None, below: int | None = None) -> bool:
        """Whether a live rule above or below a place passes a test."""
        if isinstance(test, Not):
            return not self.has_one(test.test, above=above, below=below)
        assert isinstance(test, Has)  # noqa: S101 - the grammar takes nothing else here
        ends = self._ends_of(test)
        if ends is None:
            return False
        first, last = ends
        return first < above if above is not None else below is not None and last > below

    def _ends_of(self, test: Has) -> tuple[int, int] | None:
        if id(test) not in self._ends:
            found = [each for each in self._live if fits(test, (self.rules[each],))]
            self._ends[id(test)] = (found[0], found[-1]) if found else None
        return self._ends[id(test)]


def said_by_statements(policy: LogicalTrafficPolicy) -> Iterator[Said]:
    """The statements of a traffic policy, in order."""
    names = zip(policy.statement_names, policy.statement_owners, strict=True)
    for statement, (name, owner) in zip(policy.policy.policy_statements, names, strict=True):
        conditions = (_condition(each) for each in statement.conditions)
        yield Said(
            {
                "name": _one(name),
                "owner": _one(owner),
                "policy": (policy.name,),
                "effect": (statement.action.value.lower(),),
                "file": (policy.position.file,),
                "condition": tuple(conditions),
            }
        )


def said_by(resource: Resource) -> Said:
    """A resource."""
    live = () if resource.live_name == resource.name else (resource.live_name,)
    tags = {key: (value,) for key, value in resource.tags.items()}
    return Said(
        {
            "name": (resource.name,),
            "live_name": live,
            "was": _one(resource.was),
            "tags": (Said(tags),),
            "file": (resource.position.file,),
            **_own(resource),
        }
    )


def _own(resource: Resource) -> dict[str, Values]:
    """What a resource says besides what every resource does."""
    match resource:
        case LogicalRuleSet():
            return {
                "must_reach": _one(resource.must_reach),
                "per_ingress_point": (resource.per_ingress_point,),
                "duplicates": ("ignore" if resource.duplicates_ignored else "keep",),
                "logging": _logging(resource.logging),
            }
        case LogicalTrafficPolicy(policy=policy):
            return {
                "default": (policy.default_action.value.lower(),),
                "max_message_size": _one(policy.max_message_size_bytes),
            }
        case LogicalIngressPoint():
            return _ingress_point(resource)
        case LogicalRelay(relay=relay):
            secret = relay.authentication.secret_arn
            return {
                "server": (relay.server_name.lower(),),
                "port": (relay.server_port,),
                "authentication": (*_unless(secret, "none"), Said({"secret_arn": _one(secret)})),
            }
        case LogicalArchive(archive=archive):
            retention = archive.retention
            period = retention.retention_period if retention is not None else None
            return {
                "retention": _one(None if period is None else period.value),
                "kms_key": _one(archive.kms_key_arn),
            }
        case LogicalAddressList(members=members):
            known = ("external",) if members is None else tuple(each.lower() for each in members)
            return {"members": known}
        case LogicalAddOn(subscription=subscription):
            return {"product": (subscription.addon_name,)}
        case _:
            assert_never(resource)


def _ingress_point(resource: LogicalIngressPoint) -> dict[str, Values]:
    point = resource.ingress_point
    network, configuration = point.network_configuration, point.ingress_point_configuration
    private = network.private_network_configuration if network is not None else None
    auth = {
        "secret_arn": _one(configuration.secret_arn if configuration is not None else None),
        "smtp_password_env": _one(resource.smtp_password_env),
    }
    reached = {
        "public": _one(None if resource.ip_type is None else resource.ip_type.value.lower()),
        "vpc_endpoint": _one(None if private is None else private.vpc_endpoint_id),
    }
    return {
        "type": (point.type.value.lower(),),
        "traffic_policy": (point.traffic_policy_id,),
        "rule_set": (point.rule_set_id,),
        "tls_policy": _one(None if point.tls_policy is None else point.tls_policy.value.lower()),
        "status": ("closed" if resource.closed else "active",),
        "network": (Said(reached),),
        "auth": (Said(auth),),
        "logging": _logging(resource.logging),
    }


def _logging(logging: Mapping[str, str]) -> Values:
    return (Said({key: _one(logging.get(of)) for key, of in LOGS.items()}),)


def _unless(given: object, word: str) -> Values:
    """The word for what is not given."""
    return (word,) if given is None else ()


def _one(value: object) -> Values:
    return () if value is None else (value,)


def _action(action: RuleAction, *, stop: bool) -> Said:
    """An action: a thing with its word as key, and under it a thing with its own keys."""
    row = row_of(action)
    word = STOP if stop and row.does is Does.ENDS else row.key
    members = action.value.to_api()
    if row.bare is not None:
        addresses = tuple(each.lower() for each in members.get(row.bare.member, ()))
        return Said({word: (Said({BARE: addresses}),)})
    values: dict[str, Values] = {}
    for key in row.words:
        value = members.get(key.member, key.default)
        if value is not None:
            as_written = value.lower() if key.choices or key.word in CASELESS else value
            values[key.word] = (as_written,)
    return Said({word: (Said(values),)})


def _condition(condition: RuleCondition | PolicyCondition, *, under: str | None = None) -> Said:
    operand, takes = asked_by(condition)
    operators: Values = ()
    if not operand.is_flag:
        operators = (operand.compared_in(condition.kind).key(operator_of(condition)),)
    values: dict[str, Values] = {
        "field": (operand.key,),
        "operator": operators,
        "value": _compared(condition, takes),
        "under": _one(under),
    }
    beside = beside_of(condition)
    match operand.named:
        case NamedBy.NOTHING:
            pass
        case NamedBy.HEADER:
            values["name"] = beside
        case NamedBy.CERTIFICATE_FIELD:
            values["attribute"] = beside
        case NamedBy.ADD_ON_FIELD:
            values["name"], values["add_on_field"] = beside[:1], beside[1:]
        case never:
            assert_never(never)
    return Said(values)


def _compared(condition: RuleCondition | PolicyCondition, takes: Takes) -> Values:
    """What a condition compares with, in lower case."""
    match takes:
        case Takes.TEXT | Takes.NETWORK | Takes.VERDICT | Takes.POLICY:
            return tuple(str(each).lower() for each in values_of(condition))
        case Takes.ADDRESS_LIST:
            listed = listed_by(condition)
            return () if listed is None else tuple(each.lower() for each in listed.address_lists)
        case Takes.FLAG:
            return ("false" if operator_of(condition) in NEGATED else "true",)
        case Takes.VERSION:
            asked = condition.value
            return (asked.value.lower(),) if isinstance(asked, IngressTlsProtocolExpression) else ()
        case Takes.NUMBER:
            return ()
        case never:
            assert_never(never)
