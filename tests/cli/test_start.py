"""The process itself: what runs in it comes from where mmctl is installed, not from a checkout."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mmctl import __version__
from mmctl.cli import main as runs
from mmctl.cli.at_once import VERSION_LINE
from mmctl.cli.exit_codes import INTERRUPTED

ROOT = Path(__file__).parents[2]
GATEWAY = Path(__file__).parent / "gateway"
HOSTILE = "import pathlib\npathlib.Path('RAN').touch()\n"
MESSAGE = "From: a@example.org\nTo: b@example.com\nSubject: hello\n\nhello\n"


def test_no_module_of_the_folder_it_runs_in_is_run_by_its_processes(tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    shutil.copytree(GATEWAY, folder)
    for name in ("multiprocessing.py", "pickle.py", "threading.py", "mmctl.py"):
        (folder / name).write_text(HOSTILE, encoding="utf-8")
    (folder / "m.eml").write_text(MESSAGE, encoding="utf-8")
    mmctl = Path(sys.executable).with_name("mmctl")
    words = ("simulate", "m.eml", "--rcpt", "b@example.com", "--tls", "TLS1_3", "--workers", "2")
    done = subprocess.run(
        [mmctl, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert not (folder / "RAN").exists()
    assert "killed" not in done.stderr
    assert done.stdout


def test_a_run_that_begins_without_an_output_says_that_it_cannot_be_written() -> None:
    mmctl = Path(sys.executable).with_name("mmctl")
    for words in ("--version", "--help", "lint"):
        done = subprocess.run(
            ["sh", "-c", f'"$0" {words} >&-', mmctl],
            cwd=GATEWAY,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 74
        assert done.stderr == "error: the output cannot be written: it is closed\n"


@pytest.mark.skipif(os.name == "nt", reason="no folder is deleted there while a process is in it")
def test_a_folder_that_was_deleted_is_named_as_the_reason() -> None:
    mmctl = Path(sys.executable).with_name("mmctl")
    for words in ("lint", "simulate", "plan"):
        done = subprocess.run(
            ["sh", "-c", f'd=$(mktemp -d); cd "$d"; rmdir "$d"; "$0" {words}', mmctl],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 64
        assert done.stderr.startswith("error: the folder that this runs in was deleted\n")


@pytest.mark.parametrize("columns", ["80", "40"], ids=["written before", "laid out by typer"])
def test_a_reader_that_goes_away_early_is_no_fault_of_help(columns: str) -> None:
    mmctl = Path(sys.executable).with_name("mmctl")
    done = subprocess.run(
        ["bash", "-c", '"$0" plan --help | true; exit ${PIPESTATUS[0]}', mmctl],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "COLUMNS": columns},
    )
    assert done.returncode in {0, 141}
    assert done.stderr == ""


def test_it_runs_as_a_module_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mmctl", "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout == f"{VERSION_LINE}\n"


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["hatch"]["version"] == {"path": "src/mmctl/__init__.py"}
    assert f"mmctl {__version__}: " in VERSION_LINE


def test_a_run_that_was_interrupted_within_a_process_leaves_its_ctrl_c_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(runs, "exit_code", lambda _: INTERRUPTED)
    with pytest.raises(SystemExit) as left:
        runs.main([])
    assert left.value.code == INTERRUPTED
    assert signal.getsignal(signal.SIGINT) is before
