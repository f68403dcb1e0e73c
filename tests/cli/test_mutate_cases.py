"""`simulate --mutate-cases`: cases that would notice, in a new file, and never over another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

RULES = """version: 1
rule_sets:
  inbound:
    rules:
      - {name: block, conditions: [{from: {ends_with: "@a.example"}}], actions: [drop]}
      - {name: deliver, actions: [{relay: {to: exchange}}]}
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
"""
CASES = """version: 1
cases:
  - name: blocked
    message: {from: x@a.example}
    envelope: {mail_from: x@a.example, recipients: [b@example.com]}
    expect: {b@example.com: dropped}
"""
SETTINGS = """version: 1
project: small
rules: [rules.yaml]
cases: [cases/*.yaml]
environments: {local: {endpoint: embedded}}
"""


def test_written_cases_notice_what_survived_and_no_file_is_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mmctl.yaml").write_text(SETTINGS)
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "c.yaml").write_text(CASES)
    more = tmp_path / "cases" / "more.yaml"
    assert exit_code(["simulate", "--mutate-cases", "cases/more.yaml"]) == 0
    assert "SURVIVED" in capsys.readouterr().out
    written = more.read_text()
    assert "cases:" in written
    assert exit_code(["simulate", "--mutate-min", "100"]) == 0
    assert "SURVIVED" not in capsys.readouterr().out
    assert exit_code(["simulate", "--mutate-cases", "cases/more.yaml"]) == 64
    assert "the file exists" in capsys.readouterr().err
    assert more.read_text() == written
    assert exit_code(["simulate", "--mutate-cases", "nowhere/more.yaml"]) == 64
    assert "there is no folder" in capsys.readouterr().err
