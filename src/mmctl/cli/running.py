"""Run one command with the values of its options, whoever read them: typer or `well_formed`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli import world
from mmctl.cli.command_table import COMMANDS, function_of
from mmctl.cli.formats import Format
from mmctl.cli.interruptions import clear_ends
from mmctl.cli.result_table import formats_of
from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

SHARED: Final[dict[str, Any]] = {
    "directory": Path(),
    "environment": None,
    "output": None,
    "today": None,
    "quiet": False,
    "verbose": False,
    "color": "auto",
    "no_input": False,
}
"""The options of all commands and their defaults; that of the format is the command's own."""


def run_command(name: str, options: Mapping[str, Any], arguments: tuple[str, ...]) -> int:
    """Run a command and return its exit code; options that are not given have their defaults.

    `arguments` are those of the process; an answer is remembered by them.
    """
    formats = formats_of(name)
    shared = SHARED | {"format": formats[0].value}
    run = _run_of({each: options.get(each, shared[each]) for each in shared}, formats, arguments)
    own = {each: value for each, value in options.items() if each not in shared}
    place = next(place for known, _, place in COMMANDS if known == name)
    with clear_ends(), closing(run.results):
        return function_of(place)(run, **own)


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
    if not (options["directory"].is_absolute() or world.is_somewhere()):
        raise UsageError("the folder that this runs in was deleted", help="cd to one that is there")
    if not options["directory"].is_dir():
        raise UsageError(f"`{options['directory']}` is not a folder")
    day = _day(today) if today else world.now().date()
    return Run(today=day, format=Format(written), arguments=arguments, **options)


def _day(text: str) -> date:
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"got `--today {text}`", help="a date such as 2027-01-31") from None
