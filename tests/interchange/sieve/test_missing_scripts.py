"""An import that lacks a part of its source says so, and exits with 1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_an_import_that_lacks_a_script_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    script = 'require "include";\nif size :over 1M { discard; stop; }\ninclude "team";\n'
    (tmp_path / "main.sieve").write_text(script, encoding="utf-8")
    words = ["import", "--from", "sieve", "main.sieve"]
    assert exit_code([*words, "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["open"], [each["missing"] for each in document["unread"]]) == (0, [True])
    assert exit_code(words) == 1
    assert "missing: 1 part of the source that may have rules" in capsys.readouterr().err
    (tmp_path / "team.sieve").write_text("keep;\n", encoding="utf-8")
    assert exit_code(words) == 0
