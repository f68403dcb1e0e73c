"""Which readings something is about: a condition, a traffic policy, an action.

Nothing is evaluated here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import asked_by, listed_by, operator_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.compare import Members
    from mmctl.judge.submission import Gateway
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition


def readings_of_condition(
    condition: RuleCondition | PolicyCondition, gateway: Gateway
) -> Iterator[str]:
    """The readings that a condition of a rule, or of a policy statement, is about."""
    operand, takes = asked_by(condition)
    yield from operand.readings.get(takes, ())
    if operator_of(condition) in NEGATED:
        yield from operand.readings_negated.get(takes, ())
    listed = listed_by(condition)
    if listed is not None:
        yield from _of_list(listed.address_lists[0], gateway)


def readings_of_policy(gateway: Gateway) -> Iterator[str]:
    """The readings that the traffic policy of a gateway is about."""
    for statement in gateway.policy.policy_statements if gateway.policy else ():
        for condition in statement.conditions:
            yield from readings_of_condition(condition, gateway)


def _of_list(name: str, gateway: Gateway) -> Iterator[str]:
    yield "address_list_case"
    if name not in gateway.lists:
        yield "deleted_address_list"
    members = gateway.lists.get(name)
    if members is not None:
        yield from _of_members(members)


def _of_members(members: Members) -> Iterator[str]:
    if any("@" not in entry for entry in members.entries):
        yield "bare_domain_entry"
    if any("*." in entry for entry in members.entries):
        yield "star_domain_entry"
