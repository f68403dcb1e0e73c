"""Full disks, damaged queues, orderly stops: mail waits, nothing is lost, and somebody is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from emulator.delivering.post_world import ARCHIVE, MESSAGE, ROLE, archive, relay, rule
from emulator.polling import until
from mmctl.emulator.delivering.actions import carry_out
from mmctl.emulator.delivering.services import ServiceBusy, ServiceFails, Services
from mmctl.emulator.delivering.settings import Retries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from emulator.delivering.post_world import World

    Make = Callable[..., World]

TOPIC = "arn:aws:sns:eu-west-1:111122223333:alarms"
TO_TOPIC = {"PublishToSns": {"TopicArn": TOPIC, "RoleArn": ROLE}}
TO_BUCKET = {"WriteToS3": {"S3Bucket": "mails", "RoleArn": ROLE}}
TO_ARCHIVE = {"Archive": {"TargetArchive": ARCHIVE}}
TO_RELAY = {"Relay": {"Relay": "r-exchange"}}


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk with little room."""
    folder.mkdir()
    mount = shutil.which("mount")
    if os.name != "posix" or os.geteuid() or mount is None:
        pytest.skip("only root can mount a small disk")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], check=False)
    if made.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_mail_waits_while_the_disk_is_full(world: Make, tmp_path: Path) -> None:
    office = world(
        [rule(TO_ARCHIVE, TO_RELAY, TO_TOPIC, TO_BUCKET)], [relay("exchange")], [archive()]
    )
    with small_disk(tmp_path / "small") as small:
        office.root = small / "mail"
        mail = MESSAGE + b"x" * 9_000 + b"\r\n"
        with office.open() as post:
            waiting = [office.accept(mail) for _ in range(5)]
            filler = small / "filler"
            with filler.open("wb", buffering=0) as file:
                size = 4096
                while size:
                    try:
                        file.write(b"x" * size)
                    except OSError:
                        size //= 2
            for each in waiting:
                post.take(each, office.configuration)
            until(lambda: bool(office.troubles) or bool(office.events("waiting")))
            assert len(office.waiting()) == 5
            filler.unlink()
            until(lambda: not office.waiting())
        assert len(office.events("finished")) == 5
        assert "no space left on device" in " ".join(
            [*office.troubles, *(each["reply"] for each in office.events("waiting"))]
        )
        assert len(office.files("relays/exchange/new")) == 5
        assert len(office.files(f"archives/{ARCHIVE}")) == 6
        lines = office.content(f"archives/{ARCHIVE}/archived.jsonl").splitlines()
        assert {json.loads(line)["accepted"]["id"] for line in lines} == {
            each.id for each in waiting
        }
        told = [json.loads(line) for line in office.content("sns/alarms.jsonl").splitlines()]
        assert len(told) == 5
        for each in waiting:
            assert office.content(f"s3/mails/{each.id}") == mail


def test_damage_in_the_queue_is_set_aside_and_said(world: Make) -> None:
    office = world([rule(TO_RELAY)], [relay("exchange")])
    whole = office.accept()
    gone, half, other = office.accept(), office.accept(), office.accept()
    queue = office.root / "queue"
    (office.root / gone.file).unlink()
    text = (queue / f"{half.id}.json").read_text()
    (queue / f"{half.id}.json").write_text(text[: len(text) // 2])
    entry = json.loads((queue / f"{other.id}.json").read_text())
    entry["gateway"] = "another"
    (queue / f"{other.id}.json").write_text(json.dumps(entry))
    foreign: dict[str, str] = {
        "notes.txt": "remember the milk",
        "list.json": "[]",
        f"{'z' * 40}.json": text,
        f"{'y' * 40}.json": json.dumps({**entry, "id": "y" * 40, "envelope": 3}),
        f"{'x' * 40}.json": json.dumps({**entry, "id": "x" * 40, "session": [1]}),
        f"{'w' * 40}.json": "[" * 100_000,
        f"{'v' * 40}.json": json.dumps({**entry, "id": "v" * 40, "delivering": {"letters": 1}}),
    }
    for name, content in foreign.items():
        (queue / name).write_text(content)
    (queue / "link.json").symlink_to("/etc/passwd")
    (queue / "folder.json").mkdir()
    (queue / ".mmctl-0123456789abcdef").write_text("unfinished")
    with office.open() as post:
        post.resume(lambda digest: office.configuration if digest == "d" * 32 else None)
        until(post.is_idle)
    assert [each["id"] for each in office.events("finished")] == [whole.id]
    aside = sorted(each.name for each in (queue / "damaged").iterdir())
    expected = [f"{each.id}.json" for each in (gone, half, other)]
    assert aside == sorted([*expected, *foreign, "link.json", "folder.json"])
    assert [each.name for each in queue.iterdir()] == ["damaged"]
    assert len(office.troubles) == len(aside)
    said = "\n".join(office.troubles)
    for part in ("is not whole JSON", "is no entry", "is of a message that is gone", "is no file"):
        assert part in said
    assert "it is now `queue/damaged/notes.txt`" in said


def test_an_orderly_stop_repeats_nothing(world: Make) -> None:
    hanging, released = threading.Event(), threading.Event()
    published: list[str] = []

    def publish(topic_arn: str, message: str) -> str:
        del message
        published.append(topic_arn)
        return "1"

    def put_object(bucket: str, key: str, content: bytes) -> None:
        del bucket, key, content
        if not released.is_set():
            hanging.set()
            raise ServiceBusy("no answer")

    office = world(
        [rule(TO_TOPIC, TO_ARCHIVE, TO_BUCKET, TO_RELAY)],
        [relay("exchange")],
        [archive()],
        services=Services(publish=publish, put_object=put_object),
        retries=Retries(first=3600),
    )
    mail = office.carry()
    assert hanging.is_set()
    assert office.waiting() == [f"{mail.id}.json"]
    released.set()
    office.later = timedelta(hours=2)
    office.resume()
    assert office.waiting() == []
    assert published == [TOPIC]
    assert len(office.files("relays/exchange/new")) == 1
    assert len(office.content(f"archives/{ARCHIVE}/archived.jsonl").splitlines()) == 1
    assert office.kinds().count("finished") == 1


def test_a_service_that_refuses_fails_the_action_and_one_that_is_busy_is_asked_again(
    world: Make,
) -> None:
    tries: list[str] = []

    def put_object(bucket: str, key: str, content: bytes) -> None:
        del key, content
        tries.append(bucket)
        if len(tries) < 3:
            raise ServiceBusy("slow down")

    def publish(topic_arn: str, message: str) -> str:
        raise ServiceFails(f"no topic {topic_arn[-6:]} for {len(message)} bytes")

    office = world(
        [rule(TO_TOPIC, TO_BUCKET, TO_RELAY)],
        [relay("exchange")],
        services=Services(publish=publish, put_object=put_object),
    )
    with office.open() as post:
        post.take(office.accept(), office.configuration)
        until(lambda: not office.waiting())
    assert len(tries) == 3
    assert [each["status"] for each in office.events("action")] == ["FAILURE", "SUCCESS", "SUCCESS"]
    assert [each["reply"] for each in office.events("waiting")] == ["slow down", "slow down"]


def test_a_fault_of_ours_does_not_stop_other_mail(world: Make, monkeypatch: Any) -> None:
    place = "mmctl.emulator.delivering.journey.carry_out"

    def broken(deed: Any, means: Any) -> Any:
        if deed.accepted.id.endswith("1"):
            raise RuntimeError("a fault\nof ours")
        return carry_out(deed, means)

    monkeypatch.setattr(place, broken)
    office = world([rule(TO_RELAY)], [relay("exchange")], retries=Retries(first=3600))
    with office.open() as post:
        first, second = office.accept(), office.accept()
        post.take(first, office.configuration)
        post.take(second, office.configuration)
        until(lambda: len(office.waiting()) == 1)
    assert office.waiting() == [f"{first.id}.json"]
    assert office.troubles == [f"message {first.id} waits: RuntimeError: a fault\\nof ours"]
    monkeypatch.setattr(place, carry_out)
    office.resume()
    assert office.waiting() == []


def test_a_deleted_maildir_is_made_again(world: Make) -> None:
    office = world([rule(TO_RELAY)], [relay("exchange")])
    with office.open() as post:
        post.take(office.accept(), office.configuration)
        until(lambda: not office.waiting())
        shutil.rmtree(office.root / "relays")
        post.take(office.accept(), office.configuration)
        until(lambda: not office.waiting())
    assert len(office.files("relays/exchange/new")) == 1
