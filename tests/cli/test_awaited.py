"""`staging up` stops where something outside is awaited, says what, and goes on afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

pytest.importorskip("moto.server", reason="moto is not installed with its server")
pytest.importorskip("openapi_spec_validator", reason="moto's CloudFormation is not installed")

from mmctl.cli.main import exit_code
from moto_stacks import ACCOUNT, moto_stacks
from ses_answers import SesAnswers, ses_answers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT: Final = f"""\
version: 1
project: shop
environments:
  staging:
    endpoint: embedded
    account: "{ACCOUNT}"
    region: us-east-1
    stack:
      identities: [example.com, example.org]
      mail_server: {{domains: [example.com], relay_networks: [192.0.2.0/24]}}
default_environment: staging
"""
RULES: Final = f"""\
version: 1
rule_sets:
  inbound:
    rules:
      - name: pass-on
        actions: [send: {{role: "arn:aws:iam::{ACCOUNT}:role/shop-send"}}]
traffic_policies:
  edge:
    default: deny
    statements: [allow: [recipient: {{ends_with: "@example.com"}}]]
ingress_points:
  mx-in: {{type: open, rule_set: inbound, traffic_policy: edge}}
"""
RECORD: Final = "  tokena._domainkey.example.com CNAME tokena.dkim.amazonses.com"
SANDBOX: Final = "SES is in its sandbox, and rules send mail: ask AWS for production access"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Tried to parse"),
]


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[SesAnswers]:
    with moto_stacks(monkeypatch), ses_answers(monkeypatch) as answers:
        yield answers


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "mmctl.yaml").write_text(PROJECT)
    (tmp_path / "rules" / "gateway.yaml").write_text(RULES)
    return tmp_path


def up(project: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = exit_code(["staging", "up", "--yes", "-C", str(project)])
    return code, "".join(capsys.readouterr())


def test_records_and_the_sandbox_are_awaited_whoever_made_the_identity(
    project: Path, ses: SesAnswers, capsys: pytest.CaptureFixture[str]
) -> None:
    # Both identities were made by hand: they are not in the stack, and are awaited all the same.
    code, said = up(project, capsys)
    assert (code, RECORD in said, SANDBOX in said) == (6, True, True), said
    assert "identity `example.com` is not made: it exists already" in said
    assert "run this again: it goes on from here" in said
    assert "applied as" not in said

    ses.verified.add("example.com")
    ses.sandbox = False
    code, said = up(project, capsys)
    assert (code, RECORD in said, SANDBOX in said) == (6, False, False), said
    assert "example.org is not verified: publish" in said

    ses.verified.add("example.org")
    code, said = up(project, capsys)
    assert (code, "is not verified" in said) == (0, False), said
    assert "applied as 0001-" in said


def test_a_stack_that_may_not_ask_ses_says_so_and_goes_on(
    project: Path, ses: SesAnswers, capsys: pytest.CaptureFixture[str]
) -> None:
    ses.denied = True
    code, said = up(project, capsys)
    assert code == 0, said
    assert "whether domains are verified is unknown: no permission: ses:GetEmailIdentity" in said
    assert "whether SES is in its sandbox is unknown: no permission: ses:GetAccount" in said
