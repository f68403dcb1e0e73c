"""Documents run: what the manual shows is read, regenerated or executed, and compared."""

from __future__ import annotations

import re
from pathlib import Path

from mmctl.language.read import read_text
from mmctl.language.readings import CHOICES

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```\n", re.DOTALL)


def test_the_examples_of_the_language_page_are_one_project_without_a_problem() -> None:
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    files = dict(_BLOCK.findall(page))
    assert len(files) == page.count("```yaml")
    files["rules/audit/archive.yaml"] = (
        "version: 1\nrules: [{name: archive-all, actions: [{archive: {to: compliance-7y}}]}]\n"
    )
    files["rules/lists/partners.csv"] = "address\na@vendor.example\n"
    for environment in ("local", "staging", "prod"):
        project, problems = read_text(files, environment=environment)
        assert [f"{p.position}: {p.message}" for p in problems] == []
        assert [rule.name for rule in project.rule_sets["inbound"].rules] == [
            "block-lookalike",
            "archive-all",
            "deliver",
        ]
    assert len(project.cases) == 2
    assert len(project.invariants) == 3


def test_the_semantics_page_names_every_reading_with_its_choices_in_order() -> None:
    page = (ROOT / "docs" / "semantics.md").read_text(encoding="utf-8")
    table: dict[str, tuple[str, ...]] = {}
    for line in page.splitlines():
        if line.startswith("| `"):
            names, choices = line.strip("| ").split(" | ", 1)
            for name in re.findall(r"`(\w+)`", names):
                if name in CHOICES:
                    table[name] = tuple(re.findall(r"`(\w+)`", choices))
    assert table == dict(CHOICES)


def test_every_link_of_the_manual_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
