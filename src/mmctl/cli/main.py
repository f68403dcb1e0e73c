"""The entry point: the options that all commands share, and the only place that handles errors."""

from __future__ import annotations

import functools
import inspect
import sys
import tempfile
import traceback
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol, get_type_hints, runtime_checkable

import typer

from mmctl import __version__
from mmctl.cli import world
from mmctl.cli.command_table import COMMANDS, function_of
from mmctl.cli.exit_codes import FAULT, USAGE
from mmctl.cli.formats import Format
from mmctl.cli.interruptions import clear_ends
from mmctl.cli.printing import on_screen, printed_errors
from mmctl.cli.result_table import formats_of
from mmctl.cli.run import Run, console_for
from mmctl.errors import MmctlError, ProblemsFound, Refused, UsageError
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_shared = functools.partial(typer.Option, rich_help_panel="Shared options")
_Directory = Annotated[
    Path, _shared("--directory", "-C", help="The folder of the project.", metavar="DIR")
]
_Environment = Annotated[
    str | None, _shared("--env", help="The environment. Default: the project's.")
]
_Output = Annotated[
    Path | None, _shared("--output", "-o", help="Write the result to a file.", metavar="FILE")
]
_Today = Annotated[str | None, _shared("--today", help="Use this day as today.", metavar="DATE")]
_Quiet = Annotated[bool, _shared("--quiet", "-q", help="Print only results and errors.")]
_Verbose = Annotated[bool, _shared("--verbose", "-v", help="Print more.")]
_Color = Annotated[str, _shared("--color", help="auto, always or never.")]
_NoInput = Annotated[bool, _shared("--no-input", help="Never prompt.")]

_SHARED: Final = {
    "directory": (_Directory, Path()),
    "environment": (_Environment, None),
    "format": (str, Format.HUMAN.value),
    "output": (_Output, None),
    "today": (_Today, None),
    "quiet": (_Quiet, False),
    "verbose": (_Verbose, False),
    "color": (_Color, "auto"),
    "no_input": (_NoInput, False),
}
_BEFORE_COMMAND: Final = {
    "-C": True,
    "--directory": True,
    "--env": True,
    "--format": True,
    "-o": True,
    "--output": True,
    "--today": True,
    "--color": True,
    "-q": False,
    "--quiet": False,
    "-v": False,
    "--verbose": False,
    "--no-input": False,
}
"""Options that may come before the command; True: a value follows."""


def as_command(
    name: str, function: Callable[..., int], arguments: tuple[str, ...]
) -> Callable[..., None]:
    """Make a function that takes a `Run` and returns an exit code into what typer runs.

    The function itself does not change and can be called with values. It writes the formats that
    the table of results has for its name.
    """
    formats = formats_of(name)
    types = get_type_hints(function, localns={"Run": Run}, include_extras=True)
    own = [
        parameter.replace(annotation=types[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "run"
    ]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=type_, default=default)
        for name, (type_, default) in (_SHARED | {"format": _format_option(formats)}).items()
    ]

    def wrapper(**options: Any) -> None:
        run = _run_of({name: options.pop(name) for name in _SHARED}, formats, arguments)
        with clear_ends(), closing(run.results):
            code = function(run, **options)
        raise typer.Exit(code)

    # typer reads a command's options from its signature and annotations.
    parameters = [*own, *shared]
    wrapper.__name__ = function.__name__
    wrapper.__doc__ = function.__doc__
    wrapper.__annotations__ = {each.name: each.annotation for each in parameters}
    vars(wrapper)["__signature__"] = inspect.Signature(parameters)
    return wrapper


def _format_option(formats: Sequence[Format]) -> tuple[Any, str]:
    listed = f"The format of the result: {', '.join(formats)}."
    return Annotated[str, _shared("--format", help=listed)], formats[0].value


def _run_of(options: dict[str, Any], formats: Sequence[Format], arguments: tuple[str, ...]) -> Run:
    written = options.pop("format")
    if written not in formats:
        raise UsageError(
            f"got the format `{written}`",
            help=f"expected {', '.join(formats)}",
        )
    if options["color"] not in {"auto", "always", "never"}:
        raise UsageError(f"got `--color {options['color']}`", help="auto, always or never")
    today = options.pop("today")
    if not options["directory"].is_dir():
        raise UsageError(f"`{options['directory']}` is not a folder")
    day = _day(today) if today else world.now().date()
    return Run(today=day, format=Format(written), arguments=arguments, **options)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"got `--today {text}`", help="a date such as 2027-01-31") from None


def make_app(only: str | None = None, arguments: tuple[str, ...] = ()) -> typer.Typer:
    """The application with all commands, or with only one (to start fast).

    `arguments` are those of the process; an answer is remembered by them.
    """
    app = typer.Typer(
        name="mmctl",
        help="Rules as code for mail gateways on Amazon SES Mail Manager.",
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(invoke_without_command=True)
    def _version(
        context: typer.Context,
        version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    ) -> None:
        if version:
            typer.echo(f"mmctl {__version__}: rules as code for Amazon SES Mail Manager")
            raise typer.Exit
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())
            raise typer.Exit

    for name, panel, place in COMMANDS:
        if only in {None, name}:
            function = as_command(name, function_of(place), arguments)
            app.command(name, rich_help_panel=panel)(function)
    return app


def _reordered(arguments: Sequence[str]) -> list[str]:
    """Move shared options from before the command to after it, where commands read them."""
    moved: list[str] = []
    rest = list(arguments)
    while rest:
        name = rest[0].split("=", 1)[0]
        if name not in _BEFORE_COMMAND:
            break
        moved.append(rest.pop(0))
        if _BEFORE_COMMAND[name] and "=" not in moved[-1] and rest:
            moved.append(rest.pop(0))
    return [*rest[:1], *moved, *rest[1:]] if rest else moved


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `mmctl` and exit with its code; every error a user can cause ends here."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    code = exit_code(given)
    try:
        with clear_ends():
            sys.stdout.flush()
    except typer.Exit as unwritten:
        code = code or unwritten.exit_code
    world.leave(code)


def exit_code(arguments: Sequence[str]) -> int:
    """Run `mmctl` with some arguments and return the code that the process would exit with."""
    with printed_errors():
        return _exit_code(arguments)


def _exit_code(arguments: Sequence[str]) -> int:
    try:
        words = _reordered(arguments)
        alone = bool(words) and words[0] in {"--version", *(name for name, _, _ in COMMANDS)}
        with clear_ends():
            code = make_app(words[0] if alone else None, tuple(arguments))(
                words, prog_name="mmctl", standalone_mode=False
            )
    except typer.Exit as done:
        return done.exit_code
    except MmctlError as error:
        _report(error)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - nothing that went wrong ends in a traceback
        if isinstance(error, _OfParser):
            _report(_usage(error))
            return USAGE
        _report_fault(error)
        return FAULT
    return code if isinstance(code, int) else 0


@runtime_checkable
class _OfParser(Protocol):
    """An error of the parser of the command line, of a class that typer does not name."""

    def format_message(self) -> str:
        """What is wrong."""


def _usage(error: _OfParser) -> UsageError:
    """What the parser of the command line says, in the form of our own errors."""
    text = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "mmctl"
    advice = f"{path} --help"
    if text.startswith("Got unexpected extra argument"):
        advice = f"put a text with spaces in quotes; {advice}"
    return UsageError(text[:1].lower() + text[1:], help=advice)


def _report(error: MmctlError) -> None:
    if isinstance(error, ProblemsFound) and error.problems:
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
