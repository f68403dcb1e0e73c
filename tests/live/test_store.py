"""The store and the lock: whole or not at all, readable by the owner alone, one at a time."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from mmctl.cli.processes import process_space
from mmctl.errors import CouldNot, Refused, StoppedPartWay, UsageError
from mmctl.live.apply.lock import Owner, locked
from mmctl.live.history.entries import history_document
from mmctl.live.history.store import DirectoryStore

if TYPE_CHECKING:
    from pathlib import Path

    from live.conftest import World

NOBODY = 2**22 + 7
"""A process number that is beyond what Linux gives."""


def owner(who: str = "ann", host: str = "here", process: int = NOBODY) -> Owner:
    return Owner(who=who, host=host, process=process, at="2026-11-20T09:00:00Z")


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "snapshots")


def test_a_text_comes_back_and_nobody_else_can_read_it(store: DirectoryStore) -> None:
    store.put("one", "text é")
    assert store.get("one") == "text é"
    assert (store.directory / "one").stat().st_mode & 0o777 == 0o600
    assert store.directory.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name != "posix", reason="groups of files are POSIX's")
def test_in_a_folder_that_its_group_shares_all_is_the_groups_and_nobody_elses(
    tmp_path: Path,
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o2770)
    store = DirectoryStore(shared / "000000000000-us-east-1-acme")
    before = os.umask(0o077)
    try:
        store.put("one", "text")
        assert store.put_new("two", "text")
        store.append("three", "line")
        assert store.swap("one", "text", "other")
    finally:
        os.umask(before)
    assert store.directory.stat().st_mode & 0o7777 == 0o2770
    modes = {path.name: path.stat().st_mode & 0o777 for path in store.directory.iterdir()}
    assert modes == dict.fromkeys((".guard", "one", "two", "three"), 0o660)


def test_a_name_is_taken_only_once(store: DirectoryStore) -> None:
    assert store.put_new("one", "first")
    assert not store.put_new("one", "second")
    assert store.get("one") == "first"


def test_what_could_not_be_written_whole_leaves_what_was_there(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("one", "before")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mmctl.live.history.store.os.fsync", full)
    with pytest.raises(CouldNot, match="No space left on device"):
        store.put("one", "after")
    assert store.get("one") == "before"
    assert list(store.names("")) == ["one"]


def test_a_rename_that_fails_leaves_no_copy(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("one", "before")

    def broken(_self: Path, _target: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("pathlib.Path.replace", broken)
    monkeypatch.setattr("mmctl.live.history.store.os.link", broken)
    with pytest.raises(CouldNot, match="Input/output error"):
        store.put("one", "after")
    with pytest.raises(CouldNot, match="Input/output error"):
        store.put_new("two", "after")
    assert [path.name for path in store.directory.iterdir()] == ["one"]


def test_copies_that_a_killed_process_left_go_and_those_of_a_living_one_stay(
    store: DirectoryStore,
) -> None:
    store.put("one", "text")
    old, older = ".mmctl-0123456789abcdef", ".applied.json.01234567"
    fresh, other = ".mmctl-fedcba9876543210", ".guard"
    for name in (old, older, fresh, other):
        (store.directory / name).write_text("half")
    for name in (old, older, other):
        os.utime(store.directory / name, (1, 1))
    DirectoryStore(store.directory).put("one", "more")
    left = {path.name for path in store.directory.iterdir()}
    assert left == {"one", fresh, other}


def test_lines_are_added_in_order(store: DirectoryStore) -> None:
    store.append("journal", "one")
    store.append("journal", "two")
    assert store.get("journal") == "one\ntwo\n"


def test_what_is_not_there_is_nothing(store: DirectoryStore) -> None:
    store.delete("one")
    assert store.get("one") is None
    assert list(store.names("")) == []


def _hold(store: DirectoryStore, who: Owner) -> None:
    with locked(store, who):
        pass


def test_the_second_of_two_is_refused_and_told_who_is_first(store: DirectoryStore) -> None:
    first = owner("ann", host="there")
    since = "ann on there since 2026-11-20T09:00:00Z"
    with locked(store, first), pytest.raises(Refused, match=since) as refused:
        _hold(store, owner("bob"))
    assert refused.value.help == "wait for it; if it no longer runs: --break-lock"
    with locked(store, owner("bob")):
        assert "bob" in (store.get("lock.json") or "")
    assert store.get("lock.json") is None


def test_a_lock_that_nobody_holds_is_broken_by_a_flag(store: DirectoryStore) -> None:
    store.put("lock.json", json.dumps({"who": "ann", "host": "there", "process": 1, "at": "then"}))
    with pytest.raises(Refused), locked(store, owner()):
        pass
    with locked(store, owner(), break_lock=True):
        assert "here" in (store.get("lock.json") or "")


HERE = "a kernel, a set of numbers"


def test_a_lock_of_a_process_of_this_machine_that_ended_is_taken_over(
    store: DirectoryStore,
) -> None:
    dead = {"who": "ann", "host": "here", "process": NOBODY, "at": "t", "space": HERE}
    store.put("lock.json", json.dumps(dead))
    with locked(store, replace(owner("bob"), space=HERE)):
        assert "bob" in (store.get("lock.json") or "")


@pytest.mark.parametrize("theirs", [{"space": "another container"}, {"space": None}, {}])
@pytest.mark.parametrize("ours", [HERE, None])
def test_a_lock_of_a_process_that_would_not_be_seen_from_here_is_not_taken_over(
    theirs: dict[str, str | None], ours: str | None, store: DirectoryStore
) -> None:
    unseen = {"who": "ann", "host": "here", "process": NOBODY, "at": "t", **theirs}
    store.put("lock.json", json.dumps(unseen))
    told = r"ann on here since t .*not visible here, but may run in another container"
    with (
        pytest.raises(Refused, match=told) as refused,
        locked(store, replace(owner("bob"), space=ours)),
    ):
        pass
    assert refused.value.help == "wait for it; if it no longer runs: --break-lock"
    with locked(store, replace(owner("bob"), space=ours), break_lock=True):
        assert "bob" in (store.get("lock.json") or "")


@pytest.mark.skipif(platform.system() == "Windows", reason="nothing tells there")
def test_processes_that_see_each_other_share_what_says_so() -> None:
    told = "from mmctl.cli.processes import process_space; print(process_space())"
    other = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == str(process_space())


def test_of_two_who_take_over_the_same_lock_one_succeeds(store: DirectoryStore) -> None:
    store.put("lock.json", "stale")
    assert store.swap("lock.json", "stale", "first")
    assert not store.swap("lock.json", "stale", "second")
    assert store.get("lock.json") == "first"


@pytest.mark.parametrize("process", ["7", 0, -1, True, [7], None])
def test_a_lock_with_no_number_of_a_process_is_unreadable(
    store: DirectoryStore, process: object
) -> None:
    store.put("lock.json", json.dumps({**asdict(owner()), "process": process}))
    with pytest.raises(Refused, match="an unreadable lock"), locked(store, owner()):
        pass


def test_an_unreadable_lock_is_refused_too(store: DirectoryStore) -> None:
    store.put("lock.json", "what")
    with pytest.raises(Refused, match="an unreadable lock"), locked(store, owner()):
        pass


def test_two_applies_at_once_are_one_apply_and_one_refusal(world: World) -> None:
    world.history.store.put_new(
        "lock.json", json.dumps({"who": "ann", "host": "there", "process": 1, "at": "then"})
    )
    with pytest.raises(Refused, match="another apply or rollback is running: ann on there"):
        world.apply()
    assert world.writes == []
    world.apply(break_lock=True)
    assert world.plan().empty


def schema(name: str) -> Draft202012Validator:
    from importlib.resources import files  # noqa: PLC0415 - beside its only use

    text = files("mmctl.render").joinpath(f"schemas/{name}.schema.json").read_text()
    return Draft202012Validator(json.loads(text))


def test_history_and_snapshots_fit_their_schemas(world: World) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    world.rollback()
    document = json.loads(json.dumps(history_document(world.history.entries())))
    schema("history").validate(document)
    assert [entry["kind"] for entry in document["entries"]] == ["apply", "apply", "rollback"]
    for name in world.history.store.names(".snapshot.json"):
        schema("snapshot").validate(json.loads(world.history.store.get(name) or ""))


def test_a_snapshot_is_the_state_before(world: World) -> None:
    world.apply()
    first = world.plan().live
    world.replace('"@exarnple.com"', '"@example.net"')
    entry = world.apply()
    assert entry is not None
    assert world.history.snapshot(entry.id).configuration.objects == first.objects


def test_a_damaged_snapshot_is_said(world: World) -> None:
    entry = world.apply()
    assert entry is not None
    world.history.store.put(entry.id + ".snapshot.json", "{}")
    with pytest.raises(CouldNot, match="is damaged"):
        world.history.snapshot(entry.id)


def test_a_disk_that_fills_up_in_the_middle_is_told_as_part_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def full_after_the_third_write(handle: int) -> None:
        if len(world.writes) >= 3:
            raise OSError(28, "No space left on device")
        sync(handle)

    monkeypatch.setattr("mmctl.live.history.store.os.fsync", full_after_the_third_write)
    with pytest.raises(StoppedPartWay, match="No space left on device"):
        world.apply()
    monkeypatch.undo()
    assert world.history.entries()[-1].result == "unfinished"
    world.apply()
    assert world.plan().empty


def test_a_short_id_must_be_of_one_entry(world: World) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    assert world.history.find("2").id.startswith("0002-")
    with pytest.raises(UsageError, match="is the beginning of several ids"):
        world.history.find("")


def test_the_history_names_every_call(world: World) -> None:
    entry = world.apply()
    assert entry is not None
    done = [
        line["operation"] for line in world.history.journal(entry.id) if line["moment"] == "after"
    ]
    assert done[0] == "CreateAddressList"
    assert done[-1] == "CreateIngressPoint"
