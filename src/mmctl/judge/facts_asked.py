"""The facts that a gateway asks for: nobody needs to look for the others in a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.conditions import operand_of
from mmctl.model.facts import FACT_OF, SessionFact, VerdictFact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Gateway
    from mmctl.model.facts import FactName
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition


def facts_asked(gateway: Gateway) -> frozenset[FactName]:
    """Every fact that a condition of the rules or of the policy reads, under any reading."""
    return frozenset(_facts(gateway))


def _facts(gateway: Gateway) -> Iterator[FactName]:
    statements = gateway.policy.policy_statements if gateway.policy else ()
    conditions: list[RuleCondition | PolicyCondition] = []
    for rule in gateway.rules:
        conditions += (*rule.conditions, *rule.unless)
    for statement in statements:
        conditions += statement.conditions
    for condition in conditions:
        fact = operand_of(condition).fact
        yield fact.name
        if fact.name is VerdictFact.DMARC_POLICY:
            yield VerdictFact.DMARC  # where DMARC passed, there may be no policy
        if fact.name is VerdictFact.ADD_ONS:
            yield SessionFact.SOURCE_IP  # a policy does not ask add-ons over IPv6
        if FACT_OF[fact.name].within_tls:
            yield SessionFact.TLS
