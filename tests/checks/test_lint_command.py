"""`mmctl lint`, `checks` and `explain` as people call them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from mmctl.checks.catalogue import CHECKS
from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Lint = Callable[..., tuple[int, str, str]]

PROJECT = "version: 1\nproject: example\n"
RULES = """\
version: 1
rule_sets:
  inbound:
    rules:
      - name: block
        conditions: [{spf: {equals: FAIL}}]
        actions: [drop]
      - name: keep
        actions: [{archive: {to: all-mail}}]
archives:
  all-mail: {retention: ONE_YEAR}
"""
BROKEN = RULES.replace("{to: all-mail}", "{to: all-mial}")
UNDELIVERED = RULES.replace(
    "        actions: [drop]\n", "        actions: [drop, {archive: {to: all-mail}}]\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "rules").mkdir(parents=True)
    (root / "mmctl.yaml").write_text(PROJECT)
    (root / "rules" / "a.yaml").write_text(RULES)
    return root


@pytest.fixture
def lint(project: Path, capsys: pytest.CaptureFixture[str]) -> Lint:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = exit_code(["lint", "-C", str(project), *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def ids(report: str) -> list[str]:
    return [problem["check"] for problem in json.loads(report)["problems"]]


def test_the_exit_code_goes_by_the_worst_severity_that_is_asked_for(lint: Lint) -> None:
    assert lint()[0] == 0
    assert lint("--fail-on", "error")[0] == 0
    assert lint("--fail-on", "warning")[0] == 1
    assert lint("--fail-on", "info")[0] == 1


def test_problems_of_files_and_of_checks_are_in_one_report(lint: Lint, project: Path) -> None:
    (project / "rules" / "a.yaml").write_text(BROKEN)
    code, out, _ = lint("--format", "json")
    assert code == 1
    assert set(ids(out)) == {"spf-alone", "unknown-name"}


def test_an_environment_by_itself_does_not_make_ignore_comments_useless(
    lint: Lint, project: Path
) -> None:
    (project / "mmctl.yaml").write_text(
        PROJECT + "environments:\n  one: {endpoint: embedded}\n"
        '  two: {endpoint: embedded, account: "111122223333"}\n'
    )
    (project / "rules" / "a.yaml").write_text(
        RULES.replace(
            "      - name: block\n",
            "      # mmctl: ignore[spf-alone] a trial\n"
            "      - name: block\n        environments: [two]\n",
        )
    )
    for arguments in ((), ("--env", "one"), ("--env", "two")):
        assert ids(lint("--format", "json", *arguments)[1]) == []


def test_what_the_compiler_cannot_fit_is_in_the_report(lint: Lint, project: Path) -> None:
    actions = ", ".join(f'{{add_header: {{name: X-A-{n}, value: "1"}}}}' for n in range(11))
    (project / "rules" / "a.yaml").write_text(RULES.replace("[drop]", f"[{actions}]"))
    assert "capacity" in ids(lint("--format", "json")[1])


@pytest.mark.parametrize("form", ["json", "sarif", "github", "junit", "human"])
def test_every_format_is_written_when_the_command_fails_and_is_the_same_twice(
    lint: Lint, form: str
) -> None:
    first = lint("--format", form, "--fail-on", "warning")
    assert first[0] == 1
    assert "spf-alone" in first[1]
    assert lint("--format", form, "--fail-on", "warning") == first


def test_a_folder_or_file_of_the_project_narrows_the_report(lint: Lint, project: Path) -> None:
    (project / "rules" / "b.yaml").write_text(
        "version: 1\naddress_lists:\n  unused: {members: []}\n"
    )
    assert ids(lint("--format", "json")[1]) == ["spf-alone", "unused-resource"]
    assert ids(lint("--format", "json", "rules/b.yaml")[1]) == ["unused-resource"]
    assert ids(lint("--format", "json", "rules")[1]) == ["spf-alone", "unused-resource"]


def test_a_file_outside_a_project_is_linted_by_itself(lint: Lint, tmp_path: Path) -> None:
    (tmp_path / "lone.yaml").write_text(RULES)
    code, out, _ = lint(str(tmp_path / "lone.yaml"))
    assert code == 0
    assert out.startswith(f"{tmp_path}/lone.yaml:6:23: warning: ")


def test_a_file_that_the_project_does_not_read_is_linted_by_itself(
    lint: Lint, project: Path
) -> None:
    (project / "draft.yaml").write_text(UNDELIVERED)
    code, out, _ = lint("draft.yaml", "--format", "json")
    assert code == 1
    assert "actions-after-drop" in ids(out)


def test_a_file_on_stdin_is_linted(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(RULES.encode())))
    assert lint("-")[1].startswith("stdin:6:23: warning: ")


def test_stdin_that_is_no_text_is_a_usage_error(
    lint: Lint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"version: \xff")))
    code, _, err = lint("-")
    assert code == 64
    assert "`stdin` cannot be read: got the byte 0xff" in err


MANY = """\
version: 1
rule_sets:
  inbound:
    rules:
      - name: block
        conditions:
          - mail_from:
              equals:
{values}        actions: [drop]
      - name: keep
        actions: [{{archive: {{to: all-mail}}}}]
archives:
  all-mail: {{retention: ONE_YEAR}}
"""


def test_of_a_thousand_problems_a_hundred_are_shown_unless_all_are_asked_for(
    lint: Lint, project: Path
) -> None:
    values = "".join(f"                - spam{n:04}.example\n" for n in range(1_000))
    (project / "rules" / "a.yaml").write_text(MANY.format(values=values))
    code, out, _ = lint()
    assert code == 1
    assert out.count("\nrules/a.yaml:") + out.startswith("rules/a.yaml:") == 100
    assert out.endswith("errors in 1 file\n")
    assert max(map(len, out.splitlines())) < 200
    assert lint("--all")[1].count("[not-an-address]") == 1_000


def test_a_file_of_a_hundred_thousand_lines_is_read(lint: Lint, project: Path) -> None:
    (project / "rules" / "a.yaml").write_text("# why\n" * 100_000 + RULES)
    assert lint()[1].startswith("rules/a.yaml:100006:23: warning: ")


@pytest.mark.parametrize("form", ["human", "json", "sarif", "github", "junit"])
def test_a_value_of_ten_megabytes_is_not_repeated(lint: Lint, project: Path, form: str) -> None:
    value = "                - " + "x" * 10_000_000 + "\n"
    (project / "rules" / "a.yaml").write_text(MANY.format(values=value))
    code, out, _ = lint("--format", form)
    assert code == 1
    assert "10,000,000" in out
    assert out.count("x" * 5000) == 0


def test_a_path_that_is_not_there_is_a_usage_error(lint: Lint) -> None:
    code, out, err = lint("nowhere.yaml")
    assert (code, out) == (64, "")
    assert "`nowhere.yaml` does not exist" in err


def test_a_baseline_leaves_out_what_was_known(lint: Lint, project: Path, tmp_path: Path) -> None:
    report = tmp_path / "known.json"
    lint("--format", "json", "-o", str(report))
    assert lint("--baseline", str(report), "--fail-on", "info")[:2] == (0, "no problems\n")
    (project / "rules" / "a.yaml").write_text("\n\n" + UNDELIVERED)
    code, out, _ = lint("--baseline", str(report), "--format", "json")
    assert (code, ids(out)) == (1, ["actions-after-drop"])


@pytest.mark.parametrize("text", ["no json", '{"schema": "mmctl/plan@1"}', "[]", None])
def test_a_baseline_that_is_no_report_is_a_usage_error(
    lint: Lint, tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "known.json").write_text(text)
    code, _, err = lint("--baseline", str(tmp_path / "known.json"))
    assert code == 64
    assert "--format json -o" in err


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_changed_since_leaves_out_what_the_revision_has_too(lint: Lint, project: Path) -> None:
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "first")
    assert lint("--changed-since", "HEAD", "--fail-on", "info")[0] == 0
    (project / "rules" / "a.yaml").write_text(UNDELIVERED)
    assert ids(lint("--changed-since", "HEAD", "--format", "json")[1]) == ["actions-after-drop"]


def test_changed_since_knows_a_file_again_that_got_another_name(lint: Lint, project: Path) -> None:
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "first")
    git(project, "mv", "rules/a.yaml", "rules/b.yaml")
    assert lint("--changed-since", "HEAD", "--fail-on", "info")[:2] == (0, "no problems\n")
    (project / "rules" / "c.yaml").write_text("version: 1\nrelays: {a-b: {}}\n")
    found = ids(lint("--changed-since", "HEAD", "--format", "json")[1])
    assert "spf-alone" not in found
    assert "missing-key" in found


def test_changed_since_compares_a_project_in_a_folder_with_itself(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    top = project.parent
    lone = top / "lone.yaml"
    lone.write_text(RULES)
    git(top, "init", "-q")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "first")
    monkeypatch.chdir(top)
    since = ("--changed-since", "HEAD", "--fail-on", "info")
    for path in ("project", "project/rules/a.yaml", "lone.yaml"):
        assert called(capsys, "lint", path, *since)[:2] == (0, "no problems\n"), path
    (project / "rules" / "a.yaml").write_text(UNDELIVERED)
    lone.write_text(UNDELIVERED)
    for path in ("project", "project/rules/a.yaml", "lone.yaml"):
        code, out, _ = called(capsys, "lint", path, *since, "--format", "json")
        assert (code, ids(out)) == (1, ["actions-after-drop"]), path


@pytest.mark.parametrize("revision", ["no-such-branch", "--output=x"])
def test_a_revision_that_is_none_is_a_usage_error(lint: Lint, project: Path, revision: str) -> None:
    git(project, "init", "-q")
    code, _, err = lint(f"--changed-since={revision}")
    assert code == 64
    assert f"the git revision `{revision}` cannot be read" in err
    assert not (project / "x").exists()


def test_github_gets_a_job_summary(
    lint: Lint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    lint("--format", "github")
    assert "| `spf-alone` |" in page.read_text()


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = exit_code(list(arguments))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_checks_lists_every_check_in_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = called(capsys, "checks")
    assert code == 0
    assert all(f" {check.id} " in out for check in CHECKS)
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("name", ["wrong-text", "[capacity]"])
def test_explain_says_what_a_mistake_is_that_is_no_check(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, out, _ = called(capsys, "explain", name)
    assert code == 0
    assert out.startswith(f"{name.strip('[]')} (error)\n")
    assert "no comment can ignore it" in out or "it cannot be ignored" in out


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_explain_shows_the_page_of_a_check(capsys: pytest.CaptureFixture[str], check: Any) -> None:
    code, out, _ = called(capsys, "explain", check.id)
    assert code == 0
    for part in (check.id, "what it does", "why it is bad", "\nbad\n", "\ngood\n"):
        assert part in out


def test_explain_suggests_the_nearest_check(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = called(capsys, "explain", "backscater")
    assert code == 64
    assert "did you mean `backscatter`?" in err


def test_the_json_of_checks_has_their_pages(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = called(capsys, "checks", "--format", "json")
    document = json.loads(out)
    jsonschema.validate(document, {"required": ["schema", "checks"]})
    assert [item["check"] for item in document["checks"]] == [check.id for check in CHECKS]
