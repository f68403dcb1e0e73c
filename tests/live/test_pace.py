"""Calls that are throttled slow down together: one tries again for all."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from live.conftest import MAIN, World
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.service_error import modelled
from mmctl.errors import CouldNot
from mmctl.live.aws.answers import ATTEMPTS
from mmctl.live.aws.mail_manager import AwsMailManager
from mmctl.live.aws.pace import Distances, Pace
from mmctl.live.state.inventory import take_inventory
from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from collections.abc import Mapping


AT_ONCE = 8
LISTS = 40
QUICK = Distances(first=0.0005, most=0.002)


class Server:
    """What the service does with each try for tags: a burst of them meets, and is throttled."""

    def __init__(self, more: int | None) -> None:
        self._throttled = None if more is None else AT_ONCE + more
        self._lock = threading.Lock()
        self._burst = threading.Barrier(AT_ONCE)
        self.tries: list[tuple[int, bool]] = []
        """The thread of each try, and whether it was throttled."""

    def observe(self, operation: str, _given: Mapping[str, Any]) -> None:
        if operation != "ListTagsForResource":
            return
        with self._lock:
            number = len(self.tries)
            throttles = self._throttled is None or number < self._throttled
            self.tries.append((threading.get_ident(), throttles))
        if number < AT_ONCE:
            self._burst.wait(timeout=120)
        if throttles:
            raise modelled("ThrottlingException", "Rate exceeded")


def throttled(monkeypatch: pytest.MonkeyPatch, more: int | None) -> Server:
    """A service that throttles what is in flight, and some tries more; None: all of them."""
    server = Server(more)
    answer = EmbeddedMailManager.call

    def call(self: EmbeddedMailManager, operation: str, given: Any, **place: str) -> Any:
        server.observe(operation, given)
        return answer(self, operation, given, **place)

    monkeypatch.setattr(EmbeddedMailManager, "call", call)
    return server


@pytest.fixture
def service(world: World, monkeypatch: pytest.MonkeyPatch) -> AwsMailManager:
    """A service with many lists, asked with several calls in flight."""
    monkeypatch.setattr("mmctl.live.aws.flights.Pace", partial(Pace, QUICK))
    lines = "".join(f"  list-{n:02}: {{members: []}}\n" for n in range(LISTS))
    world.text, world.main = f"version: 1\naddress_lists:\n{lines}", MAIN
    world.apply()
    before = world.service()
    return AwsMailManager(before._client, before.identity, lambda: None, at_once=AT_ONCE)


def ask_for_tags(service: AwsMailManager) -> list[dict[str, str]]:
    arns = [service.identity.arn(Noun.ADDRESS_LIST, x.id) for x in take_inventory(service).listed]
    return service.gather([partial(service.tags, arn) for arn in arns])


def test_one_call_tries_again_for_all_and_nothing_else_is_asked_until_it_is_answered(
    service: AwsMailManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    for more in (0, 1, ATTEMPTS - 2):
        with monkeypatch.context() as patch:
            server = throttled(patch, more)
            assert len(ask_for_tags(service)) == LISTS
        again = server.tries[AT_ONCE : AT_ONCE + more + 1]
        assert [throttles for _, throttles in again] == [*[True] * more, False]
        assert len({thread for thread, _ in again}) == 1
        assert len(server.tries) == LISTS + AT_ONCE + more, "only what was throttled comes again"


def test_where_the_service_throttles_for_good_all_give_up_with_the_first(
    service: AwsMailManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = throttled(monkeypatch, None)
    with pytest.raises(CouldNot, match=r"ListTagsForResource: .*Rate exceeded"):
        ask_for_tags(service)
    assert len(server.tries) == AT_ONCE + ATTEMPTS - 1
    monkeypatch.undo()
    assert len(ask_for_tags(service)) == LISTS, "another look begins afresh"


def test_the_distance_between_calls_shrinks_with_each_answer_until_there_is_none() -> None:
    pace = Pace(QUICK)
    with pace.call():
        pace._after({"ResponseMetadata": {"HTTPStatusCode": 503}})
        pace._after({})
    before = pace._distance
    assert 0 < before <= QUICK.first
    answers = 0
    while pace._distance:
        pace._before("before-send.mailmanager.ListRelays")
        pace._after({})
        answers += 1
    assert 10 < answers < 40
