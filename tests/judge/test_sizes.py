"""The sizes that decide something: what fetches only the start of a message must know them all."""

from __future__ import annotations

from typing import Any

from mmctl.judge.sizes import sizes_asked

RULES = """
- name: large
  conditions: [{message_size: {greater_than: 10MB}}]
  unless: [{message_size: {equals: 12345}}]
  actions: [drop]
- {name: deliver, actions: [{relay: {to: exchange}}]}
"""


def test_conditions_exceptions_the_limit_and_the_quota_are_asked_for(gateway_from: Any) -> None:
    policy = "default: allow\nmax_message_size: 25MB\nstatements: []"
    gateway = gateway_from(RULES, policy=policy)
    assert sizes_asked(gateway) == {10_000_000, 12_345, 25_000_000, 40_000_000}
