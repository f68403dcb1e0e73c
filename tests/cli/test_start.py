"""The process itself: what runs in it comes from where mmctl is installed, not from a checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

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
    for words in ("--version", "lint"):
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
