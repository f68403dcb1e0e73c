"""The page on lists of senders runs: each command on the examples, what it prints, what it says."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from interchange.sender_lists.vendor_files import FOLDER
from mmctl.cli.main import exit_code
from mmctl.interchange.sender_lists.entries import entry_of

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parents[3] / "docs" / "migration" / "csv.md"
_PROJECT = "version: 1\nproject: acme\nenvironments: {local: {endpoint: embedded}}\n"
_RULES = "version: 1\nrule_sets: {inbound: {rules: [{name: none, actions: [drop]}]}}\n"


def test_the_page_shows_what_is_printed(
    tmp_path: Path, update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    (tmp_path / "mmctl.yaml").write_text(_PROJECT, encoding="utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "inbound.yaml").write_text(_RULES, encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")

    def ran(block: re.Match[str]) -> str:
        lines = [line for line in block[1].splitlines() if line.startswith("$ mmctl ")]
        return "".join(f"{line}\n{_printed(line)}" for line in lines)

    now = re.sub(r"(?<=```console\n)(.*?)(?=```\n)", ran, page, flags=re.DOTALL)
    if update:
        PAGE.write_text(now, encoding="utf-8")
    assert page.count("$ mmctl import") == 8
    assert now == PAGE.read_text(encoding="utf-8")


def _printed(line: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        exit_code(shlex.split(line)[2:])
    return printed.getvalue()


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
