"""Golden stories of the command line: `pytest --update` rewrites them."""

from __future__ import annotations

from pathlib import Path

import pytest
from story import Story

STORIES = sorted(Path(__file__).parent.glob("[0-9]*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path, tmp_path: Path, update: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LOGNAME", "alex")
    text = path.read_text(encoding="utf-8")
    told = Story.of(text).told(tmp_path)
    if update:
        path.write_text(told, encoding="utf-8")
        text = told
    assert told == text
