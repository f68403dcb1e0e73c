"""What checks look for in all values at once hides nothing: value by value, they find the same."""

from __future__ import annotations

import json
import re
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any, Final

from mmctl.analysis import covered_values
from mmctl.analysis.quota_uses import fits, rule_uses
from mmctl.checks import not_an_address, pattern_in_literal, redundant_value, stray_character
from mmctl.checks.check import Subject
from mmctl.language.parsing.load import read_text
from mmctl.model.quotas import RULE_ACTIONS, RULE_CONDITIONS, RULE_EXCEPTIONS, VALUES

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import pytest

    from mmctl.model.quotas import Quota

SEED: Final = 12
PARTS: Final = (
    *("a", "b", "ab", "A", "1", "x y", "user", "example.com", "a.example", "b.example", "<>"),
    *("@", "@", ".", "..", "@@", "@.", " ", ",", ";", ":", "<", ">", "&amp;", "&nbsp;", "&", "="),
    *("*", ".*", "^", "$", "?", "\\.", "[a-z]", "(a|b)", "(?i)", "+", ".+", "mailto:", '"', "'"),
    *("\u00a0", "\u200b", "\ufeff", "\u2018", "\u201d", "\u00ab", "\t", "=?utf-8?q?a?=", "é"),
)
OPERANDS: Final = (
    *("mail_from", "recipient", "from", "sender", "to", "helo", "subject"),
    "header: {name: X-A, ",
)
OPERATORS: Final = ("equals", "not_equals", "starts_with", "ends_with", "contains")
SETTINGS: Final = """version: 1
project: mail
environments: {local: {endpoint: embedded}}
lint: {proof_effort: 0}
"""
ALWAYS: Final = re.compile("")
"""A sign that everything has."""
SLOWLY: Final[tuple[tuple[ModuleType, ModuleType, str, Any], ...]] = (
    (stray_character, stray_character, "_SIGNS", {True: ALWAYS, False: ALWAYS}),
    (not_an_address, not_an_address, "_is_suspect", lambda _: True),
    (pattern_in_literal, pattern_in_literal, "_SIGNS", ALWAYS),
    (redundant_value, covered_values, "_are_apart", lambda *_: False),
)
"""Each check, where and what it asks at once, and an answer that clears no value."""


def _rules(random: Random, count: int) -> str:
    lines = ["version: 1", "rule_sets:", "  inbound:", "    rules:"]
    for number in range(count):
        lines += [f"      - name: r{number}", "        conditions:"]
        for _ in range(random.choice((1, 1, 2))):
            values = ["".join(random.choices(PARTS, k=random.randint(1, 4))) for _ in range(3)]
            written = ", ".join(json.dumps(value) for value in values[: random.randint(1, 3)])
            operand = random.choice(OPERANDS)
            opened = operand if operand.endswith(" ") else f"{operand}: {{"
            lines.append(f"          - {opened}{random.choice(OPERATORS)}: [{written}]}}")
        lines.append("        actions: [drop]")
    return "\n".join(lines) + "\n"


def test_what_is_looked_for_in_all_values_at_once_hides_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = Random(SEED)  # noqa: S311 - examples, not secrets
    files = {"mmctl.yaml": SETTINGS, "rules/r.yaml": _rules(random, 800)}
    project, _ = read_text(files)
    subject = Subject(project=project, today=date(2026, 1, 1))

    def found(module: ModuleType) -> list[str]:
        return [repr(each) for each in module.CHECK.run(subject)]

    at_once = {module: found(module) for module, *_ in SLOWLY}
    for _, place, name, answer in SLOWLY:
        monkeypatch.setattr(place, name, answer)
    assert [module.CHECK.id for module, *_ in SLOWLY if found(module) != at_once[module]] == []
    assert min(map(len, at_once.values())) > 10


def _rules_near_the_quotas(random: Random, count: int) -> str:
    def several(quota: Quota, each: Callable[[], str]) -> str:
        most = quota.most
        return ", ".join(each() for _ in range(random.choice((1, 1, most - 1, most, most + 1))))

    def condition() -> str:
        values = several(VALUES, lambda: f"text-{random.random()}")
        return f"{{subject: {{contains: [{values}]}}}}"

    lines = ["version: 1", "rule_sets:", "  inbound:", "    rules:"]
    for number in range(count):
        lines += [
            f"      - name: r{number}",
            f"        conditions: [{several(RULE_CONDITIONS, condition)}]",
            f"        unless: [{several(RULE_EXCEPTIONS, condition)}]",
            f"        actions: [{several(RULE_ACTIONS, lambda: 'drop')}]",
        ]
    return "\n".join(lines) + "\n"


def test_a_rule_fits_where_it_uses_no_more_than_any_quota() -> None:
    random = Random(SEED)  # noqa: S311 - examples, not secrets
    files = {"mmctl.yaml": SETTINGS, "rules/r.yaml": _rules_near_the_quotas(random, 100)}
    project, _ = read_text(files)
    rules = project.rule_sets["inbound"].live_rules("local")
    over = {rule.name for rule in rules if any(use.over for use in rule_uses(rule))}

    assert {rule.name for rule in rules if not fits(rule)} == over
    assert 10 < len(over) < len(rules) - 10
