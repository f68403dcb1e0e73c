"""`lost-mail` judges only where mail may be lost: where it does not look, judging finds none."""

from __future__ import annotations

from random import Random
from typing import Final

from mmctl.checks.lost_mail import first_lost, keeps_all
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome

SETTINGS: Final = """version: 1
project: mail
environments: {local: {endpoint: embedded}}
"""
HEAD: Final = """version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  all-mail: {retention: ONE_YEAR}
rule_sets:
  inbound:
    rules:
"""
CONDITIONS: Final = (
    "",
    'conditions: [{recipient: {ends_with: "@example.com"}}], ',
    'conditions: [{recipient: {contains: "@"}}], ',
    "conditions: [{tls: true}], ",
    'unless: [{mail_from: {contains: "@"}}], ',
    "conditions: [{spf: {equals: FAIL}}], ",
)
ACTIONS: Final = (
    "drop",
    "{relay: {to: exchange}}",
    "{archive: {to: all-mail}}",
    "{add_header: {name: X-Seen, value: a}}",
    "{relay: {to: exchange}}, stop",
    "{archive: {to: all-mail}}, stop",
    "{archive: {to: all-mail}}, drop, {relay: {to: exchange}}",
    "{replace_recipient: [desk@example.com]}",
    "{add_header: {name: X-Seen, value: a}}, drop",
)


def rule_set(random: Random) -> str:
    lines = []
    for number in range(random.randrange(1, 6)):
        shadow = "shadow: true, " if random.random() < 0.1 else ""
        rest = f"{shadow}{random.choice(CONDITIONS)}actions: [{random.choice(ACTIONS)}]"
        lines.append(f"      - {{name: r{number}, {rest}}}\n")
    if random.random() < 0.7:
        lines.append(f"      - {{name: last, actions: [{random.choice(ACTIONS)}]}}\n")
    return HEAD + "".join(lines)


def test_no_mail_is_lost_where_nothing_is_judged() -> None:
    random = Random(5)  # noqa: S311 - examples, not secrets
    wrong, left_out = [], 0
    for _ in range(300):
        text = rule_set(random)
        project, problems = read_text({"mmctl.yaml": SETTINGS, "rules/r.yaml": text})
        assert [each for each in problems if each.check != "one-of"] == []
        found = project.rule_sets["inbound"]
        for below in (frozenset({Outcome.LOST}), frozenset({Outcome.LOST, Outcome.STORED})):
            if not keeps_all(found.live_rules("local"), below):
                continue
            left_out += 1
            gateway = gateway_of_rule_set(project, "inbound")
            if first_lost(gateway, below) is not None:
                wrong.append((text, below))

    assert wrong == []
    assert left_out > 50
