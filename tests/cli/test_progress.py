"""Progress is for people: on a terminal, after a second, with what is left; never in a pipe."""

from __future__ import annotations

import io
import re
import shutil
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mmctl.cli import world
from mmctl.cli.main import exit_code
from mmctl.cli.progress import duration

if TYPE_CHECKING:
    from collections.abc import Callable

GATEWAY = Path(__file__).parent / "gateway"
MESSAGE = b"Delivered-To: cfo@example.com\r\nFrom: a@example.org\r\n\r\nbody\r\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(name="said")
def said_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a command says on standard error, in a project with four messages."""
    shutil.copytree(GATEWAY, tmp_path, dirs_exist_ok=True)
    (tmp_path / "mail").mkdir()
    for number in range(4):
        (tmp_path / f"mail/{number}.eml").write_bytes(MESSAGE)
    monkeypatch.chdir(tmp_path)
    seconds = count(1)  # every look at the clock is a second later
    monkeypatch.setattr(world, "elapsed", lambda: float(next(seconds)))

    def said(*words: str, terminal: bool = True) -> str:
        stream = Terminal() if terminal else io.StringIO()
        monkeypatch.setattr(sys, "stderr", stream)
        exit_code(list(words))
        return stream.getvalue()

    return said


def lines(text: str) -> list[str]:
    return [line for line in re.split(r"\r?\x1b\[K|\n", text) if line]


def test_many_messages_are_counted_with_the_time_that_is_left(
    said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quarters = count()  # three looks at the clock for a message
    monkeypatch.setattr(world, "elapsed", lambda: next(quarters) / 4)
    told = lines(said("simulate", "mail"))
    assert told[0] == "2 messages, 1 a second, 2 s left"
    assert told[-1] == "4 messages, 1 a second, 0 s left"


def test_the_time_left_of_stored_results_is_that_of_what_is_still_judged(
    said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmctl.cli.messages.manifest.STORED_BATCH", 10)
    for number in range(100, 196):
        Path(f"mail/{number}.eml").write_bytes(MESSAGE)
    told = lines(said("simulate", "mail", "--results", "out"))
    assert told[0] == "20 messages, 10 a second, 8 s left"
    assert told[-2] == "100 messages, 10 a second, 0 s left"
    told = lines(said("simulate", "mail", "--results", "shard", "--shard", "1/2"))
    assert told[-2] == "50 messages, 10 a second, 1 s left"
    for first in range(60, 100, 10):
        Path(f"out/counts/{first:010}.json").unlink()
    told = lines(said("simulate", "mail", "--results", "out", "--resume"))
    assert told[0] == "20 messages, 10 a second, 2 s left"


def test_mutants_are_counted_with_how_many_there_are(said: Callable[..., str]) -> None:
    told = lines(said("simulate", "--mutate", "6", "--workers", "1"))
    assert told[0] == "2 of 6 mutants, 1 a second, 4 s left"


def test_the_messages_of_a_plan_are_counted(said: Callable[..., str]) -> None:
    said("apply", "--yes", "-q")
    told = lines(said("plan", "--corpus", "mail", "--no-preflight"))
    assert "3 messages, 1 a second, 1 s left" in told


def test_what_is_said_meanwhile_has_a_line_of_its_own(
    said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmctl.mail.archives.LARGEST_MESSAGE", 20_000)
    Path("mail/3.eml").write_bytes(MESSAGE + b"x" * 20_000)
    told = said("simulate", "mail")
    assert "\r\x1b[Kskipped: `mail/3.eml`" in told


@pytest.mark.parametrize("words", [("simulate", "mail"), ("simulate", "--mutate", "6")])
def test_a_pipe_gets_no_progress(said: Callable[..., str], words: tuple[str, ...]) -> None:
    assert said(*words, terminal=False) == ""


def test_quiet_is_quiet(said: Callable[..., str]) -> None:
    assert said("simulate", "mail", "-q") == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (200, "3 min 20 s"), (3_900, "1 h 5 min")]
)
def test_what_is_left_is_no_more_exact_than_a_guess(seconds: float, words: str) -> None:
    assert duration(seconds) == words
