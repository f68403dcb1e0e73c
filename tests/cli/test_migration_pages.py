"""The pages on migration are run: their files are written, their commands print what they show."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from page_runs import DOCS, PageRun

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = DOCS.parent / "examples" / "migration"
PAGES = sorted(DOCS.glob("migration*/*.md")) + sorted(DOCS.glob("migration.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_on_migration_shows_what_is_printed(
    page: Path, tmp_path: Path, update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LOGNAME", "alex")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    text = page.read_text(encoding="utf-8")
    if (example := EXAMPLES / page.stem).is_dir():
        shutil.copytree(example, tmp_path, dirs_exist_ok=True)
    now = PageRun(tmp_path).shown(text)
    if update:
        page.write_text(now, encoding="utf-8")
    assert "```console\n$ " in text
    assert now == page.read_text(encoding="utf-8")
