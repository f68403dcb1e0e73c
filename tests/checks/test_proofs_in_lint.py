"""What lint proves: what is undecided is said, and a missing solver is no traceback."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Final

from mmctl.checks.lint import lint
from mmctl.language.parsing.load import read_text

if TYPE_CHECKING:
    import pytest

TODAY: Final = date(2026, 11, 20)
SETTINGS: Final = "version: 1\nproject: mail\nenvironments: {local: {endpoint: embedded}}\n"
RULES: Final = """version: 1
rule_sets:
  inbound:
    rules:
      - {name: plain, conditions: [{tls: false}], actions: [{relay: {to: exchange}}, stop]}
      - {name: secure, unless: [{tls: false}], actions: [{relay: {to: exchange}}, stop]}
      - {name: mark, conditions: [{spf: {equals: FAIL}}], actions: [drop]}
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
"""
INVARIANT: Final = "invariants:\n  - {name: nothing is dropped, never: dropped}\n"


CHECKS: Final = frozenset({"unreachable-rule", "not-proved", "invariant-broken"})


def said(rules: str, settings: str = SETTINGS, checks: frozenset[str] = CHECKS) -> set[str]:
    project, problems = read_text({"mmctl.yaml": settings, "rules/r.yaml": rules})
    assert problems == ()
    return {
        f"{each.check}: {each.message}" for each in lint(project, TODAY) if each.check in checks
    }


def test_rules_and_invariants_are_proved_by_default() -> None:
    assert said(RULES + INVARIANT) == {
        "unreachable-rule: no mail reaches `mark`: `plain` (line 5) and `secure` (line 6)"
        " together end all of it"
    }


def test_a_size_that_no_message_has_is_one_mistake() -> None:
    rules = RULES.replace(
        "- {name: plain",
        "- {name: big, conditions: [{message_size: {greater_than: 50MB}}], "
        "actions: [drop]}\n      - {name: plain",
    ).replace("      - {name: mark, conditions: [{spf: {equals: FAIL}}], actions: [drop]}\n", "")
    checks = CHECKS | {"condition-without-effect", "size-out-of-reach"}
    assert said(rules, checks=checks) == {
        "condition-without-effect: no message is of that size, so the rule never applies",
        "size-out-of-reach: no message of 50,000,000 bytes is accepted: the service takes 40 MB",
    }


def test_all_rules_that_apply_are_named_without_saying_that_each_of_them_decides() -> None:
    rules = RULES.replace(
        "- {name: plain",
        "- {name: seen, actions: [{add_header: {name: X-Seen, value: 'yes'}}]}\n"
        "      - {name: plain",
    )
    (broken,) = said(
        f"{rules}invariants:\n  - {{name: nothing is delivered, never: delivered}}\n",
        checks=frozenset({"invariant-broken"}),
    )
    assert broken.endswith("it is delivered (`seen`, `secure`)"), broken


def test_without_effort_nothing_is_proved_and_invariants_are_said_to_be_open() -> None:
    none = f"{SETTINGS}lint: {{proof_effort: 0}}\n"
    assert said(RULES, none) == set()
    assert said(RULES + INVARIANT, none) == {
        "not-proved: undecided whether `nothing is dropped` holds:"
        " `proof_effort: 0` switches proofs off"
    }


def test_a_solver_that_cannot_be_loaded_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysolvers", None)
    for rules, start in ((RULES, "nothing is proved"), (RULES + INVARIANT, "undecided whether")):
        (only,) = said(rules)
        assert only.startswith(f"not-proved: {start}")
        assert "`python-sat`, which cannot be loaded" in only
