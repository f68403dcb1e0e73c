"""Commands are functions of a `Run` and values; the command line only reads their options."""

from __future__ import annotations

import inspect
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_type_hints

import pytest

from mmctl.cli.command_table import COMMANDS, function_of
from mmctl.cli.commands.diff import diff
from mmctl.cli.commands.lint import lint
from mmctl.cli.commands.simulate import simulate
from mmctl.cli.face import NAMES
from mmctl.cli.formats import Format
from mmctl.cli.run import Run
from mmctl.problem import Severity

GATEWAY = Path(__file__).parent / "gateway"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run in a copy of the gateway, as no command line made it."""
    shutil.copytree(GATEWAY, tmp_path / "gateway")
    return Run(directory=tmp_path / "gateway", today=date(2027, 1, 31), format=Format.JSON)


def test_every_command_takes_a_run_and_returns_an_exit_code() -> None:
    wrong = []
    for name, _, place in COMMANDS:
        function = function_of(place)
        first, *others = inspect.signature(function).parameters.values()
        hints = get_type_hints(function, localns=NAMES)
        needed = [each.name for each in others if each.default is inspect.Parameter.empty]
        arguments = [each for each in needed if str(hints[each]) != "<class 'str'>"]
        if (first.name, hints[first.name], hints["return"]) != ("run", Run, int) or arguments:
            wrong.append((name, str(inspect.signature(function))))
    assert wrong == []


def test_lint_is_called_with_values(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    (run.directory / "rules" / "rules.yaml").write_text(
        "version: 1\nrule_sets: {inbound: {rules: [{name: a, actions: [bop]}]}}\n"
    )
    assert lint(run, fail_on=Severity.ERROR) == 1
    assert json.loads(capsys.readouterr().out)["schema"] == "mmctl/lint@1"


def test_an_answer_to_no_command_line_is_not_remembered(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.argv", ["mmctl", "lint"])
    monkeypatch.chdir(run.directory)
    kept = tmp_path / "answers"
    monkeypatch.setenv("XDG_CACHE_HOME", str(kept))
    lint(run)
    assert not list(kept.rglob("lint-*"))
    lint(replace(run, arguments=("lint",)))
    assert list(kept.rglob("lint-*"))


def test_cases_and_differences_are_called_with_values(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(run, fail_on_empty=True) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "mmctl/simulate@1"
    assert diff(run, ".") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["edits"], document["delta"]) == ([], {})
