"""Searches of archives: pieces of time, full pieces, waiting, stopping, expired results."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.errors import CouldNot, UsageError
from mmctl.live.state.service import ErrorCode, ServiceAnswer
from mmctl.operate.archive.filters import LookedFor, filters_of, options_of
from mmctl.operate.archive.searching import Patience, earlier, search
from mmctl.operate.archive.service import ArchiveSearch
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@dataclass(slots=True)
class Service:
    """A service that has messages at some times, refuses long and second searches."""

    times: list[datetime]
    looks: int = 1
    """How often a search is asked about before it ends."""
    busy: int = 0
    """How many starts are refused, because somebody else searches."""
    expired: bool = False
    ends: str = "COMPLETED"
    started: list[ArchiveSearch] = field(default_factory=list)
    most: list[int] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    asked: int = 0

    def start_search(self, query: ArchiveSearch, most: int) -> str:
        if self.busy:
            self.busy -= 1
            raise ServiceAnswer("StartArchiveSearch", ErrorCode.QUOTA, "one at a time")
        assert query.until - query.since <= timedelta(days=30)
        self.started.append(query)
        self.most.append(most)
        self.asked = 0
        return f"s{len(self.started) - 1}"

    def search(self, id: str) -> Mapping[str, Any]:
        del id
        self.asked += 1
        state = self.ends if self.asked >= self.looks else "RUNNING"
        return {"Status": {"State": state, "ErrorMessage": "broken"}, "MaxResults": 10}

    def rows(self, id: str) -> list[Mapping[str, Any]]:
        if self.expired:
            raise ServiceAnswer("GetArchiveSearchResults", ErrorCode.INVALID, "expired")
        query, most = self.started[int(id[1:])], self.most[int(id[1:])]
        fit = sorted((t for t in self.times if query.since <= t <= query.until), reverse=True)
        return [
            {"ArchivedMessageId": f"m{self.times.index(t)}", "ReceivedTimestamp": t}
            for t in fit[:most]
        ]

    def stop_search(self, id: str) -> None:
        self.stopped.append(id)

    def searches(self, archive_id: str) -> Iterator[Mapping[str, Any]]:
        raise NotImplementedError

    message: Any = None
    download: Any = None
    start_export: Any = None
    export: Any = None
    stop_export: Any = None


def patience(said: list[str] | None = None, sleep: Callable[[float], Any] = lambda _: None) -> Any:
    return Patience(sleep=sleep, say=(said or []).append, poll_seconds=1, most_seconds=100)


def asked(days: float) -> ArchiveSearch:
    since = NOW - timedelta(days=days)
    return ArchiveSearch(archive_id="a-1", since=since, until=NOW, filters={})


def test_a_long_time_is_searched_in_pieces_newest_first() -> None:
    service = Service([NOW - timedelta(days=day) for day in range(0, 100, 10)])
    found = search(service, asked(95), 100, patience())
    assert [mail.id for mail in found.mail] == [f"m{number}" for number in range(10)]
    assert len(service.started) == 4
    assert found.searches == ("s0", "s1", "s2", "s3")
    assert found.complete


def test_a_search_ends_where_the_limit_is_reached() -> None:
    service = Service([NOW - timedelta(days=day) for day in range(0, 100, 10)])
    found = search(service, asked(95), 3, patience())
    assert [mail.id for mail in found.mail] == ["m0", "m1", "m2"]
    assert len(service.started) == 1
    assert not found.complete


def test_a_full_piece_is_searched_in_halves_until_all_is_found() -> None:
    service = Service([NOW - timedelta(minutes=minute) for minute in range(2500)])
    found = search(service, asked(2), 10_000, patience())
    assert [mail.id for mail in found.mail] == [f"m{number}" for number in range(2500)]
    assert found.complete


def test_more_messages_in_a_second_than_a_search_tells_are_not_all() -> None:
    service = Service([NOW - timedelta(microseconds=number) for number in range(1500)])
    found = search(service, asked(0.1), 10_000, patience())
    assert len(found.mail) == 1000
    assert not found.complete


def test_it_waits_while_another_search_runs() -> None:
    said: list[str] = ["-"]
    service = Service([NOW], busy=3, looks=4)
    assert len(search(service, asked(1), 10, patience(said)).mail) == 1
    assert said[1:] == ["waiting: one at a time", "search s0 is RUNNING"]
    with pytest.raises(CouldNot, match="still under way"):
        search(Service([NOW], busy=10_000), asked(1), 10, patience())


def test_an_interrupted_search_is_stopped() -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    service = Service([NOW], looks=10)
    with pytest.raises(KeyboardInterrupt) as stop:
        search(service, asked(1), 10, patience(sleep=interrupted))
    assert service.stopped == ["s0"]
    assert stop.value.__notes__ == ["search s0 was stopped"]


def test_a_search_that_never_ends_is_stopped_and_a_failed_one_said() -> None:
    service = Service([NOW], looks=10_000)
    with pytest.raises(CouldNot, match="took longer than 100 seconds and was stopped"):
        search(service, asked(1), 10, patience())
    assert service.stopped == ["s0"]
    with pytest.raises(CouldNot, match="search s0 is FAILED: broken"):
        search(Service([NOW], ends="FAILED"), asked(1), 10, patience())


def test_an_earlier_search_has_results_or_has_none_any_more() -> None:
    service = Service([NOW], started=[asked(1)], most=[10])
    found = earlier(service, "s0")[1]
    assert found is not None
    assert [mail.id for mail in found.mail] == ["m0"]
    service.expired = True
    assert earlier(service, "s0")[1] is None
    with pytest.raises(CouldNot, match="search s0 is RUNNING"):
        earlier(Service([NOW], looks=10), "s0")


def test_filters_and_options_say_the_same() -> None:
    looked_for = LookedFor(
        header_from=("a", "b"), subject=("x",), recipients=("r@",), attachments=True
    )
    assert list(options_of(filters_of(looked_for))) == [
        ("--from", "a"),
        ("--from", "b"),
        ("--subject", "x"),
        ("--rcpt", "r@"),
        ("--has-attachments", ""),
    ]
    assert filters_of(LookedFor()) == {}
    with pytest.raises(UsageError, match="got `--cc` 11 times"):
        filters_of(LookedFor(cc=("x",) * 11))
    with pytest.raises(UsageError, match="with 0 characters"):
        filters_of(LookedFor(cc=("",)))
