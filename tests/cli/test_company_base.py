"""Company rules are read from the base of a change: what it removes or loosens still counts."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest

from mmctl.cli import main
from mmctl.cli.remembered import remembered
from mmctl.cli.target_branch import TARGET_BRANCHES

if TYPE_CHECKING:
    from pathlib import Path

HEAD: Final = "version: 1\nproject: acme\nrules: [rules/*.yaml]\n"
FORBIDDEN: Final = (
    "lint:\n  forbid:\n    - {id: no-drop-by-ops, when: {action: drop, owner: ops}, message: no}\n"
)
RULES: Final = """\
version: 1
rule_sets:
  inbound:
    rules:
      - name: block
        owner: security
        ticket: SEC-1
        conditions: [{mail_from: {ends_with: "@spam.example"}}]
        actions: [drop]
      - name: keep
        actions: [{archive: {to: all-mail}}]
archives:
  all-mail: {retention: ONE_YEAR}
"""
BROKEN: Final = RULES.replace("owner: security", "owner: ops")


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*command, *arguments], check=True, capture_output=True)


def commit(folder: Path, settings: str, rules: str) -> None:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules/gateway.yaml").write_text(rules)
    (folder / "mmctl.yaml").write_text(HEAD + settings)
    (folder / ".gitignore").write_text(".mmctl/\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "a change")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository whose branch main forbids something, as a pull request sees it."""
    upstream, folder = tmp_path / "upstream", tmp_path / "clone"
    upstream.mkdir()
    git(upstream, "init", "-qb", "main")
    commit(upstream, FORBIDDEN, RULES)
    git(tmp_path, "clone", "-q", upstream.as_uri(), str(folder))
    git(folder, "checkout", "-qb", "change")
    return folder


def run(folder: Path, *words: str) -> int:
    return main.exit_code([words[0], "-C", str(folder), "--no-input", *words[1:]])


def linted(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[tuple[str, str]]:
    capsys.readouterr()
    run(folder, "lint", "--format", "json", *words)
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return [(each["check"], each["severity"]) for each in document["problems"]]


REMOVED: Final = ("company-rule-loosened", "warning")
BREACH: Final = ("no-drop-by-ops", "error")
LOOSENED: Final = {
    "removed": "",
    "the section is empty": "lint: {forbid: []}\n",
    "another owner": FORBIDDEN.replace("ops", "audit", 1).replace("owner: ops", "owner: audit"),
    "only a hint": FORBIDDEN.replace("message", "severity: info, message"),
    "not for this rule": FORBIDDEN.replace("owner: ops", "owner: ops, name: {not: block}"),
    "required instead": FORBIDDEN.replace("forbid", "require").replace(
        "message", "then: {owner: ops}, message"
    ),
    "about other things": "lint:\n  forbid:\n    - {id: no-drop-by-ops, relays: {}, message: no}\n",
    "under another id": FORBIDDEN.replace("no-drop-by-ops", "no-drop", 1).replace(
        "owner: ops", "owner: audit"
    ),
}


def test_a_change_that_loosens_a_rule_and_breaks_it_is_judged_by_its_base(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {}
    for what, settings in LOOSENED.items():
        commit(project, settings, BROKEN.replace("SEC-1", what))
        found = linted(project, capsys, "--base", "origin/main")
        planned = run(project, "plan", "--base", "origin/main")
        said = capsys.readouterr().err
        alone = [each for each in linted(project, capsys) if each[1] == "error"]
        right = found[:1] == [REMOVED] and BREACH in found and planned == 1 and alone == []
        if not right or "[no-drop-by-ops]" not in said or "of `origin/main`" not in said:
            wrong[what] = (found, planned, said, alone)
    assert wrong == {}


def test_what_is_loosened_and_not_broken_is_told_first_and_does_not_stop_the_plan(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project, "", RULES)
    assert linted(project, capsys, "--base", "origin/main") == [REMOVED]
    assert run(project, "lint", "--base", "origin/main") == 0
    assert run(project, "lint", "--base", "origin/main", "--fail-on", "warning") == 1
    capsys.readouterr()
    assert run(project, "plan", "--base", "origin/main") == 0
    assert capsys.readouterr().out.splitlines()[2:5] == [
        "! less is demanded of rules than in origin/main, which was judged by all the same:",
        "!   the company rule `no-drop-by-ops` is removed: no",
        "+ rule set inbound                                          rules/gateway.yaml:3",
    ]
    saved = str(project / "plan.json")
    assert run(project, "plan", "--base", "origin/main", "--save", saved) == 0
    capsys.readouterr()
    assert run(project, "apply", saved, "--yes") == 0
    assert "the company rule `no-drop-by-ops` is removed" in capsys.readouterr().out


def test_what_a_change_demands_in_addition_counts_in_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = FORBIDDEN + "    - {id: no-archive, when: {action: archive}, message: no}\n"
    commit(project, more.replace("owner: ops", "owner: [ops, security]"), RULES)
    found = linted(project, capsys, "--base", "origin/main")
    assert sorted(found) == [("no-archive", "error"), BREACH]


def test_the_branch_that_a_server_names_is_the_base(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project, "", BROKEN)
    for variable in TARGET_BRANCHES:
        assert BREACH not in linted(project, capsys)
        with monkeypatch.context() as patch:
            patch.setenv(variable, "main")
            assert linted(project, capsys)[:1] == [REMOVED]
            assert BREACH in linted(project, capsys)
            assert BREACH in linted(project, capsys, str(project / "rules"))
            assert run(project, "plan") == 1


def test_an_answer_without_a_base_is_not_given_again_where_there_is_one(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commit(project, "", BROKEN)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(project)
    for _ in range(2):
        assert main.exit_code(["lint"]) == 0
        assert run(project, "plan") == 0
    assert remembered(["lint"]) is not None
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert remembered(["lint"]) is None
    assert main.exit_code(["lint"]) == 1
    assert run(project, "plan") == 1
    capsys.readouterr()


def test_a_base_that_cannot_be_read_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project, "", BROKEN)
    assert run(project, "lint", "--base", "no-such") == 64
    assert "the base `no-such` cannot be read" in capsys.readouterr().err
    monkeypatch.setenv("GITHUB_BASE_REF", "gone")
    assert run(project, "lint") == 0
    said = capsys.readouterr().err
    assert "warning: the base `gone` cannot be read" in said
    assert "git fetch --depth=1 origin gone" in said


def test_whoever_forces_the_files_over_the_base_forces_their_company_rules_too(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project, "", BROKEN)
    assert run(project, "plan", "--base", "origin/main", "--force", "trust") == 0
    assert run(project, "plan", "--base", "origin/main", "--force", "lint") == 0
    assert run(project, "plan", "--base", "origin/main") == 1
    capsys.readouterr()


def test_a_change_without_a_project_file_is_judged_by_its_base(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "rules/gateway.yaml").write_text(BROKEN)
    (project / "mmctl.yaml").unlink()
    found = linted(project, capsys, "--base", "origin/main")
    assert found[:1] == [REMOVED]
    assert BREACH in found


def test_a_project_that_the_base_has_elsewhere_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "moved").mkdir()
    git(project, "mv", "mmctl.yaml", "rules", "moved")
    (project / "moved/mmctl.yaml").write_text(HEAD)
    assert run(project / "moved", "lint", "--base", "origin/main") == 0
    said = "warning: `origin/main` has no `mmctl.yaml` here: only the company rules of the files"
    assert said in capsys.readouterr().err
