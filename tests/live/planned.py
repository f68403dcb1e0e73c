"""Plans from two texts of rules, without a service: what the first says is live."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mmctl.compiler.compile import compile_project
from mmctl.language.parsing.load import read_text
from mmctl.live.plan.plan import Plan, make_plan, target_of
from mmctl.live.state.names import Names
from mmctl.live.state.read import LiveState
from mmctl.live.state.service import Identity
from mmctl.problem import Severity

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project

MAIN = """\
version: 1
project: acme
environments:
  local: {endpoint: embedded%s}
default_environment: local
"""
_MEMBERS = ", ".join(f'"*@spam-{number}.example"' for number in range(60))
GATEWAY: Final = """\
version: 1
address_lists:
  blocked: {members: [MEMBERS]}
  partners: {members: ["*@partner.example", "*@vendor.example"]}
archives:
  main: {retention: SEVEN_YEARS}
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
  legal: {server: legal.example.com, port: 25, authentication: none}
traffic_policies:
  edge:
    default: deny
    max_message_size: 25MB
    statements:
      - deny: [{sender_ip: {cidr_matches: [192.0.2.0/24]}}]
      - allow: [{recipient: {ends_with: ["@example.com", "@eu.example.com"]}}]
rule_sets:
  inbound:
    rules:
      - name: block-listed
        conditions: [{mail_from: {in_address_list: blocked}}]
        unless: [{mail_from: {in_address_list: partners}}]
        actions: [drop]
      - name: block-lookalike
        conditions: [{from: {ends_with: ["@examp1e.example", "@exarnple.example"]}}]
        actions: [drop]
      - name: archive-all
        actions: [{archive: {to: main}}]
      - name: route-legal
        conditions: [{recipient: {equals: [counsel@example.com]}}]
        actions: [{relay: {to: legal}}, stop]
      - name: route-hr
        conditions: [{recipient: {equals: [hr@example.com, jobs@example.com]}}]
        actions: [{relay: {to: exchange}}, stop]
      - name: deliver
        actions: [{relay: {to: exchange}}]
ingress_points:
  entry: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: required}
""".replace("MEMBERS", _MEMBERS)
"""What is live: a gateway with lists, two relays, an archive, and rules of some teams."""

HERE = Identity(
    account="111122223333",
    region="us-east-1",
    endpoint="embedded",
    caller="arn:aws:iam::111122223333:user/somebody",
    partition="aws",
)


@lru_cache(maxsize=64)
def project_from(text: str, settings: str = "") -> Project:
    """A project of one file of rules."""
    project, problems = read_text({"mmctl.yaml": MAIN % settings, "rules/all.yaml": text})
    assert [each for each in problems if each.severity is Severity.ERROR] == []
    return project


def compiled(text: str, settings: str = "") -> LiveConfiguration:
    """What a text of rules makes live."""
    configuration, too_much = compile_project(project_from(text, settings))
    assert too_much == ()
    return configuration


def planned(
    live: str,
    wanted: str,
    *,
    past: str | None = None,
    settings: str = "",
    live_settings: str = "",
) -> Plan:
    """The plan that leads from one text to another; `past` was live some hours ago."""
    state = LiveState(configuration=compiled(live, live_settings), names=Names(identity=HERE))
    target = target_of(project_from(wanted, settings).environment, HERE)
    plan = make_plan(target, compiled(wanted, settings), state)
    return plan if past is None else replace(plan, yesterday=compiled(past))
