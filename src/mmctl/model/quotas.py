"""How much Mail Manager takes; none of these numbers can be raised. Nothing else may live here.

From https://docs.aws.amazon.com/ses/latest/dg/quotas.html, read 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """How many of each an account may have in a region, and how large they may be."""

    rule_sets: int = 40
    rules: int = 40
    """In a rule set."""
    rule_conditions: int = 10
    """In a rule; and as many in its `unless`."""
    rule_actions: int = 10
    values: int = 10
    """In one condition of a rule."""
    relay_or_send_actions: int = 10
    """In a rule set, both kinds together."""
    traffic_policies: int = 100
    statements: int = 20
    statement_conditions: int = 10
    open_ingress_points: int = 10
    auth_ingress_points: int = 50
    mtls_ingress_points: int = 10
    relays: int = 40
    archives: int = 10
    address_lists: int = 100
    addresses: int = 100_000
    """In one address list."""
    import_jobs: int = 20
    """Imports into address lists at once."""
    tags: int = 200
    recipients: int = 100
    """Of one message."""
    message_bytes: int = 40_000_000
    """Of one message with its headers; AWS says 40 MB."""


QUOTAS: Final = Quotas()
"""The service's own."""
GENEROUS: Final = 1.05
"""Whether 40 MB are 40,000,000 bytes or 40 MiB, AWS does not say."""
