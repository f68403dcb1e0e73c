"""What is kept from one look at a project to the next one never makes a difference."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.checks.kept_findings import PROVED
from mmctl.editor.problems import FoundProblems, of_project, with_slow
from mmctl.editor.workspace import OpenProject
from mmctl.language.parsing.files import MemoryFiles

if TYPE_CHECKING:
    from mmctl.language.parsing.files import Files

DAY: Final = date(2026, 11, 29)
CHECKS: Final = Path(__file__).parents[2] / "src/mmctl/checks"
FILES: Final = {
    "mmctl.yaml": """\
version: 1
project: x
vars: {ours: example.com}
environments:
  prod: {region: eu-west-1, vars: {ours: example.org}}
  local: {endpoint: embedded}
""",
    "rules/mine.yaml": """\
version: 1
rule_sets:
  inbound:
    rules:
      - name: block
        owner: security
        conditions: [{from: {ends_with: ["@a.example", "@b.example"]}}]
        actions: [drop]
      - name: invoices
        owner: finance
        conditions:
          - from: {ends_with: "@c.example"}
          - subject: {contains: invoice}
        actions: [{relay: {to: exchange}}, stop]
      - name: deliver
        owner: operations
        actions: [{relay: {to: exchange}}]
relays:
  exchange: {server: "mx.${vars.ours}", port: 25, authentication: none}
""",
    "cases/mine.yaml": """\
version: 1
cases:
  - name: blocked
    message: {from: x@a.example, to: b@example.com}
    envelope: {mail_from: x@a.example, recipients: [b@example.com]}
    expect: {b@example.com: dropped}
""",
}
LATER: Final = PROVED | {"ignore-without-effect"}
EDITS: Final = (
    ("rules/mine.yaml", "      - name: invoices", "      # A comment.\n      - name: invoices"),
    ("rules/mine.yaml", "@c.example", "@b.example"),
    ("rules/mine.yaml", "owner: finance", "owner: finance\n        description: Never reached."),
    ("cases/mine.yaml", "b@example.com: dropped", "b@example.com: delivered"),
    ("mmctl.yaml", "ours: example.org", "ours: example.net"),
    ("mmctl.yaml", "project: x\n", "project: x\nlint: {proof_effort: 0}\n"),
    ("mmctl.yaml", "lint: {proof_effort: 0}\n", ""),
    ("rules/mine.yaml", "  # A comment.", "  # mmctl: ignore[unreachable-rule] It is a trap."),
    ("rules/mine.yaml", "@b.example", "@d.example"),
)


class _Disk:
    def root_of(self, path: str) -> str | None:
        return path

    def below(self, root: str) -> Files:
        assert root == "/project"
        return MemoryFiles(FILES)


def test_after_each_edit_the_problems_are_those_of_a_first_look() -> None:
    project = OpenProject("/project", "project", _Disk(), texts=dict(FILES))
    shown = FoundProblems()
    seen: set[str] = set()
    for path, before, after in (("mmctl.yaml", "", ""), *EDITS):
        project.texts[path] = project.texts[path].replace(before, after, 1)
        fast: list[FoundProblems] = []
        found = of_project(project, DAY, None, None, fast.append, lambda: None)
        fresh = OpenProject("/project", "project", _Disk(), texts=dict(project.texts))
        first = of_project(fresh, DAY, None, None, lambda _: None, lambda: None)
        assert (found.problems, found.fixes) == (first.problems, first.fixes), after
        (soon,) = fast
        assert set(soon.problems) <= set(found.problems), after
        assert {each.check for each in set(found.problems) - set(soon.problems)} <= LATER
        assert set(with_slow(soon, shown.problems).problems) >= set(soon.problems)
        shown = found
        seen |= {each.check for each in found.problems}
    assert "unreachable-rule" in seen


def test_the_checks_that_prove_are_those_that_ask_for_proofs() -> None:
    """By their sources: one that is left out would hold up all others."""
    asks = re.compile(r"import (?:proofs_of|ProjectProofs|idle_values)\b")
    found = {
        path.stem.replace("_", "-")
        for path in CHECKS.glob("*.py")
        if asks.search(path.read_text(encoding="utf-8"))
    }
    assert found - {"idle-values"} == PROVED  # what two of them share
