"""Real shells on a terminal, in which somebody types, presses Tab, and then Return.

What the shell then runs as `mmctl` is a program that writes down its arguments: the shell itself
says which words the completed line has.
"""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

MMCTL: Final = Path(sys.executable).with_name("mmctl")
_AT_MOST: Final = 120
_STUB: Final = """#!{python}
import json, os, sys
if os.environ.get("_MMCTL_COMPLETE"):
    os.execv({mmctl!r}, ["mmctl", *sys.argv[1:]])
with open({out!r} + ".new", "w") as file:
    json.dump(sys.argv[1:], file)
os.rename({out!r} + ".new", {out!r})
"""
SHELLS: Final[dict[str, tuple[Sequence[str], str]]] = {
    "bash": (("bash", "--norc", "--noprofile", "-i"), ". {script}"),
    "zsh": (("zsh", "-f", "-i"), "autoload -Uz compinit; compinit -u -D; . {script}"),
    "fish": (("fish", "--no-config", "-i"), "source {script}"),
}


def script_of(shell: str, folder: Path) -> Path:
    """The file with the script that `mmctl` prints for a shell."""
    detect = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        [MMCTL, "--show-completion", shell],
        env={**os.environ, **detect},
        capture_output=True,
        text=True,
        check=True,
        timeout=_AT_MOST,
    )
    file = folder / f"completion.{shell}"
    file.write_text(done.stdout, encoding="utf-8")
    return file


def words_after(
    shell: str, keys: Sequence[str], project: Path, scratch: Path, cache: Path
) -> list[list[str]]:
    """The arguments of `mmctl` after each of these lines was typed and Return was pressed."""
    command, setup = SHELLS[shell]
    programs = scratch / "bin"
    programs.mkdir(exist_ok=True)
    out = scratch / "arguments.json"
    stub = programs / "mmctl"
    stub.write_text(_STUB.format(python=sys.executable, mmctl=str(MMCTL), out=str(out)))
    stub.chmod(0o755)
    script = script_of(shell, scratch)
    variables = {
        "HOME": str(scratch),
        "PATH": f"{programs}:{os.environ['PATH']}",
        "TERM": "xterm",
        "LC_ALL": "C.UTF-8",
        "XDG_CACHE_HOME": str(cache),
        "HISTFILE": "",
    }
    master, slave = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", *command],
        cwd=project,
        env=variables,
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    found = []
    try:
        _type(master, setup.format(script=script) + "\r")
        for line in keys:
            _type(master, f"{line}\r")
            found.append(_arguments(master, out))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(master)
    return found


def _type(master: int, text: str) -> None:
    os.write(master, text.encode())


def _arguments(master: int, out: Path) -> list[str]:
    """What the program wrote down; the terminal is read meanwhile, as a screen would."""
    shown = b""
    end = time.monotonic() + _AT_MOST
    while time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            shown += os.read(master, 65536)
        if out.exists():
            words = json.loads(out.read_text())
            out.unlink()
            return [str(word) for word in words]
    raise AssertionError(shown.decode(errors="replace"))
