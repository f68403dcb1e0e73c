"""How rule sets are packed is kept between commands: among the user's files, and never believed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from companies import company

from mmctl.cli.run import Run
from mmctl.compiler.compile import packings_of
from mmctl.compiler.packing import pack
from mmctl.compiler.packing.memory import IN_PROCESS
from mmctl.linting import problems_of

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.compiler.packing.packed import Packing
    from mmctl.language.project import LogicalRuleSet, Project

TODAY = date(2026, 1, 2)
TWO = "environments:\n  local: {endpoint: embedded}\n  other: {endpoint: embedded}\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run in the folder of a project whose rules have to be packed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    monkeypatch.setattr(IN_PROCESS, "_known", {})
    root = tmp_path / "project"
    for path, text in company(5, rules=80).items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    main = root / "mmctl.yaml"
    one = "environments:\n  local: {endpoint: embedded}\n"
    main.write_text(main.read_text(encoding="utf-8").replace(one, TWO), encoding="utf-8")
    return Run(directory=root, today=TODAY)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rule sets that are packed."""
    names: list[str] = []
    packed = pack.packed

    def noted(project: Project, rule_set: LogicalRuleSet, **others: Any) -> Packing:
        names.append(rule_set.name)
        return packed(project, rule_set, **others)

    monkeypatch.setattr(pack, "packed", noted)
    return names


def kept(run: Run) -> list[Path]:
    return sorted((run.root.parent / "own" / "mmctl").glob("packing-*"))


def anew(run: Run, monkeypatch: pytest.MonkeyPatch) -> tuple[Packing, ...]:
    """The packings in another process."""
    monkeypatch.setattr(IN_PROCESS, "_known", {})
    return packings_of(run.read()[0], run.packings)


def test_a_second_command_packs_nothing(
    run: Run, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(run.root.rglob("*"))
    first = anew(run, monkeypatch)
    assert asked == ["inbound"]
    assert len(kept(run)) == 1
    assert anew(run, monkeypatch) == first
    assert asked == ["inbound"]
    assert sorted(run.root.rglob("*")) == before


def test_what_cannot_be_used_is_made_anew(
    run: Run, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = anew(run, monkeypatch)
    (file,) = kept(run)
    whole = file.read_bytes()
    damages = (
        b"",
        b"[]",
        b"{}",
        whole[:-5],
        b"[" * 5000,
        whole.replace(b"@scam", b"@sham"),
        b"\xff",
    )
    for number, damage in enumerate(damages, 1):
        assert damage != whole
        file.write_bytes(damage)
        assert anew(run, monkeypatch) == first
        assert asked == ["inbound"] * (number + 1)
        assert file.read_bytes() == whole


def test_nothing_is_kept_inside_a_checkout(
    run: Run, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(run.root / "own"))
    anew(run, monkeypatch)
    anew(run, monkeypatch)
    assert asked == ["inbound"] * 2
    assert not (run.root / "own").exists()


def test_lint_packs_equal_rules_of_several_environments_once(run: Run, asked: list[str]) -> None:
    found = problems_of(run.sources(), TODAY)
    assert not [each for each in found.problems if each.check == "capacity"]
    assert asked == ["inbound"]


def test_what_a_link_leads_to_is_never_written_over(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = anew(run, monkeypatch)
    (file,) = kept(run)
    other = run.root.parent / "notes.txt"
    other.write_text("mine", encoding="utf-8")
    file.unlink()
    file.symlink_to(other)
    assert anew(run, monkeypatch) == first
    assert other.read_text(encoding="utf-8") == "mine"
    assert not file.is_symlink()
