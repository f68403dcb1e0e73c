"""Gateways of as many rules as a test wants: blocked senders, marks, copies, routes, in phases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = """\
version: 1
archives:
  main: {retention: SEVEN_YEARS}
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
  legal: {server: legal.example.com, port: 25, authentication: none}
traffic_policies:
  edge:
    default: deny
    statements:
      - allow: [{recipient: {ends_with: ["@example.com"]}}]
ingress_points:
  entry: {type: open, traffic_policy: edge, rule_set: inbound}
rule_sets:
  inbound:
    rules:
"""


def blocked(number: int, *more: str) -> str:
    """A rule that drops the mail of some domains."""
    return _rule(f"block-{number}", "from", "ends_with", f"@bad-{number}.example", *more)


def blocked_sender(number: int, *more: str) -> str:
    """A rule that drops the mail of some envelope senders."""
    return _rule(f"sender-{number}", "mail_from", "equals", f"x@bad-{number}.example", *more)


def _rule(name: str, field: str, operator: str, *values: str) -> str:
    listed = ", ".join(f'"{value}"' for value in values)
    condition = f"{{{field}: {{{operator}: [{listed}]}}}}"
    return f"{{name: {name}, conditions: [{condition}], actions: [drop]}}"


ROUTES = (
    "{name: mark, conditions: [{subject: {contains: invoice}}], "
    'actions: [{add_header: {name: X-Mark, value: "yes"}}]}',
    "{name: keep, actions: [{archive: {to: main}}]}",
    '{name: to-legal, conditions: [{recipient: {equals: ["counsel@example.com"]}}], '
    "actions: [{relay: {to: legal}}, stop]}",
    "{name: deliver, actions: [{relay: {to: exchange}}]}",
)


def gateway(rules: Iterable[str]) -> str:
    """The text of a gateway with some rules before its routes."""
    return HEAD + "".join(f"      - {rule}\n" for rule in (*rules, *ROUTES))


def few() -> list[str]:
    """So few rules that each is a live rule."""
    return [*map(blocked, range(16)), *map(blocked_sender, range(12))]


def many() -> list[str]:
    """More rules than the service takes."""
    return [*map(blocked, range(30)), *map(blocked_sender, range(20))]
