"""Lanes: one thread for what one target can hold up, while there is work."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from emulator.polling import until
from mmctl.emulator.delivering.lanes import Lane, Lanes

if TYPE_CHECKING:
    import pytest


def now() -> datetime:
    return datetime.now(UTC)


def test_jobs_of_one_lane_follow_each_other_and_others_do_not_wait() -> None:
    lanes, blocked, done = Lanes(now), threading.Event(), list[str]()
    lanes.put("slow", lambda _: done.append(f"slow {blocked.wait(120)}"))
    lanes.put("slow", lambda _: done.append("after"))
    lanes.put("quick", lambda lane: done.append(lane.name))
    until(lambda: done == ["quick"])
    assert not lanes.is_idle()
    blocked.set()
    until(lanes.is_idle)
    assert done == ["quick", "slow True", "after"]
    lanes.stop(5)


def test_a_job_waits_until_it_is_due_and_none_is_begun_after_a_stop() -> None:
    lanes, done, begins = Lanes(now), list[str](), threading.Event()
    lanes.put("a", lambda _: done.append(f"first {begins.wait(120)}"))
    at_once, soon = now(), now() + timedelta(seconds=0.05)
    lanes.put("a", lambda _: done.append("later"), now() + timedelta(hours=1))
    lanes.put("a", lambda _: done.append("soon" if now() >= soon else "early"), soon)
    lanes.put("a", lambda _: done.append("now"), at_once)
    begins.set()
    until(lambda: done == ["first True", "now", "soon"])
    until(lanes.is_idle)
    lanes.stop(5)
    lanes.put("a", lambda _: done.append("never"))
    assert done == ["first True", "now", "soon"]


def test_an_idle_lane_ends_its_thread_and_closes_what_it_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mmctl.emulator.delivering.lanes._IDLE", 0.05)
    lane, closed = Lane("a", now), list[bool]()

    def job(kept: Lane) -> None:
        begins = kept.kept is None
        kept.kept = "connection"
        kept.closing = lambda: closed.append(begins)

    lane.put(job, now())
    until(lambda: closed == [True])
    lane.put(job, now())
    until(lambda: closed == [True, True])
    until(lambda: "lane a" not in [each.name for each in threading.enumerate()])
