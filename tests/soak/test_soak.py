"""A slice of `make soak`, and what it promises: the same for the same seed, and it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import soak
from soak import Report, summary

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.slow


def ran(folder: Path, messages: int, *, workers: int = 1, seed: int = 1) -> Report:
    return soak.soak(folder, messages_wanted=messages, seed=seed, workers=workers)


def counted(report: Report) -> Report:
    """A report without what a clock says."""
    report.seconds = report.slowest = 0.0
    return report


def test_damaged_messages_are_judged_without_a_crash_and_their_defects_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "BATCH", 50)
    report = ran(tmp_path, 100)
    assert report.crashes == []
    assert report.judged == 100
    assert report.defective > 50
    assert len(report.defects) > 8
    assert report.outcomes.keys() >= {"delivered", "dropped", "stored", "refused", "unknown"}


@pytest.mark.deep
def test_two_processes_judge_what_one_does(tmp_path: Path) -> None:
    report = counted(ran(tmp_path / "alone", 2 * soak.BATCH))
    assert report.crashes == []
    assert report.judged == 2 * soak.BATCH
    assert counted(ran(tmp_path / "shared", 2 * soak.BATCH, workers=2)) == report


def test_the_same_seed_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "BATCH", 10)
    alone = counted(ran(tmp_path / "a", 20))
    assert counted(ran(tmp_path / "b", 20)) == alone
    assert counted(ran(tmp_path / "c", 20, seed=2)) != alone


def test_started_again_it_judges_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "BATCH", 10)
    whole = counted(ran(tmp_path / "at-once", 40))
    ran(tmp_path / "in-parts", 20)
    judged: list[int] = []
    batch = soak.batch

    def noted(seed: int, number: int, place: Path) -> Report:
        judged.append(number)
        return batch(seed, number, place)

    monkeypatch.setattr(soak, "batch", noted)
    assert counted(ran(tmp_path / "in-parts", 40)) == whole
    assert judged == [2, 3]


def test_a_message_that_crashes_is_kept_and_the_others_are_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "BATCH", 10)
    monkeypatch.setattr(soak, "simulate", lambda *_, **__: 1 / 0)
    report = ran(tmp_path, 10)
    assert (report.judged, len(report.crashes)) == (10, 10)
    assert "ZeroDivisionError" in report.crashes[0]
    assert len(list(tmp_path.rglob("crash-*.eml"))) == 10
    assert "10 damaged messages judged, 10 crashes" in summary(report)
