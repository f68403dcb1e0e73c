"""The file: what stays, what cannot be used, several processes at once, a process that dies."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.errors import CouldNot, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORKER = """
import sys
from datetime import UTC, datetime
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.service_error import ServiceError

embedded = EmbeddedMailManager(sys.argv[1], clock=lambda: datetime.now(UTC))

def call(operation, **parameters):
    return embedded.call(operation, parameters, account="111122223333", region="eu-west-1")
"""
CREATE_TWENTY = (
    WORKER
    + """
made = 0
for number in range(20):
    try:
        call("CreateRelay", RelayName=f"relay-{number}", ServerName="mail.example.com",
             ServerPort=25, Authentication={"NoAuthentication": {}})
        made += 1
    except ServiceError as error:
        assert error.code == "ConflictException", error
print(made)
"""
)
DIE_IN_A_CALL = (
    WORKER
    + """
import os, signal
from mmctl.emulator import core

def dying(call, real=core.OPERATIONS["mailmanager"]["CreateArchive"]):
    real(call)
    os.kill(os.getpid(), signal.SIGKILL)

core.OPERATIONS["mailmanager"]["CreateArchive"] = dying
call("CreateRelay", RelayName="whole", ServerName="mail.example.com", ServerPort=25,
     Authentication={"NoAuthentication": {}})
call("CreateArchive", ArchiveName="half")
"""
)


def start(program: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    )


def names(embedded: Any, operation: str, member: str, name: str) -> list[str]:
    answer = embedded.call(operation, {}, account="111122223333", region="eu-west-1")
    return sorted(item[name] for item in answer[member])


def test_what_was_written_is_there_when_the_file_is_opened_again(
    make_embedded: Any, client_of: Any, tmp_path: Path
) -> None:
    path = tmp_path / "state" / "embedded.db"
    first = make_embedded(path)
    identifier = client_of(first)().create_rule_set(RuleSetName="kept", Rules=[])["RuleSetId"]
    first.close()
    again = client_of(make_embedded(path))()
    assert again.get_rule_set(RuleSetId=identifier)["RuleSetName"] == "kept"


def test_ids_are_not_given_out_twice_even_when_their_source_begins_again(
    make_embedded: Any, client_of: Any, tmp_path: Path
) -> None:
    path = tmp_path / "embedded.db"
    first = make_embedded(path)
    taken = client_of(first)().create_rule_set(RuleSetName="one", Rules=[])["RuleSetId"]
    again = make_embedded(path)
    numbers = iter([taken.removeprefix("rs-"), "f" * 26])
    again._ids = lambda: next(numbers)
    created = client_of(again)().create_rule_set(RuleSetName="two", Rules=[])["RuleSetId"]
    assert created == "rs-" + "f" * 26


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_file_is_for_its_owner_only(make_embedded: Any, tmp_path: Path) -> None:
    path = tmp_path / "embedded.db"
    make_embedded(path)
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_a_file_that_is_no_database_is_refused_and_left_alone(
    make_embedded: Any, tmp_path: Path
) -> None:
    path = tmp_path / "embedded.db"
    path.write_text("rules:\n" * 200)
    with pytest.raises(UsageError, match="is damaged or not a database") as refused:
        make_embedded(path)
    assert refused.value.help
    assert path.read_text() == "rules:\n" * 200


def test_a_database_of_something_else_is_refused_and_left_alone(
    make_embedded: Any, tmp_path: Path
) -> None:
    path = tmp_path / "embedded.db"
    with sqlite3.connect(path) as other:
        other.execute("create table orders (number integer)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="is a database of another program"):
        make_embedded(path)
    assert path.read_bytes() == before


def test_a_file_of_another_version_is_refused_by_number(make_embedded: Any, tmp_path: Path) -> None:
    path = tmp_path / "embedded.db"
    make_embedded(path).close()
    with sqlite3.connect(path) as other:
        other.execute("pragma user_version = 7")
    other.close()
    with pytest.raises(UsageError, match="expected format `1`, got `7`"):
        make_embedded(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:4096] + b"\xff" * (len(whole) - 4096),
        lambda whole: whole[:8192] + bytes(4096) + whole[12_288:],
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:100] + b"\x55" * 200 + whole[300:],
    ],
    ids=["overwritten", "a page of zeros", "cut", "the first page"],
)
def test_a_damaged_file_is_refused_at_the_start_and_left_alone(
    make_embedded: Any, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "embedded.db"
    embedded = make_embedded(path)
    for number in range(30):
        asked = {"ArchiveName": f"archive-{number}"}
        embedded.call("CreateArchive", asked, account=f"{number:012d}", region="eu-west-1")
    embedded.close()
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    with pytest.raises(UsageError, match="is damaged or not a database") as refused:
        make_embedded(path)
    assert refused.value.help
    assert path.read_bytes() == damaged


def test_calls_that_are_only_in_the_log_do_not_go_into_a_damaged_file(
    make_embedded: Any, tmp_path: Path
) -> None:
    path, log = tmp_path / "embedded.db", tmp_path / "embedded.db-wal"
    make_embedded(path).close()
    embedded = make_embedded(path)
    for number in range(5):
        asked = {"ArchiveName": f"archive-{number}"}
        embedded.call("CreateArchive", asked, account="111122223333", region="eu-west-1")
    kept = log.read_bytes()
    embedded.close()
    damaged = path.read_bytes()[:9000]
    path.write_bytes(damaged)
    log.write_bytes(kept)
    with pytest.raises(UsageError, match="is damaged or not a database"):
        make_embedded(path)
    assert (path.read_bytes(), log.read_bytes()) == (damaged, kept)


def test_a_file_that_lost_a_table_is_damaged(make_embedded: Any, tmp_path: Path) -> None:
    path = tmp_path / "embedded.db"
    make_embedded(path).close()
    with sqlite3.connect(path) as other:
        other.execute("drop table member")
    other.close()
    with pytest.raises(UsageError, match="is damaged or not a database: it has no table `member`"):
        make_embedded(path)


DIE_IN_THE_FIRST_START = """
import os, signal, sqlite3, sys

file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("pragma cache_size = 1")
for statement in ("create table one (text)", "drop table one", "begin", "create table one (text)"):
    file.execute(statement)
for _ in range(300):
    file.execute("insert into one values (?)", ("x" * 2000,))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_what_a_killed_process_left_to_be_rolled_back_is_no_damage(
    make_embedded: Any, tmp_path: Path
) -> None:
    path = tmp_path / "embedded.db"
    subprocess.run([sys.executable, "-c", DIE_IN_THE_FIRST_START, path], check=False)
    assert (tmp_path / "embedded.db-journal").stat().st_size > 0
    assert names(make_embedded(path), "ListRelays", "Relays", "RelayName") == []


@pytest.mark.skipif(os.name != "posix", reason="pipes in folders are POSIX")
def test_a_pipe_in_the_place_of_the_file_is_told(make_embedded: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "embedded.db")
    with pytest.raises(CouldNot, match="it is a device, pipe or socket, expected a file"):
        make_embedded(tmp_path / "embedded.db")


def test_a_row_that_was_tampered_with_is_told(make_embedded: Any, tmp_path: Path) -> None:
    path = tmp_path / "embedded.db"
    embedded = make_embedded(path)
    asked = {"ArchiveName": "everything"}
    embedded.call("CreateArchive", asked, account="111122223333", region="eu-west-1")
    with sqlite3.connect(path) as other:
        other.execute("update resource set body = '{'")
    other.close()
    with pytest.raises(UsageError, match="is damaged or not a database"):
        names(embedded, "ListArchives", "Archives", "ArchiveName")


def test_a_directory_in_the_place_of_the_file_is_told(make_embedded: Any, tmp_path: Path) -> None:
    with pytest.raises(CouldNot, match="could not use the embedded Mail Manager in"):
        make_embedded(tmp_path)


def test_a_parent_that_is_a_file_is_told(make_embedded: Any, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(CouldNot, match="could not use the embedded Mail Manager in"):
        make_embedded(tmp_path / "state" / "embedded.db")


def test_a_full_disk_is_told_and_the_call_left_nothing(make_embedded: Any, tmp_path: Path) -> None:
    embedded = make_embedded(tmp_path / "embedded.db")
    embedded._database.execute("pragma max_page_count = 12")
    rules = [{"Actions": [{"AddHeader": {"HeaderName": "X-A", "HeaderValue": "v" * 128}}] * 10}]
    asked = {"RuleSetName": "large", "Rules": rules * 40}
    with pytest.raises(CouldNot, match="full"):
        embedded.call("CreateRuleSet", asked, account="111122223333", region="eu-west-1")
    assert names(embedded, "ListRuleSets", "RuleSets", "RuleSetName") == []


def test_processes_that_write_at_once_make_each_thing_once(
    make_embedded: Any, tmp_path: Path
) -> None:
    path = tmp_path / "embedded.db"
    workers = [start(CREATE_TWENTY, path) for _ in range(3)]
    counts = [int(worker.communicate(timeout=120)[0]) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert sum(counts) == 20
    made = names(make_embedded(path), "ListRelays", "Relays", "RelayName")
    assert made == sorted(f"relay-{number}" for number in range(20))


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_a_process_killed_in_a_call_leaves_the_calls_before_and_nothing_of_that_one(
    make_embedded: Any, tmp_path: Path
) -> None:
    path = tmp_path / "embedded.db"
    worker = start(DIE_IN_A_CALL, path)
    worker.communicate(timeout=120)
    assert worker.returncode == -signal.SIGKILL
    embedded = make_embedded(path)
    assert names(embedded, "ListRelays", "Relays", "RelayName") == ["whole"]
    assert names(embedded, "ListArchives", "Archives", "ArchiveName") == []
