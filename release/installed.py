"""The wheel as people install it: by pip, pipx and uv, each in a place of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from release.changelog import NotToBePublished
from release.tools import NotInstalled

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCRIPTS: Final = "Scripts" if os.name == "nt" else "bin"
_JOB: Final = (
    ("mmctl", "--version"),
    ("mailmanagerctl", "--version"),
    ("mmctl", "init", "gateway"),
    ("mmctl", "-C", "gateway", "lint"),
    ("mmctl", "-C", "gateway", "simulate"),
    ("mmctl", "-C", "gateway", "fmt", "--check"),
    ("mmctl", "explain", "unreachable-rule"),
    ("mmctl", "schema", "rules"),
    ("mmctl", "version", "--report"),
)
"""What needs every kind of file in the wheel: templates, pages, schemas, library of cases."""


def by_pip(wheel: Path, constraints: Path, into: Path) -> None:
    """Install by pip into an environment without anything else, and do the main job there."""
    _run([sys.executable, "-m", "venv", str(into / "pip")], into)
    python = into / "pip" / _SCRIPTS / "python"
    words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([str(python), *words, "--constraint", str(constraints), str(wheel)], into)
    _do_the_job(python.parent, wheel, into)


def by_pipx(wheel: Path, constraints: Path, into: Path) -> None:
    """Install by pipx, as on a laptop, and do the main job; then uninstall."""
    programs = into / "pipx-bin"
    own = {"PIPX_HOME": str(into / "pipx"), "PIPX_BIN_DIR": str(programs)}
    own["PIPX_MAN_DIR"] = str(into / "pipx-man")
    install = ["install", "--quiet", "--python", sys.executable]
    _run(
        [_found("pipx"), *install, f"--pip-args=--constraint={constraints}", str(wheel)], into, own
    )
    _do_the_job(programs, wheel, into)
    _run([_found("pipx"), "uninstall", "mmctl"], into, own)
    _refuse_what_is_left(programs)


def by_uv(wheel: Path, constraints: Path, into: Path) -> None:
    """Install by uv, as on a laptop, and do the main job; then uninstall."""
    programs = into / "uv-bin"
    own = {"UV_TOOL_DIR": str(into / "uv"), "UV_TOOL_BIN_DIR": str(programs)}
    install = ["tool", "install", "--quiet", "--no-python-downloads", "--python", sys.executable]
    _run([_found("uv"), *install, "--constraints", str(constraints), str(wheel)], into, own)
    _do_the_job(programs, wheel, into)
    _run([_found("uv"), "tool", "uninstall", "--quiet", "mmctl"], into, own)
    _refuse_what_is_left(programs)


def _do_the_job(programs: Path, wheel: Path, into: Path) -> None:
    """Run the main job by the installed programs, in an empty folder."""
    shutil.rmtree(into / "job", ignore_errors=True)
    (into / "job").mkdir()
    version = wheel.name.split("-")[1]
    for name, *words in _JOB:
        said = _run([str(programs / name), *words], into / "job")
        if words == ["--version"] and not said.startswith(f"mmctl {version}: "):
            raise NotToBePublished(f"`{name} --version` prints `{said.strip()}`, not {version}")


def _refuse_what_is_left(programs: Path) -> None:
    left = sorted(path.name for path in programs.glob("m*ctl*"))
    if left:
        raise NotToBePublished(f"uninstalling leaves {', '.join(left)}")


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise NotInstalled(program)
    return path


def _run(words: Sequence[str], folder: Path, own: dict[str, str] | None = None) -> str:
    """Run a program outside of any checkout; return what it printed."""
    surroundings = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        list(words),
        cwd=folder,
        env={**surroundings, **(own or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode:
        command = " ".join([Path(words[0]).name, *words[1:]])
        said = f"{done.stdout}\n{done.stderr}".strip()
        raise NotToBePublished(f"`{command}` ended with {done.returncode}:\n{said}")
    return done.stdout
