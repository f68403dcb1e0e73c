"""A configuration → the gateways in it that mail enters: one for each ingress point.

Facts that nobody stated are assumed to be ordinary: functions let mail go on, add-ons find nothing,
external lists hold the recipients if a policy admits mail by them, else nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.compare import Members
from mmctl.judge.submission import Gateway, LambdaAnswer
from mmctl.judge.unwritten_rule import unwritten_rule
from mmctl.live.ordinary.named import conditions_in, list_test, rules_in
from mmctl.model.actions import asked_function
from mmctl.model.conditions import analysis_of
from mmctl.model.enums import AcceptAction, IngressPointType
from mmctl.model.kinds import Kind
from mmctl.model.policies import TrafficPolicy
from mmctl.model.resources import IngressPoint
from mmctl.model.rules import RuleSet
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.language.project import LogicalRule
    from mmctl.language.readings import Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveIngress:
    """How mail comes to a rule set."""

    rule_set: str
    policy: TrafficPolicy | None
    """None: it is unknown, so everybody counts as admitted."""
    certificates: bool = False


def live_ingress(configuration: LiveConfiguration) -> dict[str, LiveIngress]:
    """The ingress points whose rule set is known here, by name.

    If no ingress point is known, because they are defined elsewhere, each rule set by itself.
    """
    known = {
        thing.name: _way(configuration, thing.shape)
        for thing in configuration.of_kind(Kind.INGRESS_POINT)
        if isinstance(thing.shape, IngressPoint)
        and configuration.find(Kind.RULE_SET, thing.shape.rule_set_id) is not None
    }
    return known or {
        f"rule set {thing.name}": LiveIngress(rule_set=thing.name, policy=None)
        for thing in configuration.of_kind(Kind.RULE_SET)
    }


def _way(configuration: LiveConfiguration, point: IngressPoint) -> LiveIngress:
    found = configuration.find(Kind.TRAFFIC_POLICY, point.traffic_policy_id)
    policy = None if found is None else found.shape
    return LiveIngress(
        rule_set=point.rule_set_id,
        policy=policy if isinstance(policy, TrafficPolicy) else None,
        certificates=point.type is IngressPointType.MTLS,
    )


def gateway_of(
    configuration: LiveConfiguration,
    way: LiveIngress,
    readings: Readings,
    recipients: Collection[str],
) -> Gateway:
    """What mail meets at an ingress point; another brake handles a closed one.

    Raises:
        KeyError: its rule set is not in the configuration.
    """
    return Gateway(
        rules=rules_of_set(configuration, way.rule_set),
        policy=way.policy,
        lists=_lists(configuration, recipients),
        readings=readings,
        certificates=way.certificates,
    )


def rules_of_set(configuration: LiveConfiguration, name: str) -> tuple[LogicalRule, ...]:
    """The rules of a rule set under their logical names.

    Raises:
        KeyError: there is no such rule set.
    """
    thing = configuration.find(Kind.RULE_SET, name)
    if thing is None or not isinstance(thing.shape, RuleSet):
        raise KeyError(name)
    return tuple(
        unwritten_rule(rule, _name(thing, place, rule.name))
        for place, rule in enumerate(thing.shape.rules)
    )


def _name(thing: LiveObject, place: int, live_name: str | None) -> str:
    if place < len(thing.origins):
        return thing.origins[place].name
    return live_name or f"rule {place + 1}"


def _lists(configuration: LiveConfiguration, recipients: Collection[str]) -> dict[str, Members]:
    admitting = _admitting_lists(configuration)
    return {
        thing.name: Members.of(
            thing.members
            if thing.members is not None
            else recipients
            if thing.name in admitting
            else ()
        )
        for thing in configuration.of_kind(Kind.ADDRESS_LIST)
    }


def _admitting_lists(configuration: LiveConfiguration) -> set[str]:
    return {
        asked.name
        for thing in configuration.of_kind(Kind.TRAFFIC_POLICY)
        if isinstance(thing.shape, TrafficPolicy)
        for statement in thing.shape.policy_statements
        if statement.action is AcceptAction.ALLOW
        for asked in map(list_test, statement.conditions)
        if asked is not None
    }


def functions_answer(*configurations: LiveConfiguration) -> dict[str, LambdaAnswer]:
    """Let every function that a rule calls continue."""
    return {
        function: LambdaAnswer.CONTINUE
        for configuration in configurations
        for rule in rules_in(configuration)
        for action in rule.actions
        if (function := asked_function(action)) is not None
    }


def add_ons_find_nothing(*configurations: LiveConfiguration) -> dict[str, dict[str, str]]:
    """What add-ons say about ordinary mail in words, by add-on and field: it is clean."""
    answers: dict[str, dict[str, str]] = {}
    for configuration in configurations:
        for condition in conditions_in(configuration):
            analysis = None if condition.string_expression is None else analysis_of(condition)
            if analysis is not None:
                answers.setdefault(analysis.analyzer, {})[analysis.result_field] = "clean"
    return answers
