"""Every fault at every write of a plan that touches every kind: the table of docs/faults.md.

Each column is one fault. It comes at one write after the other; the apply ends by itself or is
made again, every other time it is rolled back instead. `pytest --update` rewrites the column.
"""

from __future__ import annotations

import os
import shutil
import signal
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from live.conftest import Clock, World
from live.stopping import FORCED, assert_no_doubles, change_every_kind, is_write
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.faults import Fault, FaultKind, Faults, FaultyMailManager
from mmctl.errors import CouldNot, Refused, StoppedPartWay
from mmctl.live.history import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PAGE: Final = Path(__file__).parents[2] / "docs/faults.md"
FOR_EVER: Final = (FaultKind.THROTTLE, FaultKind.DENIED, FaultKind.CUT_BEFORE, FaultKind.CUT_AFTER)
COLUMNS: Final = (
    *(f"{kind}" for kind in FaultKind if kind is not FaultKind.SLOW),
    *(f"{kind} for good" for kind in FOR_EVER),
    "kill -9",
)
WRITES: Final = (
    "RegisterMemberToAddressList",
    "CreateAddressList",
    "RegisterMemberToAddressList",
    "UpdateArchive",
    "UpdateRelay",
    "CreateAddonSubscription",
    "CreateAddonInstance",
    "UpdateTrafficPolicy",
    "TagResource",
    "UpdateRuleSet",
    "UpdateIngressPoint",
    "DeregisterMemberFromAddressList",
    "DeleteAddonInstance",
    "DeleteAddonSubscription",
)
"""The writes of the plan, in their order."""


class Applied:
    """A project that was applied once, to be copied, and the calls of its next apply."""

    def __init__(self, root: Path) -> None:
        self.root = root
        world = World(root=root)
        world.apply()
        self.digest = world.plan().digest_before
        rehearsal = self.copy(root.with_name("rehearsal"))
        rehearsal.apply(**FORCED)
        self.calls = tuple(rehearsal.calls)
        self.call_of = [n for n, call in enumerate(self.calls, 1) if is_write(call)]
        rehearsal.calls.clear()
        rehearsal.rollback(**FORCED)
        self.calls_back = tuple(rehearsal.calls)

    def copy(self, root: Path) -> World:
        """The project with every kind changed in its files, not applied yet."""
        shutil.copytree(self.root, root)
        world = World(root=root, clock=Clock())
        change_every_kind(world)
        return world


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Applied:
    return Applied(tmp_path_factory.mktemp("faults") / "applied")


class Behind:
    """The embedded Mail Manager as it is without faults in front of it."""

    call_it: Final = EmbeddedMailManager.call

    def __init__(self, embedded: EmbeddedMailManager) -> None:
        self.embedded = embedded

    def call(self, operation: str, parameters: Mapping[str, Any], **place: str) -> dict[str, Any]:
        return Behind.call_it(self.embedded, operation, parameters, **place)

    def close(self) -> None:
        self.embedded.close()


def with_fault(monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    """Let the fault meet the calls from here on."""
    faults = Faults([fault])
    front: list[FaultyMailManager] = []

    def call(
        self: EmbeddedMailManager, operation: str, given: Any, *, account: str, region: str
    ) -> Any:
        if not front:
            behind = Behind(self)
            front.append(
                FaultyMailManager(
                    behind, faults, wait=lambda _: None, copy=lambda: Behind(self.copy())
                )
            )
        return front[0].call(operation, given, account=account, region=region)

    monkeypatch.setattr(EmbeddedMailManager, "call", call)


def fault_of(column: str, number: int, applied: Applied) -> Fault:
    kind = FaultKind(column.removesuffix(" for good"))
    call = applied.call_of[number]
    if kind is FaultKind.STALE:
        # The last read before the write, counted among reads alone.
        reads = accumulate(not is_write(name) for name in applied.calls)
        call = list(reads)[call - 1]
    return Fault(kind=kind, first=call, last=None if column.endswith("good") else call)


def ended(world: World) -> str:
    """How an apply under a fault ends, in a word or two."""
    try:
        world.apply(**FORCED)
    except StoppedPartWay:
        assert world.history.entries()[-1].result is Result.STOPPED
        return "stops"
    except (CouldNot, Refused):
        assert world.history.entries()[-1].result is Result.NOTHING
        return "nothing written"
    assert world.history.entries()[-1].result is Result.DONE
    return "done"


def killed(call: int, act: Callable[[], object], world: World) -> bool:
    """Whether a process that acts is killed at its call of that number; it cleans nothing up."""
    child = os.fork()
    if child == 0:
        world.process = os.getpid()

        def observe(_operation: str, _parameters: Mapping[str, Any]) -> None:
            if len(world.calls) == call:
                os.kill(os.getpid(), signal.SIGKILL)

        world.observe = observe
        try:
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def made_good(world: World, applied: Applied, number: int) -> None:
    """Apply again, or roll back, and see that all is as it should be."""
    if number % 2:
        world.apply(**FORCED)
        assert world.plan().empty
    else:
        world.rollback(**FORCED)
        assert world.plan().digest_before == applied.digest
        world.apply(**FORCED)
    assert_no_doubles(world)


def column_of(
    column: str, applied: Applied, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    for number in range(len(WRITES)):
        world = applied.copy(folder / str(number))
        if column == "kill -9":
            assert killed(applied.call_of[number], partial(world.apply, **FORCED), world)
            end = "unfinished"
            assert world.history.entries()[-1].result is Result.UNFINISHED
        else:
            with monkeypatch.context() as patch:
                with_fault(patch, fault_of(column, number, applied))
                end = ended(world)
        if end == "done":
            assert world.plan().empty
            assert_no_doubles(world)
        else:
            # A rollback would undo the apply before the one that wrote nothing.
            made_good(world, applied, 1 if end == "nothing written" else number)
        yield end


@pytest.mark.skipif(os.name != "posix", reason="there is no fork elsewhere")
@pytest.mark.parametrize("column", COLUMNS)
def test_each_fault_at_each_write_ends_as_the_page_says_and_is_made_good(
    column: str,
    applied: Applied,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    update: bool,
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    got = list(column_of(column, applied, tmp_path, monkeypatch))
    if update:
        write_column(column, got)
    assert table()[column] == got


def test_the_plan_of_the_page_has_these_writes(applied: Applied) -> None:
    assert tuple(call for call in applied.calls if is_write(call)) == WRITES
    assert table().keys() == {*COLUMNS}


@pytest.mark.skipif(os.name != "posix", reason="there is no fork elsewhere")
@pytest.mark.parametrize("tenth", range(10))
def test_an_apply_killed_at_any_call_is_finished_or_undone(
    tenth: int, applied: Applied, tmp_path: Path
) -> None:
    for call in range(tenth + 1, len(applied.calls) + 1, 30):
        world = applied.copy(tmp_path / str(call))
        assert killed(call, partial(world.apply, **FORCED), world)
        if not world.history.entries()[1:]:
            assert world.plan().digest_before == applied.digest
            continue
        made_good(world, applied, call)


@pytest.mark.skipif(os.name != "posix", reason="there is no fork elsewhere")
@pytest.mark.parametrize("quarter", range(4))
def test_a_rollback_killed_at_any_write_is_finished_by_the_same_rollback(
    quarter: int, applied: Applied, tmp_path: Path
) -> None:
    calls = [n for n, call in enumerate(applied.calls_back, 1) if is_write(call)]
    for call in calls[quarter::4]:
        world = applied.copy(tmp_path / str(call))
        world.apply(**FORCED)
        world.calls.clear()
        assert killed(call, partial(world.rollback, **FORCED), world)
        world.rollback("2", **FORCED)
        assert world.plan().digest_before == applied.digest
        assert world.history.entries()[-1].goes_back_to == world.history.entries()[1].id


def table() -> dict[str, list[str]]:
    """The columns of the page."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    title, _, *body = rows
    writes = {row[0]: row[1:] for row in body}
    return (
        {name: [] for name in title[1:]}
        if not writes
        else {name: [row[place] for row in writes.values()] for place, name in enumerate(title[1:])}
    )


def write_column(column: str, cells: list[str]) -> None:
    """Put a column into the page; the others stay."""
    columns = {name: [""] * len(WRITES) for name in COLUMNS} | {
        name: found for name, found in table().items() if name in COLUMNS
    }
    columns[column] = cells
    text = PAGE.read_text(encoding="utf-8")
    before, _, _ = text.partition("| ")
    lines = ["| write | " + " | ".join(columns) + " |", "| --- " * (len(columns) + 1) + "|"]
    for number, operation in enumerate(WRITES):
        row = [f"{number + 1} {operation}", *(found[number] for found in columns.values())]
        lines.append("| " + " | ".join(row) + " |")
    PAGE.write_text(before + "\n".join(lines) + "\n", encoding="utf-8")
