"""`mmctl archive` where its world is not as it should be: expired results, an endpoint by URL."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from archived_mail import PLACE, archived

from mmctl.cli.main import exit_code
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.http import HttpFace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Mmctl = Any


@pytest.fixture
def mmctl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a command in a new project that is live."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = exit_code([*words])
        told = capsys.readouterr()
        return code, told.out, told.err

    assert run("init", "--no-input")[0] == 0
    assert run("apply", "--yes", "-q")[0] == 0
    return run


def started(folder: Path, archive: str, ago: timedelta) -> str:
    """Search some time ago, until it was completed."""
    at = datetime.now(UTC) - ago
    with EmbeddedMailManager(folder / ".mmctl/embedded.db", clock=lambda: at) as service:
        lines = service.call("ListArchives", {}, **PLACE)["Archives"]
        id_ = next(each["ArchiveId"] for each in lines if each["ArchiveName"] == archive)
        text = {"Evaluate": {"Attribute": "SUBJECT"}, "Operator": "CONTAINS", "Values": ["a b"]}
        asked = {
            "ArchiveId": id_,
            "FromTimestamp": 1_795_000_000,
            "ToTimestamp": 1_795_003_600,
            "MaxResults": 10,
            "Filters": {"Include": [{"StringExpression": text}]},
        }
        search: str = service.call("StartArchiveSearch", asked, **PLACE)["SearchId"]
        service.call("GetArchiveSearch", {"SearchId": search}, **PLACE)
    return search


def test_expired_results_come_with_the_command_that_searches_again(
    mmctl: Mmctl, tmp_path: Path
) -> None:
    archived(tmp_path, "held", b"Subject: a b\r\n\r\n")
    search = started(tmp_path, "held", timedelta(hours=1))
    code, out, _ = mmctl("archive", "search", "--search", search)
    assert (code, "0 messages" in out) == (0, True)
    search = started(tmp_path, "held", timedelta(hours=25))
    code, _, told = mmctl("archive", "search", "--search", search)
    assert code == 5
    assert f"the results of search {search} have expired" in told
    command = told.partition("search again: mmctl ")[2].strip()
    assert "--subject 'a b' --since 2026-11-18T11:06:40Z --until 2026-11-18T12:06:40Z" in command
    words = [word.strip("'") for word in command.replace("'a b'", "a_b").split()]
    assert mmctl(*words)[0] == 0


def test_over_http_all_is_the_same(mmctl: Mmctl, tmp_path: Path) -> None:
    id_ = archived(tmp_path, "held", b"Subject: x\r\n\r\nHello\r\n")
    with (
        EmbeddedMailManager(
            tmp_path / ".mmctl/embedded.db",
            clock=lambda: datetime.now(UTC),
            data=tmp_path / ".mmctl/mail",
        ) as service,
        HttpFace(service, clock=lambda: datetime.now(UTC), port=0) as face,
    ):
        at = ("--endpoint-url", face.url)
        settings = tmp_path / "mmctl.yaml"
        settings.write_text(settings.read_text().replace("endpoint: embedded", "region: us-east-1"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ACCESS_KEY_ID", PLACE["account"])
            patch.setenv("AWS_SECRET_ACCESS_KEY", "any")
            for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
                patch.delenv(name, raising=False)
            code, out, told = mmctl("archive", "search", "--archive", "held", "--ids", *at)
            assert (code, out) == (0, f"{id_}\n"), told
            code, out, told = mmctl("archive", "show", id_, "--source", *at)
            assert (code, out) == (0, "Subject: x\n\nHello\n"), told
            words = ("--via", "file:out", "--reason", "asked")
            assert mmctl("archive", "release", id_, *words, *at)[0] == 0
            assert mmctl("archive", "release", id_, *words, *at)[0] == 1


def test_one_archive_of_the_project_needs_no_name(mmctl: Mmctl, tmp_path: Path) -> None:
    id_ = archived(tmp_path, "all-mail", b"Subject: x\r\n\r\n")
    archived(tmp_path, "of-another-project", b"Subject: y\r\n\r\n", name="m2")
    code, out, _ = mmctl("archive", "search", "--ids")
    assert (code, out) == (0, f"{id_}\n")


def test_the_present_second_is_searched_whole(
    mmctl: Mmctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older versions of botocore send whole seconds alone."""
    second = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
    content = b"From: a@example.org\r\nSubject: hi\r\n\r\nhello\r\n"
    id_ = archived(tmp_path, "all-mail", content, at=second.replace(microsecond=200_000))
    monkeypatch.setattr("mmctl.cli.world.now", lambda: second.replace(microsecond=900_000))
    code, out, err = mmctl("archive", "search", "--archive", "all-mail", "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert [each["id"] for each in found["messages"]] == [id_]
    until = datetime.fromisoformat(found["until"])
    assert until == second + timedelta(seconds=1)
    assert until - datetime.fromisoformat(found["since"]) == timedelta(days=30)
