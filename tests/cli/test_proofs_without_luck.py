"""Proofs without a solver, without room on the disk, interrupted, and two at once."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, Final, Self

import pytest

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS: Final = "version: 1\nproject: acme\nenvironments: {local: {endpoint: embedded}}\n"
BLOCK: Final = (
    "      - {name: block, conditions: [{subject: {contains: [offer]}}], actions: [drop]}\n"
)
RULES: Final = """version: 1
rule_sets:
  inbound:
    rules:
%s      - {name: bills, conditions: [{subject: {equals: my bill}}], actions: [drop]}
      - {name: deliver, actions: [{relay: {to: exchange}}]}
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
invariants:
  - {name: nothing is dropped, never: dropped}
  - {name: only exchange, only: {relay: [exchange]}}
"""
PROVE, DIFF = ("prove", "--format", "json"), ("diff", "before", ".", "--format", "json")
PLAN = ("plan", "--format", "json", "--force", "lint")
INSTALL: Final = "install it: `pip install python-sat`"
NO_ROOM: Final = os.strerror(errno.ENOSPC)
SECONDS: Final = 300
"""The bound of everything here; nothing takes that long."""
PREPARED: Final = """
import os, signal, sys
from mmctl import writing
from mmctl.analysis.sat import solver
from mmctl.cli.start import main
{patch}
main()
"""
SEARCHING: Final = """
searched, seen = solver.Cadical._searched, []
def searching(self, conflicts):
    seen.append(conflicts)
    if len(seen) >= {number}:
        os.kill(os.getpid(), signal.SIGINT)
    return searched(self, conflicts)
solver.Cadical._searched = searching
"""
"""Ctrl-C whenever a search begins, from one of them on."""
WRITING: Final = """
put = writing._put_in_place
def putting(*given, **named):
    os.kill(os.getpid(), signal.SIGINT)
    put(*given, **named)
writing._put_in_place = putting
"""
"""Ctrl-C before a file takes its name."""
MEETING: Final = """
put, met = writing._put_in_place, []
def putting(*given, **named):
    if not met:
        met.append(True)
        os.write({ready}, b".")
        os.read({go}, 1)
    put(*given, **named)
writing._put_in_place = putting
"""
"""Files are written, and wait for the other process before they take their names."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a rule that is live and in `before`, and no longer in the files."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    for each in (folder / "before", folder):
        (each / "rules").mkdir(parents=True)
        (each / "mmctl.yaml").write_text(SETTINGS, encoding="utf-8")
        (each / "rules" / "all.yaml").write_text(RULES % BLOCK, encoding="utf-8")
    monkeypatch.chdir(folder)
    assert exit_code(["apply", "--yes", "-q", "--force", "lint"]) == 0
    (folder / "rules" / "all.yaml").write_text(RULES % "", encoding="utf-8")
    return folder


def left(project: Path) -> dict[str, bytes]:
    """The messages, and what is unfinished anywhere in mmctl's own folder."""
    own = project / ".mmctl"
    return {
        str(each.relative_to(own)): each.read_bytes()
        for each in own.rglob("*")
        if each.is_file() and ("witness" in each.parts or each.name.startswith(".mmctl-"))
    }


def started(patch: str, *words: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PREPARED.format(patch=patch), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    with process:
        out, errors = process.communicate(timeout=SECONDS)
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors
    return process.returncode, out, errors


def test_without_a_solver_each_command_says_what_to_do(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pysolvers", None)
    capsys.readouterr()
    table = (
        (("lint",), 0, "undecided whether `nothing is dropped` holds"),
        (("prove",), 64, "error: proofs need `python-sat`"),
        (("prove", "--find", "dropped"), 64, "error: proofs need `python-sat`"),
        (("diff", "before"), 2, "- block"),
        (("plan", "--force", "lint"), 0, "- block"),
    )
    for words, expected, said in table:
        code = exit_code([*words, "-q"])
        out, errors = capsys.readouterr()
        everything = " ".join((out + errors).split())
        assert (words, code) == (words, expected)
        for word in (said, INSTALL, "python-sat`, which cannot be loaded"):
            assert word in everything, (words, everything)
        assert "Traceback" not in everything
    settings = project / "mmctl.yaml"
    same = project / "before" / "rules" / "all.yaml"
    same.write_text(RULES % "", encoding="utf-8")
    settings.write_text(SETTINGS + "semantics: {first_match: 'yes'}\n", encoding="utf-8")
    assert exit_code(["diff", "before"]) == 64  # no edit would say that they differ
    assert INSTALL in capsys.readouterr().err
    assert left(project) == {}


def test_without_a_solver_a_rule_set_that_must_be_packed_is_a_problem(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pysolvers", None)
    values = ", ".join(f"lure {number}" for number in range(13))
    block = BLOCK.replace("offer", values)
    (project / "rules" / "all.yaml").write_text(RULES % block, encoding="utf-8")
    capsys.readouterr()
    for command, expected in ((["lint"], 1), (["plan"], 1), (["budget"], 1)):
        code = exit_code([*command, "-q"])
        out, errors = capsys.readouterr()
        everything = " ".join((out + errors).split())
        assert (command, code) == (command, expected), everything
        for word in (INSTALL, "python-sat`, which cannot be loaded"):
            assert word in everything, (command, everything)
        assert "Traceback" not in everything
        if command == ["lint"]:
            said = "the 3 rules of rule set `inbound` have to be packed: proofs need `python-sat`"
            assert said in everything
            assert everything.count("capacity") == 1, everything


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_ctrl_c_ends_a_proof_with_nothing_half_written(project: Path) -> None:
    """In its first search, in a later one, and while its messages are written."""
    runs = [
        (words, patch, started(patch, *words))
        for words in (PROVE, DIFF, PLAN)
        for patch in (SEARCHING.format(number=1), SEARCHING.format(number=12), WRITING)
    ]
    for words, patch, process in runs:
        code, out, errors = ended(process)
        assert (code, words, patch) == (130, words, patch)
        assert "interrupted" in errors
        if words is PROVE and patch is not WRITING:
            assert '"undecided"' in out
    assert not [name for name in left(project) if ".mmctl-" in name]
    messages = {name.rpartition(".")[0] for name in left(project)}
    assert set(left(project)) == {f"{name}.{kind}" for name in messages for kind in ("eml", "yaml")}


@pytest.mark.skipif(os.name != "posix", reason="files are inherited")
def test_two_at_once_both_answer_and_leave_whole_messages(project: Path) -> None:
    for words, expected in ((PROVE, 1), (DIFF, 2)):
        alone = ended(started("", *words))
        kept = left(project)
        assert alone[0] == expected
        assert kept
        answers = ended_together(words)
        assert answers == [alone, alone]
        assert left(project) == kept


def ended_together(words: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """Two runs that have both written their first files before these take their names."""
    ready, at_ready = os.pipe()
    at_go, go = os.pipe()
    with ExitStack() as stack:
        for each in (ready, at_ready, at_go):
            stack.callback(os.close, each)
        patch = MEETING.format(ready=at_ready, go=at_go)
        runs = [started(patch, *words, pass_fds=(at_ready, at_go)) for _ in range(2)]
        for _ in runs:
            assert os.read(ready, 1) == b"."
        os.close(go)
        return [ended(each) for each in runs]


@pytest.mark.parametrize("fits", [0, 1], ids=["nothing-fits", "the-message-fits"])
def test_a_full_disk_is_said_and_the_messages_before_stay(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fits: int
) -> None:
    for words in (PROVE, DIFF):
        exit_code([*words, "-q"])
    before = left(project)
    assert before
    written = project / "rules" / "all.yaml"
    written.write_text(written.read_text("utf-8").replace("my bill", "your bill"), encoding="utf-8")
    real = os.fdopen
    opened: list[int] = []

    class Full:
        """A file on a disk that is full once so many files were written."""

        def __init__(self, file: IO[bytes]) -> None:
            self._file = file

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def write(self, _content: bytes) -> int:
            raise OSError(errno.ENOSPC, NO_ROOM)

    def fdopen(handle: int, mode: str) -> Any:
        opened.append(handle)
        return real(handle, mode) if len(opened) <= fits else Full(real(handle, mode))

    for words, expected in ((PROVE, 1), (DIFF, 2), (PLAN, 0)):
        opened.clear()
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr("mmctl.writing.os.fdopen", fdopen)
            code = exit_code([*words])
        errors = capsys.readouterr().err
        assert (words, code) == (words, expected)
        assert "warning: cannot write `.mmctl/witness/" in errors
        assert f".eml`: {NO_ROOM}" in errors
        assert "Traceback" not in errors
        assert left(project) == before
