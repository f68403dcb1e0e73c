"""Mail is held, found with the real `aws` command, released once, and delivered."""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from emulator.polling import until
from emulator.test_aws_cli import aws_command, emulate, url_in
from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SECONDS = 120
PROJECT = {
    "mmctl.yaml": """\
version: 1
project: held
environments:
  dev: {endpoint: embedded}
default_environment: dev
""",
    "rules/gateway.yaml": """\
version: 1
archives:
  quarantine: {}
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
traffic_policies:
  edge: {default: deny, statements: [{allow: [{recipient: {ends_with: ["@example.com"]}}]}]}
rule_sets:
  inbound:
    rules:
      - name: hold
        conditions: [{subject: {contains: [invoice]}}]
        actions: [{archive: {to: quarantine}}, drop]
      - name: deliver
        actions: [{relay: {to: exchange}}]
ingress_points:
  entry: {type: open, rule_set: inbound, traffic_policy: edge, tls_policy: optional}
""",
}


def aws(url: str, folder: Path, *words: str) -> Any:
    command = aws_command()
    if command is None:
        pytest.skip("there is no aws command that works: pip install awscli")
    keys = {"AWS_ACCESS_KEY_ID": "000000000000", "AWS_SECRET_ACCESS_KEY": "any"}
    quiet = {"AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(folder)}
    done = subprocess.run(
        [command, "mailmanager", *words, "--endpoint-url", url, "--region", "us-east-1"],
        env=os.environ | keys | quiet,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout else None


def test_held_mail_is_found_released_and_delivered_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MMCTL_SMTP_RELEASE", "a-password-of-a-test")

    def mmctl(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = exit_code([*words])
        return code, capsys.readouterr().out

    assert mmctl("init", "--release", "exchange")[0] == 0
    assert mmctl("apply", "--yes", "-q")[0] == 0
    with emulate(tmp_path, "--smtp-port", "0", "--settle", "0") as (_, lines):
        points = json.loads((tmp_path / ".mmctl/mail/ports.json").read_text())["ingress_points"]
        port = next(each["port"] for each in points if each["name"] == "entry")
        with smtplib.SMTP("127.0.0.1", port, timeout=SECONDS) as smtp:
            for subject in ("invoice 7", "hello"):
                text = f"From: ann@example.org\r\nSubject: {subject}\r\n\r\nPlease pay.\r\n"
                smtp.sendmail("ann@example.org", ["info@example.com"], text)
        # The real `aws` command finds it, and its URL leads to its bytes.
        url = url_in(lines)
        archive = aws(url, tmp_path, "list-archives")["Archives"][0]["ArchiveId"]
        now = datetime.now(UTC)
        span = [
            "--from-timestamp", (now - timedelta(hours=1)).isoformat(),
            "--to-timestamp", (now + timedelta(hours=1)).isoformat(),
        ]  # fmt: skip

        def rows() -> Any:
            words = ("--archive-id", archive, "--max-results", "10", *span)
            search = aws(url, tmp_path, "start-archive-search", *words)["SearchId"]
            return aws(url, tmp_path, "get-archive-search-results", "--search-id", search)["Rows"]

        (row,) = until(rows)
        assert (row["Subject"], row["Envelope"]["To"]) == ("invoice 7", ["info@example.com"])
        held = row["ArchivedMessageId"]
        message = aws(url, tmp_path, "get-archive-message", "--archived-message-id", held)
        assert message["Metadata"]["SenderIpAddress"] == "127.0.0.1"
        with urllib3.PoolManager() as pool:
            content = pool.request("GET", message["MessageDownloadLink"]).data
        assert content.endswith(b"Subject: invoice 7\r\n\r\nPlease pay.\r\n")
        # A person looks at it, and releases it, once.
        code, shown = mmctl("archive", "show", held)
        assert code == 0
        assert "= dropped by hold" in shown
        order = ("archive", "release", held, "--via", "ingress:release", "--reason", "a customer")
        code, told = mmctl(*order)
        assert (code, "info@example.com: released: 250 " in told) == (0, True), told
        code, told = mmctl(*order)
        assert (code, "to send it once more: --again" in told) == (1, True), told

        def delivered() -> list[str]:
            found = (tmp_path / ".mmctl/mail/relays").rglob("new/*")
            texts = [path.read_text() for path in found]
            return [text for text in texts if "X-Mmctl-Released: rel-" in text]

        (arrived,) = until(delivered)
        assert "Subject: invoice 7\n" in arrived
        assert "a customer" in mmctl("history", "--releases")[1]
        # An export goes to a folder, and every export is listed.
        where = json.dumps({"S3": {"S3Location": "s3://evidence/2026"}})
        words = ("--archive-id", archive, "--export-destination-configuration", where, *span)
        export = aws(url, tmp_path, "start-archive-export", *words)["ExportId"]
        done = aws(url, tmp_path, "get-archive-export", "--export-id", export)
        assert done["Status"]["State"] == "COMPLETED"
        files = [path.name for path in (tmp_path / ".mmctl/mail/s3/evidence").rglob("*.eml")]
        assert files == [f"{held}.eml"]
        body = aws(url, tmp_path, "get-archive-message-content", "--archived-message-id", held)
        assert body["Body"]["Text"] == "Please pay.\n"
