"""`mmctl import --from KIND`, with a reader of its own for a gateway that nobody has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.cli.main import exit_code
from mmctl.cli.migrating import kinds
from mmctl.cli.migrating.opening import opened
from mmctl.cli.run import Run
from mmctl.interchange.migration.differences import Deviation, Example
from mmctl.interchange.migration.source import Opened, OtherGateway, SourceOptions, SourceRule, Then
from mmctl.interchange.migration.tests import EitherOf, Matches, Near, Unseen
from mmctl.problem import Position

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.interchange.migration.tests import Test

NOT_SEEN = Unseen(difference=Deviation(code="body", says="no rule sees the body", loses=True))


def read(files: Opened, _asked: SourceOptions) -> OtherGateway:
    """One rule a line: its name, the word that subjects have, and what it does."""
    rules = []
    for file, content in files.named.items():
        for number, line in enumerate(content.decode().splitlines(), start=1):
            name, word, does = line.split(",")
            rules.append(
                SourceRule(
                    name=name,
                    place=Position(file, number),
                    text=line,
                    test=_test(word),
                    actions=("drop",) if does == "drop" else (),
                    then=Then.END if does == "drop" else Then.DELIVER,
                )
            )
    return OtherGateway(system="Gate", rules=rules)


def _test(word: str) -> Test:
    contains = Matches(operand="subject", operator="contains", values=(word.strip("~?"),))
    if word.endswith("?"):
        return EitherOf((contains, NOT_SEEN)) if len(word) > 1 else NOT_SEEN
    if not word.endswith("~"):
        return contains
    mail = {"message": {"from": "a@x.example", "subject": f"{word}s"}}
    example = Example(mail=mail, there="delivered")
    near = Deviation(code="words", says="words are substrings", example=example)
    return Near(test=contains, difference=near)


@pytest.fixture(autouse=True)
def _gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {**kinds.KINDS, "gate": kinds.Reads(what="a gate", by=f"{__name__}:read")}
    monkeypatch.setattr(kinds, "KINDS", known)
    monkeypatch.setattr(kinds, "_named", lambda where: read if where.endswith(":read") else None)
    monkeypatch.chdir(tmp_path)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = exit_code(["import", "--from", "gate", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_nothing_to_look_at_is_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gate.csv").write_text("a,pay,drop\nb,win,pass\n", encoding="utf-8")
    code, out, err = told(capsys, "gate.csv")
    assert code == 0
    assert "name: a" in out
    assert "2  same" in err


def test_examples_are_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gate.csv").write_text("a,pay~,drop\n", encoding="utf-8")
    code, out, _ = told(capsys, "gate.csv", "--format", "json")
    [difference] = json.loads(out)["rules"][0]["differences"]
    assert code == 1
    assert difference["example"]["there"] == "delivered"
    assert difference["example"]["here"] == "dropped by `a`"


def test_what_is_equal_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = "".join(f"rule {number},?,drop\n" for number in range(9))
    (tmp_path / "gate.csv").write_text(lines, encoding="utf-8")
    _, _, err = told(capsys, "gate.csv")
    assert err.count("no rule sees the body") == 1
    assert "and 4 more" in err
    _, _, every = told(capsys, "gate.csv", "-v")
    assert every.count("no rule sees the body") == 9


def test_rules_that_no_mail_reaches_are_switched_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gate.csv").write_text("a,pay,drop\nb,pay,pass\n", encoding="utf-8")
    code, out, _ = told(capsys, "gate.csv", "--into", "made")
    assert code == 0
    assert "never applies: 1 rule here" in out
    assert "enabled: false" in (tmp_path / "made/rules/imported/gate.yaml").read_text()
    assert exit_code(["-C", "made", "lint"]) == 0


def test_owners_come_from_patterns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gate.csv").write_text("SEC-1,pay,drop\nb,win,drop\n", encoding="utf-8")
    owners = tmp_path / "owners.csv"
    owners.write_text("pattern,owner\n# comment\nsec-*,security\n", encoding="utf-8")
    _, out, _ = told(capsys, "gate.csv", "--owners", "owners.csv", "--format", "json")
    assert [each["owner"] for each in json.loads(out)["rules"]] == ["security", None]
    owners.write_text("sec-*\nb,\n", encoding="utf-8")
    code, _, err = told(capsys, "gate.csv", "--owners", "owners.csv")
    assert code == 1
    assert "owners.csv:1:1: error: got 1 value, expected a pattern and an owner" in err
    assert "owners.csv:2:1: error: expected an owner beside the pattern" in err
    code, _, err = told(capsys, "gate.csv", "--owners", "nobody.csv")
    assert (code, "cannot read `nobody.csv`: no such file" in err) == (64, True)


def test_reasons_are_asked_for_and_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gate.csv").write_text("a,pay~,drop\nb,?,drop\n", encoding="utf-8")
    asked = ("gate.csv", "--accept", "accepted.yaml", "--format", "json")
    assert told(capsys, *asked)[0] == 1
    file = tmp_path / "accepted.yaml"
    assert told(capsys, *asked)[0] == 1, "an empty reason does not count"
    file.write_text(file.read_text().replace('reason: ""', "reason: agreed"), encoding="utf-8")
    code, out, _ = told(capsys, *asked)
    assert (code, json.loads(out)["accepted"]) == (0, 2)
    (tmp_path / "gate.csv").write_text("b,?,drop\n", encoding="utf-8")
    code, _, err = told(capsys, *asked)
    assert code == 1
    assert "there is no rule `a` anymore" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--deliver-to", ":25"), "got `--deliver-to :25`"),
        (("--deliver-to", "mail.example.com:x"), "got `--deliver-to mail.example.com:x`"),
        (("--domain", "no domain"), "got `--domain no domain`"),
        (("--parameter", "a"), "got `--parameter a`"),
        (("--accept", "nowhere/a.yaml"), "cannot write `nowhere/a.yaml`: there is no such folder"),
    ],
)
def test_options_that_mean_nothing_are_refused(
    words: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gate.csv").write_text("a,pay,drop\n", encoding="utf-8")
    code, _, err = told(capsys, "gate.csv", *words)
    assert (code, message in err) == (64, True)


def test_options_of_other_gateways_are_refused_for_resources(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    assert exit_code(["import", "--from", "api-json", "a.json", "--shadow"]) == 64
    assert "got `--shadow` with `--from api-json`" in capsys.readouterr().err


def test_an_import_into_a_project_leaves_its_files_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gate.csv").write_text("a,pay,drop\n", encoding="utf-8")
    assert told(capsys, "gate.csv", "--into", "made")[0] == 0
    project = tmp_path / "made/mmctl.yaml"
    project.write_text(f"{project.read_text()}# ours\n", encoding="utf-8")
    code, _, err = told(capsys, "gate.csv", "--into", "made")
    assert (code, "refused:" in err) == (3, True)
    (tmp_path / "gate.csv").write_text("a,pay,drop\nb,win,drop\n", encoding="utf-8")
    assert told(capsys, "gate.csv", "--into", "made", "--force")[0] == 0
    assert "# ours" in project.read_text()
    assert "name: b" in (tmp_path / "made/rules/imported/gate.yaml").read_text()


def test_only_files_below_the_named_ones_are_opened(tmp_path: Path) -> None:
    for name in ("in/main.cf", "in/tables/a", "outside"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "in/link").symlink_to(tmp_path / "outside")
    files = opened(Run(directory=tmp_path, today=date(2026, 11, 29)), [tmp_path / "in/main.cf"])
    found: dict[str, Any] = {
        name: files.beside(name)
        for name in ("tables/a", "/etc/gate/tables/a", "../outside", "link", "none", "", "/")
    }
    assert found.pop("tables/a") == b"in/tables/a"
    assert found.pop("/etc/gate/tables/a") == b"in/tables/a"
    assert set(found.values()) == {None}


def test_rules_of_a_file_named_resources_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "resources.csv").write_text("a,pay,drop\n", encoding="utf-8")
    assert told(capsys, "resources.csv", "--into", "there")[0] == 0
    imported = tmp_path / "there/rules/imported"
    assert "name: a" in (imported / "resources-rules.yaml").read_text(encoding="utf-8")
    assert "mailboxes" in (imported / "resources.yaml").read_text(encoding="utf-8")


def test_a_link_that_leads_nowhere_is_not_followed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gate.csv").write_text("a,pay,drop\n", encoding="utf-8")
    (tmp_path / "there/rules").mkdir(parents=True)
    (tmp_path / "there/rules/gateway.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    code, _, err = told(capsys, "gate.csv", "--into", "there")
    assert (code, "rules/gateway.yaml" in err) == (3, True)
    assert not (tmp_path / "elsewhere.yaml").exists()


def test_nothing_new_stays_where_not_all_can_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gate.csv").write_text("a,pay,drop\n", encoding="utf-8")
    (tmp_path / "there").mkdir()
    (tmp_path / "there/migration").write_text("a file", encoding="utf-8")
    assert told(capsys, "gate.csv", "--into", "there")[0] == 64
    files = [path.name for path in (tmp_path / "there").rglob("*") if path.is_file()]
    assert files == ["migration"]


def test_a_pipe_of_windows_gets_utf_8(tmp_path: Path) -> None:
    rule = {"Name": "r", "State": "Enabled", "SubjectContainsWords": ["\u5916"]}
    text = json.dumps([{**rule, "DeleteMessage": True}])
    (tmp_path / "rules.json").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mmctl", "import", "--from", "exchange", "rules.json"],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        check=False,
    )
    assert done.returncode == 1
    assert "contains: \u5916" in done.stdout.decode("utf-8")
