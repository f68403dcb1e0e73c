"""One rule put in front of many is one line, in a diff as in a plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from story import check_document

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FIRST = "      - {name: first, conditions: [{subject: {equals: first}}], actions: [drop]}\n"


def write(folder: Path, rules: int, before: str = "") -> None:
    """A project with so many rules that are alike."""
    folder.mkdir(exist_ok=True)
    (folder / "mmctl.yaml").write_text(
        "version: 1\nproject: acme\nrules: [rules.yaml]\ncases: []\n"
        "environments: {local: {endpoint: embedded}}\n"
    )
    listed = "".join(
        f"      - {{name: rule-{n}, conditions: [{{from: {{equals: a{n}@example.com}}}}], "
        f"actions: [{{archive: {{to: all-mail}}}}]}}\n"
        for n in range(rules)
    )
    (folder / "rules.yaml").write_text(
        "version: 1\narchives: {all-mail: {retention: ONE_YEAR}}\n"
        f"rule_sets:\n  inbound:\n    rules:\n{before}{listed}"
    )


def test_a_rule_in_front_of_three_hundred_is_one_line_of_a_diff(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write(one, 300)
    write(other, 300, before=FIRST)
    assert exit_code(["diff", str(one), str(other), "-C", str(one)]) == 2
    edits, _, mail = capsys.readouterr().out.partition("diff: 1 added\n")
    assert [line.split()[:2] for line in edits.splitlines() if line.startswith("  ")] == [
        ["+", "first"]
    ]
    assert "kinds of difference" in mail

    assert exit_code(["diff", str(one), str(other), "-C", str(one), "--format", "json"]) == 2
    text = capsys.readouterr().out
    assert check_document(text) == "mmctl/diff@1"
    assert [edit["name"] for edit in json.loads(text)["edits"]] == ["first"]


def test_a_rule_in_front_of_all_that_fit_is_one_line_of_a_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, 39)
    assert exit_code(["apply", "--yes", "-q", "-C", str(tmp_path)]) == 0
    write(tmp_path, 39, before=FIRST)
    capsys.readouterr()
    assert exit_code(["plan", "-q", "-C", str(tmp_path), "--force", "lint"]) == 0
    out = capsys.readouterr().out
    edits, _, mail = out.partition("proved: rule set inbound: ")
    assert [line.split()[:2] for line in edits.splitlines() if line.startswith("  ")] == [
        ["+", "first"]
    ]
    assert mail.startswith("2 kinds of difference, no others")
    assert "plan: 1 to add " in mail
