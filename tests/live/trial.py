"""Trials of an apply or a rollback: one fault at one call, or the end of the process there.

All trials share one boto3 client; what answers it is a copy, in memory, of a state that was made
once. So a trial costs little more than its calls.
"""

from __future__ import annotations

import os
import re
import signal
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from live.conftest import EVERY_KIND, Clock, World
from live.memory_bucket import MemoryBucket
from live.stopping import FORCED, change_every_kind, is_write, with_logging
from mmctl.cli.embedded import put_embedded
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.database import IN_MEMORY
from mmctl.emulator.faults import Fault, FaultKind, Faults, FaultyMailManager
from mmctl.emulator.hook import attach
from mmctl.errors import CouldNot, Refused, StoppedPartWay
from mmctl.live.aws.answers import ATTEMPTS
from mmctl.live.aws.mail_manager import AwsMailManager
from mmctl.live.history.entries import EntryResult
from mmctl.live.history.history import History
from mmctl.live.history.s3 import S3Store
from mmctl.live.history.store import DirectoryStore
from mmctl.live.state.service import Identity
from mmctl.model.endpoints import EMBEDDED_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mmctl.emulator.core import MailManagerApi

REGION: Final = "us-east-1"
KILLED: Final = "kill -9"
FOR_GOOD: Final = " for good"
_LASTING: Final = (FaultKind.THROTTLE, FaultKind.DENIED, FaultKind.CUT_BEFORE, FaultKind.CUT_AFTER)
WRONGS: Final = (
    *(f"{kind}" for kind in FaultKind if kind is not FaultKind.SLOW),
    *(f"{kind}{FOR_GOOD}" for kind in _LASTING),
    KILLED,
)
"""What can go wrong at a call: the columns of the page."""

DONE: Final = "done"
STOPS: Final = "stops"
NONE: Final = "none"
KILLS: Final = "killed"
IMPOSSIBLE: Final = ""

Found = tuple[str, tuple[tuple[str, str, int], ...]]
"""A live state: the digest of its plan, and kind, name and members of everything there is."""
_UNNAMED: Final = ("AddonInstance", "Delivery")
"""Kinds that the service names, each time otherwise."""
_ID: Final = re.compile("-[a-z0-9]{20,}")
"""Of a resource, in the name of the source of its logs."""


class Switch:
    """The Mail Manager behind the client: whichever one a trial puts there, its calls counted."""

    def __init__(self) -> None:
        self.behind: MailManagerApi | None = None
        self.calls: list[str] = []
        self.at_call: Callable[[int], object] = lambda _number: None

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        account: str,
        region: str,
        service: str = "mailmanager",
    ) -> dict[str, Any]:
        assert self.behind is not None
        self.calls.append(operation)
        self.at_call(len(self.calls))
        return self.behind.call(
            operation, parameters, account=account, region=region, service=service
        )


@dataclass(frozen=True, slots=True)
class State:
    """A Mail Manager and the store of its project, to be copied."""

    embedded: EmbeddedMailManager
    kept: Mapping[str, str]

    def copy(self) -> State:
        return State(self.embedded.copy(), dict(self.kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaking:
    """One command that is tried: from which state, with which files, and what comes of it."""

    name: str
    start: State
    text: str
    calls: tuple[str, ...]
    begins: Found
    ends: Found
    back_to: str | None = None
    """Of a rollback: the entry it goes back to."""

    def act(self, world: World) -> None:
        if self.back_to is None:
            world.apply(**FORCED)
        else:
            world.rollback(self.back_to, **FORCED)


@dataclass
class Laboratory:
    """The client that all trials share, and the four undertakings."""

    root: Path
    at_once: int = 1
    """With more than one call in flight, the number of a call is the one in which it arrives."""
    clock: Clock = field(default_factory=Clock)
    switch: Switch = field(default_factory=Switch)
    undertakings: dict[str, Undertaking] = field(default_factory=dict)

    def __post_init__(self) -> None:
        config = Config(
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            signature_version=UNSIGNED,
        )
        self.client = boto3.client("mailmanager", region_name=REGION, config=config)
        logs = boto3.client("logs", region_name=REGION, config=config)
        for client in (self.client, logs):
            attach(client.meta.events, self.switch, account=EMBEDDED_ACCOUNT, region=REGION)
        identity = Identity(
            account=EMBEDDED_ACCOUNT, region=REGION, endpoint="embedded", caller="arn:aws:iam::x"
        )
        put = partial(put_embedded, self.switch)
        self.service = AwsMailManager(
            self.client, identity, lambda: logs, put, at_once=self.at_once
        )
        empty = State(self._opened(IN_MEMORY), {})
        to_first, to_second = (
            f"destination: 'arn:aws:s3:::{name}'" for name in ("first", "second")
        )
        logged = with_logging(EVERY_KIND, rule_set=to_first, ingress_point=to_first)
        first = self._rehearsed("first apply", empty, logged)
        changing = World(root=self.root)
        change_every_kind(changing)
        changed = with_logging(changing.text, ingress_point=to_second)
        change = self._rehearsed("change", first, changed)
        self._rehearsed("rollback", change, changed, back_to="2")
        self._rehearsed("removal", first, "version: 1\n")

    def _rehearsed(
        self, name: str, start: State, text: str, *, back_to: str | None = None
    ) -> State:
        """Do it once without a fault, to know its calls and what comes of it; the state then."""
        state, bucket = start.copy(), MemoryBucket()
        bucket.objects.update(state.kept)
        world = self.world(state.embedded, History(S3Store(bucket, "kept")), text)
        begins = self.found(world, state.embedded)
        self.switch.calls.clear()
        undertaking = Undertaking(
            name=name, start=start, text=text, calls=(), begins=begins, ends=begins, back_to=back_to
        )
        undertaking.act(world)
        calls = tuple(self.switch.calls)
        self.undertakings[name] = Undertaking(
            name=name,
            start=start,
            text=text,
            calls=calls,
            begins=begins,
            ends=self.found(world, state.embedded),
            back_to=back_to,
        )
        return State(state.embedded, dict(bucket.objects))

    def world(self, embedded: EmbeddedMailManager, history: History, text: str) -> World:
        """A world whose calls this Mail Manager answers from now on."""
        self.switch.behind = embedded
        world = World(root=self.root, clock=self.clock, text=text)
        world.use(self.service, history)
        return world

    def found(self, world: World, embedded: EmbeddedMailManager) -> Found:
        """What is live, whoever made it."""
        rows = embedded._database.execute(
            "select kind, name, members from resource where name is not null"
        ).fetchall()
        there = sorted(
            (kind, "" if kind in _UNNAMED else _ID.sub("-ID", name), members)
            for kind, name, members in rows
        )
        return world.plan().digest_before, tuple(there)

    def tried(self, undertaking: Undertaking, wrong: str, number: int) -> str:
        """One thing goes wrong at one call, counted from 1; how it ended, once it is made good."""
        if wrong == KILLED:
            return self._killed(undertaking, number)
        fault = fault_at(undertaking.calls, wrong, number)
        if fault is None:
            return IMPOSSIBLE
        state, bucket = undertaking.start.copy(), MemoryBucket()
        bucket.objects.update(state.kept)
        world = self.world(state.embedded, History(S3Store(bucket, "kept")), undertaking.text)
        faulty = FaultyMailManager(
            state.embedded, Faults([fault]), wait=lambda _: None, copy=state.embedded.copy
        )
        self.switch.behind = faulty
        end = _ended(undertaking, world)
        self.switch.behind = state.embedded
        self._make_good(undertaking, world, state.embedded, end, number)
        faulty.close()
        state.embedded.close()
        return end

    def _killed(self, undertaking: Undertaking, number: int) -> str:
        """The process is killed at a call; nothing is cleaned up, and another one goes on."""
        folder = self.root / f"{undertaking.name}-{number}"
        store = DirectoryStore(folder / "kept")
        for name, text in undertaking.start.kept.items():
            store.put(name.removeprefix("kept/"), text)
        file = folder / "embedded.db"
        folder.mkdir(exist_ok=True)
        with self._opened(file) as embedded:
            undertaking.start.embedded._database.copy_to(embedded._database)
        child = os.fork()
        if child == 0:
            try:
                world = self.world(self._opened(file), History(store), undertaking.text)
                world.process = os.getpid()
                self.switch.calls.clear()
                self.switch.at_call = lambda now: (
                    os.kill(os.getpid(), signal.SIGKILL) if now == number else None
                )
                undertaking.act(world)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status)
        self.clock.sleep(3600)  # whoever comes next comes later than what the child wrote
        with self._opened(file) as embedded:
            world = self.world(embedded, History(store), undertaking.text)
            begun = len(world.history.entries()) > len(_entries(undertaking))
            if begun:
                assert world.history.entries()[-1].result is EntryResult.UNFINISHED
            end = KILLS if begun else NONE
            self._make_good(undertaking, world, embedded, end, number)
        return end

    def _opened(self, file: Path | str) -> EmbeddedMailManager:
        model = self.client.meta.service_model
        return EmbeddedMailManager(file, clock=self.clock.now, service_model=model)

    def _make_good(
        self,
        undertaking: Undertaking,
        world: World,
        embedded: EmbeddedMailManager,
        end: str,
        number: int,
    ) -> None:
        """Do it again, or every other time undo it first; all is as without the fault then."""
        if end == NONE:
            assert self.found(world, embedded) == undertaking.begins
        if end in {STOPS, KILLS} and undertaking.back_to is None and number % 2 == 0:
            world.rollback(**FORCED)
            assert self.found(world, embedded) == undertaking.begins
        if end != DONE:
            undertaking.act(world)
        assert self.found(world, embedded) == undertaking.ends


def _ended(undertaking: Undertaking, world: World) -> str:
    """How an undertaking ends under a fault; the history tells the same."""
    try:
        undertaking.act(world)
    except StoppedPartWay:
        assert world.history.entries()[-1].result is EntryResult.STOPPED
        return STOPS
    except (CouldNot, Refused):
        begun = world.history.entries()[len(_entries(undertaking)) :]
        assert [entry.result for entry in begun] in ([], [EntryResult.NOTHING])
        return NONE
    assert world.history.entries()[-1].result is EntryResult.DONE
    return DONE


def _entries(undertaking: Undertaking) -> list[str]:
    return [name for name in undertaking.start.kept if name.endswith(".entry.json")]


def fault_at(calls: Sequence[str], wrong: str, number: int) -> Fault | None:
    """The fault that comes at a call; None: such a call cannot have it."""
    kind = FaultKind(wrong.removesuffix(FOR_GOOD))
    if kind is FaultKind.STALE:
        if is_write(calls[number - 1]):
            return None
        # Only reads count for it.
        number = list(accumulate(not is_write(name) for name in calls))[number - 1]
    return Fault(kind=kind, first=number, last=None if wrong.endswith(FOR_GOOD) else number)
