"""The sizes that a gateway compares a message's size with.

Code that fetches only part of a message has to know them: see `mmctl.mail.partial`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.policy import BYTES_AT_MOST
from mmctl.model.rules import RuleNumberExpression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Gateway


def sizes_asked(gateway: Gateway) -> frozenset[float]:
    """Every number of bytes that decides something: conditions, the policy's limit, the quota."""
    return frozenset(_sizes(gateway))


def _sizes(gateway: Gateway) -> Iterator[float]:
    yield BYTES_AT_MOST
    if gateway.policy is not None and gateway.policy.max_message_size_bytes is not None:
        yield gateway.policy.max_message_size_bytes
    for rule in gateway.rules:
        for condition in (*rule.conditions, *rule.unless):
            if isinstance(condition.value, RuleNumberExpression):
                yield condition.value.value
