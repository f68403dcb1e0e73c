"""A plan says once why many rules are in no live rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmctl.cli.main import exit_code

PROJECT = """\
version: 1
project: gate
rules: [rules.yaml]
environments:
  local: {endpoint: embedded}
default_environment: local
"""
RULE = """\
      - name: %s
        enabled: %s
        conditions: [{subject: {contains: "%s"}}]
        actions: [{add_header: {name: X-Seen, value: "%s"}}]
"""


@pytest.mark.parametrize("count", [3, 4])
def test_disabled_rules_are_said_in_one_sentence_where_they_are_many(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    off = "".join(RULE % (f"off-{n}", "false", f"word{n}", n) for n in range(count))
    rules = f"{RULE % ('on', 'true', 'pay', 9)}{off}"
    Path("mmctl.yaml").write_text(PROJECT, encoding="utf-8")
    text = f"version: 1\nrule_sets:\n  inbound:\n    rules:\n{rules}"
    Path("rules.yaml").write_text(text, encoding="utf-8")
    exit_code(["plan", "--force", "lint"])
    said = capsys.readouterr().out
    each = [f"rule off-{n} of inbound is left out: disabled" in said for n in range(count)]
    assert any(each) == all(each) == (count == 3)
    together = f"{count} rules of inbound are left out, disabled: off-0 … off-{count - 1}"
    assert (together in said) == (count > 3)
