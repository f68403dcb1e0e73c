"""The facts and headers that a gateway asks for: nobody looks for others in a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.mail.email import RECEIPT_HEADERS
from mmctl.model.conditions import header_of, operand_of
from mmctl.model.facts import (
    FACT_OF,
    FROM,
    SENDER,
    HeaderFact,
    MessageFact,
    SessionFact,
    VerdictFact,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Gateway
    from mmctl.model.facts import FactName
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition


def facts_asked(gateway: Gateway) -> frozenset[FactName]:
    """Every fact that a condition of the rules or of the policy reads, under any reading."""
    return frozenset(_facts(gateway))


def headers_asked(gateway: Gateway) -> frozenset[str]:
    """Every header that a condition reads, in lower case; a condition on Sender may read From."""
    found: set[str] = set()
    for condition in _conditions(gateway):
        fact = operand_of(condition).fact
        header = header_of(condition)
        if isinstance(fact, HeaderFact):
            found.add(fact.key)
        elif header is not None:
            found.add(header.lower())
        elif fact.name is MessageFact.READ_RECEIPT:
            found.update(RECEIPT_HEADERS)
    return frozenset(found | {FROM.key} if SENDER.key in found else found)


def _conditions(gateway: Gateway) -> Iterator[RuleCondition | PolicyCondition]:
    for rule in gateway.rules:
        yield from rule.conditions
        yield from rule.unless
    for statement in gateway.policy.policy_statements if gateway.policy else ():
        yield from statement.conditions


def _facts(gateway: Gateway) -> Iterator[FactName]:
    for condition in _conditions(gateway):
        fact = operand_of(condition).fact
        yield fact.name
        if fact.name is VerdictFact.DMARC_POLICY:
            yield VerdictFact.DMARC  # where DMARC passed, there may be no policy
        if fact.name is VerdictFact.ADD_ONS:
            yield SessionFact.SOURCE_IP  # a policy does not ask add-ons over IPv6
        if FACT_OF[fact.name].within_tls:
            yield SessionFact.TLS
