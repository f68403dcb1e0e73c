"""The flag that a refusal names exists for the command that prints it."""

from __future__ import annotations

import pytest
from flags import advice, options_of, wrong_flags

from mmctl.live.brakes.brake import Brake, Grip

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
