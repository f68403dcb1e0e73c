"""The page of a run: self-contained, and what a case says is text on it, never markup."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from mmctl.cli.main import exit_code

GATEWAY = Path(__file__).parents[1] / "cli" / "gateway"


@pytest.fixture
def page(tmp_path: Path) -> str:
    project = tmp_path / "project"
    shutil.copytree(GATEWAY, project)
    cases = project / "cases" / "cases.yaml"
    text = cases.read_text(encoding="utf-8")
    named = text.replace("a blocked network is dropped", "<script>alert(1)</script> & more")
    cases.write_text(named, encoding="utf-8")
    out = tmp_path / "page.html"
    assert exit_code(["-C", str(project), "simulate", "--format", "html", "-o", str(out)]) == 0
    return out.read_text(encoding="utf-8")


def test_the_page_shows_every_case_and_rule(page: str) -> None:
    assert "large mail with a failed SPF is marked and delivered" in page
    for rule in ("archive-all", "block-lookalike", "mark-large", "deliver"):
        assert rule in page


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert "@import" not in page


def test_what_a_case_says_is_text(page: str) -> None:
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page


def test_the_page_is_the_same_for_the_same_project(page: str, tmp_path: Path) -> None:
    again = tmp_path / "again.html"
    project = str(tmp_path / "project")
    assert exit_code(["-C", project, "simulate", "--format", "html", "-o", str(again)]) == 0
    assert again.read_text(encoding="utf-8") == page


def test_why_a_rule_did_not_apply_is_written_once_for_all_cases(page: str) -> None:
    wanted = 'from ends_with \\"@examp1e.example\\", \\"@exarnple.example\\"'
    assert page.count("did not apply<") >= 3
    assert page.count(wanted) == 1


def messages_page(folder: Path, *words: str) -> str:
    out = folder / "messages.html"
    code = exit_code(["-C", str(folder), "simulate", *words, "--format", "html", "-o", str(out)])
    assert code == 0
    return out.read_text(encoding="utf-8")


def test_a_page_holds_the_first_messages_of_very_many_and_counts_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("messages", "page"):
        monkeypatch.setattr(f"mmctl.cli.messages.{module}.SHOWN_ON_PAGES", 2)
    shutil.copytree(GATEWAY, tmp_path, dirs_exist_ok=True)
    (tmp_path / "mail").mkdir()
    for number in range(5):
        (tmp_path / f"mail/{number}.eml").write_bytes(b"Subject: x\n\n")
    text = messages_page(tmp_path, "mail", "--rcpt", "cfo@example.com")
    assert text.count('class="item message"') == 2
    assert "Shows 2 of 5 messages: the first ones." in text
    assert "5 messages: 5 unknown" in text


def test_the_page_of_messages_is_the_same_for_several_processes(tmp_path: Path) -> None:
    shutil.copytree(GATEWAY, tmp_path, dirs_exist_ok=True)
    words = ("cases/messages", "cases/messages", "--rcpt", "cfo@example.com")
    alone = messages_page(tmp_path, *words)
    assert messages_page(tmp_path, *words, "--workers", "2") == alone
