"""A second `mmctl import --from KIND` into the same folder keeps what people did meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mmctl.cli.files.editing import editing_alone
from mmctl.cli.main import exit_code
from mmctl.interchange.migration.report import reported

WORD = '{"Name": "%s", "State": "Enabled", "Mode": "Enforce", "Priority": %d, %s}'
DROP = '"SubjectContainsWords": ["%s"], "DeleteMessage": true'
REFUSE = '"SubjectContainsWords": ["%s"], "RejectMessageReasonText": "no"'
RULES = Path("gate/rules/imported/rules.yaml")
PROJECT = Path("gate/mmctl.yaml")
ACCEPTED = Path("accepted.yaml")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def imported(
    capsys: pytest.CaptureFixture[str], *rules: tuple[str, str], words: tuple[str, ...] = ()
) -> tuple[int, str]:
    """The exit code and what is said when rules of a name and what they do are imported."""
    texts = [WORD % (name, place, does) for place, (name, does) in enumerate(rules)]
    Path("rules.json").write_text(f"[{', '.join(texts)}]", encoding="utf-8")
    code = exit_code(
        ["import", "--from", "exchange", "rules.json", "--into", "gate", "-o", "report", *words]
    )
    return code, capsys.readouterr().err


def test_what_nobody_changed_is_written_again(capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, ("a", DROP % "win"))
    code, said = imported(capsys, ("b", REFUSE % "pay"), words=("--force",))
    assert code == 1
    assert "wrote gate/mmctl.yaml" in said
    assert "bounce_sender:" in PROJECT.read_text(encoding="utf-8")
    assert "write `include" not in said
    assert "kept" not in said
    assert exit_code(["-C", "gate", "lint"]) == 0


@pytest.mark.parametrize("words", [(), ("--force",)])
def test_two_imports_at_once_lose_nothing(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    if words:
        imported(capsys, ("a", DROP % "win"))
    Path("gate").mkdir(exist_ok=True)
    before = {path: path.read_bytes() for path in Path("gate").rglob("*") if path.is_file()}
    with editing_alone(Path("gate")):
        code, said = imported(capsys, ("b", DROP % "pay"), words=words)
    assert code == 3
    assert "another mmctl is changing files of this project" in said
    after = {path: path.read_bytes() for path in Path("gate").rglob("*") if path.is_file()}
    assert after == before


def test_reasons_that_are_written_meanwhile_stay(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = ("--accept", str(ACCEPTED), "--force")
    imported(capsys, ("a", REFUSE % "win"), words=accept)
    reason = ACCEPTED.read_text(encoding="utf-8").replace('reason: ""', "reason: agreed")

    def slowly(*arguments: Any, **named: Any) -> Any:
        ACCEPTED.write_text(reason, encoding="utf-8")
        return reported(*arguments, **named)

    monkeypatch.setattr("mmctl.interchange.migration.report.reported", slowly)
    _, said = imported(capsys, ("a", REFUSE % "win"), ("b", REFUSE % "pay"), words=accept)
    assert "was changed while the rules were read" in said
    assert ACCEPTED.read_text(encoding="utf-8") == reason


def test_what_somebody_changed_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, ("a", DROP % "win"))
    for file in (RULES, PROJECT):
        file.write_text(f"{file.read_text(encoding='utf-8')}# ours\n", encoding="utf-8")
    _, said = imported(capsys, ("b", REFUSE % "pay"), words=("--force",))
    assert f"note: {RULES} was changed after its import; as it was: {RULES}.edited" in said
    assert Path(f"{RULES}.edited").read_text(encoding="utf-8").endswith("# ours\n")
    assert f"kept {PROJECT}, which was changed after its import" in said
    assert f"next: in {PROJECT}, under `vars` of each environment: bounce_sender: post" in said
    RULES.write_text("# theirs\n", encoding="utf-8")
    imported(capsys, ("b", REFUSE % "pay"), words=("--force",))
    assert Path(f"{RULES}.edited.2").read_text(encoding="utf-8") == "# theirs\n"


def test_files_of_which_nothing_is_left_are_removed(capsys: pytest.CaptureFixture[str]) -> None:
    many = ", ".join(f'"a{number}@x.example"' for number in range(30))
    imported(capsys, ("a", f'"From": [{many}], "DeleteMessage": true'))
    [members] = Path("gate/lists").glob("*.csv")
    _, said = imported(capsys, ("a", DROP % "win"), words=("--force",))
    assert f"removed {members}" in said
    assert not members.exists()


def test_nothing_is_removed_that_no_import_made(capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, ("a", DROP % "win"))
    written = Path("gate/migration/written.json")
    found = json.loads(written.read_text(encoding="utf-8"))
    outside = Path("lists/mine.csv")
    outside.parent.mkdir()
    outside.write_text(RULES.read_text(encoding="utf-8"), encoding="utf-8")
    digest = found["files"]["rules/imported/rules.yaml"]
    found["files"] |= {"lists/../../lists/mine.csv": digest, "../lists/mine.csv": digest}
    written.write_text(json.dumps(found), encoding="utf-8")
    _, said = imported(capsys, ("a", DROP % "win"), words=("--force",))
    assert outside.exists()
    assert "removed" not in said
    written.write_text("[", encoding="utf-8")
    code, said = imported(capsys, ("b", DROP % "pay"), words=("--force",))
    assert code == 1
    assert f"as it was: {RULES}.edited" in said, "who wrote it is not known"


def test_another_source_removes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, ("a", DROP % "win"))
    Path("other.json").write_text(f"[{WORD % ('b', 0, DROP % 'pay')}]", encoding="utf-8")
    words = ["--from", "exchange", "other.json", "--into", "gate", "--force", "-o", "report"]
    exit_code(["import", *words])
    said = capsys.readouterr().err
    assert RULES.exists()
    assert "next: in a rule set of gate/rules, write `include: [imported/other.yaml]`" in said


def test_new_rules_are_asked_for_and_reasons_stay(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--force", "--accept", "accepted.yaml")
    imported(capsys, ("a", DROP % "win"), words=words)
    text = ACCEPTED.read_text(encoding="utf-8").replace('reason: ""', "reason: agreed  # by us")
    ACCEPTED.write_text(text, encoding="utf-8")
    assert imported(capsys, ("a", DROP % "win"), words=words)[0] == 0
    code, said = imported(capsys, ("a", DROP % "win"), ("b", DROP % "pay"), words=words)
    assert code == 1
    assert "edited accepted.yaml: 1 entry more, each of which needs a reason" in said
    longer = ACCEPTED.read_text(encoding="utf-8")
    assert longer.startswith(text)
    ACCEPTED.write_text(longer.replace('reason: ""', "reason: agreed"), encoding="utf-8")
    assert imported(capsys, ("a", DROP % "win"), ("b", DROP % "pay"), words=words)[0] == 0


def test_an_example_of_a_rule_that_does_not_act_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, ("a", DROP % "win"))
    assert "        here: dropped by `a`" in Path("report").read_text(encoding="utf-8")
    imported(capsys, ("a", DROP % "win"), words=("--shadow", "--force"))
    for report in ("report", "gate/migration/report.md"):
        text = Path(report).read_text(encoding="utf-8")
        assert "here, once the rule acts: dropped by `a`" in text
        assert "only marks mail (shadow)" in text


TEMPLATE = """\
Resources:
  Blocked:
    Type: AWS::SES::MailManagerAddressList
    Properties: {AddressListName: blocked}
"""


def test_resources_go_where_a_project_has_them(capsys: pytest.CaptureFixture[str]) -> None:
    Path("template.yaml").write_text(TEMPLATE, encoding="utf-8")
    words = ["import", "--from", "cloudformation", "template.yaml", "--into", "gate"]
    assert exit_code(words) == 0
    assert exit_code(words) == 3, "what is there is not overwritten"
    PROJECT.write_text(f"{PROJECT.read_text(encoding='utf-8')}# ours\n", encoding="utf-8")
    Path("template.yaml").write_text(TEMPLATE.replace(" blocked", " denied"), encoding="utf-8")
    assert exit_code([*words, "--force"]) == 0
    assert "denied" in Path("gate/rules/address-lists.yaml").read_text(encoding="utf-8")
    assert "# ours" in PROJECT.read_text(encoding="utf-8")
    assert sorted(each.name for each in Path("gate").iterdir()) == ["mmctl.yaml", "rules"]
    capsys.readouterr()


def test_rules_that_mark_do_not_share_live_rules(capsys: pytest.CaptureFixture[str]) -> None:
    rules = [(f"rule {number}", DROP % f"word{number}x") for number in range(41)]
    imported(capsys, *rules, words=("--shadow",))
    assert "those that mark take one each" in " ".join(Path("report").read_text().split())
    imported(capsys, *rules, words=("--force",))
    assert "those that mark" not in Path("report").read_text(encoding="utf-8")


def test_lint_simulate_and_budget_are_next_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    _, said = imported(capsys, ("a", DROP % "win"))
    assert said.endswith("next: mmctl -C gate lint\nnext: mmctl -C gate simulate\n")
    many = [(f"r{number}", DROP % f"word{number}") for number in range(50)]
    _, said = imported(capsys, *many, words=("--force", "--shadow"))
    assert "next: mmctl -C gate budget\nnext: mmctl -C gate simulate\n" in said
