"""A rollback needs its snapshot, sound and as it was kept; all else may be damaged or gone."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from live.conftest import Clock, World
from live.memory_bucket import MemoryBucket
from mmctl.errors import CouldNot, Refused
from mmctl.live.apply.rollback import check_standing, further_back, goal
from mmctl.live.history.entries import Doing, EntryResult, entry_of
from mmctl.live.history.history import History
from mmctl.live.history.s3 import S3Store
from mmctl.live.history.snapshots import Standing, snapshot_of
from mmctl.live.history.store import DirectoryStore
from mmctl.live.plan.plan import object_digests

if TYPE_CHECKING:
    from collections.abc import Callable

DAMAGE: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[: len(text) // 2],
    "empty": lambda _text: "",
    "of another kind": lambda _text: '"text"',
    "a list of nulls": lambda _text: "[null]",
    "an empty object": lambda _text: "{}",
}
SIDE_FILES = ("applied.json", "pins.json", "0001", "0002", "0003", "journal", "passwords.json")


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world with a good, a bad, a rolled back and once more a bad state."""
    world = World(root=tmp_path_factory.mktemp("past"))
    world.apply()
    good = world.text
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    world.rollback()
    world.text = good
    world.replace("25MB", "20MB")
    world.apply()
    world.history.store.put("passwords.json", "{}")
    return world


@pytest.fixture
def world(past: World, world: World) -> World:
    """That world in a folder of its own."""
    shutil.copytree(past.root, world.root, dirs_exist_ok=True)
    world.text, world.clock = past.text, Clock(at=past.clock.at + timedelta(hours=1))
    return world


def in_bucket(world: World) -> None:
    """Have the history in a bucket."""
    bucket, kept = MemoryBucket(), world.history.store
    bucket.objects = {f"acme/{name}": kept.get(name) or "" for name in kept.names("")}
    world.history = History(S3Store(bucket, "acme"))


def reopened(world: World) -> list[str]:
    """Read the same store as a new process does; what it warns of."""
    said: list[str] = []
    world.history = History(world.history.store, said.append)
    return said


def name_of(world: World, what: str) -> str:
    if what == "journal":
        return next(world.history.store.names(".journal.jsonl"))
    if what.isdecimal():
        return next(n for n in world.history.store.names(".entry.json") if n.startswith(what))
    return what


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("what", SIDE_FILES)
def test_no_damaged_side_file_stops_a_rollback_and_none_is_deleted(
    what: str, damage: str, world: World
) -> None:
    if damage == "cut":
        in_bucket(world)
    name = name_of(world, what)
    broken = DAMAGE[damage](world.history.store.get(name) or "")
    world.history.store.put(name, broken)
    said = reopened(world)
    entry = world.rollback()
    assert entry is not None
    assert entry.result is EntryResult.DONE
    world.replace("20MB", "25MB")
    assert world.plan().empty
    aside = world.history.store.get(f"{name}.damaged-1")
    if aside is not None:
        assert aside == broken
        assert any(name in line for line in said)
    assert len(world.history.entries()) == 5


@pytest.mark.parametrize(
    "member",
    ["reason", "goes_back_to", "snapshot", "plan", "plan_key", "revision", "forced", "who"],
)
def test_an_entry_with_a_member_of_another_type_is_damaged(world: World, member: str) -> None:
    name = next(name for name in world.history.store.names(".entry.json") if "0002" in name)
    document = json.loads(world.history.store.get(name) or "")
    id_ = document["id"]
    assert entry_of(document, id_).id == id_
    with pytest.raises(ValueError, match="not the entry of this id"):
        entry_of({**document, member: [["text"]]}, id_)


@pytest.mark.parametrize("member", ["members", "tags", "logging", "logs_of_others"])
def test_an_applied_object_with_a_member_of_another_type_is_damaged(
    world: World, member: str
) -> None:
    document = json.loads(world.history.store.get("applied.json") or "")
    for value in ([["text"]], {"name": ["text"]}, "text"):
        document["objects"][0][member] = value
        world.history.store.put("applied.json", json.dumps(document))
        said = reopened(world)
        assert world.history.applied() is None
        assert "`applied.json`" in said[0]


@pytest.mark.parametrize("damage", ["cut", "empty"])
@pytest.mark.parametrize("what", ["applied.json", "pins.json", "0002"])
def test_what_is_cut_is_set_aside_with_a_warning_and_rebuilt(
    what: str, damage: str, world: World
) -> None:
    name = name_of(world, what)
    before = world.history.pins(), [entry.id for entry in world.history.entries()]
    world.history.store.put(name, DAMAGE[damage](world.history.store.get(name) or ""))
    said = reopened(world)
    world.rollback()
    assert f"warning: `{name}` in {world.history.store.place} is damaged" in said[0]
    assert f"`{name}` was damaged: it is kept as `{name}.damaged-1`" in said[1]
    assert world.history.store.get(f"{name}.damaged-1") is not None
    json.loads(world.history.store.get(name) or "")
    pins = [pin for pin in world.history.pins() if pin.entry == 3]
    assert pins == list(before[0])
    assert [entry.id for entry in world.history.entries()][:-1] == before[1]
    assert reopened(world) == []


def test_bytes_that_are_no_text_are_damage_too(world: World) -> None:
    store = world.history.store
    assert isinstance(store, DirectoryStore)
    for name in [*store.names(".json"), *store.names(".jsonl")]:
        if ".snapshot." not in name:
            (store.directory / name).write_bytes(b"\xff\xfe\x00")
    reopened(world)
    assert world.rollback() is not None
    assert (store.directory / "applied.json.damaged-1").read_bytes() == b"\xff\xfe\x00"


@pytest.mark.parametrize("damage", ["cut", "empty"])
def test_the_journal_of_what_was_cut_off_is_kept_and_what_can_be_read_of_it(
    damage: str, world: World
) -> None:
    entry = world.history.entries()[-1]
    world.history.end(entry, EntryResult.STOPPED)
    name = entry.id + ".journal.jsonl"
    whole = world.history.store.get(name) or ""
    broken = whole + whole.splitlines()[0][:20] if damage == "cut" else "\x00"
    world.history.store.put(name, broken)
    reopened(world)
    assert world.rollback() is not None
    assert world.history.store.get(f"{name}.damaged-1") == broken
    assert world.history.store.get(name) == (whole if damage == "cut" else "")


def test_all_side_files_may_be_gone(world: World) -> None:
    store = world.history.store
    for name in [*store.names("")]:
        if not name.endswith(".snapshot.json"):
            store.delete(name)
    reopened(world)
    assert [entry.kind for entry in world.history.entries()] == [
        "apply",
        "apply",
        "rollback",
        "apply",
    ]
    assert all(entry.rebuilt for entry in world.history.entries())
    assert goal(world.history, None).number == 4
    assert world.rollback() is not None
    world.replace("20MB", "25MB")
    assert world.plan().empty


def test_a_second_damage_is_set_aside_beside_the_first(world: World) -> None:
    for text in ("one", "two"):
        world.history.store.put("applied.json", text)
        reopened(world)
        world.replace("20MB", "21MB") if text == "two" else None
        world.apply()
        world.rollback() if text == "one" else None
    kept = [world.history.store.get(f"applied.json.damaged-{number}") for number in (1, 2)]
    assert kept == ["one", "two"]


def edited(world: World, number: str, change: Callable[[dict[str, Any]], None]) -> str:
    """Change the snapshot of an entry, with digests of the objects that fit; its id."""
    name = next(n for n in world.history.store.names(".snapshot.json") if n.startswith(number))
    document = json.loads(world.history.store.get(name) or "")
    change(document)
    document["digests"] = object_digests(snapshot_of(document).configuration)
    world.history.store.put(name, json.dumps(document))
    reopened(world)
    return name.removesuffix(".snapshot.json")


def without_rules(document: dict[str, Any]) -> None:
    for thing in document["configuration"]["objects"]:
        if thing["kind"] == "rule_sets":
            del thing["shape"]["Rules"][:2]


def sealed_anew(document: dict[str, Any]) -> None:
    from mmctl.live.state.canonical import digest_of  # noqa: PLC0415 - beside its only use

    without_rules(document)
    document["digests"] = object_digests(snapshot_of(document).configuration)
    del document["digest"]
    document["digest"] = digest_of(document)


@pytest.mark.parametrize("change", [without_rules, sealed_anew])
def test_a_snapshot_that_was_edited_is_refused(
    change: Callable[[dict[str, Any]], None], world: World
) -> None:
    edited(world, "0004", change)
    with pytest.raises(Refused, match="is not the one in its entry"):
        check_standing(world.history, goal(world.history, None))


def test_a_sound_snapshot_stands_in_the_history_and_one_without_entry_does_not(
    world: World,
) -> None:
    entry = goal(world.history, None)
    assert check_standing(world.history, entry) is Standing.KEPT
    world.history.store.delete(entry.id + ".entry.json")
    reopened(world)
    assert check_standing(world.history, goal(world.history, None)) is Standing.UNKNOWN


def test_an_edited_snapshot_without_entry_is_refused_where_its_own_digest_tells(
    world: World,
) -> None:
    edit = edited(world, "0004", without_rules)
    world.history.store.delete(edit + ".entry.json")
    reopened(world)
    with pytest.raises(Refused):
        check_standing(world.history, goal(world.history, None))


def test_an_entry_that_was_rebuilt_vouches_for_nothing(world: World) -> None:
    key = goal(world.history, None).id
    world.history.store.put(key + ".entry.json", "")
    reopened(world)
    world.rollback()
    assert world.history.find(key).rebuilt
    assert check_standing(world.history, world.history.find(key)) is Standing.UNKNOWN


def test_a_damaged_snapshot_is_said_with_another_way(world: World) -> None:
    entry = goal(world.history, None)
    world.history.store.put(entry.id + ".snapshot.json", "{")
    reopened(world)
    with pytest.raises(CouldNot, match="is damaged"):
        check_standing(world.history, goal(world.history, None))
    assert world.rollback("1", allow_delete=True, forced=("irreversible",)) is not None


def test_an_apply_that_was_killed_before_its_entry_is_gone_back_before_and_no_further(
    world: World,
) -> None:
    world.replace("20MB", "15MB")
    put = world.history.store.put

    def killed(name: str, text: str) -> None:
        if name.endswith(".entry.json"):
            raise KeyboardInterrupt
        put(name, text)

    world.history.store.put = killed  # type: ignore[method-assign] # stands for a kill there
    with pytest.raises(KeyboardInterrupt):
        world.apply()
    world.history.store.put = put  # type: ignore[method-assign]
    reopened(world)
    found = goal(world.history, None)
    assert found.number == 5
    assert world.rollback() is None
    world.replace("15MB", "20MB")
    assert world.plan().empty
    further = further_back(world.history, found)
    assert further is not None
    assert further.number == 4
    world.replace("20MB", "15MB")
    entry = world.apply()
    assert entry is not None
    assert (entry.number, entry.kind) == (6, Doing.APPLY)


def test_a_new_entry_never_takes_the_number_of_what_is_damaged(world: World) -> None:
    for name in [*world.history.store.names("")]:
        if name.startswith("0004"):
            world.history.store.put(name, "")
    reopened(world)
    world.replace("20MB", "15MB")
    entry = world.apply()
    assert entry is not None
    assert entry.number == 5


@pytest.mark.parametrize("left", [("entry", "snapshot"), ("snapshot",), ("entry",), ()])
def test_where_the_last_apply_cannot_be_told_the_one_before_is_only_undone_by_its_name(
    world: World, left: tuple[str, ...]
) -> None:
    world.replace("20MB", "15MB")
    assert world.apply() is not None
    for name in [*world.history.store.names("")]:
        if name.startswith("0005") and name.endswith((".entry.json", ".snapshot.json")):
            world.history.store.delete(name)
            if name.split(".")[1] in left:
                world.history.store.put(name, "{")
    reopened(world)
    with pytest.raises(Refused, match=r"neither the entry nor the snapshot of 0005-.* can be read"):
        goal(world.history, None)
    assert goal(world.history, "4").number == 4
    for name in [*world.history.store.names("")]:
        if name.startswith("000") and not name.startswith("0005"):
            world.history.store.delete(name)
    reopened(world)
    with pytest.raises(Refused) as refused:
        goal(world.history, None)
    assert "no other apply is recorded" in refused.value.why


@pytest.mark.parametrize("member", ["id", "name", "place", "created_at", "logical_rules", "closed"])
def test_no_snapshot_of_the_day_that_is_damaged_stops_the_next_apply(
    world: World, member: str
) -> None:
    store = world.history.store
    for name in store.names(".snapshot.json"):
        document = json.loads(store.get(name) or "")
        for thing in document["configuration"]["objects"]:
            thing[member] = {"no": "text"}
        store.put(name, json.dumps(document))
    world.replace("20MB", "19MB")
    assert world.apply() is not None
