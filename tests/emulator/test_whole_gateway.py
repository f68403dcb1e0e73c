"""The whole gateway as its users meet it: real programs configure, send, fetch, search, release."""

from __future__ import annotations

import json
import os
import smtplib
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import urllib3

from emulator.polling import until
from emulator.postfix_server import POSTFIX, needs_postfix, postfix
from emulator.test_aws_cli import MMCTL, QUIET, SECONDS, aws_command, emulate
from swaks import SWAKS, needs_swaks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from emulator.postfix_server import Postfix

ACCOUNT = "111122223333"
REGION = "eu-west-1"
PASSWORD = "correct-horse-9"
KEYS = {
    "AWS_ACCESS_KEY_ID": ACCOUNT,
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_DEFAULT_REGION": REGION,
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.no_cover,
    needs_postfix,
    needs_swaks,
    pytest.mark.skipif(aws_command() is None, reason="needs the aws command"),
]
POLICY = [
    {
        "Action": "DENY",
        "Conditions": [
            {
                "StringExpression": {
                    "Evaluate": {"Attribute": "RECIPIENT"},
                    "Operator": "EQUALS",
                    "Values": ["closed@example.com"],
                }
            }
        ],
    }
]


def rules_for(archive: str, relay: str) -> list[dict[str, Any]]:
    """Archive all, drop what is junk, send what Postfix sent to Bob, and hand the rest on."""

    def condition(attribute: str, operator: str, value: str) -> dict[str, Any]:
        evaluate = {"Attribute": attribute}
        return {"StringExpression": {"Evaluate": evaluate, "Operator": operator, "Values": [value]}}

    return [
        {"Name": "record", "Actions": [{"Archive": {"TargetArchive": archive}}]},
        {
            "Name": "drop-junk",
            "Conditions": [condition("SUBJECT", "CONTAINS", "cheap")],
            "Actions": [{"Drop": {}}],
        },
        {
            "Name": "old-domain",
            "Conditions": [condition("RECIPIENT", "ENDS_WITH", "@old.example.com")],
            "Actions": [{"ReplaceRecipient": {"ReplaceWith": ["bob@example.com"]}}],
        },
        {"Name": "deliver", "Actions": [{"Relay": {"Relay": relay, "MailFrom": "PRESERVE"}}]},
    ]


@pytest.fixture
def server() -> Iterator[Postfix]:
    """A Postfix that delivers to Bob, and takes old.example.com somewhere else."""
    main = {
        "virtual_mailbox_domains": "example.com",
        "virtual_mailbox_maps": "inline:{ { bob@example.com = bob/ } }",
        "transport_maps": "texthash:{folder}/etc/transport",
        "smtp_tls_security_level": "may",
    }
    with postfix(main, {"transport": b""}) as running:
        yield running


def test_real_programs_configure_send_fetch_search_and_release(
    tmp_path: Path, server: Postfix
) -> None:
    with emulate(tmp_path, "--settle", "0", "--smtp-port", "0") as (_, lines):
        url = lines[0].rpartition(" ")[2]
        aws = _aws(url)
        ports = tmp_path / ".mmctl" / "mail" / "ports.json"

        archive = aws("create-archive", "--archive-name", "record")["ArchiveId"]
        relay = aws(
            *("create-relay", "--relay-name", "exchange", "--server-name", "127.0.0.1"),
            *("--server-port", str(server.port), "--authentication", "NoAuthentication={}"),
        )["RelayId"]
        traffic = aws(
            *("create-traffic-policy", "--traffic-policy-name", "edge"),
            *("--default-action", "ALLOW", "--policy-statements", json.dumps(POLICY)),
        )["TrafficPolicyId"]
        rules = json.dumps(rules_for(archive, relay))
        rule_set = aws("create-rule-set", "--rule-set-name", "inbound", "--rules", rules)[
            "RuleSetId"
        ]
        both = ("--rule-set-id", rule_set, "--traffic-policy-id", traffic)
        aws(
            *("create-ingress-point", "--ingress-point-name", "public", "--type", "OPEN"),
            *("--tls-policy", "OPTIONAL", *both),
        )
        boto = boto3.client(
            "mailmanager",
            endpoint_url=url,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="any",
        )
        submission = boto.create_ingress_point(
            IngressPointName="submission",
            Type="AUTH",
            RuleSetId=rule_set,
            TrafficPolicyId=traffic,
            IngressPointConfiguration={"SmtpPassword": PASSWORD},
        )["IngressPointId"]

        def port_of(name: str) -> int:
            points = json.loads(ports.read_text())["ingress_points"]
            return next((each["port"] for each in points if each["name"] == name), 0)

        until(lambda: port_of("public") and port_of("submission"))

        # Python's smtplib, to the public entrance: one recipient is refused, one is not.
        with smtplib.SMTP("127.0.0.1", port_of("public"), timeout=SECONDS) as client:
            client.starttls(context=_unverified())
            refused = client.send_message(
                _message("By smtplib"), "ann@example.org", ["bob@example.com", "closed@example.com"]
            )
            assert [code for code, _ in refused.values()] == [550]
            client.send_message(_message("So cheap"), "ann@example.org", ["bob@example.com"])

        # swaks, to the entrance with a password.
        sent = subprocess.run(
            [
                *(str(SWAKS), "--server", f"127.0.0.1:{port_of('submission')}", "--tls"),
                *("--auth", "PLAIN", "--auth-user", submission, "--auth-password", PASSWORD),
                *("--from", "ann@example.org", "--to", "bob@example.com"),
                *("--header", "Subject: By swaks", "--body", "Hello", "--timeout", "30"),
            ],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert sent.returncode == 0, sent.stdout + sent.stderr
        assert " 250 OK " in sent.stdout

        # boto3 adds a header while mail is flowing; Postfix sends through the gateway and back.
        marked = boto.get_rule_set(RuleSetId=rule_set)["Rules"]
        marked[2]["Actions"].insert(
            0, {"AddHeader": {"HeaderName": "X-Old-Domain", "HeaderValue": "yes"}}
        )
        boto.update_rule_set(RuleSetId=rule_set, Rules=marked)
        (server.folder / "etc" / "transport").write_text(
            f"old.example.com smtp:[127.0.0.1]:{port_of('public')}\n"
        )
        reload = [str(POSTFIX), "-c", str(server.folder / "etc"), "reload"]
        subprocess.run(reload, check=True, capture_output=True, timeout=SECONDS)
        server.send(_message("By Postfix").as_bytes(), "ann@example.org", "bob@old.example.com")

        arrived = until(lambda: len(found := _arrived(server)) >= 3 and found)
        assert sorted(str(each["subject"]) for each in arrived) == [
            "By Postfix",
            "By smtplib",
            "By swaks",
        ]
        assert [each["X-Old-Domain"] for each in arrived if each["subject"] == "By Postfix"] == [
            "yes"
        ]

        # The archive has all four, the junk too; it is fetched by its URL, and released to Bob.
        found = _searched(aws, archive, "cheap")
        (row,) = found["Rows"]
        assert row["Subject"] == "So cheap"
        fetched = aws("get-archive-message", "--archived-message-id", row["ArchivedMessageId"])
        answer = urllib3.request("GET", fetched["MessageDownloadLink"], timeout=SECONDS)
        assert b"Subject: So cheap\r\n" in answer.data
        assert len(_searched(aws, archive, None)["Rows"]) == 4

        _project(tmp_path, url)
        released = _mmctl(
            tmp_path,
            *("archive", "release", row["ArchivedMessageId"], "--archive", "record"),
            *("--via", f"smtp:127.0.0.1:{server.port}", "--reason", "Bob asked for it", "--yes"),
        )
        assert released.returncode == 0, released.stdout + released.stderr
        arrived = until(lambda: len(found := _arrived(server)) >= 4 and found)
        (cheap,) = (each for each in arrived if each["subject"] == "So cheap")
        told = _mmctl(tmp_path, "history", "--releases")
        assert cheap["X-Mmctl-Released"] in told.stdout
        assert "Bob asked for it" in told.stdout


def _aws(url: str) -> Callable[..., Any]:
    def aws(*words: str) -> Any:
        done = subprocess.run(
            [str(aws_command()), "mailmanager", "--endpoint-url", url, *words],
            env=os.environ | QUIET | KEYS,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}

    return aws


def _searched(aws: Callable[..., Any], archive: str, subject: str | None) -> Any:
    """The results of a search by a word of the subject, or of all."""
    include = {
        "StringExpression": {
            "Evaluate": {"Attribute": "SUBJECT"},
            "Operator": "CONTAINS",
            "Values": [subject],
        }
    }
    filters = () if subject is None else ("--filters", json.dumps({"Include": [include]}))
    now, day = datetime.now(UTC), timedelta(days=1)
    started = aws(
        *("start-archive-search", "--archive-id", archive, "--max-results", "50"),
        *("--from-timestamp", (now - day).isoformat(), "--to-timestamp", (now + day).isoformat()),
        *filters,
    )["SearchId"]
    until(
        lambda: aws("get-archive-search", "--search-id", started)["Status"]["State"] == "COMPLETED"
    )
    return aws("get-archive-search-results", "--search-id", started)


def _message(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "Ann <ann@example.org>",
        "bob@example.com",
        subject,
    )
    message.set_content("Hello\n")
    return message


def _arrived(server: Postfix) -> list[Any]:
    """What lies in Bob's Maildir."""
    files = (server.mail / "bob" / "new").glob("*")
    return [message_from_bytes(each.read_bytes(), policy=policy.default) for each in files]


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _project(folder: Path, url: str) -> None:
    """A project over what is live, for the commands that take one."""
    (folder / "mmctl.yaml").write_text(
        "version: 1\nproject: laptop\nrules: [rules.yaml]\nenvironments:\n"
        f'  local: {{endpoint: "{url}", region: {REGION}, account: "{ACCOUNT}"}}\n'
        "default_environment: local\n"
    )
    (folder / "rules.yaml").write_text("version: 1\narchives:\n  record: {}\n")


def _mmctl(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MMCTL, *words],
        cwd=folder,
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )
