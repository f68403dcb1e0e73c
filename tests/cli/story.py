"""Stories of the command line: a text file of commands, what they print, and the files they use.

    # What the story shows.
    $ mmctl lint
    standard output, as it is
    ! a line of standard error
    = 1                         the exit code, where it is not 0
    \\# a line of output that starts with #
    $ sed -i 's/a/b/' rules/gateway.yaml
    $ mmctl watch
    what it prints at the start
    > sed -i 's/b/a/' rules/gateway.yaml
    what it prints after this save
    -- rules/gateway.yaml --
    version: 1
    …

JSON documents are held against their schemas. Commands other than `mmctl` run in a shell. Times,
ids and digests are replaced by names that stay the same, so that stories are golden. What is
behind `>` is done while `mmctl watch` waits; after the last of them it gets Ctrl-C.
A line `-- @path --` copies a folder of the repository.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest import mock

import jsonschema
from flags import advice, wrong_flags

from mmctl.cli.command_table import COMMANDS
from mmctl.cli.main import exit_code
from mmctl.serve.file_changes import FileChanges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

REPOSITORY: Final = Path(__file__).parents[2]
_FILE: Final = re.compile(r"^-- (\S+) --$")
_CHANGING: Final = (
    (re.compile(r"\bevidence-\d{8}T\d{6}Z-[0-9a-f]{12}-\d{3}\.json\b"), "EVIDENCE"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z"), "TIME"),
    (re.compile(r"(?<=\b\d{4}-)\d{8}T\d{6}Z"), "TIME"),
    (re.compile(r"\b(rs|tp|inp|al|ai|as|a|r)-[a-z0-9]{20,}\b"), "ID"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d\b"), "TIME"),
    (re.compile(r"^\d\d:\d\d:\d\d(?= UTC  )"), "TIME"),
    (re.compile(r"\b[0-9a-z]{40}-\w{8}\b"), "MESSAGE"),
    (re.compile(r"\brel-[0-9a-f]{16}\b"), "RELEASE"),
    (re.compile(r"\b[a-z2-7]{26}\b"), "JOB"),
    (re.compile(r"\b[0-9a-z]{12}(?=\.embd\.)"), "host"),
    (re.compile(r"(?<=STSv1; id=)[0-9a-f]{24}\b"), "POLICY"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"(?<=`)[0-9a-f]{12}(?=`)|\b[0-9a-f]{12}(?=…)|\b[0-9a-f]{4,8}(?=…)"), "DIGEST"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """One story: its commands with what they print, and its files."""

    lines: tuple[str, ...]
    files: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, text: str) -> Story:
        """Read a story."""
        lines: list[str] = []
        files: list[tuple[str, list[str]]] = []
        for line in text.splitlines():
            start = _FILE.match(line)
            if start:
                files.append((start[1], []))
            elif files:
                files[-1][1].append(line)
            else:
                lines.append(line)
        return cls(tuple(lines), tuple((name, "\n".join(body) + "\n") for name, body in files))

    def told(self, folder: Path) -> str:
        """Run the commands in a folder; the story as it is told now."""
        for name, body in self.files:
            if name.startswith("@"):
                source = REPOSITORY / name[1:]
                if source.is_dir():
                    shutil.copytree(source, folder, dirs_exist_ok=True)
                else:
                    shutil.copy(source, folder / source.name)
            else:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(body, encoding="utf-8")
        names = SteadyNames(folder)
        out: list[str] = []
        for at, line in enumerate(self.lines):
            if line.startswith("#") or (not line and (not out or out[-1].startswith("#"))):
                out.append(line)
            elif line.startswith("$ "):
                out.append(line)
                edits = list(_edits_below(self.lines[at + 1 :]))
                printed = watched(edits, folder) if edits else run_line(line[2:], folder)
                out.extend(names.steady(printed))
        return "\n".join(out) + "\n" + "".join(f"-- {n} --\n{_body(n, b)}" for n, b in self.files)


def _edits_below(lines: Iterable[str]) -> Iterator[str]:
    """What is done while a command waits: up to the next command."""
    for line in lines:
        if line.startswith("$ "):
            return
        if line.startswith("> "):
            yield line[2:]


def _body(name: str, body: str) -> str:
    return "" if name.startswith("@") else body


def run_line(command: str, folder: Path) -> list[str]:
    """Run one command line in a folder; the lines of a story about it."""
    words = shlex.split(command)
    if words[0] != "mmctl" or any(word in {"|", ">", "&&", "<"} for word in words):
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder,
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        return _printed(done.stdout, done.stderr, done.returncode)
    out, errors = io.StringIO(), io.StringIO()
    before = Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            code = exit_code(words[1:])
    finally:
        os.chdir(before)
    check_document(out.getvalue())
    check_advice(words[1:], errors.getvalue().splitlines())
    return _printed(out.getvalue(), errors.getvalue(), code)


def watched(edits: Sequence[str], folder: Path) -> list[str]:
    """Run `mmctl watch` in a folder with these edits, one after each round; the lines of a story.

    The system reports the edits; each is begun when all of the round before it was printed.
    """
    lines: list[str] = []
    left = list(edits)
    really_wait = FileChanges.wait
    out = io.StringIO()

    def edit_and_wait(changes: FileChanges) -> frozenset[str]:
        lines.extend(_printed(out.getvalue(), "", 0))
        out.seek(0)
        out.truncate()
        if not left:
            raise KeyboardInterrupt
        lines.append(f"> {left[0]}")
        subprocess.run(["/bin/sh", "-c", left.pop(0)], cwd=folder, check=True)
        return really_wait(changes)

    errors = io.StringIO()
    with (
        mock.patch.object(FileChanges, "wait", edit_and_wait),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(errors),
    ):
        code = exit_code(["watch"])
    return [*lines, *_printed(out.getvalue(), errors.getvalue(), code)]


def check_advice(words: list[str], errors: list[str]) -> None:
    """Every flag that an error advises must be there."""
    command = next((word for word in words if word in {name for name, _, _ in COMMANDS}), None)
    if command is not None:
        found = [flag for text in advice(errors) for flag in wrong_flags(command, text)]
        assert not found, f"advised, but not there: {', '.join(found)}"


def check_document(out: str) -> str | None:
    """Hold a JSON document against the schema of its name, which is returned; None: it is none."""
    try:
        document = json.loads(out)
    except ValueError:
        return None
    if not isinstance(document, dict) or "schema" not in document:
        return None
    name: str = document["schema"]
    short = name.removeprefix("mmctl/").removesuffix("@1")
    schema = REPOSITORY / "schemas" / f"{short}.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    return name


def _printed(out: str, errors: str, code: int) -> list[str]:
    lines = [f"\\{line}" if line.startswith("#") else line for line in out.splitlines()]
    lines += [f"! {line}".rstrip() for line in errors.splitlines()]
    return lines + ([f"= {code}"] if code else [])


class SteadyNames:
    """Steady names for what differs from run to run; the same thing keeps its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.given: dict[str, str] = {}

    def steady(self, lines: list[str]) -> list[str]:
        """The lines with steady names."""
        return [self._line(line) for line in lines]

    def _line(self, line: str) -> str:
        line = line.replace(str(self.folder.resolve()), "FOLDER").rstrip()
        for pattern, kind in _CHANGING:
            line = pattern.sub(lambda found, kind=kind: self._name(found[0], kind), line)  # type: ignore[misc]
        return line

    def _name(self, text: str, kind: str) -> str:
        if kind == "TIME":
            return "TIME"
        count = sum(name.startswith(kind) for name in self.given.values())
        return self.given.setdefault(text, f"{kind}-{count + 1}")
