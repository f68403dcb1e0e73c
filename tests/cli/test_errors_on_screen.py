"""Errors on a screen are broken between words; in a pipe they are lines, and commands are whole."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from pathlib import Path


class Screen(io.StringIO):
    """What a terminal is asked to show."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, *words: str) -> list[str]:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "44")
    exit_code(words)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("stream", [Screen(), io.StringIO()])
def test_a_screen_gets_whole_words_and_whole_commands(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = shown(monkeypatch, stream, "lint", "-C", str(tmp_path))
    assert " ".join(line.strip() for line in lines[:-1]).startswith("error: no project here: no `m")
    assert lines[-1].startswith("help: name its folder with `-C DIR`, or make a project with")
    assert len(lines) == 2 or all(len(line) <= 44 or " " not in line.strip() for line in lines[:-1])
    assert (len(lines) > 2) is stream.isatty()


@pytest.mark.parametrize(
    ("words", "said", "advice"),
    [
        (("list",), "error: missing argument 'add|remove'", "help: mmctl list --help"),
        (
            ("plan", "--iam"),
            "error: option '--iam' requires an argument",
            "help: mmctl plan --help",
        ),
        (("frobnicate",), "error: no such command 'frobnicate'", "help: mmctl --help"),
        (
            ("rollback", "--reason", "a", "customer", "called"),
            "error: got unexpected extra argument(s) (called)",
            "help: put a text with spaces in quotes; mmctl rollback --help",
        ),
    ],
)
def test_usage_names_the_page_that_helps(
    words: tuple[str, ...], said: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = shown(monkeypatch, io.StringIO(), *words)
    assert first.startswith(said)
    assert second.startswith(advice)
