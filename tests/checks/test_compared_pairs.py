"""Rules that share a condition are not compared each with each: the pairs grow with the rules."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from mmctl.analysis import hiding, implication, same_mail
from mmctl.checks.lint import lint
from mmctl.language.parsing.load import read_text

if TYPE_CHECKING:
    import pytest

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
ACTIONS: Final = (
    "drop",
    "{relay: {to: exchange}}",
    "{archive: {to: all-mail}}",
    "{relay: {to: exchange}}, stop",
)


def compared(rules: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many pairs are compared, where all rules are for one domain and for different senders."""
    lines = [
        f"      - name: r{n}\n"
        '        conditions: [{recipient: {ends_with: "@example.com"}}, '
        f"{{mail_from: {{equals: [u{n}@example.org, v{n}@example.org]}}}}]\n"
        f"        actions: [{ACTIONS[n % len(ACTIONS)]}]\n"
        for n in range(rules)
    ]
    lines.append("      - {name: last, actions: [{relay: {to: exchange}}, stop]}\n")
    project, _ = read_text({"mmctl.yaml": SETTINGS, "rules/r.yaml": HEAD + "".join(lines)})
    pairs = 0

    def counted(*given: Any, **named: Any) -> bool:
        nonlocal pairs
        pairs += 1
        return implication.applies_wherever(*given, **named)

    monkeypatch.setattr(hiding, "applies_wherever", counted)
    monkeypatch.setattr(same_mail, "applies_wherever", counted)
    lint(project, date(2026, 1, 1))
    return pairs


def test_four_times_the_rules_are_compared_in_about_four_times_the_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = compared(60, monkeypatch)

    assert 0 < compared(240, monkeypatch) < 5 * few
