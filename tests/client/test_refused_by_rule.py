"""Rules of `refuse: true` by real SMTP: refused at RCPT, or dropped where no policy can do it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from served_project import live_project, served

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from pathlib import Path

REFUSE = """\
      - name: closed-mailbox
        refuse: true
        conditions: [{recipient: {equals: closed@example.com}}]
        actions: [drop]
"""
CASE = """\
version: 1
cases:
  - name: a closed mailbox takes no mail
    message: {from: a@example.org, to: closed@example.com, subject: Hello, body: Hello}
    ingress_point: public-mx
    session: {source_ip: 203.0.113.20, helo: mail.example.org, tls: TLS1_3}
    envelope: {mail_from: a@example.org, recipients: [closed@example.com, open@example.com]}
    verdicts: {spf: PASS, dkim: PASS}
    expect:
      closed@example.com: {outcome: refused, by: closed-mailbox, rules: [closed-mailbox]}
      open@example.com: {outcome: delivered, by: deliver}
"""
OTHER = """\
  other-mx:
    type: open
    traffic_policy: edge
    rule_set: other
    tls_policy: optional
"""


def _with_rule(folder: Path) -> None:
    path = folder / "rules/gateway.yaml"
    path.write_text(path.read_text().replace("    rules:\n", f"    rules:\n{REFUSE}", 1))
    (folder / "cases/gateway.yaml").write_text(CASE)


def _with_shared_policy(folder: Path) -> None:
    """Another rule set behind the same policy, so that the policy must not refuse for one."""
    _with_rule(folder)
    path = folder / "rules/gateway.yaml"
    text = path.read_text().replace("\nrelays:\n", f"{OTHER}\nrelays:\n", 1)
    path.write_text(
        text.replace(
            "\ntraffic_policies:\n",
            "  other:\n    rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]\n"
            "\ntraffic_policies:\n",
            1,
        )
    )


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """The document of a command."""
    capsys.readouterr()
    got = exit_code([*words, "--format", "json"])
    out, errors = capsys.readouterr()
    assert got == 0, out + errors
    return json.loads(out)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_rule_refuses_at_rcpt_and_logs_name_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live_project(tmp_path, _with_rule)
    with served(tmp_path, accept_facts=True):
        document = printed(capsys, "send", "--expect")
    (case,) = document["cases"]
    assert case["result"] == "same", case
    capsys.readouterr()
    assert exit_code(["logs", ".mmctl/mail/logs"]) == 0
    told = capsys.readouterr().out
    assert "closed@example.com: refused by closed-mailbox" in told
    assert "  rule 1 archive-all  rules/gateway.yaml:" in told, told


def test_a_rule_that_no_policy_can_take_drops_and_counts_as_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live_project(tmp_path, _with_shared_policy)
    with served(tmp_path, accept_facts=True):
        document = printed(capsys, "send", "--expect")
    (case,) = document["cases"]
    assert case["result"] == "same", case
    got = {each["recipient"]: each["got"] for each in case["recipients"]}
    assert got["closed@example.com"]["outcome"] == "dropped"
