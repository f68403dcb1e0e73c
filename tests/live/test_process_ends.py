"""Ends of the real process: two at once, Ctrl-C, kill, a reader that went away, nowhere to write.

The process speaks HTTP to an embedded Mail Manager in this one, which can hold a call.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from live.stopping import is_write
from mmctl.cli.main import exit_code
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.database import IN_MEMORY
from mmctl.emulator.http import HttpFace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and rights are POSIX")

GATEWAY: Final = Path(__file__).parents[1] / "cli" / "gateway"
MMCTL: Final = (sys.executable, "-c", "from mmctl.cli.start import main; main()")
ACCOUNT, REGION = "111122223333", "eu-west-1"
SECONDS: Final = 120
"""The bound of everything here; nothing takes that long."""


class Gate:
    """A Mail Manager in front of another, which holds one of its writes until it is let go on."""

    def __init__(self, behind: EmbeddedMailManager) -> None:
        self.behind = behind
        self.writes: list[str] = []
        self.hold_at = 0
        self.reached, self.go_on = threading.Event(), threading.Event()

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        account: str,
        region: str,
        service: str = "mailmanager",
    ) -> dict[str, Any]:
        if is_write(operation):
            self.writes.append(operation)
            if len(self.writes) == self.hold_at:
                self.reached.set()
                assert self.go_on.wait(SECONDS)
        return self.behind.call(
            operation, parameters, account=account, region=region, service=service
        )

    def names(self) -> list[tuple[str, str]]:
        """Kind and name of everything that is there."""
        rows = self.behind._database.execute("select kind, name from resource order by 1, 2")
        return [(kind, name) for kind, name in rows.fetchall()]


@pytest.fixture
def gate() -> Iterator[Gate]:
    def now() -> datetime:
        return datetime.now(UTC)

    with EmbeddedMailManager(IN_MEMORY, clock=now) as embedded:
        yield Gate(embedded)


@pytest.fixture
def gateway(gate: Gate, tmp_path: Path) -> Iterator[Path]:
    """A project with six kinds of resource, whose endpoint is the gate."""
    folder = Path(shutil.copytree(GATEWAY, tmp_path / "gateway"))
    with HttpFace(gate, clock=lambda: datetime.now(UTC), port=0) as face:
        where = f'account: "{ACCOUNT}", region: {REGION}, endpoint: "{face.url}"'
        (folder / "mmctl.yaml").write_text(
            'version: 1\nproject: acme\nrules: ["rules/*.yaml"]\ncases: ["cases/*.yaml"]\n'
            f"environments:\n  dev: {{{where}}}\n"
        )
        yield folder
        gate.go_on.set()


@contextmanager
def started(folder: Path, *words: str, **more: Any) -> Iterator[subprocess.Popen[str]]:
    command = [*MMCTL, *words, "-C", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, **more) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, errors = process.communicate(timeout=SECONDS)
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors
    return process.returncode, out, errors


def mmctl(folder: Path, *words: str, **more: Any) -> tuple[int, str, str]:
    with started(folder, *words, **more) as process:
        return ended(process)


def here(folder: Path, *words: str) -> tuple[int, str]:
    """A command that is none of the subjects: in this process, which is quicker."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        return exit_code([*words, "-C", str(folder)]), out.getvalue()


def results(folder: Path) -> list[str]:
    """How each entry of the history ended."""
    code, out = here(folder, "history", "--format", "json")
    assert code == 0
    return [entry["result"] for entry in json.loads(out)["entries"]]


def assert_applied_once(gate: Gate, folder: Path) -> None:
    assert here(folder, "plan", "--detailed-exitcode")[0] == 0
    assert len(gate.names()) == len(set(gate.names())) == 6


def test_of_two_applies_at_once_one_wins_and_one_is_refused(gate: Gate, gateway: Path) -> None:
    gate.hold_at = 3
    with started(gateway, "apply", "--yes") as first:
        assert gate.reached.wait(SECONDS)
        code, _, errors = mmctl(gateway, "apply", "--yes")
        gate.go_on.set()
        assert ended(first)[0] == 0
    assert code == 3
    assert "another apply or rollback is running" in errors
    assert f"(process {first.pid})" in errors
    assert results(gateway) == ["done"]
    assert_applied_once(gate, gateway)


def test_a_saved_plan_is_applied_once(gateway: Path, gate: Gate) -> None:
    plan = str(gateway / "a.plan")
    assert here(gateway, "plan", "--save", plan)[0] == 0
    assert here(gateway, "apply", plan, "--yes")[0] == 0
    code, _, errors = mmctl(gateway, "apply", plan, "--yes")
    assert code == 3
    assert "the plan is already applied" in errors
    assert_applied_once(gate, gateway)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_apply_that_is_interrupted_says_how_far_it_came_and_what_to_do(
    number: int, gate: Gate, gateway: Path
) -> None:
    gate.hold_at = 3
    with started(gateway, "apply", "--yes") as process:
        assert gate.reached.wait(SECONDS)
        process.send_signal(number)
        code, _, errors = ended(process)
        gate.go_on.set()
    assert code == 130
    assert "interrupted\nstopped after " in errors
    assert "`mmctl apply --env dev` again finishes it" in errors
    assert results(gateway) == ["stopped part-way"]
    assert here(gateway, "apply", "--yes")[0] == 0
    assert_applied_once(gate, gateway)


def test_an_apply_that_is_killed_leaves_a_lock_that_holds_nobody_up(
    gate: Gate, gateway: Path
) -> None:
    gate.hold_at = 3
    with started(gateway, "apply", "--yes") as process:
        assert gate.reached.wait(SECONDS)
        process.kill()
        assert process.wait(SECONDS) == -signal.SIGKILL
        gate.go_on.set()
    assert results(gateway) == ["unfinished"]
    assert here(gateway, "apply", "--yes")[0] == 0
    assert_applied_once(gate, gateway)


@pytest.mark.parametrize("words", [("plan",), ("lint",), ("simulate",), ("diff", ".")])
def test_a_reader_that_went_away_ends_a_command_without_a_word(
    words: tuple[str, ...], gateway: Path
) -> None:
    with started(gateway, *words) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(SECONDS) == 141


def test_what_cannot_be_shown_is_not_applied(gate: Gate, gateway: Path) -> None:
    with started(gateway, "apply", "--yes") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(SECONDS) == 141
    assert gate.writes == []


def test_an_apply_goes_on_when_nobody_reads_its_progress(gate: Gate, gateway: Path) -> None:
    gate.hold_at = 3
    with started(gateway, "apply", "--yes", "--verbose") as process:
        assert gate.reached.wait(SECONDS)
        assert process.stderr is not None
        process.stderr.close()
        gate.go_on.set()
        assert process.wait(SECONDS) == 0
    assert_applied_once(gate, gateway)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", [("plan",), ("lint",), ("explain", "lost-mail")])
def test_output_that_cannot_be_written_is_said(words: tuple[str, ...], gateway: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [*MMCTL, *words, "-C", str(gateway)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == 74
    assert done.stderr == "error: the output cannot be written: no space left on device\n"


def without_rights() -> None:
    """Let root be held by permissions too: without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""
    drop_from_bounding_set = 24
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


@pytest.fixture
def read_only(gateway: Path) -> Iterator[dict[str, Any]]:
    """The project as a checkout that cannot be written; what a process must be started with."""
    folders = [gateway, *(path for path in gateway.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    yield {"preexec_fn": without_rights} if os.geteuid() == 0 else {}
    for folder in folders:
        folder.chmod(0o700)


@pytest.mark.skipif(
    sys.platform != "linux" and os.geteuid() == 0, reason="root may write anywhere here"
)
def test_a_checkout_that_cannot_be_written_is_planned_and_not_applied(
    gate: Gate, gateway: Path, read_only: dict[str, Any]
) -> None:
    for words in (("lint",), ("simulate",), ("plan",), ("history",)):
        assert mmctl(gateway, *words, **read_only)[0] == 0
    code, out, errors = mmctl(gateway, "apply", **read_only)
    assert code == 5
    assert "plan: 6 to add" in out
    assert "error: cannot write `" in errors
    assert "snapshots, history and lock are kept there: set `snapshots:` in mmctl.yaml" in errors
    assert "no terminal to confirm on" not in errors
    assert gate.writes == []


def no_room() -> None:
    """Let no file have a byte, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def a_little_room() -> None:
    """Let files have so many bytes that a lock fits, and no snapshot."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))


@pytest.mark.parametrize("room", [no_room, a_little_room])
def test_without_room_for_a_snapshot_nothing_is_written(
    room: Callable[[], None], gate: Gate, gateway: Path
) -> None:
    code, _, errors = mmctl(gateway, "apply", "--yes", preexec_fn=room)
    assert code == 5
    assert "error: cannot write `" in errors
    assert gate.writes == []
    assert results(gateway) == []
    assert here(gateway, "apply", "--yes")[0] == 0
