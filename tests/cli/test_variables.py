"""Variables of the environment that make no sense: no command fails because of one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.exit_codes import USAGE

if TYPE_CHECKING:
    import pytest

GATEWAY: Final = Path(__file__).parent / "gateway"
MMCTL: Final = Path(sys.executable).with_name("mmctl")
IMPOSSIBLE: Final = ("9" * 5000, "9" * 12, "\N{SUPERSCRIPT TWO}", "-3", "0", "", "wide", "8e1")


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    return subprocess.run(
        [MMCTL, *words],
        cwd=GATEWAY,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_size_that_no_screen_has_is_as_if_it_were_not_set() -> None:
    words = ("plan", "--help")
    usual = run(*words)

    assert usual.returncode == 0
    assert [
        (name, value[:9])
        for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH")
        for value in IMPOSSIBLE[:2]
        if (found := run(*words, **{name: value})).stdout != usual.stdout or found.stderr
    ] == []


def test_sizes_are_forgotten_where_no_screen_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    left = {}
    for value in (*IMPOSSIBLE, "80", "00120", "99999"):
        for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH"):
            monkeypatch.setenv(name, value)
        world.forget_impossible_sizes()
        left[value] = [os.environ.get(name) for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH")]

    assert left == {
        **{value: [None] * 3 for value in IMPOSSIBLE},
        **{value: [value] * 3 for value in ("80", "00120", "99999")},
    }


def test_a_completion_that_bash_has_not_asked_for_is_refused() -> None:
    words = "error: `COMP_WORDS`, the words to complete, is not set"
    number = "error: `COMP_CWORD`, the number of the word to complete, is not a number"
    asked: dict[str, dict[str, str]] = {
        words: {"COMP_CWORD": "1"},
        number: {"COMP_WORDS": "mmctl li"},
        f"{number} ": {"COMP_WORDS": "mmctl li", "COMP_CWORD": "x"},
        f"{number}  ": {"COMP_WORDS": "mmctl 'li", "COMP_CWORD": "9" * 5000},
    }
    for said, variables in asked.items():
        found = run(_MMCTL_COMPLETE="complete_bash", **variables)
        assert (found.stdout, found.returncode) == ("", USAGE)
        assert found.stderr == f"{said.strip()}\nhelp: bash sets it: mmctl --install-completion\n"
