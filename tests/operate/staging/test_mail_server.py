"""The script of the internal mail server, run with Debian's Postfix."""

from __future__ import annotations

import json
import smtplib
import ssl
import subprocess
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from emulator.polling import until
from emulator.test_aws_cli import MMCTL, emulate
from operate.staging.mail_server import (
    NAME,
    PASSWORD,
    USER,
    mail_server,
    needs_mail_server,
    set_up,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from operate.staging.mail_server import MailServer

pytestmark = [pytest.mark.slow, needs_mail_server]
MESSAGE = "From: ann@example.org\r\nTo: bob@example.com\r\nSubject: Hello\r\n\r\nbody\r\n"
PROJECT = """\
version: 1
project: demo
rules: [rules.yaml]
environments:
  local: {endpoint: embedded}
"""
RULES = """\
version: 1
rule_sets:
  inbound:
    rules:
      - name: stamp
        actions: [{add_header: {name: X-Seen, value: "yes"}}]
      - name: hold
        conditions: [{subject: {contains: secret}}]
        actions: [drop]
      - name: deliver
        actions: [{relay: {to: exchange, mail_from: preserve}}]
traffic_policies: {edge: {default: allow}}
relays:
  exchange:
    server: mail.example.com
    port: 587
    authentication: {secret_arn: "arn:aws:secretsmanager:us-east-1:000000000000:secret:relay-a"}
ingress_points:
  public-mx: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4}}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    """One mail server for all tests."""
    with mail_server() as running:
        yield running


@contextmanager
def session(server: MailServer, *, source: str = "127.0.0.1") -> Iterator[smtplib.SMTP]:
    """A session that is encrypted."""
    context = ssl.create_default_context(cafile=str(server.folder / "etc" / "tls" / "server.crt"))
    context.check_hostname = False
    with smtplib.SMTP("127.0.0.1", server.port, "client", 60, (source, 0)) as smtp:
        smtp.starttls(context=context)
        smtp.ehlo()
        yield smtp


def mmctl(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run(
        [*MMCTL, *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_it_takes_mail_for_its_domains_from_relays_that_log_in_and_refuses_all_else(
    server: MailServer,
) -> None:
    with session(server) as smtp:
        smtp.login(USER, PASSWORD)
        refused = smtp.sendmail(
            "ann@example.org",
            ["bob@example.com", "eve@eu.example.com", "x@example.net"],
            MESSAGE,
        )
    assert {to: code for to, (code, _) in refused.items()} == {"x@example.net": 554}
    until(lambda: len(server.arrived()) == 2)
    recipients = {
        line.partition(": ")[2]
        for each in server.arrived()
        for line in each.read_text().splitlines()
        if line.startswith("Delivered-To: ")
    }
    assert recipients == {"bob@example.com", "eve@eu.example.com"}
    assert {each.stat().st_mode & 0o077 for each in server.arrived()} == {0}

    replies = {}
    with session(server) as smtp, pytest.raises(smtplib.SMTPAuthenticationError) as wrong:
        smtp.login(USER, "wrong")
    replies["a wrong password"] = wrong.value.smtp_code
    with session(server) as smtp:
        smtp.mail("ann@example.org")
        replies["no login"] = smtp.rcpt("bob@example.com")[0]
    with smtplib.SMTP("127.0.0.1", server.port, "client", 60) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("auth"), "a password is taken over TLS alone"
        replies["no TLS"] = smtp.mail("ann@example.org")[0]
    with session(server, source="127.0.0.2") as smtp:
        smtp.login(USER, PASSWORD)
        smtp.mail("ann@example.org")
        replies["another network"] = smtp.rcpt("bob@example.com")[0]
    assert replies == {
        "a wrong password": 535,
        "no login": 554,
        "no TLS": 530,
        "another network": 554,
    }
    assert len(server.arrived()) == 2


def test_it_can_be_set_up_again_and_takes_another_password(server: MailServer) -> None:
    certificate = (server.folder / "etc" / "tls" / "server.crt").read_bytes()
    before = len(server.arrived())
    server.secret.write_text('{"username": "mail-manager", "password": "another"}')
    done = set_up(server.folder, server.port)
    assert done.returncode == 0, done.stderr
    try:
        with session(server) as smtp:
            smtp.login(USER, "another")
        assert (server.folder / "etc" / "tls" / "server.crt").read_bytes() == certificate
        assert len(server.arrived()) == before
        assert "another" not in done.stdout + done.stderr + server.log()
    finally:
        server.secret.write_text(json.dumps({"username": USER, "password": PASSWORD}))
        assert set_up(server.folder, server.port).returncode == 0


def test_wrong_settings_are_refused_and_say_what_is_wrong(tmp_path: Path) -> None:
    good = '{"username": "mail-manager", "password": "right"}'
    found = {}
    for name, secret, settings in (
        ("everybody", good, {"RELAY_NETWORKS": "0.0.0.0/0"}),
        ("no network", good, {"RELAY_NETWORKS": "everywhere"}),
        ("no domain", good, {"MAIL_DOMAINS": ""}),
        ("a username with a quote", '{"username": "a\'b", "password": "x"}', {}),
        ("no password", '{"username": "a"}', {}),
        ("no JSON", "password", {}),
    ):
        (tmp_path / "secret.json").write_text(secret)
        done = set_up(tmp_path, 1, **settings)
        assert done.returncode != 0, name
        found[name] = done.stderr.splitlines()[-1]
        assert not (tmp_path / "queue" / "pid").exists(), name
    no_settings = "could not read the settings"
    no_secret = "could not read the secret of the relay"
    assert found == {
        "everybody": no_settings,
        "no network": no_settings,
        "no domain": no_settings,
        "a username with a quote": no_secret,
        "no password": no_secret,
        "no JSON": no_secret,
    }


def test_the_script_names_no_file_of_the_machine_but_in_its_one_place() -> None:
    script = files("mmctl.operate.staging").joinpath("mail_server.sh").read_text()
    assert len(script.encode()) < 12_000
    lines = [line for line in script.splitlines() if "/etc/" in line or "/var/" in line]
    assert lines == [
        "  CONFIG=/etc/postfix QUEUE=/var/spool/postfix DATA=/var/lib/postfix",
        "  MAIL=/srv/staging-mail LOGS=/var/log/staging-mail",
    ]


def test_a_relay_of_the_embedded_mail_manager_hands_on_what_staging_mail_shows(
    server: MailServer, tmp_path: Path
) -> None:
    (tmp_path / "mmctl.yaml").write_text(PROJECT)
    (tmp_path / "rules.yaml").write_text(RULES)
    applied = mmctl(tmp_path, "apply", "--yes", "--force", "ordinary-mail", "--force", "catch-all")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    for each in server.arrived():
        each.unlink()
    options = ("--smtp-port", "0", "--no-page", "--settle", "0")
    leads = ("--deliver", f"exchange=127.0.0.1:{server.port}")
    with emulate(tmp_path, *options, *leads, "--secret", f"exchange={server.secret}"):
        (tmp_path / "hello.eml").write_text(MESSAGE.replace("Hello", "Grüße \x1b[2J"), "utf-8")
        sent = mmctl(
            tmp_path, "send", "hello.eml", "--mail-from", "ann@example.org",
            "--rcpt", "bob@example.com", "--rcpt", "eve@eu.example.com",
        )  # fmt: skip
        assert sent.returncode == 0, sent.stdout + sent.stderr
        until(lambda: len(server.arrived()) == 2)
    log = server.log()
    assert f"sasl_username={USER}@{NAME}" in log
    shown = mmctl(tmp_path, "staging", "mail", "--maildir", str(server.inbox))
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert shown.stdout.count("simulate agrees: delivered to relay exchange by deliver") == 2
    assert "ann@example.org → bob@example.com" in shown.stdout
    assert "\x1b" not in shown.stdout
    # What should not have arrived is told: the rules of the files have changed meanwhile.
    rules = (tmp_path / "rules.yaml").read_text().replace("contains: secret", "contains: Gr")
    (tmp_path / "rules.yaml").write_text(rules)
    differs = mmctl(tmp_path, "staging", "mail", "--maildir", str(server.inbox), "--limit", "1")
    assert differs.returncode == 1, differs.stdout
    assert "simulate differs: dropped by hold (public-mx)" in differs.stdout
    assert "1 older message left out by --limit" in differs.stdout
