"""The gates before a plan: passed once for the same files, and again after any change."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mmctl.checks.lint
from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Callable

GATEWAY = Path(__file__).parent / "gateway"


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GATEWAY, tmp_path / "gateway"))


@pytest.fixture
def plan(
    gateway: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Plan: the exit code, whether the gates were passed anew, and what was said."""
    really, looked = mmctl.checks.lint.lint, []

    def noted(*given: Any, **more: Any) -> Any:
        looked.append(given)
        return really(*given, **more)

    monkeypatch.setattr("mmctl.checks.lint.lint", noted)

    def run(*words: str) -> tuple[int, str, str]:
        looked.clear()
        code = exit_code(["plan", "-C", str(gateway), *words])
        return code, "anew" if looked else "remembered", capsys.readouterr().err

    return run


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_was_passed_without_a_finding_is_not_looked_at_again(
    plan: Callable[..., tuple[int, str, str]],
) -> None:
    assert plan() == (0, "anew", "")
    assert plan() == (0, "remembered", "")
    assert plan("--format", "json") == (0, "remembered", "")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a rule": lambda folder: edit(folder / "rules/rules.yaml", "192.0.2.0/24", "192.0.2.0/25"),
    "a case": lambda folder: edit(folder / "cases/cases.yaml", "version: 1", "version: 1 "),
    "a message": lambda folder: edit(folder / "cases/messages/lookalike.eml", "Subject", "subject"),
    "a file more": lambda folder: (folder / "rules/more.yaml").write_text("version: 1\n"),
    "the project file": lambda folder: edit(folder / "mmctl.yaml", "version: 1", "version: 1 "),
}


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_all_is_looked_at_again(
    change: str, gateway: Path, plan: Callable[..., tuple[int, str, str]]
) -> None:
    plan()
    CHANGES[change](gateway)
    assert plan()[1] == "anew"
    assert plan()[1] == "remembered"


@pytest.mark.parametrize("words", [("--today", "2031-01-01"), ("--env", "guarded")])
def test_another_day_and_another_environment_are_looked_at_by_themselves(
    words: tuple[str, ...], plan: Callable[..., tuple[int, str, str]]
) -> None:
    plan()
    assert plan(*words)[1] == "anew"
    assert plan()[1] == "remembered"


def test_a_failed_case_is_told_each_time(
    gateway: Path, plan: Callable[..., tuple[int, str, str]]
) -> None:
    plan()
    edit(gateway / "rules/rules.yaml", "192.0.2.0/24", "198.51.100.0/24")
    for _ in range(2):
        code, looked, said = plan()
        assert (code, looked) == (0, "anew")
        assert "1 of 4 cases fails; mmctl simulate shows why" in said


def test_errors_that_were_passed_over_are_not_forgotten(
    gateway: Path, plan: Callable[..., tuple[int, str, str]]
) -> None:
    text = "  - {name: all, actions: [{archive: {to: compliance-7y}}, stop]}\n"
    edit(gateway / "rules/rules.yaml", "rules:\n", f"rules:\n{text}")
    (gateway / "cases/cases.yaml").write_text("version: 1\n")
    assert plan("--force", "lint")[:2] == (0, "anew")
    assert plan("--force", "lint")[:2] == (0, "anew")
    code, looked, said = plan()
    assert (code, looked) == (1, "anew")
    assert "--force lint" in said


def test_what_cannot_be_kept_is_no_hindrance(
    tmp_path: Path, plan: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert plan() == (0, "anew", "")
    assert plan() == (0, "anew", "")


def test_what_depends_on_nothing_was_not_passed(
    tmp_path: Path, plan: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    plan()
    (kept,) = (tmp_path / "cache/mmctl").glob("gate-*.json")
    kept.write_text(json.dumps({"folders": {}, "files": {}, "messages": {}}))
    assert plan()[1] == "anew"


def test_what_lies_in_the_project_is_not_believed(
    gateway: Path,
    tmp_path: Path,
    plan: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    plan()
    shutil.copytree(tmp_path / "cache/mmctl", gateway / ".mmctl/cache")
    shutil.rmtree(tmp_path / "cache")
    assert plan()[1] == "anew"
