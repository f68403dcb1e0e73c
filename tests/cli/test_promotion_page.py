"""The page on promotion: its files are written and its commands run, over four accounts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from page_runs import DOCS, PageRun

if TYPE_CHECKING:
    from pathlib import Path

PAGE = DOCS / "promotion.md"
ACCOUNTS = {"000000000000", "111122223333", "222233334444", "444455556666"}


@pytest.mark.slow
def test_the_page_on_promotion_is_a_story_that_runs(
    tmp_path: Path, update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LOGNAME", "alex")
    page = PAGE.read_text(encoding="utf-8")
    (tmp_path / ".mmctl").mkdir()
    now = PageRun(tmp_path).shown(page)
    if update:
        PAGE.write_text(now, encoding="utf-8")
    assert page.count("$ mmctl send") >= 5
    assert now == PAGE.read_text(encoding="utf-8")
    mail = (tmp_path / ".mmctl/mail/messages.jsonl").read_text().splitlines()
    assert {json.loads(line)["account"] for line in mail} == ACCOUNTS, "by SMTP, in each account"
