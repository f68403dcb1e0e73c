"""Edits of files by commands: taken back where nothing of them went live."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from mmctl.cli.files.editing import FileEdit, edited, editing_alone
from mmctl.cli.main import exit_code
from mmctl.cli.run import Run
from mmctl.errors import CouldNot, StoppedPartWay

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = "version: 1\naddress_lists:\n  blocked: {members: [a@example.com]}\n"
AFTER = BEFORE.replace("]", ", b@example.com]")

INTERRUPTED_PART_WAY = KeyboardInterrupt()
INTERRUPTED_PART_WAY.add_note("stopped after 1 of 2 steps")


@pytest.mark.parametrize(
    ("end", "left"),
    [
        (CouldNot("the network is down"), BEFORE),
        (KeyboardInterrupt(), BEFORE),
        (INTERRUPTED_PART_WAY, AFTER),
        (StoppedPartWay("stopped after 1 of 2 steps"), AFTER),
    ],
    ids=["nothing written", "interrupted before", "interrupted in between", "stopped"],
)
def test_an_edit_stays_where_something_of_it_is_live(
    end: BaseException, left: str, tmp_path: Path
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(BEFORE, encoding="utf-8")
    run = Run(directory=tmp_path, today=date(2026, 11, 20))
    edit = FileEdit(path=file, before=BEFORE, after=AFTER)
    with pytest.raises(type(end)), edited(run, edit, lambda _: True):
        raise end
    assert file.read_text(encoding="utf-8") == left


@pytest.mark.parametrize(
    "words",
    [
        ("list", "add", "partners", "a@example.org", "--reason", "attack", "--yes"),
        ("list", "remove", "partners", "*@partner.example", "--reason", "over", "--yes"),
        ("promote", "block"),
        ("drift", "--write"),
    ],
    ids=" ".join,
)
def test_of_two_commands_that_edit_files_at_once_the_second_is_refused(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("fcntl")
    with editing_alone(tmp_path):
        code = exit_code([*words, "-C", str(tmp_path)])
    assert code == 3
    assert "another mmctl is changing files of this project" in capsys.readouterr().err
    with editing_alone(tmp_path):
        pass
