"""The tables of formats and results agree with each other and with the commands."""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING

from test_hostile_text import COMMANDS as HOSTILE
from test_hostile_text import READERS

from mmctl.cli import result_table
from mmctl.cli.command_table import COMMANDS
from mmctl.cli.commands.export import TARGETS
from mmctl.cli.formats import FORMATS, Format
from mmctl.cli.main import exit_code
from mmctl.cli.result_table import PROMOTED, RESULTS, Result, formats_of

if TYPE_CHECKING:
    import pytest

ALIKE = (PROMOTED, *TARGETS.values())
"""Results with the writers of others, or written in a default format of their own."""


def test_every_format_has_a_row_and_every_row_is_written_by_a_command() -> None:
    assert list(FORMATS) == list(Format)
    written = {format_ for result in RESULTS for format_ in result.writers}
    assert [format_ for format_ in Format if format_ not in written] == []


def test_every_result_stands_in_the_table_once_for_commands_that_there_are() -> None:
    named = [each for each in vars(result_table).values() if isinstance(each, Result)]
    assert [*map(id, RESULTS)] == [*map(id, named)]
    commands = {name for name, _, _ in COMMANDS}
    assert [each for each in RESULTS if not commands.issuperset(each.commands)] == []


def test_every_writer_is_where_the_table_says_and_takes_the_value_of_its_result() -> None:
    wrong = []
    for result in RESULTS:
        taken = set()
        for place in result.writers.values():
            module, name = place.split(":")
            writer = getattr(import_module(f"mmctl.{module}"), name, None)
            if writer is None:
                wrong.append(f"there is no {place}")
                continue
            parameters = [each.annotation for each in signature(writer).parameters.values()]
            if module.startswith("cli."):
                wrong += [] if parameters[:-1] == ["Run"] else [f"{place} takes {parameters}"]
                taken.add(parameters[-1])
            elif len(parameters) != 1:
                wrong.append(f"{place} takes {parameters}")
        wrong += [f"{result.writers} take {taken}"] if len(taken) > 1 else []
    assert wrong == [], "\n".join(wrong)


def test_an_unknown_format_is_refused_with_those_that_the_command_writes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("lint", "budget", "export", "init"):
        assert exit_code([name, "--format", "pdf"]) == 64
        assert f"expected {', '.join(formats_of(name))}" in capsys.readouterr().err


def test_hostile_text_is_tried_in_every_format_that_a_command_writes() -> None:
    missing = [f"READERS has no `{format_}`" for format_ in Format if format_ not in READERS]
    tried = {(command.split()[0], form) for command, forms in HOSTILE.items() for form in forms}
    for result in (each for each in RESULTS if each not in ALIKE):
        missing += [
            f"COMMANDS has no `{result.commands[0]}` in `{format_}`"
            for format_ in result.writers
            if not any((command, format_) in tried for command in result.commands)
        ]
    assert missing == [], "\n".join(["tests/cli/test_hostile_text.py:", *missing])
