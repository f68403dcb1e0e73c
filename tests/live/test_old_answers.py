"""Reads that lag behind our own writes: no apply, plan or rollback takes them for the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from live.conftest import EVERY_KIND, Clock, World
from live.lagging import Lagging
from live.stopping import FORCED, Killed, change_every_kind, is_write, with_logging, with_service
from mmctl.cli.embedded import put_embedded
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.database import IN_MEMORY
from mmctl.emulator.hook import attach
from mmctl.emulator.service_error import ServiceError
from mmctl.errors import Refused
from mmctl.live.apply.written import ANY, LAG, SHAPE, Written, keep_writes, recent_writes
from mmctl.live.aws.mail_manager import AwsMailManager
from mmctl.live.history.drift import drift_of
from mmctl.live.state.logs import LOGS_TAG
from mmctl.live.state.service import Identity
from mmctl.model.kinds import Kind, Noun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mmctl.live.plan.plan import Plan

REGION, ACCOUNT = "us-east-1", "000000000000"
FIRST, SECOND = (f"destination: 'arn:aws:s3:::{name}'" for name in ("first", "second"))
DEBUG = "traffic_policy_debug_logs: 'arn:aws:s3:::debug'"
BY_HAND = [{"Name": "by-hand", "Actions": [{"Drop": {}}]}]
LAGS = [(1, None), (5, None), (2, 1), (2, 2), (5, 3)]
"""Seconds, and whence the lots by which answers are old by turns; None: all are as old."""


@dataclass
class SteadyClock(Clock):
    """A clock that moves as far as one sleeps, and as long as calls take."""

    def now(self) -> datetime:
        return self.at


@dataclass
class Shared:
    """The clients that all tests share, and whatever Mail Manager a test puts behind them."""

    lagging: Lagging | None = None
    at_write: Callable[[int], object] = lambda _number: None
    writes: list[str] = field(default_factory=list)
    service: AwsMailManager = field(init=False)

    def __post_init__(self) -> None:
        config = Config(signature_version=UNSIGNED)
        mail = boto3.client("mailmanager", region_name=REGION, config=config)
        logs = boto3.client("logs", region_name=REGION, config=config)
        for client in (mail, logs):
            attach(client.meta.events, self, account=ACCOUNT, region=REGION)
        caller = "arn:aws:iam::000000000000:user/x"
        identity = Identity(account=ACCOUNT, region=REGION, endpoint="embedded", caller=caller)
        self.service = AwsMailManager(mail, identity, lambda: logs, partial(put_embedded, self))

    def call(self, operation: str, parameters: Any, **place: str) -> dict[str, Any]:
        assert self.lagging is not None
        if is_write(operation):
            self.writes.append(operation)
            self.at_write(len(self.writes))
        return self.lagging.call(operation, parameters, **place)


@pytest.fixture(scope="module")
def shared() -> Shared:
    return Shared()


@dataclass
class Slow:
    """A world whose reads lag."""

    world: World
    lagging: Lagging

    def truth(self) -> Plan:
        """The plan from what is really live."""
        lag, self.lagging.lag = self.lagging.lag, 0
        try:
            return self.world.plan()
        finally:
            self.lagging.lag = lag

    def marks(self) -> list[bool]:
        """Which of what has logs is really marked."""
        self.lagging.catch_up()
        service = self.world.service()
        return [
            LOGS_TAG in service.tags(service.identity.arn(noun, summary[noun.id_member]))
            for noun in (Noun.RULE_SET, Noun.INGRESS_POINT)
            for summary in service.list(noun)
        ]

    def deliveries(self) -> int:
        self.lagging.catch_up()
        return len(list(self.world.service().logs.deliveries()))


@pytest.fixture
def slow(tmp_path: Path, shared: Shared) -> Iterator[Callable[..., Slow]]:
    def make(lag: float, seed: int | None = None) -> Slow:
        clock = SteadyClock()
        model = shared.service._client.meta.service_model
        embedded = EmbeddedMailManager(IN_MEMORY, clock=clock.now, service_model=model)
        lots = None if seed is None else Random(seed)  # noqa: S311 - the same lots each time
        shared.lagging = Lagging(embedded, clock, lag, lots)
        world = World(root=tmp_path, clock=clock)
        world.use(shared.service, world.history)
        return Slow(world, shared.lagging)

    yield make
    shared.at_write = lambda _number: None
    shared.writes.clear()


def two_versions(world: World) -> tuple[str, str]:
    first = with_logging(EVERY_KIND, rule_set=FIRST, ingress_point=f"{FIRST}, {DEBUG}")
    change_every_kind(world)
    return first, with_logging(world.text, rule_set=SECOND, ingress_point=DEBUG)


@pytest.mark.parametrize(("lag", "seed"), LAGS)
def test_commands_at_once_one_after_the_other_blame_nobody_and_miss_nothing(
    lag: float, seed: int | None, slow: Callable[..., Slow]
) -> None:
    behind = slow(lag, seed)
    world = behind.world
    first, second = two_versions(world)
    world.text = first
    world.apply()
    assert world.plan().empty
    digest = world.plan().digest_after
    world.text = second
    world.apply(**FORCED)
    assert world.plan().empty
    assert drift_of(world.plan(), world.history).by_hand == ()
    world.rollback(**FORCED)
    world.text = first
    assert world.plan().empty
    assert behind.truth().empty
    assert world.plan().digest_after == digest
    world.history.unpin()
    world.text = "version: 1\n"
    world.apply(**FORCED)
    assert world.plan().empty
    assert behind.truth().live.objects == ()
    assert behind.deliveries() == 0


@pytest.mark.parametrize("lag", [1, 5])
def test_a_log_that_went_elsewhere_is_still_ended_when_the_files_no_longer_want_it(
    lag: float, slow: Callable[..., Slow]
) -> None:
    behind = slow(lag)
    world = behind.world
    world.text = with_logging(EVERY_KIND, rule_set=FIRST)
    world.apply()
    world.text = with_logging(EVERY_KIND, rule_set=SECOND)
    world.apply()
    assert behind.marks() == [True, False]
    world.text = EVERY_KIND
    assert [edit.path for edit in world.plan().edits] == ["logging.destination"]
    world.apply()
    assert behind.deliveries() == 0
    assert behind.marks() == [False, False]
    assert world.plan().empty


def test_a_delivery_whose_mark_is_gone_is_seen_all_the_same(slow: Callable[..., Slow]) -> None:
    behind = slow(0)
    world = behind.world
    world.text = with_logging(EVERY_KIND, rule_set=FIRST)
    world.apply()
    service = world.service()
    (rule_set,) = world.plan().live.of_kind(Kind.RULE_SET)
    service.untag(service.identity.arn(Noun.RULE_SET, rule_set.id or ""), [LOGS_TAG])
    world.text = EVERY_KIND
    assert [edit.path for edit in world.plan().edits] == ["logging.destination"]
    world.apply()
    assert behind.deliveries() == 0


@pytest.mark.parametrize("lag", [2, 5])
def test_a_member_that_was_taken_off_does_not_come_back_by_a_snapshot_of_old_answers(
    lag: float, slow: Callable[..., Slow]
) -> None:
    behind = slow(lag)
    world = behind.world
    world.apply()
    world.clock.sleep(3600)
    world.replace(', "one@vendor.example"', "")
    world.apply()
    world.replace("retention: SEVEN_YEARS", "retention: TEN_YEARS")
    world.apply()
    world.rollback(forced=("irreversible",))
    partners = behind.truth().live.find(Kind.ADDRESS_LIST, "partners")
    assert partners is not None
    assert partners.members == ("*@partner.example",)


def writes_of(slow: Callable[..., Slow], shared: Shared) -> int:
    """How many writes the second version takes."""
    behind = slow(0)
    world = behind.world
    world.text, second = two_versions(world)
    world.apply()
    shared.writes.clear()
    world.text = second
    world.apply(**FORCED)
    return len(shared.writes)


@pytest.mark.parametrize(("lag", "seed"), [(2, 7), (5, None)])
@pytest.mark.parametrize("back", [False, True], ids=["apply", "rollback"])
def test_what_was_killed_is_finished_or_undone_at_once(
    lag: float, seed: int | None, back: bool, slow: Callable[..., Slow], shared: Shared
) -> None:
    count = writes_of(slow, shared)
    for number in range(2 + back, count + 1, 7):
        behind = slow(lag, seed)
        world = behind.world
        world.root = world.root / f"{number}"
        world.__post_init__()
        first, second = two_versions(world)
        world.text = first
        world.apply()
        world.clock.sleep(3600)
        shared.writes.clear()
        shared.at_write = kill_at(number)
        world.text = second
        with pytest.raises(Killed):
            world.apply(**FORCED)
        shared.at_write = lambda _number: None
        if back:
            world.rollback(**FORCED)
            world.text = first
        else:
            world.apply(**FORCED)
        assert behind.truth().empty
        assert behind.marks() == [True, True]


def kill_at(number: int) -> Callable[[int], None]:
    def at_write(now: int) -> None:
        if now == number:
            raise Killed

    return at_write


def test_a_mark_that_a_killed_apply_left_goes_with_the_rollback(
    slow: Callable[..., Slow], shared: Shared
) -> None:
    behind = slow(0)
    world = behind.world
    world.apply()
    shared.writes.clear()
    shared.at_write = kill_at(2)
    world.text = with_logging(EVERY_KIND, rule_set=FIRST)
    with pytest.raises(Killed):
        world.apply()
    assert shared.writes == ["TagResource", "PutDeliverySource"]
    shared.at_write = lambda _number: None
    assert behind.marks() == [True, False]
    world.rollback()
    assert behind.marks() == [False, False]
    world.text = EVERY_KIND
    assert world.plan().empty


@pytest.mark.parametrize("command", ["plan", "rollback"])
def test_a_list_that_is_deleted_between_two_reads_is_gone_and_no_fault_of_the_network(
    command: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()
    world.replace("retention: SEVEN_YEARS", "retention: TEN_YEARS")
    world.apply()

    def gone(answer: Any, self: Any, operation: str, given: Any, **place: str) -> Any:
        if operation == "ListMembersOfAddressList":
            raise ServiceError("ResourceNotFoundException", "gone", 404)
        return answer(self, operation, given, **place)

    with_service(monkeypatch, gone)
    plan = world.plan() if command == "plan" else world.plan_rollback()
    assert ("added", "partners") in [(edit.kind, edit.object) for edit in plan.edits]


def test_what_somebody_put_back_by_hand_is_believed_once_it_stays(
    slow: Callable[..., Slow],
) -> None:
    behind = slow(1)
    world = behind.world
    world.apply()
    world.replace("port: 25,", "port: 2525,")
    world.apply(forced=("relay-target",))
    (relay,) = world.plan().live.of_kind(Kind.RELAY)
    world.service().update(Noun.RELAY, relay.id or "", {"ServerPort": 25})
    world.clock.sleep(2)
    drift = drift_of(world.plan(), world.history)
    assert [(edit.name, edit.after) for edit in drift.by_hand] == [("exchange", 25)]


def test_what_somebody_else_wrote_is_theirs_after_a_few_seconds(slow: Callable[..., Slow]) -> None:
    behind = slow(1)
    world = behind.world
    world.apply()
    world.replace("port: 25,", "port: 2525,")
    plan = world.plan()
    (relay,) = plan.live.of_kind(Kind.RELAY)
    world.service().update(Noun.RELAY, relay.id or "", {"ServerPort": 26})
    world.clock.sleep(2)
    with pytest.raises(Refused, match="the plan is stale"):
        world.apply(plan, forced=("relay-target",))


def test_writes_of_long_ago_make_no_answer_old(world: World) -> None:
    store, now = world.history.store, world.clock.at
    line = {"id": "r-1", "part": SHAPE, "was": "a", "is": "b"}
    keep_writes(store, "0001-a", now, [line])
    assert recent_writes(store, now).is_old("r-1", SHAPE, "a")
    world.clock.sleep(LAG + 1)
    assert not recent_writes(store, world.clock.at).is_old("r-1", SHAPE, "a")


def test_writes_that_are_cut_off_or_damaged_are_as_if_not_kept(world: World) -> None:
    store, now = world.history.store, world.clock.at
    keep_writes(store, "0002-a", now, [{"id": "r-1", "part": SHAPE, "was": "a", "is": "b"}])
    store.append("0002-a.writes.jsonl", '{"id": "r-1", "at": 3}\n["x"]\n{"id"')
    store.put("0003-a.writes.jsonl", '{"at": "soon", "id": 1, "is": 1, "part": 1, "was": 1}')
    assert not recent_writes(store, now).is_old("r-1", SHAPE, "a")
    store.delete("0003-a.writes.jsonl")
    assert recent_writes(store, now).is_old("r-1", SHAPE, "a")


@pytest.mark.parametrize(
    ("values", "found", "old"),
    [
        (["a", "b"], "a", True),
        (["a", "b"], "b", False),
        (["a", "b"], "c", False),
        (["a", "b", "c"], "a", True),
        (["a", "b", "c"], "b", True),
        (["a", "b", "a"], "a", False),
        (["a", "b", "a"], "b", True),
        ([ANY, "b"], "whatever", True),
        ([ANY, "b"], "b", False),
    ],
)
def test_old_is_what_was_there_before_the_last_write(
    values: list[str], found: str, old: bool
) -> None:
    steps = pairwise(values)
    written = Written({"id": "x", "part": "p", "was": was, "is": now} for was, now in steps)
    assert written.is_old("x", "p", found) is old
    assert not written.is_old("y", "p", found)


class Late:
    """Lots by which, of three states or more, reads show the one before the last for a second."""

    def __init__(self) -> None:
        self.shown = 0

    def choice(self, states: list[Any]) -> Any:
        self.shown += len(states) > 2
        return states[-2] if len(states) > 2 and self.shown < 50 else states[-1]


def test_a_write_of_somebody_else_between_look_and_write_is_told_where_an_answer_shows_it(
    slow: Callable[..., Slow], shared: Shared
) -> None:
    behind = slow(2, 0)
    behind.lagging.by_turns = Late()
    world = behind.world
    world.apply()
    world.clock.sleep(3600)
    (rule_set,) = world.plan().live.of_kind(Kind.RULE_SET)
    shared.writes.clear()
    wrote: list[int] = []

    def meanwhile(_number: int) -> None:
        if shared.writes[-1] == "UpdateRuleSet" and not wrote:
            wrote.append(1)
            given = {"RuleSetId": rule_set.id, "Rules": BY_HAND}
            behind.lagging.call("UpdateRuleSet", given, account=ACCOUNT, region=REGION)

    shared.at_write = meanwhile
    world.replace('"@exarnple.com"', '"@example.net"')
    entry = world.apply()
    assert entry is not None
    assert entry.overwritten[0] == "rule set inbound, rule by-hand: added"
    assert "rule set inbound, rule block-lookalike: removed" in entry.overwritten
    assert world.history.entries()[-1].overwritten == entry.overwritten
    assert behind.truth().empty
