"""The flag that a refusal names exists for the command that prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import typer
from flags import advice, options_of, wrong_flags

from mmctl.cli.face import make_app
from mmctl.cli.main import exit_code
from mmctl.live.brakes.brake import Brake, Grip

if TYPE_CHECKING:
    from pathlib import Path

APPLYING = ("apply", "rollback", "list")


@pytest.mark.parametrize("command", APPLYING)
@pytest.mark.parametrize("brake", [brake for brake in Brake if brake is not Brake.DELETES])
def test_every_brake_can_be_released_where_it_may_hold(command: str, brake: Brake) -> None:
    assert wrong_flags(command, Grip(brake=brake, what="", why="").help) == []


@pytest.mark.parametrize("command", ["apply", "rollback"])
def test_deletes_are_allowed_where_something_may_be_deleted(command: str) -> None:
    assert wrong_flags(command, Grip(brake=Brake.DELETES, what="", why="").help) == []


@pytest.mark.parametrize("command", ["plan", "apply", "promote"])
def test_errors_of_lint_are_passed_over_where_they_hold(command: str) -> None:
    assert wrong_flags(command, "to go on: --force lint") == []


@pytest.mark.parametrize("command", APPLYING)
def test_a_lock_is_broken_where_one_is_taken(command: str) -> None:
    assert "--break-lock" in options_of(command)


@pytest.mark.parametrize(
    ("command", "text", "wrong"),
    [
        ("list", "to go on: --allow-delete", ["list --allow-delete"]),
        ("list", "mmctl apply --allow-delete", []),
        ("apply", "mmctl list add --adopt", ["list --adopt"]),
        ("promote", "to go on: --force size", ["promote --force size"]),
        ("apply", "to go on: --force nothing", ["apply --force nothing"]),
        ("apply", "git rm --cached x, and --nothing", ["apply --nothing"]),
    ],
)
def test_a_flag_that_is_not_there_is_found(command: str, text: str, wrong: list[str]) -> None:
    assert wrong_flags(command, text) == wrong


def test_advice_is_what_the_command_itself_says_at_its_end() -> None:
    assert list(advice(["rules.yaml:1:1: error: x", "  help: --x", "help: --y"])) == ["--y"]


def test_every_shared_option_may_stand_before_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    values = {"directory": ".", "environment": "local", "format": "json", "output": "list.json"}
    values |= {"today": "2031-07-01", "color": "never"}
    command = typer.main.get_command(make_app("checks"))
    shared = [
        each
        for each in getattr(command, "commands", {}).get("checks", command).params
        if getattr(each, "rich_help_panel", None) == "Shared options"
    ]
    assert {each.name for each in shared} >= values.keys()
    for each in shared:
        value = [] if getattr(each, "is_flag", False) else [values[each.name]]
        for name in each.opts:
            after = exit_code(["checks", name, *value]), capsys.readouterr()
            before = exit_code([name, *value, "checks"]), capsys.readouterr()
            assert before == after, name
            assert before[0] == 0, name
            if value and name.startswith("--"):
                assert exit_code([f"{name}={value[0]}", "checks"]) == 0, name
                assert capsys.readouterr() == after[1]
