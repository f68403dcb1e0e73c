"""`mmctl emulate` as its users meet it: the process, and the real `aws` command in front of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import urllib3

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

DEV = "111122223333"
PROD = "444455556666"
REGION = "eu-west-1"
SECONDS = 120
"""The bound of everything here; nothing takes that long."""
MMCTL = (sys.executable, "-c", "from mmctl.cli.main import main; main()")
QUIET = {"PYTHONUNBUFFERED": "1", "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true"}
ARCHIVES = ("mailmanager", "list-archives")


class Aws(Protocol):
    def __call__(self, *words: str) -> Any: ...


@cache
def aws_command() -> str | None:
    """The `aws` command that works: the one beside this Python, or of the search path."""
    beside = shutil.which("aws", path=str(Path(sys.executable).parent))
    for found in (beside, shutil.which("aws")):
        if found is None:
            continue
        tried = subprocess.run(
            [found, "--version"], capture_output=True, timeout=SECONDS, check=False
        )
        if tried.returncode == 0:
            return found
    return None


@contextmanager
def emulate(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run `mmctl emulate` on a free port until the block ends; give it and what it printed."""
    command = [*MMCTL, "emulate", "--api-port", "0", *options]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | QUIET,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process, greeting(process)
        finally:
            process.kill()


def greeting(process: subprocess.Popen[str]) -> list[str]:
    """Read what the command prints at the start, to its last line."""
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith("Ctrl-C"):
            return lines
    assert process.stderr is not None
    pytest.fail(f"mmctl emulate ended: {process.stderr.read()}")


def url_in(lines: list[str]) -> str:
    return lines[0].rsplit(" ", 1)[1]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The URL of a server with an empty state in memory."""
    with emulate(tmp_path, "--state", ":memory:", "--settle", "0") as (_, lines):
        yield url_in(lines)


@pytest.fixture
def command() -> str:
    found = aws_command()
    if found is None:
        pytest.skip("there is no aws command that works: pip install awscli")
    return found


@pytest.fixture
def aws(command: str, server: str, tmp_path: Path) -> Aws:
    """Run the real `aws` with two profiles; an account of its own each, one by its role."""
    config = tmp_path / "config"
    config.write_text(
        f"[profile dev]\nregion = eu-west-1\naws_access_key_id = {DEV}\n"
        "aws_secret_access_key = any\nservices = local\n"
        "[profile prod]\nregion = eu-west-1\nsource_profile = dev\nservices = local\n"
        f"role_arn = arn:aws:iam::{PROD}:role/deploy\n"
        f"[services local]\nmailmanager =\n  endpoint_url = {server}\n"
        f"sts =\n  endpoint_url = {server}\n"
    )
    home = {"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(config)}

    def run(*words: str) -> Any:
        done = subprocess.run(
            [command, "--profile", *words, "--output", "json"],
            env=os.environ | QUIET | home,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            return done.stderr.strip()
        return json.loads(done.stdout or "null")

    return run


def test_the_aws_command_creates_lists_gets_and_deletes(aws: Aws) -> None:
    rules = [{"Name": "drop", "Actions": [{"Drop": {}}]}]
    identifier = aws(
        *("dev", "mailmanager", "create-rule-set", "--rule-set-name", "inbound"),
        *("--rules", json.dumps(rules)),
    )["RuleSetId"]
    listed = aws("dev", "mailmanager", "list-rule-sets")["RuleSets"]
    assert [each["RuleSetId"] for each in listed] == [identifier]
    found = aws("dev", "mailmanager", "get-rule-set", "--rule-set-id", identifier)
    assert (found["RuleSetName"], found["Rules"]) == ("inbound", rules)
    assert not aws("dev", "mailmanager", "delete-rule-set", "--rule-set-id", identifier)
    gone = aws("dev", "mailmanager", "get-rule-set", "--rule-set-id", identifier)
    assert "(ResourceNotFoundException) when calling the GetRuleSet operation" in gone


def test_two_profiles_are_two_accounts_one_of_them_by_its_role(aws: Aws) -> None:
    assert aws("dev", "sts", "get-caller-identity")["Account"] == DEV
    arn = aws("prod", "sts", "get-caller-identity")["Arn"]
    assert arn.startswith(f"arn:aws:sts::{PROD}:assumed-role/deploy/")
    aws("dev", "mailmanager", "create-archive", "--archive-name", "of-dev")
    aws("prod", "mailmanager", "create-archive", "--archive-name", "of-prod")
    names = {
        profile: [each["ArchiveName"] for each in aws(profile, *ARCHIVES)["Archives"]]
        for profile in ("dev", "prod")
    }
    assert names == {"dev": ["of-dev"], "prod": ["of-prod"]}


def test_the_aws_command_joins_pages_and_stops_where_it_is_told(aws: Aws) -> None:
    for number in range(3):
        aws("dev", "mailmanager", "create-archive", "--archive-name", f"archive-{number}")
    assert len(aws("dev", *ARCHIVES)["Archives"]) == 3
    page = aws("dev", *ARCHIVES, "--max-items", "2")
    assert len(page["Archives"]) == 2
    rest = aws("dev", *ARCHIVES, "--starting-token", page["NextToken"])
    assert [each["ArchiveName"] for each in rest["Archives"]] == ["archive-2"]


def test_it_prints_its_bounds_and_what_to_type_in_80_columns(tmp_path: Path) -> None:
    with emulate(tmp_path, "--fault", "cut-after:Create*@2-") as (_, lines):
        url = url_in(lines)
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9][0-9]+", url)
    text = "\n".join(lines)
    assert f"  export AWS_ENDPOINT_URL_MAILMANAGER={url}" in lines
    # What a new project makes is found with what is printed.
    assert "  export AWS_ACCESS_KEY_ID=000000000000 AWS_SECRET_ACCESS_KEY=any" in lines
    assert "  aws mailmanager list-rule-sets --region us-east-1" in lines
    assert "state: in .mmctl/embedded.db" in lines
    assert "fault: cut-after:Create*@2-" in lines
    for bound in ("only on this machine", "no signature", "plain text", "not for production mail"):
        assert bound in text
    assert max(map(len, lines)) <= 80
    assert (tmp_path / ".mmctl" / "embedded.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_good_order(tmp_path: Path, how: signal.Signals) -> None:
    with emulate(tmp_path, "--state", ":memory:") as (process, _):
        process.send_signal(how)
        _, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, errors) == (0, "stopped\n")


def test_nohup_keeps_it_alive_when_the_terminal_closes(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what a child inherits
    try:
        with emulate(tmp_path, "--state", ":memory:") as (process, lines):
            process.send_signal(signal.SIGHUP)
            assert asked(url_in(lines), "ListRelays", {}).status == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=SECONDS) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def asked(url: str, operation: str, members: dict[str, Any]) -> urllib3.BaseHTTPResponse:
    """Ask without an AWS client; the signature is not looked at."""
    who = f"AWS4-HMAC-SHA256 Credential={DEV}/20260302/{REGION}/ses/aws4_request"
    headers = {"Authorization": who, "X-Amz-Target": f"MailManagerSvc.{operation}"}
    return urllib3.request("POST", url, body=json.dumps(members), headers=headers, timeout=SECONDS)


@pytest.mark.parametrize(("references", "status"), [("loose", 200), ("strict", 400)])
def test_what_strict_references_refuse_is_told_with_v_where_it_is_done(
    tmp_path: Path, references: str, status: int
) -> None:
    rules = [{"Actions": [{"Relay": {"Relay": "r-nowhere"}}]}]
    options = ("--state", ":memory:", "-v", "--references", references)
    with emulate(tmp_path, *options) as (process, lines):
        got = asked(url_in(lines), "CreateRuleSet", {"RuleSetName": "inbound", "Rules": rules})
        process.terminate()
        _, errors = process.communicate(timeout=SECONDS)
    assert got.status == status
    assert (b"Relay not found: r-nowhere" in got.data) == (references == "strict")
    told = "done, refused by `--references strict`: CreateRuleSet: Relay not found: r-nowhere"
    assert (told in errors) == (references == "loose")


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            ["--host", "192.0.2.1"],
            3,
            "refused: the embedded Mail Manager listens only on this machine",
        ),
        (["--references", "lax"], 64, "error: "),
        (["--fault", "explode"], 64, "error: got the fault `explode`: there is no kind `explode`"),
        (["--settle", "-1"], 64, "error: got `--settle -1`"),
        (["--settle", "nan"], 64, "error: got `--settle nan`"),
        (["--api-port", "70000"], 64, "error: got `--api-port 70000`"),
        (["--state", "mmctl.yaml"], 64, "error: `mmctl.yaml` is damaged or not a database"),
        (["--state", "mmctl.yaml/x.db"], 64, "error: cannot create `mmctl.yaml`: "),
    ],
)
def test_what_cannot_be_served_is_said_and_nothing_is_left_open(
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mmctl.yaml").write_text("version: 1\n" * 1000)
    assert exit_code(["emulate", "--no-smtp", "--api-port", "0", *options]) == code
    assert capsys.readouterr().err.startswith(message)
