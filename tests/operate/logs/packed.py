"""A packed gateway of 50 rules: as it is written, as it is live, and which live rule holds what."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from mmctl.judge.submission import gateway_of_rule_set
from mmctl.language.parsing.load import read_text
from mmctl.operate.logs.packed import HeldRules, PackedRules

if TYPE_CHECKING:
    from mmctl.language.project import Project

_PROJECT = """
version: 1
project: test
rules: [rules.yaml]
environments:
  here: {endpoint: embedded}
default_environment: here
"""
_HEAD = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  vault: {retention: ONE_YEAR}
traffic_policies:
  edge:
    statements:
      - name: ours
        allow: [{recipient: {ends_with: ["@example.com"]}}]
    default: deny
ingress_points:
  mx-in: {live_name: live-mx, type: open, rule_set: inbound, traffic_policy: edge}
rule_sets:
  inbound:
    live_name: live-inbound
    rules:
"""
SENDERS = tuple(f"sender-{number:02}" for number in range(20))
"""Rules that drop one sender each: the envelope tells which."""
LURES = tuple(f"lure-{number:02}" for number in range(14))
"""Rules that hold one word of the subject each: no log tells which."""
MARKS = ("mark-domain", "mark-person", "mark-other")
"""Rules that mark senders, and of which two may apply to one message."""
NETWORKS = tuple(f"network-{number:02}" for number in range(10))
PIECES = ("long",)
_KEEP = """
      - name: keep
        actions: [{archive: {to: vault}}, {relay: {to: exchange}}, stop]
"""


def _rule(name: str, condition: str, actions: str) -> str:
    return f"""
      - name: {name}
        conditions: [{{{condition}}}]
        actions: [{actions}]
"""


_HOLD = "{archive: {to: vault}}, stop"
_MARK = "{add_header: {name: X-Mark, value: seen}}"


def _written() -> str:
    rules = [_rule(name, f"mail_from: {{equals: {name}@example.net}}", "drop") for name in SENDERS]
    rules += [_rule(name, f'subject: {{contains: "{name} now"}}', _HOLD) for name in LURES]
    rules += [
        _rule(name, f"source_ip: {{cidr_matches: 198.51.100.{number}/32}}", "drop")
        for number, name in enumerate(NETWORKS)
    ]
    rules += [
        _rule("mark-domain", 'mail_from: {ends_with: "@example.org"}', _MARK),
        _rule("mark-person", "mail_from: {equals: ann@example.org}", _MARK),
        _rule("mark-other", "mail_from: {equals: other@example.edu}", _MARK),
        _rule("never", "mail_from: {equals: nobody@example.edu}", "drop"),
        _rule("long", "recipient: {equals: [one@example.com, two@example.com]}", "drop"),
    ]
    return _HEAD + "".join(rules) + _KEEP


def _live() -> str:
    def all_of(names: tuple[str, ...], ending: str) -> str:
        return ", ".join(f'"{name}{ending}"' for name in names)

    networks = ", ".join(f"198.51.100.{number}/32" for number in range(len(NETWORKS)))
    senders = all_of(SENDERS, "@example.net")
    marked = '"@example.org", "ann@example.org", "other@example.edu"'
    rules = [
        _rule("mm.sender-00.etc", f"mail_from: {{equals: [{senders}]}}", "drop"),
        _rule("mm.lure-00.etc", f"subject: {{contains: [{all_of(LURES, ' now')}]}}", _HOLD),
        _rule("mm.network-00.etc", f"source_ip: {{cidr_matches: [{networks}]}}", "drop"),
        _rule("mm.mark-domain.etc", f"mail_from: {{ends_with: [{marked}]}}", _MARK),
        _rule("mm.long.1", "recipient: {equals: one@example.com}", "drop"),
        _rule("mm.long.2", "recipient: {equals: two@example.com}", "drop"),
    ]
    return _HEAD + "".join(rules) + _KEEP


HOLDS = {
    "mm.sender-00.etc": SENDERS,
    "mm.lure-00.etc": LURES,
    "mm.network-00.etc": NETWORKS,
    "mm.mark-domain.etc": MARKS,
    "mm.long.1": PIECES,
    "mm.long.2": PIECES,
    "keep": ("keep",),
}


@cache
def project_of(text: str) -> Project:
    read, problems = read_text({"mmctl.yaml": _PROJECT, "rules.yaml": text})
    assert read is not None, problems
    return read


def written() -> Project:
    """The project as its teams write it."""
    return project_of(_written())


def live() -> Project:
    """The same, as the service has it."""
    return project_of(_live())


def packed() -> PackedRules:
    """Which live rule holds which rules of the files."""
    rules = {rule.name: rule for rule in written().rule_sets["inbound"].rules}
    held = {
        rule.name: HeldRules(
            name=rule.name,
            number=number,
            live=rule,
            sources=tuple(rules[name] for name in HOLDS[rule.name]),
        )
        for number, rule in enumerate(live().rule_sets["inbound"].rules, 1)
    }
    return PackedRules(
        name="inbound",
        live_name="live-inbound",
        rules=held,
        gateway=gateway_of_rule_set(written(), "inbound"),
        left_out={"never": "it never applies"},
    )
