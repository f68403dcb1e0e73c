"""The page of promises names tests, commands and pages that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from mmctl.cli.command_table import COMMANDS

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = (ROOT / "docs/developers/promises.md").read_text(encoding="utf-8")


def test_every_test_that_a_promise_rests_on_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 20
    missing = [
        (path, name)
        for path, name in named
        if not (ROOT / path).is_file()
        or (name and f"\ndef {name}(" not in (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert missing == []


def test_every_command_and_page_that_keeps_a_promise_exists() -> None:
    known = {name for name, _group, _place in COMMANDS}
    assert set(re.findall(r"`mmctl ([a-z]+)", PAGE)) - known == set()
    pages = re.findall(r"\]\(\.\./([\w-]+\.md)(?:#[\w-]+)?\)", PAGE)
    assert len(pages) > 10
    assert [page for page in pages if not (ROOT / "docs" / page).is_file()] == []


def test_every_promise_says_what_does_it_and_what_was_measured() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| (?!Promise|---)", line)]
    assert len(rows) > 15
    for row in rows:
        promise, does, measured, *_ = (cell.strip("| ") for cell in row.split(" | "))
        assert promise, row
        assert does, row
        assert measured, row
