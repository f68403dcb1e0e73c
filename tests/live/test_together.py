"""Calls in flight at the same time: order, bounds, failures, and Ctrl-C."""

from __future__ import annotations

import _thread
import random
import signal
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from mmctl.errors import CouldNot
from mmctl.live.aws.together import together

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 4
CALLS = 25
SEEDS = range(12)


class Shuffled:
    """Calls that each take a moment drawn by lot; those of some numbers fail."""

    def __init__(self, seed: int, failing: tuple[int, ...] = ()) -> None:
        self._lots = random.Random(seed)  # noqa: S311 - a moment of time
        self._failing = failing
        self._lock = threading.Lock()
        self.open = self.most_open = 0
        self.begun: set[int] = set()

    def calls(self) -> list[Callable[[], int]]:
        seconds = [self._lots.random() / 1000 for _ in range(CALLS)]
        return [partial(self._call, number, seconds[number]) for number in range(CALLS)]

    def _call(self, number: int, seconds: float) -> int:
        with self._lock:
            self.begun.add(number)
            self.open += 1
            self.most_open = max(self.most_open, self.open)
        time.sleep(seconds)
        with self._lock:
            self.open -= 1
        if number in self._failing:
            raise CouldNot(f"call {number} failed")
        return number


def test_results_are_in_the_order_of_the_calls_and_never_more_are_in_flight_than_allowed() -> None:
    most = set()
    for seed in SEEDS:
        shuffled = Shuffled(seed)
        assert together(shuffled.calls(), MOST) == list(range(CALLS))
        most.add(shuffled.most_open)
        assert shuffled.open == 0
    assert 1 < max(most) <= MOST


def test_the_first_failure_in_order_is_raised_whatever_fails_first_in_time() -> None:
    found = set()
    for seed in SEEDS:
        shuffled = Shuffled(seed, failing=(7, 8, 10, 11, 20))
        with pytest.raises(CouldNot) as raised:
            together(shuffled.calls(), MOST)
        found.add((raised.value.message, raised.value.details))
        assert shuffled.open == 0, "what is in flight ends before the error is raised"
        assert max(shuffled.begun) < 11 + MOST, "nothing else begins after a failure"
    # 11 is not among the calls that are made in any case.
    assert found == {("call 7 failed", ("  call 8 failed", "  call 10 failed"))}


def test_one_at_a_time_stops_at_the_first_failure() -> None:
    shuffled = Shuffled(0, failing=(3,))
    with pytest.raises(CouldNot, match="call 3 failed"):
        together(shuffled.calls(), 1)
    assert shuffled.begun == {0, 1, 2, 3}
    assert shuffled.most_open == 1


def test_ctrl_c_ends_the_wait_while_a_call_hangs() -> None:
    answered, begun = threading.Event(), []

    def hang() -> None:
        begun.append("hang")
        answered.wait()

    def interrupt() -> None:
        begun.append("interrupt")
        _thread.interrupt_main()
        answered.wait()

    def other() -> None:
        begun.append("other")

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            together([hang, interrupt, other], 2)
        assert not answered.is_set()
    finally:
        answered.set()
        signal.signal(signal.SIGINT, before)
    assert sorted(begun) == ["hang", "interrupt"]


def test_an_end_of_the_process_in_a_call_is_raised_where_the_calls_were_wanted() -> None:
    class Ended(BaseException):
        pass

    def end() -> None:
        raise Ended

    with pytest.raises(Ended):
        together([end, lambda: None], 2)
