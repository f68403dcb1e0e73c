"""Answers of `lint` that are still true because nothing that they depend on has changed.

An answer is kept with everything that it depends on: the project's folder, the arguments, the day,
the program, how the output looks, and every file and folder that was read. All of it is compared,
contents included, before the answer is given again. It is kept among the user's own files: what is
in a project may have been committed by anybody and is not trusted.

Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

import mmctl
from mmctl.cli import world
from mmctl.cli.own_folder import make_own, own_folder
from mmctl.cli.target_branch import target_branch
from mmctl.inputs import DOCUMENT_AT_MOST, parse_json, read_text
from mmctl.language.parsing.root import root_of
from mmctl.language.parsing.seen import Seen, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

OFF: Final = "--no-cache"
MOST: Final = 64
"""The number of answers to keep of each kind, for all projects; the oldest are deleted."""
LONGEST: Final = 1_000_000
"""The most characters of an answer that is kept."""
_ELSEWHERE: Final = ("-C", "--directory")
_LOOKS: Final = (
    "CI",
    "COLORTERM",
    "COLUMNS",
    "FORCE_COLOR",
    "GITHUB_ACTIONS",
    "LINES",
    "NO_COLOR",
    "TEAMCITY_VERSION",
    "TERM",
    "TF_BUILD",
    "TTY_COMPATIBLE",
    "TTY_INTERACTIVE",
    "_TYPER_FORCE_DISABLE_TERMINAL",
)
"""Variables that change how output looks."""
_JOB_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""If it is set, a page is written besides the output."""


class RememberedOutput(NamedTuple):
    """What a run wrote to stdout, and its exit code."""

    output: str
    code: int


def remembered(arguments: Sequence[str]) -> RememberedOutput | None:
    """The answer to the same question if nothing has changed since; else None."""
    root = _root(arguments)
    file = None if root is None else _file(root, arguments)
    if root is None or file is None:
        return None
    try:
        document = parse_json(read_text(file, at_most=DOCUMENT_AT_MOST))
        seen = Seen(document["folders"], document["files"])
        if not seen.holds(root):
            return None
        return RememberedOutput(str(document["output"]), int(document["code"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def remember(arguments: Sequence[str], answer: RememberedOutput, seen: Seen) -> None:
    """Keep an answer if it can be given again and the folder can be written."""
    root = _root(arguments)
    file = None if root is None else _file(root, arguments)
    if file is None or not seen.all or len(answer.output) > LONGEST:
        return
    document = {
        "folders": seen.folders,
        "files": seen.files,
        "output": answer.output,
        "code": answer.code,
    }
    keep(file, document)


def keep(file: str, document: dict[str, object]) -> None:
    """Keep what is remembered if there is a folder for it; delete the oldest of its kind."""
    import json
    from pathlib import Path

    from mmctl.writing import write_whole

    try:
        make_own(os.path.dirname(file))
        if os.path.islink(file):
            os.remove(file)  # an answer replaces a link, and never what it leads to
        write_whole(Path(file), json.dumps(document, ensure_ascii=False))
        delete_oldest(file)
    except OSError:
        return


def delete_oldest(file: str) -> None:
    """Delete the oldest files of the same kind as one that was kept.

    Raises:
        OSError: they cannot be deleted.
    """
    folder, name = os.path.split(file)
    for old in _oldest(folder, name.partition("-")[0]):
        os.remove(old)


def _root(arguments: Sequence[str]) -> str | None:
    """The project that a question is about; None if it is another kind of question.

    Where there is a branch to merge into, the answer depends on that too.
    """
    if (
        not arguments
        or arguments[0] != "lint"
        or OFF in arguments
        or world.variable(_JOB_SUMMARY) is not None
        or target_branch() is not None
    ):
        return None
    if any(each.startswith(_ELSEWHERE) for each in arguments):
        return None
    return root_of(os.getcwd()) if world.is_somewhere() else None


def _file(root: str, arguments: Sequence[str]) -> str | None:
    return file_of(root, "lint", (*arguments, os.getcwd(), *_look()))


def file_of(root: str, kind: str, question: Iterable[str]) -> str | None:
    """Where this program's answer to a question about a project is kept.

    None: there is no folder in which to keep answers.
    """
    folder = own_folder(root)
    if folder is None:
        return None
    key = "\0".join((os.path.realpath(root), *question, *_program()))
    name = digest(key.encode("utf-8", "surrogateescape"))
    return os.path.join(folder, f"{kind}-{name}.json")


def _look() -> Iterator[str]:
    """What the output depends on besides the files: the day in UTC, and where it goes."""
    yield world.day()
    yield str(sys.stdout.encoding)
    if world.is_terminal(sys.stdout):
        yield str(world.terminal_size(sys.stdout))
    looks = ((name, world.variable(name)) for name in _LOOKS)
    yield from (f"{name}={value}" for name, value in looks if value is not None)


def _program() -> Iterator[str]:
    """The program as it is installed: another version may find something else."""
    yield sys.version
    # A package that is installed or removed changes the folder that packages are in.
    for folder in sys.path:
        if os.path.isdir(folder):
            yield f"{folder} {os.stat(folder).st_mtime_ns}"
    folders = [os.path.dirname(mmctl.__file__)]
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.is_dir():
                    folders.append(entry.path)
                elif not entry.name.endswith(".pyc"):
                    stat = entry.stat()
                    yield f"{entry.path} {stat.st_mtime_ns} {stat.st_size}"


def _oldest(folder: str, kind: str) -> list[str]:
    with os.scandir(folder) as entries:
        kept = [each for each in entries if each.name.startswith(f"{kind}-")]
        kept.sort(key=lambda each: each.stat().st_mtime_ns, reverse=True)
    return [each.path for each in kept[MOST:]]
