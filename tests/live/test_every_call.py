"""Everything that can go wrong, at every call, as docs/developers/faults.md says, is made good.

All of it is tried by `make faults`, which writes the page; a test run tries a part of it, the same
one each time, and compares.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest

from live.trial import KILLED, WRONGS, Laboratory
from mmctl.live.aws.pace import Distances, Pace

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="there is no fork elsewhere"),
]

UNDERTAKINGS = ("first apply", "change", "rollback", "removal")
ONE_IN = 36


AT_ONCE = 8
IN_FLIGHT_WRONGS = ("throttle", "denied", "cut-after", "stale", "cut-after for good", KILLED)
IN_FLIGHT_ONE_IN = 111


def quickly(patch: pytest.MonkeyPatch) -> None:
    """Wait for nothing, and import members by a job where there are as many as two."""
    patch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    patch.setattr("mmctl.live.apply.members.IMPORT_BEYOND", 1)
    patch.setattr("mmctl.live.aws.flights.Pace", partial(Pace, Distances(first=0.0005, most=0.002)))


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with pytest.MonkeyPatch.context() as patch:
        quickly(patch)
        yield Laboratory(tmp_path_factory.mktemp("trials"))


@pytest.fixture(scope="module")
def in_flight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with pytest.MonkeyPatch.context() as patch:
        quickly(patch)
        yield Laboratory(tmp_path_factory.mktemp("in-flight"), AT_ONCE)


@pytest.mark.parametrize("wrong", WRONGS)
@pytest.mark.parametrize("name", UNDERTAKINGS)
def test_each_fault_at_each_call_ends_as_the_page_says_and_is_made_good(
    name: str, wrong: str, laboratory: Laboratory, update: bool
) -> None:
    from live import faults_page as page  # noqa: PLC0415 - there is no fcntl elsewhere

    undertaking = laboratory.undertakings[name]
    numbers = range(1, len(undertaking.calls) + 1)
    if update:
        cells = [laboratory.tried(undertaking, wrong, number) for number in numbers]
        page.write_column(name, undertaking.calls, wrong, cells)
    table = page.tables()[name]
    assert page.operations(table) == [*undertaking.calls], "other calls than before: make faults"
    offset = WRONGS.index(wrong) * 5
    chosen = [] if update else [n for n in numbers if (n + offset) % ONE_IN == 0]
    got = {number: laboratory.tried(undertaking, wrong, number) for number in chosen}
    assert got == {number: table[wrong][number - 1] for number in chosen}


@pytest.mark.parametrize("name", UNDERTAKINGS)
def test_faults_are_made_good_where_several_calls_are_in_flight_too(
    name: str, in_flight: Laboratory
) -> None:
    """Which call meets the fault is a matter of time here; that all is made good is not."""
    undertaking = in_flight.undertakings[name]
    for offset, wrong in enumerate(IN_FLIGHT_WRONGS):
        for number in range(1, len(undertaking.calls) + 1):
            if (number + 4 * offset) % IN_FLIGHT_ONE_IN == 0:
                in_flight.tried(undertaking, wrong, number)
