"""The whole program: it reads the command line, and is the only place that handles errors.

A command line that is well formed is read by the rendered table, typer reads all others: it
suggests what was meant.
"""

from __future__ import annotations

import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from mmctl import __version__
from mmctl.cli import world
from mmctl.cli.command_table import COMMANDS
from mmctl.cli.completion import COMPLETE, refuse_what_no_shell_asks
from mmctl.cli.exit_codes import FAULT, USAGE, RunEnded
from mmctl.cli.interruptions import clear_ends
from mmctl.cli.printing import on_screen, printed_errors
from mmctl.cli.well_formed import well_formed
from mmctl.cli.words import reordered
from mmctl.errors import MmctlError, ProblemsFound, Refused, UsageError
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `mmctl` and exit with its code; every error a user can cause ends here."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    world.take_any_text(sys.stdout)
    code = exit_code(given)
    try:
        with clear_ends():
            sys.stdout.flush()
    except RunEnded as unwritten:
        code = code or unwritten.exit_code
    world.leave(code)


def exit_code(arguments: Sequence[str]) -> int:
    """Run `mmctl` with some arguments and return the code that the process would exit with."""
    with printed_errors():
        return _exit_code(arguments)


def _exit_code(arguments: Sequence[str]) -> int:
    try:
        words = reordered(arguments)
        with clear_ends():
            code = _run(words, tuple(arguments))
    except RunEnded as done:
        return done.exit_code
    except MmctlError as error:
        _report(error)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - nothing that went wrong ends in a traceback
        if isinstance(error, _OfParser):
            _report(_usage(error, arguments))
            return USAGE
        _report_fault(error)
        return FAULT
    return code if isinstance(code, int) else 0


def _run(words: list[str], arguments: tuple[str, ...]) -> object:
    """What the command returns; what typer returns where it reads the command line."""
    if world.variable(COMPLETE):
        refuse_what_no_shell_asks()
        line = None
    else:
        line = well_formed(words)
    if line is not None:
        from mmctl.cli.running import run_command

        return run_command(*line, arguments)
    from mmctl.cli.face import make_app

    alone = bool(words) and words[0] in {"--version", *(name for name, _, _ in COMMANDS)}
    app = make_app(words[0] if alone else None, arguments)
    try:
        return app(words, prog_name=_completed_name(words), standalone_mode=False)
    except SystemExit as left:
        if left.code != 1 or world.variable(COMPLETE):
            raise
        # So do typer and rich end where the reader of a page of help went away.
        raise BrokenPipeError from None


def _completed_name(words: list[str]) -> str:
    """The name of the program for typer: its other name where the shell is to complete that one.

    A script for `mmctl` would take the completion of another program of that name.
    """
    asked = any(word.startswith(("--install-completion", "--show-completion")) for word in words)
    called = PurePath(sys.argv[0]).stem
    return called if asked and called == "mailmanagerctl" else "mmctl"


@runtime_checkable
class _OfParser(Protocol):
    """An error of the parser of the command line, of a class that typer does not name."""

    def format_message(self) -> str:
        """What is wrong."""


def _usage(error: _OfParser, arguments: Sequence[str]) -> UsageError:
    """What the parser of the command line says, in the form of our own errors."""
    text = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    if context is not None:
        path = context.command_path
    else:
        first = next(iter(arguments), "")
        path = f"mmctl {first}" if first in {name for name, _, _ in COMMANDS} else "mmctl"
    advice = f"{path} --help"
    if text.startswith("Got unexpected extra argument"):
        advice = f"put a text with spaces in quotes; {advice}"
    return UsageError(text[:1].lower() + text[1:], help=advice)


def _report(error: MmctlError) -> None:
    if isinstance(error, ProblemsFound) and error.problems:
        from mmctl.cli.run import console_for
        from mmctl.render.text.problems import human

        console_for(sys.stderr).print(human(error.problems, error.files), end="")
    word = "refused" if isinstance(error, Refused) else "error"
    lines = [f"{word}: {error.message}", *error.details]
    if isinstance(error, Refused):
        lines.append(f"why: {error.why}")
    lines = [on_screen(visible(line), sys.stderr) for line in lines]
    if error.help:
        # Keep commands in one piece, so that they can be copied.
        lines.append(visible(f"help: {error.help}"))
    sys.stderr.write("".join(f"{line}\n" for line in lines))


def _report_fault(error: Exception) -> None:
    """A fault of mmctl: one line for the person, the traceback in a file for a report."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="mmctl-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as log:
        log.write(f"mmctl {__version__}, Python {sys.version}\n")
        log.writelines(traceback.format_exception(error))
    what = visible(f"{type(error).__name__}: {error}")
    sys.stderr.write(f"error: bug in mmctl: {what}\n")
    sys.stderr.write(
        f"help: please report it with {log.name}; first look what it contains of your rules\n"
    )
