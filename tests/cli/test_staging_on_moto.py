"""`staging up` twice, a change, `down`: the real code against moto, and what moto made of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("moto.server", reason="moto is not installed with its server")

from moto_stacks import ACCOUNT, moto_stacks

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT = f"""\
version: 1
project: shop
environments:
  staging:
    endpoint: embedded
    account: "{ACCOUNT}"
    region: us-east-1
    vars: {{exchange: "${{stack.MailServerName}}"}}
    stack:
      mail_server: {{domains: [example.com], relay_networks: [192.0.2.0/24]}}
      sender: true
  prod:
    endpoint: embedded
    account: "{ACCOUNT}"
    region: us-east-1
    protected: true
    vars: {{exchange: mx.example.com}}
default_environment: staging
"""
RULES = f"""\
version: 1
rule_sets:
  inbound:
    rules:
      - name: keep
        actions:
          - write_to_s3: {{bucket: shop-records, role: "arn:aws:iam::{ACCOUNT}:role/shop-mail"}}
          - archive: {{to: records}}
          - relay: {{to: exchange}}
relays:
  exchange: {{server: "${{vars.exchange}}", port: 25, authentication: none}}
archives:
  records: {{retention: ONE_YEAR}}
traffic_policies:
  edge: {{default: allow, statements: []}}
ingress_points:
  mx-in: {{type: open, rule_set: inbound, traffic_policy: edge}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "rules").mkdir()
    (tmp_path / "mmctl.yaml").write_text(PROJECT)
    (tmp_path / "rules" / "gateway.yaml").write_text(RULES)
    with moto_stacks(monkeypatch):
        yield tmp_path


def _run(project: Path, capsys: pytest.CaptureFixture[str], command: str) -> tuple[int, Any, str]:
    code = exit_code([*command.split(), "-C", str(project), "--format", "json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Tried to parse")
def test_staging_comes_up_twice_changes_and_goes(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = open("/tmp/h/stacks-scratch/log.txt", "w")
    for command in ("staging up --yes","staging up --yes","staging status", "plan","foundation down --yes", "staging down --yes","staging down --yes", "staging status", "staging up --yes", "staging down --yes --with-data"):
        code, report, said = _run(project, capsys, command)
        print("=====", command, code, json.dumps(report, indent=1), said, file=log, flush=True)
    assert 0
