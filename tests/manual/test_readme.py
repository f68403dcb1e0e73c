"""The README and its pictures: what they show is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from manual.markdown import anchors, links
from manual.terminal import picture
from mmctl.cli.main import exit_code

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PLAN = ROOT / "docs" / "images" / "plan.svg"
AROUND = """\
version: 1
traffic_policies:
  edge:
    default: deny
    statements:
      - name: own-domain
        description: Mail for our own domain.
        allow:
          - recipient: {ends_with: "@example.com"}
ingress_points:
  public-mx: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}
relays:
  mail-server: {server: mail.example.com, port: 25, authentication: none}
"""
"""What is around the ten lines."""
CAMPAIGN = """
  - name: block-overdue-invoices
    description: A campaign of forged invoices.
    owner: security
    conditions:
      - subject: {contains: [overdue invoice, payment today]}
      - spf: {not_equals: PASS}
    actions:
      - drop
"""


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=lambda page: page.name)
def test_links_of_pages_outside_of_the_manual_lead_to_headings(page: Path) -> None:
    wrong: list[str] = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    assert wrong == []


def test_the_ten_lines_are_linted_as_the_readme_says(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    update: bool,
) -> None:
    page = README.read_text(encoding="utf-8")
    rules, shown = re.findall(r"```(?:yaml|console)\n(.*?)```", page, re.DOTALL)
    (tmp_path / "rules").mkdir()
    (tmp_path / "mmctl.yaml").write_text("version: 1\nproject: gateway\nrules: [rules/*.yaml]\n")
    (tmp_path / "rules/inbound.yaml").write_text(rules)
    (tmp_path / "rules/edge.yaml").write_text(AROUND)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert exit_code(["lint"]) == 1
    printed = "$ mmctl lint\n" + capsys.readouterr().out
    assert "is accepted and lost [lost-mail]" in printed
    if update:
        README.write_text(page.replace(shown, printed), encoding="utf-8")
        shown = printed
    assert shown == printed


def test_the_picture_of_a_plan_is_what_a_plan_prints(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    update: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert exit_code(["init", "gateway", "-q"]) == 0
    monkeypatch.chdir(tmp_path / "gateway")
    assert exit_code(["apply", "--yes", "-q"]) == 0
    file = Path("rules/security.yaml")
    rules = file.read_text()
    known, more = '"@exarnple.example"]', '"@exarnple.example", "@example-mail.example"]'
    file.write_text(rules.replace(known, more) + CAMPAIGN)
    capsys.readouterr()
    assert exit_code(["plan", "--color", "always"]) == 0
    shown = steady(capsys.readouterr().out)
    drawn = picture("\x1b[1m$ mmctl plan\x1b[0m\n" + shown, "What mmctl plan prints")
    if update:
        PLAN.write_text(drawn, encoding="utf-8")
    assert PLAN.read_text(encoding="utf-8") == drawn
    assert "block-overdue-invoices" in drawn
    assert "url(" not in drawn


def steady(text: str) -> str:
    """Ids, times and digests as they are on no day."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", "2026-11-20T16:05Z", text)
    text = re.sub(r"\b(rs|tp|inp|a)-[a-z0-9]{20,}", r"\1-4e1d…", text)
    return re.sub(r"[0-9a-f]{4}…→[0-9a-f]{4}…", "8482…→88bd…", text)
