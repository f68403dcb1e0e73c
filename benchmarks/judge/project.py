"""The rules as an mmctl project: a file for each team, and a rule that delivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.judge.rules import HEADERS, TEAMS, Operator, rules

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.judge.rules import Condition, Rule

DELIVER: Final = "deliver"
PROJECT: Final = """\
version: 1
project: benchmark
rules: [gateway.yaml, "teams/*.yaml"]
environments: {local: {endpoint: embedded}}
"""
GATEWAY: Final = """\
version: 1
rule_sets:
  inbound:
    rules:
      INCLUDES
      - name: DELIVER
        actions: [{relay: {to: exchange}}]
relays:
  exchange: {server: mail.corp.example.com, port: 25, authentication: none}
archives:
  record: {retention: SEVEN_YEARS}
traffic_policies:
  everybody: {default: allow}
ingress_points:
  inbound: {type: open, traffic_policy: everybody, rule_set: inbound}
"""


def write(folder: Path, count: int) -> Path:
    """Write the project; returns its folder."""
    (folder / "teams").mkdir(parents=True)
    (folder / "mmctl.yaml").write_text(PROJECT, encoding="utf-8")
    known = rules(count)
    teams = [team for team in TEAMS if any(rule.team == team for rule in known)]
    includes = "\n      ".join(f"- include: [teams/{team}.yaml]" for team in teams)
    gateway = GATEWAY.replace("INCLUDES", includes).replace("DELIVER", DELIVER)
    (folder / "gateway.yaml").write_text(gateway, encoding="utf-8")
    for team in teams:
        lines = ["version: 1", "rules:"]
        for rule in known:
            if rule.team == team:
                lines += _rule(rule)
        text = "\n".join(lines) + "\n"
        (folder / "teams" / f"{team}.yaml").write_text(text, encoding="utf-8")
    return folder


def _rule(rule: Rule) -> list[str]:
    """A rule, a condition a line; every second one archives, the others mark."""
    archives = int(rule.name.removeprefix("r")) % 2
    mark = f"add_header: {{name: X-Rule, value: {rule.name}}}"
    action = "archive: {to: record}" if archives else mark
    return [
        f"  - name: {rule.name}",
        f"    owner: {rule.team}",
        "    conditions:",
        *(f"      - {_condition(condition)}" for condition in rule.conditions),
        f"    actions: [{action}]",
    ]


def _condition(condition: Condition) -> str:
    field, operator, values = condition
    if operator is Operator.LARGER:
        return f"{field}: {{{operator}: {values[0]}}}"
    texts = ", ".join(f'"{value}"' for value in values)
    if field in HEADERS:
        return f"header: {{name: {field.title()}, {operator}: [{texts}]}}"
    return f"{field}: {{{operator}: [{texts}]}}"
