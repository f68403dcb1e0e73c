"""The face of the command line: the typer application, made from the functions of commands.

Commands import their options for types alone; here those names get their values.
`mmctl.cli.command_lines` and `mmctl.cli.help_pages` are rendered from this application.
"""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_type_hints

import typer

from mmctl.cli.at_once import VERSION_LINE
from mmctl.cli.command_table import COMMANDS, function_of
from mmctl.cli.options import annotated, messages, migration
from mmctl.cli.result_table import formats_of
from mmctl.cli.run import Run
from mmctl.cli.running import SHARED, run_command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.cli.formats import Format

NAMES: Final = {
    "Run": Run,
    "typer": typer,
    "about": messages,
    **vars(messages),
    **vars(migration),
    **vars(annotated),
}
"""What commands import for types alone."""

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

_SHARED_TYPES: Final = {
    "directory": _Directory,
    "environment": _Environment,
    "format": str,
    "output": _Output,
    "today": _Today,
    "quiet": _Quiet,
    "verbose": _Verbose,
    "color": _Color,
    "no_input": _NoInput,
}


def as_command(
    name: str, function: Callable[..., int], arguments: tuple[str, ...]
) -> Callable[..., None]:
    """Make a function that takes a `Run` and returns an exit code into what typer runs.

    The function itself does not change and can be called with values. It writes the formats that
    the table of results has for its name.
    """
    formats = formats_of(name)
    types = get_type_hints(function, localns=NAMES, include_extras=True)
    own = [
        parameter.replace(annotation=types[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "run"
    ]
    shared_types = _SHARED_TYPES | {"format": _format_option(formats)}
    defaults = SHARED | {"format": formats[0].value}
    shared = [
        inspect.Parameter(
            each, inspect.Parameter.KEYWORD_ONLY, annotation=type_, default=defaults[each]
        )
        for each, type_ in shared_types.items()
    ]

    def wrapper(**options: Any) -> None:
        raise typer.Exit(run_command(name, options, arguments))

    # typer reads a command's options from its signature and annotations.
    parameters = [*own, *shared]
    wrapper.__name__ = function.__name__
    wrapper.__doc__ = function.__doc__
    wrapper.__annotations__ = {each.name: each.annotation for each in parameters}
    vars(wrapper)["__signature__"] = inspect.Signature(parameters)
    return wrapper


def _format_option(formats: Sequence[Format]) -> Any:
    listed = f"The format of the result: {', '.join(formats)}."
    return Annotated[str, _shared("--format", help=listed)]


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
            typer.echo(VERSION_LINE)
            raise typer.Exit
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())
            raise typer.Exit

    for name, panel, place in COMMANDS:
        if only in {None, name}:
            function = as_command(name, function_of(place), arguments)
            app.command(name, rich_help_panel=panel)(function)
    return app
