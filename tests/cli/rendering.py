"""Render what typer says of the commands into modules that need no typer.

`make rendered` writes them; `test_rendered.py` holds them against typer.
"""

from __future__ import annotations

import io
from contextlib import contextmanager, redirect_stdout
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
import typer
from rich.columns import Columns
from rich.padding import Padding
from rich.panel import Panel
from rich.style import Style
from rich.table import Table
from rich.text import Text
from typer import rich_utils

from mmctl.cli.face import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

CLI: Final = Path(__file__).parents[2] / "src" / "mmctl" / "cli"
HELP: Final = "help"
_INTRODUCTION: Final = '''\
"""{what}

Rendered from typer by `make rendered`, and held against it by a test: do not edit.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from typing import Final

'''


def modules() -> dict[Path, str]:
    """The text of each rendered module."""
    return {CLI / "command_lines.py": _command_lines(), CLI / "help_pages.py": _help_pages()}


@cache
def application() -> Any:
    """The application of typer with all commands."""
    made: Any = typer.main.get_command(make_app())
    with made.make_context("mmctl", [], resilient_parsing=True) as context:
        for each in (made, *made.commands.values()):
            # typer takes these names from a set, in another order in each process.
            each.get_help_option(context).opts.sort()
    return made


@contextmanager
def context_of(name: str) -> Iterator[tuple[Any, Any]]:
    """A command, or the application under the name "", with its context."""
    group = application()
    with group.make_context("mmctl", [], resilient_parsing=True) as context:
        if not name:
            yield group, context
            return
        command = group.commands[name]
        with command.make_context(name, [], parent=context, resilient_parsing=True) as inner:
            yield command, inner


def names() -> list[str]:
    """The application, as "", and all commands."""
    return ["", *application().commands]


def _command_lines() -> str:
    lines = [_INTRODUCTION.format(what="What every command takes, and what completes its words.")]
    lines += [
        "COMMAND_LINES: Final[\n"
        "    dict[\n"
        "        str,\n"
        "        tuple[\n"
        "            dict[str, tuple[str, str, bool]], tuple[tuple[str, str, bool, bool], ...]\n"
        "        ],\n"
        "    ]\n"
        "] = {\n"
    ]
    completions = [
        "COMPLETIONS: Final[\n"
        "    dict[str, tuple[tuple[tuple[str, ...], bool, str, tuple[str, ...]], ...]]\n"
        "] = {\n"
    ]
    for name in names():
        with context_of(name) as (command, context):
            assert not any(
                _choices(each) for each in command.params if each.param_type_name == "argument"
            ), "`mmctl.cli.completion` completes no arguments yet"
            params = [
                each for each in command.get_params(context) if not getattr(each, "hidden", False)
            ]
            completions.append(f'    "{name}": (\n')
            completions += [
                f"        {(tuple(each.opts), _many(each), _plain(each.help), _choices(each))!r},\n"
                for each in params
                if each.param_type_name == "option"
            ]
            completions.append("    ),\n")
            if not name:
                continue
            lines.append(f'    "{name}": (\n        {{\n')
            lines += [
                f"            {option!r}: {(each.name, _kind(each), _many(each))!r},\n"
                for each in params
                if each.param_type_name == "option"
                for option in each.opts
            ]
            lines.append("        },\n        (\n")
            lines += [
                f"            {(each.name, _kind(each), _many(each), each.required)!r},\n"
                for each in params
                if each.param_type_name == "argument"
            ]
            lines.append("        ),\n    ),\n")
    group = application()
    commands = [
        f"    {(each, _plain(command.get_short_help_str()))!r},\n"
        for each, command in group.commands.items()
    ]
    return "".join(
        [
            *lines,
            '}\n"""For each command its options: key, kind, whether there may be many; and its '
            'arguments,\nwith whether one is needed."""\n\n',
            *completions,
            '}\n"""For each command, and for the application under "": options, whether there may '
            'be many,\nthe help, and the choices of the value."""\n\n',
            "COMMANDS_TO_COMPLETE: Final = (\n",
            *commands,
            ")\n",
        ]
    )


def _plain(help: str | None) -> str:
    """A help text without markup, as a shell gets it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rich_utils, "MAX_WIDTH", 10_000)
        return rich_utils.rich_render_text(help or "")


def _many(param: Any) -> bool:
    return bool(getattr(param, "multiple", False)) or param.nargs == -1


def _choices(param: Any) -> tuple[str, ...]:
    choices = param.type_descriptor.choices or ()
    return tuple(str(each.value) if isinstance(each, Enum) else str(each) for each in choices)


def _kind(param: Any) -> str:
    """How a value is read; for the rest, such as `float`, the name of its type: typer reads it."""
    if param.name == HELP:
        return HELP
    if getattr(param, "is_flag", False):
        return "flag"
    of = param.type_descriptor.annotation
    of = of.__args__[0] if getattr(of, "__origin__", None) is list else of
    if param.type_descriptor.choices is not None:
        return f"{of.__module__}:{of.__name__}"
    least = getattr(param, "min", None)
    assert least in {None, 1}, f"`{param.name}`: no kind of number begins with {least}"
    assert getattr(param, "max", None) is None
    if of is int:
        return "number" if least is None else "positive"
    return {str: "text", Path: "path"}.get(of, getattr(of, "__name__", str(of)))


class _Recorder:
    """Stands in for the console of typer: keeps what would be printed."""

    def __init__(self) -> None:
        self.printed: list[Any] = []

    def print(self, renderable: Any, style: str = "") -> None:
        self.printed.append((renderable, style))


def _help_pages() -> str:
    lines = [_INTRODUCTION.format(what="The pages of help, before they are laid out for a width.")]
    lines[0] = lines[0].replace(
        "    from typing import Final\n",
        "    from typing import Final\n\n    from mmctl.cli.help_layout import Page\n",
    )
    lines.append("HELP_PAGES: Final[dict[str, Page]] = {\n")
    for name in names():
        usage, paragraphs, panels = page_of(name)
        lines.append(f'    "{name}": (\n        {usage!r},\n        (\n')
        lines += [f"            {each!r},\n" for each in paragraphs]
        lines.append("        ),\n        (\n")
        for title, named, rows in panels:
            lines.append(f"            (\n                {title!r},\n                {named!r},\n")
            lines.append("                (\n")
            lines += [f"                    {row!r},\n" for row in rows]
            lines.append("                ),\n            ),\n")
        lines.append("        ),\n    ),\n")
    return "".join([*lines, "}\n"])


def page_of(name: str) -> Any:
    """A page of help in the form of `help_layout`."""
    recorder = _Recorder()
    console = rich_utils._get_rich_console()
    with pytest.MonkeyPatch.context() as patch, context_of(name) as (command, context):
        patch.setattr(rich_utils, "_get_rich_console", lambda: recorder)
        command.get_help(context)
    (usage, style), *rest = recorder.printed
    paragraphs = [each for each, _ in rest if isinstance(each, Padding)]
    panels = [each for each, _ in rest if isinstance(each, Panel)]
    assert len(rest) == len(paragraphs) + len(panels)
    assert len(paragraphs) == 1
    texts = list(cast("Any", paragraphs[0]).renderable.renderable.renderables)
    return (
        _text(console, usage.renderable, style),
        tuple(_item(console, each) for each in texts),
        tuple(_panel(console, each) for each in panels),
    )


def _panel(console: Console, panel: Any) -> Any:
    table = panel.renderable
    assert isinstance(table, Table)
    named = table.columns[0].width is not None
    rows = [list(row) for row in zip(*(column.cells for column in table.columns), strict=True)]
    made = [[_cell(console, cell, table, place) for place, cell in enumerate(row)] for row in rows]
    if named:
        width = table.columns[0].width
        for row in made:
            ((base, ((text, codes),)),) = row[0]
            row[0] = ((base, ((text.ljust(width), codes),)),)
    return str(panel.title), named, tuple(tuple(row) for row in made)


def _cell(console: Console, cell: Any, table: Table, place: int) -> Any:
    style = table.columns[place].style
    if isinstance(cell, Columns):
        return tuple(_item(console, each) for each in cell.renderables)
    cell = Text(cell) if isinstance(cell, str) else cell
    return (_item(console, cell, style),)


def _item(console: Console, text: Any, style: Any = "") -> Any:
    assert isinstance(text, Text)
    base = console.get_style(style) + console.get_style(text.style)
    return _codes(base), _text(console, text, style)


def _text(console: Console, text: Text, style: Any = "") -> Any:
    """The parts of a text, neighbors of the same style as one."""
    base = console.get_style(style) + console.get_style(text.style)
    parts: list[tuple[str, str]] = []
    for segment in text.render(console, end=""):
        codes = _codes(base + (segment.style or Style()))
        if parts and parts[-1][1] == codes:
            parts[-1] = (parts[-1][0] + segment.text, codes)
        elif segment.text:
            parts.append((segment.text, codes))
    return tuple(parts)


def _codes(style: Style) -> str:
    painted = style.render("x")
    return painted.removeprefix("\x1b[").partition("m")[0] if painted != "x" else ""


def typers_help(name: str, width: int, *, styled: bool = False, colored: bool = False) -> str:
    """What typer writes for a page of help."""
    out = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        context_of(name) as (command, context),
        redirect_stdout(out),
    ):
        patch.setattr(rich_utils, "FORCE_TERMINAL", styled)
        patch.setattr(rich_utils, "MAX_WIDTH", width)
        patch.setenv("NO_COLOR", "" if colored else "1")
        patch.setenv("TERM", "xterm-256color")
        command.get_help(context)
    return out.getvalue()
