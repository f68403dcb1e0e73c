"""`mmctl watch`: what is found after each save, on a screen and in a pipe."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyte
import pytest
from shell_sessions import MMCTL

from mmctl.cli.commands.watch import watch
from mmctl.cli.files.save_rounds import SaveRounds
from mmctl.cli.run import Run
from mmctl.errors import CouldNot, UsageError
from mmctl.render.text.watch import WatchedSave, lines_of
from mmctl.serve.file_changes import WHOLE, FileChanges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GATEWAY: Final = Path(__file__).parent / "gateway"
RULES: Final = "rules/rules.yaml"
CASES: Final = "cases/cases.yaml"
_AT_MOST: Final = 120


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(shutil.copytree(GATEWAY, tmp_path / "project"))


def change(project: Path, file: str, before: str, after: str) -> str:
    """Save a file with another text in one place, and return its name."""
    text = (project / file).read_text(encoding="utf-8")
    assert before in text
    (project / file).write_text(text.replace(before, after, 1), encoding="utf-8")
    return file


def after(rounds: SaveRounds, *changed: str) -> WatchedSave:
    """What is known at the end of a round."""
    return list(rounds.round(frozenset(changed)))[-1]


def text_of(save: WatchedSave) -> str:
    return "\n".join(line.plain for line in lines_of(save, width=80))


def test_a_save_shows_problems_cases_that_end_differently_and_the_plan(project: Path) -> None:
    rounds = SaveRounds(Run(directory=project, today=date(2027, 1, 31)), None)
    first = text_of(after(rounds))
    assert re.match(r"\d\d:\d\d:\d\d UTC  ", first)
    assert "cases: 4 passed" in first
    assert "plan against the files at the start: no changes" in first
    saved = change(project, RULES, "[192.0.2.0/24]", "[198.51.100.0/24]")
    text = text_of(after(rounds, saved))
    assert f"saved {saved}" in text
    assert "cases: 1 failed, 3 passed" in text
    assert "FAIL  a blocked network is dropped" in text
    assert "changed  a blocked network is dropped  cases/cases.yaml:" in text
    assert "  delivered by deliver, before: dropped by block-network" in text
    assert "plan against the files at the start: 1 to change" in text
    assert "block-network" in text.partition("plan against")[2]
    change(project, RULES, "[198.51.100.0/24]", "[192.0.2.0/24]")
    text = text_of(after(rounds, saved))
    assert "cases: 4 passed" in text
    assert "no changes" in text


def test_what_a_plan_would_be_refused_for_is_said(project: Path) -> None:
    rounds = SaveRounds(Run(directory=project, today=date(2027, 1, 31)), None)
    after(rounds)
    saved = change(project, RULES, "actions: [drop]", "actions: [{relay: {to: exchange}}]")
    assert "  to go on: --force blocking=" in text_of(after(rounds, saved))


def test_files_that_cannot_be_read_stop_the_rest_and_no_more(project: Path) -> None:
    rounds = SaveRounds(Run(directory=project, today=date(2027, 1, 31)), None)
    after(rounds)
    saved = change(project, RULES, "[drop]", "[dorp]")
    broken = text_of(after(rounds, saved))
    assert "lint: 1 error in 1 file" in broken
    assert f"{RULES}:12:15: error: an action has no key `dorp` [unknown-key]" in broken
    assert "cases and plan wait until the files can be read" in broken
    change(project, RULES, "[dorp]", "[drop]")
    assert "cases: 4 passed" in text_of(after(rounds, saved))
    change(project, "mmctl.yaml", "version: 1", "version: 9")
    assert "error" in text_of(after(rounds, "mmctl.yaml"))


def test_a_save_of_a_case_or_its_message_runs_what_it_concerns(project: Path) -> None:
    rounds = SaveRounds(Run(directory=project, today=date(2027, 1, 31)), None)
    ran = after(rounds).ran
    assert ran == 4
    [message] = (project / "cases/messages").iterdir()
    path = message.relative_to(project).as_posix()
    assert rounds.matters(path)
    with message.open("ab") as file:
        file.write(b"more\r\n")
    ran = after(rounds, path).ran
    assert ran == 2  # the two rows of the case that has this message
    assert "concerned by this save" in text_of(after(rounds, path))
    message.unlink()
    save = after(rounds, path)
    assert save.results is not None
    assert any(each.problem is not None for each in save.results)


def test_a_folder_that_is_deleted_ends_it_in_words(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    run = Run(directory=Path(), today=date(2027, 1, 31))
    shown = SaveRounds.round

    def gone(these: SaveRounds, changed: frozenset[str]) -> Iterator[WatchedSave]:
        shutil.rmtree(project, ignore_errors=True)
        return shown(these, changed)

    monkeypatch.setattr(SaveRounds, "round", gone)
    monkeypatch.setattr("mmctl.serve.file_changes._PATIENCE", 2)
    with pytest.raises(CouldNot, match="is gone"):
        watch(run)
    shown_last = capsys.readouterr().out.strip().split("\n")[-1]
    assert shown_last == "the folder is not there"


def test_the_day_of_a_round_is_that_of_its_save(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening = datetime(2027, 1, 31, 23, 59, tzinfo=UTC)
    monkeypatch.setattr("mmctl.cli.world.now", lambda: evening)
    here = SaveRounds(Run(directory=project, today=evening.date()), None)
    stated = SaveRounds(Run(directory=project, today=date(2026, 1, 1)), None)
    saved = change(
        project,
        RULES,
        "- name: block-network\n",
        "- name: block-network\n    expires: 2027-01-31\n",
    )
    assert "expires on 2027-01-31, today" in text_of(after(here, saved))
    monkeypatch.setattr("mmctl.cli.world.now", lambda: evening + timedelta(minutes=2))
    assert "expired on 2027-01-31" in text_of(after(here, saved))
    assert "2027-01-31" not in text_of(after(stated, saved))


def test_a_state_that_does_not_exist_is_refused_at_the_start(project: Path) -> None:
    with pytest.raises(UsageError):
        SaveRounds(Run(directory=project, today=date(2027, 1, 31)), "git:nothing")
    with pytest.raises(UsageError):
        SaveRounds(Run(directory=project.parent, today=date(2027, 1, 31)), None)


def test_names_in_files_cannot_move_the_cursor(project: Path) -> None:
    rounds = SaveRounds(Run(directory=project, today=date(2027, 1, 31)), None)
    after(rounds)
    bad = 'name: "\\e[2J a\\u202Eb"'
    saved = change(project, CASES, "name: a blocked network is dropped", bad)
    change(project, RULES, "[192.0.2.0/24]", "[198.51.100.0/24]")
    text = text_of(after(rounds, saved, RULES))
    assert "\\x1b[2J" in text or "\\u001b[2J" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_only_files_that_matter_are_reported_and_hidden_ones_never(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with FileChanges(tmp_path, matters=lambda path: path.endswith(".yaml")) as changes:
        for name in (".git/x.yaml", "a.txt", "a.yaml", "ä b.yaml"):
            (tmp_path / name).touch()
        found = frozenset(changes.wait())
        while len(found) < 2:
            found |= changes.wait()
    assert found == {"a.yaml", "ä b.yaml"}


def test_a_folder_that_is_replaced_or_made_again_is_watched_on(tmp_path: Path) -> None:
    root, other = tmp_path / "project", tmp_path / "other"
    root.mkdir()
    other.mkdir()

    def until(changes: FileChanges, path: str) -> None:
        while path not in changes.wait():
            pass

    with FileChanges(root, matters=lambda path: path.endswith(".yaml")) as changes:
        shutil.rmtree(root)
        root.mkdir()
        until(changes, WHOLE)
        root.rename(tmp_path / "earlier")
        other.rename(root)
        until(changes, WHOLE)
        (root / "a.yaml").touch()
        until(changes, "a.yaml")
        (tmp_path / "earlier").rename(root / "earlier")
        until(changes, "earlier")


def test_a_project_that_is_made_again_is_read_in_the_folder_it_had(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    really_wait = FileChanges.wait
    shutil.copytree(project, project.parent / "next")
    change(project.parent / "next", RULES, "[192.0.2.0/24]", "[198.51.100.0/24]")
    waits = 0

    def replaced(changes: FileChanges) -> frozenset[str]:
        nonlocal waits
        waits += 1
        if waits > 1:
            raise KeyboardInterrupt
        project.rename(project.parent / "earlier")
        (project.parent / "next").rename(project)
        return really_wait(changes)

    monkeypatch.setattr(FileChanges, "wait", replaced)
    assert watch(Run(directory=Path(), today=date(2027, 1, 31))) == 0
    shown = capsys.readouterr().out
    assert "saved the whole folder" in shown
    assert "cases: 1 failed, 3 passed" in shown


def test_a_folder_of_messages_that_is_moved_away_fails_its_cases(project: Path) -> None:
    rounds = SaveRounds(Run(directory=project, today=date(2027, 1, 31)), None)
    after(rounds)
    (project / "cases/messages").rename(project / "cases/.messages")
    assert rounds.matters("cases/messages")
    save = after(rounds, "cases/messages")
    assert save.ran == 2
    assert save.results is not None
    assert sum(each.problem is not None for each in save.results) == 2


def test_a_plan_is_against_the_last_commit_of_that_moment(project: Path) -> None:
    def git(*words: str) -> None:
        name = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *name, *words], cwd=project, check=True)

    change(project, RULES, "[drop]", "[dorp]")
    rounds = SaveRounds(Run(directory=project, today=date(2027, 1, 31)), None)
    after(rounds)
    saved = change(project, RULES, "[dorp]", "[drop]")
    text = text_of(after(rounds, saved))
    assert "plan against the first files that could be read: no changes" in text
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    change(project, RULES, "[192.0.2.0/24]", "[198.51.100.0/24]")
    assert "plan against the last commit: 1 to change" in text_of(after(rounds, saved))
    git("commit", "-qam", "second")
    assert "plan against the last commit: no changes" in text_of(after(rounds, saved))


class Terminal:
    """`mmctl watch` on a terminal, and what its screen shows."""

    def __init__(self, project: Path, *, lines: int, columns: int = 80) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.process = subprocess.Popen(
            [MMCTL, "watch"],
            cwd=project,
            env={**os.environ, "TERM": "xterm"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)

    def until(self, shows: Callable[[str], bool]) -> str:
        """The screen as soon as it is so."""
        end = time.monotonic() + _AT_MOST
        while time.monotonic() < end:
            if select.select([self._master], [], [], 0.2)[0]:
                try:
                    self._stream.feed(os.read(self._master, 65536))
                except OSError:  # the process has ended
                    break
            if shows(self.text):
                return self.text
        raise AssertionError(self.text)

    @property
    def text(self) -> str:
        """The lines of the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def close(self) -> None:
        """End what still runs."""
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def terminal(project: Path) -> Iterator[Terminal]:
    made = Terminal(project, lines=14)
    try:
        yield made
    finally:
        made.close()


@pytest.mark.slow
def test_one_screen_is_drawn_over_and_ctrl_c_ends(project: Path, terminal: Terminal) -> None:
    first = terminal.until(lambda text: "plan against" in text and "…" not in text)
    assert first.count("lint:") == 1
    change(project, RULES, "[192.0.2.0/24]", "[198.51.100.0/24]")
    failed = terminal.until(lambda text: "saved" in text and "more lines: enlarge" in text)
    assert failed.count("lint:") == 1
    assert "watching" not in failed
    assert len(failed.rstrip().split("\n")) <= 14
    change(project, RULES, "[198.51.100.0/24]", "[192.0.2.0/24]")
    good = terminal.until(lambda text: "cases: 4 passed" in text)
    assert "FAIL" not in good
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.process.wait(timeout=_AT_MOST) == 0


@pytest.mark.slow
def test_a_pipe_gets_the_lines_of_each_save(project: Path) -> None:
    process = subprocess.Popen(
        [MMCTL, "watch"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    too_late = threading.Timer(_AT_MOST, process.kill)
    too_late.start()
    try:
        assert process.stdout is not None
        begun = _block(process.stdout)
        assert "cases: 4 passed" in begun
        change(project, RULES, "[drop]", "[dorp]")
        saved = _block(process.stdout)
        assert f"saved {RULES}" in saved
        assert "did you mean `drop`?" in saved
        assert "\x1b" not in begun + saved
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=_AT_MOST)
        assert (process.returncode, errors) == (0, b"stopped\n")
    finally:
        too_late.cancel()
        process.kill()
        process.wait()


def _block(stdout: object) -> str:
    """The lines up to the empty one that ends what follows the heading."""
    lines = []
    for line in iter(stdout.readline, b""):  # type: ignore[attr-defined]
        lines.append(line.decode())
        if not line.strip() and any(
            each.startswith(("plan against", "cases and plan")) for each in lines
        ):
            break
    return "".join(lines)
