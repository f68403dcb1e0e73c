"""The page on lists of senders runs: each command on the examples, what it prints, what it says."""

from __future__ import annotations

import re
from pathlib import Path

from mmctl.interchange.sender_lists.entries import entry_of

PAGE = Path(__file__).parents[3] / "docs" / "migration" / "csv.md"


def test_the_tables_of_the_page_are_so() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|$", page, re.MULTILINE)
    compared = 0
    for entries, said in rows:
        for text in re.findall(r"`([^`]+)`", entries):
            found = entry_of(text.partition("<")[2].strip(">") or text)
            wanted = re.findall(r"`([^`]+)`", said.partition(";")[0])
            if said.startswith("`mail_from"):
                assert all(each in (found.instead or "") for each in wanted), text
            elif said.startswith("`"):
                assert list(found.members) == wanted, text
            compared += 1
    assert compared >= 15
