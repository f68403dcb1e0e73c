"""Cases that the sender of a network sends: its program and its errands, run for real."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from emulator.test_aws_cli import MMCTL, emulate
from mmctl.cli.main import exit_code
from mmctl.cli.run import Run
from mmctl.cli.sending import by_sender
from mmctl.cli.sending.by_sender import NetworkSender, network_sender, sending_modules
from mmctl.errors import CouldNot, UsageError
from mmctl.operate.staging.courier import Courier, packed_program
from operate.staging.local_machine import FolderBucket, LocalMachine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mmctl.language.project import Project

INSTANCE = "i-0123456789abcdef0"
TODAY = date(2026, 11, 29)
PROJECT = """\
version: 1
project: demo
rules: [rules.yaml]
cases: [cases.yaml]
environments:
  local:
    endpoint: embedded
    stack: {sender: true}
"""
RULES = """\
version: 1
rule_sets:
  inbound:
    rules:
      - name: hold
        conditions: [{subject: {contains: secret}}]
        actions: [drop]
      - name: deliver
        actions: [{relay: {to: exchange, mail_from: preserve}}]
traffic_policies:
  edge:
    default: allow
    statements:
      - {name: closed, deny: [{recipient: {equals: closed@example.com}}]}
relays: {exchange: {server: mail.example.com, port: 25, authentication: none}}
ingress_points:
  public-mx:
    {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4},
     tls_policy: optional}
  partners:
    {type: auth, traffic_policy: edge, rule_set: inbound, network: {public: ipv4},
     auth: {secret_arn: "arn:aws:secretsmanager:us-east-1:000000000000:secret:in-a"}}
"""
CASE = """\
  - name: {name}
    ingress_point: {point}
    message: {{from: a@example.org, to: b@example.com, subject: {subject}, body: text}}
    envelope: {{mail_from: a@example.org, recipients: [{recipient}]}}
    expect: {{{recipient}: {outcome}}}
"""
CASES = "version: 1\ncases:\n" + "".join(
    CASE.format(name=name, point=point, subject=subject, recipient=recipient, outcome=outcome)
    for name, point, subject, recipient, outcome in (
        ("arrives", "public-mx", "hello", "b@example.com", "delivered"),
        ("is held", "public-mx", "a secret", "b@example.com", "dropped"),
        ("is refused", "public-mx", "hello", "closed@example.com", "refused"),
        ("logs in", "partners", "hello", "b@example.com", "delivered"),
    )
)


@contextmanager
def gateway(folder: Path, *options: str) -> Iterator[dict[str, int]]:
    """The embedded Mail Manager with the project in it, and its ports."""
    (folder / "mmctl.yaml").write_text(PROJECT)
    (folder / "rules.yaml").write_text(RULES)
    (folder / "cases.yaml").write_text(CASES)
    done = subprocess.run(
        [*MMCTL, "apply", "--yes", "--force", "lint", "--force", "ordinary-mail"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    with emulate(folder, "--smtp-port", "0", "--no-page", "--settle", "0", *options):
        ports = json.loads((folder / ".mmctl" / "mail" / "ports.json").read_text())
        yield {each["name"]: each["port"] for each in ports["ingress_points"]}


def test_the_program_of_the_sender_needs_nothing_but_python(tmp_path: Path) -> None:
    program = tmp_path / "program.zip"
    program.write_bytes(packed_program(sending_modules()))
    assert packed_program(sending_modules()) == program.read_bytes()
    assert len(program.read_bytes()) < 400_000
    (tmp_path / "job.json").write_text('{"version": 1, "looks": [], "sends": []}')
    # -S: no packages are installed there.
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), "job.json", "result.json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "result.json").read_text()) == {
        "version": 1, "looks": [], "sent": []
    }  # fmt: skip


def test_an_errand_that_was_changed_on_the_way_is_not_done(tmp_path: Path) -> None:
    bucket = FolderBucket(tmp_path / "bucket")
    machine = LocalMachine(tmp_path, bucket)
    courier = courier_of(machine, bucket)
    errand = {"version": 1, "looks": [], "sends": []}
    assert courier.run(errand, "one") == {"version": 1, "looks": [], "sent": []}
    assert [each.partition("-")[0] for each in bucket.objects()] == ["staging/sender/program"]
    run = machine.run

    def changes_the_job(instance: str, command: str) -> str:
        bucket.put("staging/sender/two.job.json", '{"version": 1, "looks": [], "sends": [1]}')
        return run(instance, command)

    def changes_the_result(instance: str, command: str) -> str:
        said = run(instance, command)
        bucket.put("staging/sender/three.result.json", '{"sent": []}')
        return said

    for id_, change, told in (
        ("two", changes_the_job, "checksum did NOT match"),
        ("three", changes_the_result, "the sender's answer is not whole"),
    ):
        machine.run = change  # type: ignore[method-assign]
        with pytest.raises(CouldNot, match=told):
            courier.run(errand, id_)
        assert len(bucket.objects()) == 1, "nothing of an errand is left"


def courier_of(machine: LocalMachine, bucket: FolderBucket) -> Courier:
    """A courier to a machine that this one plays."""
    return Courier(
        bucket=bucket,
        prefix="staging/",
        machine=machine,
        instance=INSTANCE,
        region="us-east-1",
        program=packed_program(sending_modules()),
    )


def test_the_sender_is_found_by_what_the_stacks_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mmctl.yaml").write_text(PROJECT)
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "cases.yaml").write_text(CASES)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")

    def found(**outputs: str) -> NetworkSender:
        run = Run(directory=tmp_path, environment=None, today=TODAY, outputs={"local": outputs})
        return network_sender(run, run.project())

    needed = {"VpcEndpointPublicMxTwinId": "vpce-0123456789abcdef0"}
    with pytest.raises(CouldNot, match="have no output `SenderInstanceId`"):
        found(**needed)
    needed["SenderInstanceId"] = INSTANCE
    with pytest.raises(UsageError, match="needs a store in Amazon S3"):
        found(**needed)
    stored = PROJECT.replace("endpoint: embedded", "endpoint: embedded\n    snapshots: s3://acme/b")
    (tmp_path / "mmctl.yaml").write_text(stored)
    sender = found(**needed, VpcEndpointPublicMxTwinHost="twin.vpce.example.com")
    assert sender.hosts == {"public-mx": "twin.vpce.example.com"}
    assert (sender.courier.prefix, sender.courier.instance) == ("b/", INSTANCE)
    assert sender.courier.bucket.place == "s3://acme"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mmctl.yaml").write_text(PROJECT.replace("{sender: true}", "{}"))
    with pytest.raises(UsageError, match="environment `local` has no sender"):
        found()


@pytest.mark.slow
def test_cases_are_sent_from_inside_the_network_to_the_private_twin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "project").mkdir()
    bucket = FolderBucket(tmp_path / "bucket")
    machine = LocalMachine(tmp_path, bucket)

    def sender(run: Run, project: Project) -> NetworkSender:
        del run
        assert project.environment.twins.keys() == {"public-mx"}
        courier = courier_of(machine, bucket)
        return NetworkSender(project=project, courier=courier, hosts={"public-mx": "127.0.0.1"})

    with gateway(tmp_path / "project") as ports:
        assert "public-mx-twin" in ports, "an apply makes the twin"
        monkeypatch.chdir(tmp_path / "project")
        monkeypatch.setattr(by_sender, "network_sender", sender)
        monkeypatch.setattr(by_sender, "_PORT", ports["public-mx-twin"])
        logs = str(tmp_path / "project" / ".mmctl" / "mail" / "logs")
        words = ["send", "--expect", "--via", "staging", "--logs", logs, "--wait", "20"]
        words.append("--record-evidence")
        code = exit_code([*words, "--format", "json"])
        out, errors = capsys.readouterr()
    found: dict[str, Any] = json.loads(out)
    assert code == 0, out + errors
    ends = {each["name"]: each["result"] for each in found["cases"]}
    assert ends == {
        "arrives": "same", "is held": "same", "is refused": "same", "logs in": "not sent"
    }, out  # fmt: skip
    assert "ingress point `partners` is of type auth: no secret goes to the sender" in errors
    assert "public-mx was tried by its private twin public-mx-twin" in errors
    kept = [
        each for each in (tmp_path / "project").rglob("*.json") if found["evidence"] in each.name
    ]
    evidence = json.loads(kept[0].read_text())
    assert [each.partition(":")[0] for each in evidence["unseen"]] == [
        "public-mx was tried by its private twin public-mx-twin"
    ]
    assert [(each["ingress_point"], each["host"]) for each in evidence["endpoints"]] == [
        ("public-mx", "127.0.0.1")
    ]
    assert len(machine.commands) == 2
    assert [each.partition("-")[0] for each in bucket.objects()] == ["staging/sender/program"]
