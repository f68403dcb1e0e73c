"""Golden sessions of the language server: `pytest --update` writes them again."""

from __future__ import annotations

from pathlib import Path

import pytest
from session_story import Session

STORIES = sorted((Path(__file__).parent / "sessions").glob("*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_session(path: Path, tmp_path: Path, update: bool) -> None:
    text = path.read_text(encoding="utf-8")
    told = Session(tmp_path, text, update=update).told()
    if update:
        path.write_text(told, encoding="utf-8")
        text = told
    assert told == text
