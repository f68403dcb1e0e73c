"""`mmctl import` outside of a project: it reads what is stated or what the credentials are for."""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mmctl.cli.main import exit_code
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.faults import Faults, FaultyMailManager
from mmctl.emulator.http import HttpFace
from mmctl.language.parsing.load import read_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT, REGION = "111122223333", "eu-west-1"


def clock() -> datetime:
    return datetime(2026, 11, 20, 9, tzinfo=UTC)


@contextmanager
def service(monkeypatch: pytest.MonkeyPatch, *, region: str | None) -> Iterator[str]:
    """A Mail Manager with an archive, and credentials that lead there."""
    with EmbeddedMailManager(":memory:", clock=clock, settle_seconds=0) as embedded:
        archive = {"ArchiveName": "all-mail", "Retention": {"RetentionPeriod": "ONE_YEAR"}}
        embedded.call("CreateArchive", archive, account=ACCOUNT, region=REGION)
        faulty = FaultyMailManager(embedded, Faults([]), wait=lambda _: None, copy=embedded.copy)
        with closing(faulty), HttpFace(faulty, clock=clock, port=0) as face:
            for name in ("MAILMANAGER", "STS", "CLOUDWATCH_LOGS"):
                monkeypatch.setenv(f"AWS_ENDPOINT_URL_{name}", face.url)
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
            monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
            if region is not None:
                monkeypatch.setenv("AWS_DEFAULT_REGION", region)
            yield face.url


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_credentials_say_what_is_read_and_the_project_names_it(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with service(monkeypatch, region=REGION):
        assert exit_code(["import", "--into", "new"]) == 0
    said = capsys.readouterr().err
    assert f"reading account {ACCOUNT}, {REGION}, as arn:aws:" in said
    project, problems = read_project(empty / "new")
    assert problems == ()
    prod = project.settings.environments["prod"]
    assert (prod.endpoint, prod.account, prod.region) == (None, ACCOUNT, REGION)
    assert set(project.archives) == {"all-mail"}
    assert not (empty / ".mmctl").exists(), "no embedded Mail Manager was made"


def test_a_region_that_is_stated_counts(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with service(monkeypatch, region="us-east-1"):
        arguments = ["import", "--into", "new", "--account", ACCOUNT, "--region", REGION]
        assert exit_code([*arguments, "--env", "live"]) == 0
    project, _ = read_project(empty / "new")
    live = project.settings.environments["live"]
    assert (live.account, live.region) == (ACCOUNT, REGION)
    assert set(project.archives) == {"all-mail"}


def test_another_account_than_the_stated_one_is_refused(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with service(monkeypatch, region=REGION):
        assert exit_code(["import", "--account", "444455556666"]) == 3
    assert "444455556666" in capsys.readouterr().err
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(
    ("region", "arguments", "said"),
    [
        (None, [], "the region to import from is unknown"),
        (REGION, ["--account", "1"], "got the account `1`, expected 12 digits"),
        (REGION, ["--region", "moon"], "got the region `moon`"),
    ],
)
def test_what_is_missing_or_wrong_is_said(
    *,
    empty: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    region: str | None,
    arguments: list[str],
    said: str,
) -> None:
    with service(monkeypatch, region=region):
        assert exit_code(["import", *arguments]) == 64
    assert said in capsys.readouterr().err
    assert list(empty.iterdir()) == []


@pytest.mark.usefixtures("empty")
def test_without_credentials_nothing_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["import"]) == 64
    said = capsys.readouterr().err
    assert "nothing to import from: no project here, and no AWS credentials" in said
    assert "--account ID --region REGION --profile NAME" in said


def test_a_profile_that_is_not_there_is_said(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["import", "--profile", "nobody"]) == 5
    assert "nobody" in capsys.readouterr().err
    assert list(empty.iterdir()) == []


def test_in_a_project_its_environments_say_where(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "mmctl.yaml").write_text("version: 1\nproject: acme\n", encoding="utf-8")
    assert exit_code(["import", "--region", REGION]) == 64
    assert "its environments name account and region: use `--env NAME`" in capsys.readouterr().err


@pytest.mark.usefixtures("empty")
def test_a_project_file_of_another_spelling_is_not_passed_over(
    capsys: pytest.CaptureFixture[str], empty: Path
) -> None:
    (empty / "mmctl.yml").write_text("version: 1\nproject: acme\n", encoding="utf-8")
    assert exit_code(["import"]) == 64
    assert "the project file is called `mmctl.yaml`: rename it" in capsys.readouterr().err
