"""`mmctl logs` on what only a process or a service shows: log groups, following, standard input."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from sample_log import sample_log

from mmctl.cli import world
from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT = """
version: 1
project: test
rules: [rules.yaml]
environments:
  cloud: {account: "123456789012", region: us-east-1}
default_environment: cloud
"""
RULES = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
rule_sets:
  inbound:
    logging: {destination: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/rules"}
    rules:
      - {name: deliver, actions: [{relay: {to: exchange}}]}
traffic_policies:
  edge: {default: allow, statements: [{deny: [{sender_ip: {cidr_matches: 192.0.2.0/24}}]}]}
ingress_points:
  mx-in:
    type: open
    traffic_policy: edge
    rule_set: inbound
    logging: {destination: "arn:aws:s3:::mail-logs/AWSLogs"}
"""


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A project whose logs go to a log group and a bucket of moto."""
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mmctl.yaml").write_text(PROJECT)
    (tmp_path / "rules.yaml").write_text(RULES)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with moto.mock_aws():
        yield boto3


def put_where_deliveries_go(boto3: Any) -> None:
    logs = boto3.client("logs", region_name="us-east-1")
    group, stream = "/aws/vendedlogs/rules", "one"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000)
    ingress: list[str] = []
    events: list[dict[str, Any]] = []
    for line in sample_log("a").splitlines():
        record = json.loads(line) if line.startswith("{") else {}
        if "event_timestamp" not in record:
            continue
        text = json.dumps(record | {"event_timestamp": now})
        if "rule_set_name" in record:
            events.append({"timestamp": now, "message": text})
        else:
            ingress.append(text)
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    bucket = boto3.client("s3", region_name="us-east-1")
    bucket.create_bucket(Bucket="mail-logs")
    bucket.put_object(
        Bucket="mail-logs", Key="AWSLogs/x/log.json", Body="\n".join(ingress).encode()
    )


def test_logs_are_read_from_where_the_project_sends_them(
    cloud: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    put_where_deliveries_go(cloud)
    assert exit_code(["logs", "--format", "json"]) == 0
    own = json.loads(capsys.readouterr().out)
    assert own["sources"] == ["s3://mail-logs/AWSLogs", "cloudwatch:/aws/vendedlogs/rules"]
    assert {message["id"] for message in own["messages"]} == {"a", None}
    named = ["cloudwatch:/aws/vendedlogs/rules", "s3://mail-logs/AWSLogs"]
    assert exit_code(["logs", *named, "--message-id", "a", "--format", "json"]) == 0
    (message,) = json.loads(capsys.readouterr().out)["messages"]
    assert [rule["rule"] for rule in message["rules"]] == ["deliver", "a"]
    assert message["rules"][0]["in_files"]
    assert exit_code(["logs", "cloudwatch:/aws/missing"]) == 5
    assert "there is no log group `/aws/missing`" in capsys.readouterr().err
    assert exit_code(["logs", "s3://no-such-bucket/x"]) == 5
    assert exit_code(["logs", "cloudwatch:"]) == 64
    assert exit_code(["logs", "s3://mail-logs/AWSLogs", "--follow"]) == 64
    assert "cannot be followed" in capsys.readouterr().err


def test_what_the_aws_command_prints_is_read_from_a_pipe(
    cloud: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_where_deliveries_go(cloud)
    client = cloud.client("logs", region_name="us-east-1")
    answer = client.filter_log_events(logGroupName="/aws/vendedlogs/rules")
    printed = json.dumps({"events": answer["events"], "searchedLogStreams": []}, indent=4).encode()
    monkeypatch.setattr(world, "standard_input_bytes", lambda: io.BytesIO(printed))
    assert exit_code(["logs", "-", "--format", "jsonl", "-q"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["not_matched"] == ["a-2"]


def test_a_log_is_followed_until_ctrl_c(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(sample_log("old"), encoding="utf-8")
    words = [sys.executable, "-m", "mmctl", "logs", "log.jsonl", "--follow", "--format", "jsonl"]
    with subprocess.Popen(
        words,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as following:
        assert following.stderr is not None
        assert following.stdout is not None
        assert following.stderr.readline() == "following; Ctrl-C ends it\n"
        with log.open("a", encoding="utf-8") as file:
            file.write(sample_log("new"))
        shown = [json.loads(following.stdout.readline())["id"] for _ in range(2)]
        following.send_signal(signal.SIGINT)
        assert following.stdout.read() == ""
        following.wait(timeout=120)
    assert sorted(shown, key=str) == [None, "new"]
    assert following.returncode == 0
