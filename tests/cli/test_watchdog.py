"""`mmctl watchdog`: a sound gateway is silent, each fault is found, numbers are published."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from moto.server import ThreadedMotoServer
from test_drift_write import GATEWAY, Gateway, block

if TYPE_CHECKING:
    from collections.abc import Iterator

from mmctl.model.kinds import Noun
from mmctl.operate.monitoring.measures import Measured, namespace_of

ARN: Final = "arn:aws:ses:us-east-1:000000000000:mailmanager-"
MATCHED: Final = {"archive-all": "ARCHIVE", "mark-external": "ADD_HEADER", "deliver": "RELAY"}


class Watched(Gateway):
    """A gateway that was applied, and a log of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.lines: list[dict[str, Any]] = []

    def message(
        self, id_: str, *, ago: timedelta = timedelta(minutes=40), matched: dict[str, str] = MATCHED
    ) -> None:
        """Write what one message leaves in the logs."""
        at = int((datetime.now(UTC) - ago).timestamp() * 1000)
        recipients = ["bob@example.com"]
        self.lines.append(
            {
                "resource_arn": f"{ARN}ingress-point/inp-1",
                "event_timestamp": at,
                "ingress_point_type": "OPEN",
                "ingress_point_name": "public-mx",
                "message_id": id_,
                "message_size_bytes": 100,
                "sender_ip_address": "198.51.100.7",
                "smtp_mail_from": "x@example.org",
                "smtp_helo": "mail.example.org",
                "tls_protocol": "TLSv1.3",
                "recipients": recipients,
            }
        )
        for number, rule in enumerate(self.rules(), 1):
            action = matched.get(rule["Name"])
            told = {"action_name": action, "action_index": 1, "action_status": "SUCCESS"}
            self.lines.append(
                {
                    "resource_arn": f"{ARN}rule-set/rs-1",
                    "event_timestamp": at,
                    "message_id": id_,
                    "rule_set_name": "inbound",
                    "rule_name": rule["Name"],
                    "rule_index": number,
                    "recipients_matched": recipients if action else [],
                    **({"action_metadata": told} if action else {}),
                }
            )

    def write(self) -> None:
        text = "".join(f"{json.dumps(line)}\n" for line in self.lines)
        (self.folder / "log.jsonl").write_text(text, encoding="utf-8")

    def looked(self, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
        self.write()
        capsys.readouterr()
        code = self.mmctl("watchdog", "--logs", "log.jsonl", "--format", "json", *words)
        return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    made = Watched(Path(shutil.copytree(GATEWAY, tmp_path / "gateway")))
    monkeypatch.setattr("mmctl.cli.messages.watching._AFTER_APPLY", timedelta(days=-1))
    assert made.mmctl("apply", "--yes", "-q") == 0
    return made


@pytest.fixture
def cloudwatch_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A CloudWatch on this machine, which AWS tools are told of by variables."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", url)
    yield url
    server.stop()


def found(document: dict[str, Any]) -> dict[str, int]:
    return {each["metric"]: each["count"] for each in document["findings"]}


def test_a_sound_gateway_is_silent(gateway: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        gateway.message(f"m{number}")
    code, document = gateway.looked(capsys)
    assert (code, document["findings"], document["not_looked"]) == (0, [], [])
    assert document["numbers"][Measured.RUNS] == 1
    assert {*Measured} - {Measured.EVIDENCE_AGE} == document["numbers"].keys()
    assert "3 messages of the logs" in document["looked"]


def test_lost_mail_is_found_and_simulation_disagrees(
    gateway: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.message("sound")
    gateway.message("lost", matched={})
    code, document = gateway.looked(capsys)
    assert code == 1
    assert found(document) == {Measured.UNDELIVERED: 1, Measured.DISAGREEMENTS: 1}
    assert "bob@example.com" not in json.dumps(document)
    assert document["findings"][0]["command"] == "mmctl logs --env local --since 2h"


def test_mail_that_may_still_be_on_its_way_is_left_out(
    gateway: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.message("new", ago=timedelta(minutes=5), matched={})
    assert gateway.looked(capsys)[0] == 0


def test_a_change_by_hand_is_found(gateway: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    gateway.set_rules([*gateway.rules(), block()])
    code, document = gateway.looked(capsys)
    assert code == 1
    assert found(document) == {Measured.DRIFT: 1}
    assert document["findings"][0]["details"] == ["rule set inbound: emergency"]


def test_silence_is_found_against_the_same_hour_of_past_weeks(
    gateway: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    for week in range(1, 5):
        for number in range(6):
            gateway.message(f"w{week}-{number}", ago=timedelta(weeks=week, minutes=40))
    code, document = gateway.looked(capsys)
    assert code == 1
    assert found(document) == {Measured.SILENT: 1}
    assert document["findings"][0]["details"] == ["public-mx: none, 6, 6, 6, 6 in past weeks"]
    gateway.message("one")
    assert gateway.looked(capsys)[0] == 0


def test_a_new_gateway_is_not_silent(gateway: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(6):
        gateway.message(f"m{number}", ago=timedelta(weeks=1, minutes=40))
    assert gateway.looked(capsys)[0] == 0


def test_a_quota_near_its_limit_is_found(
    gateway: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    extra = [block(f"more-{number}") for number in range(36 - len(gateway.rules()))]
    gateway.set_rules([*gateway.rules(), *extra])
    for number in range(8):
        made = {"ArchiveName": f"theirs-{number}", "Retention": {"RetentionPeriod": "ONE_YEAR"}}
        gateway.service.create(Noun.ARCHIVE, made, token=f"t{number}")
    details = next(
        each["details"]
        for each in gateway.looked(capsys)[1]["findings"]
        if each["metric"] == Measured.QUOTAS
    )
    assert details == ["the account: 9 of 10 archives", "rule set inbound: 36 of 40 rules"]


def test_without_logs_it_says_what_it_did_not_see(
    gateway: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert gateway.mmctl("watchdog", "--format", "json") == 5
    (missed,) = json.loads(capsys.readouterr().out)["not_looked"]
    assert missed["what"] == "the logs"
    assert gateway.mmctl("watchdog", "--logs", "missing.jsonl") == 5
    assert "not looked at the logs" in capsys.readouterr().out


def test_it_runs_from_the_store_alone(gateway: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(gateway.folder / "rules")
    (gateway.folder / "mmctl.yaml").unlink()
    gateway.message("lost", matched={})
    store = ("--store", ".mmctl/snapshots")
    code, document = gateway.looked(capsys, *store)
    assert code == 1
    assert document["environment"] == "local"
    assert document["namespace"] == namespace_of("acme", "local")
    assert found(document) == {Measured.UNDELIVERED: 1, Measured.DISAGREEMENTS: 1}


def test_numbers_are_published(
    gateway: Watched, capsys: pytest.CaptureFixture[str], cloudwatch_url: str
) -> None:
    gateway.message("lost", matched={})
    code, document = gateway.looked(capsys, "--publish")
    assert (code, document["published"]) == (1, True)
    cloudwatch = boto3.client("cloudwatch", region_name="us-east-1", endpoint_url=cloudwatch_url)
    listed = cloudwatch.list_metrics(Namespace=namespace_of("acme", "local"))["Metrics"]
    assert {each["MetricName"] for each in listed} == document["numbers"].keys()
    assert not any(each["Dimensions"] for each in listed)
    now = datetime.now(UTC)
    (lost,) = cloudwatch.get_metric_statistics(
        Namespace=namespace_of("acme", "local"),
        MetricName=Measured.UNDELIVERED.value,
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=7200,
        Statistics=["Maximum"],
    )["Datapoints"]
    assert lost["Maximum"] == 1
