"""All that the conditions of a gateway compare texts and addresses with, collected once."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from mmctl.judge.compared import Vocabulary
from mmctl.model.enums import RuleStringOperator
from mmctl.model.policies import IngressStringExpression
from mmctl.model.rules import RuleStringExpression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Gateway


def _strings(gateway: Gateway) -> Iterator[tuple[RuleStringOperator, tuple[str, ...]]]:
    """The operators and values of all conditions on texts."""
    for rule in gateway.rules:
        for condition in chain(rule.conditions, rule.unless):
            if isinstance(condition.value, RuleStringExpression):
                yield condition.value.operator, condition.value.values
    for statement in gateway.policy.policy_statements if gateway.policy else ():
        for asked in statement.conditions:
            if isinstance(asked.value, IngressStringExpression):
                yield RuleStringOperator(asked.value.operator.value), asked.value.values


class _Same:
    """What a gateway compares with, whatever its readings; equals only itself."""

    __slots__ = ("gateway",)

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Same)
            and other.gateway.rules is self.gateway.rules
            and other.gateway.policy is self.gateway.policy
            and other.gateway.lists is self.gateway.lists
        )

    def __hash__(self) -> int:
        return hash((id(self.gateway.rules), id(self.gateway.policy), id(self.gateway.lists)))


def vocabulary_of(gateway: Gateway) -> Vocabulary:
    """The vocabulary of a gateway, the same for all its readings."""
    return _vocabulary(_Same(gateway))


@lru_cache(maxsize=8)
def _vocabulary(same: _Same) -> Vocabulary:
    return Vocabulary(_strings(same.gateway), same.gateway.lists)
