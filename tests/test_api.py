"""The public API: its examples run, its page is true, and it touches nothing but its arguments."""

from __future__ import annotations

import ast
import doctest
import json
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import mmctl
from mmctl import api
from mmctl.cli.main import exit_code

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "api.md"
EXAMPLE = ROOT / "examples" / "enterprise-gateway"
TODAY = date(2027, 1, 31)
BROKEN = "version: 1\nrule_sets: {inbound: {rules: [{name: a, actions: [bop]}]}}\n"
TWICE = BROKEN.replace("}]}}", "}, {name: b, actions: [zap]}]}}")
ELSEWHERE = ("mmctl.cli", "mmctl.render", "mmctl.emulator", "boto3", "botocore", "rich", "typer")


def test_the_examples_of_the_functions_run() -> None:
    found = doctest.testmod(api)
    assert found.failed == 0
    documented = [
        getattr(api, name).__doc__ for name in ("load", "lint", "judge", "judge_many", "plan")
    ]
    assert all(">>> " in doc for doc in documented)


def test_the_page_runs_and_names_every_function() -> None:
    page = PAGE.read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(block, str(PAGE), "exec"), {})  # noqa: S102 - it is our own page
    functions = {name for name in api.__all__ if name.islower()}
    assert functions == set(re.findall(r"^\| `(\w+)\(", page, re.MULTILINE))


def test_the_notebook_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = re.findall(r"```py\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "mail").mkdir()
    (tmp_path / "gateway").mkdir()
    (tmp_path / "gateway" / "rules.yaml").write_text(api.EXAMPLE["rules.yaml"])
    for number, client in enumerate(("198.51.100.7", "203.0.113.7", "198.51.100.8")):
        received = f"Received: from mx.example.org ([{client}]) by in.example.com"
        message = f"Delivered-To: b@example.com\n{received}\nSubject: hi\n\nhello\n"
        (tmp_path / "mail" / f"{number}.eml").write_text(message)
    monkeypatch.chdir(tmp_path)
    found: dict[str, list[Path]] = {}
    exec(compile(block, str(PAGE), "exec"), found)  # noqa: S102 - it is our own page
    assert found["dropped"] == [Path("mail/1.eml")]


def test_the_tests_of_the_example_run_as_a_company_runs_them(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "gateway")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path / "gateway",
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_lint_finds_what_the_command_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mmctl.yaml").write_text(
        "version: 1\nproject: acme\nrules: [rules.yaml]\ncases: []\n"
        "environments: {local: {endpoint: embedded}, other: {endpoint: embedded}}\n"
    )
    (tmp_path / "rules.yaml").write_text(TWICE)
    exit_code(["lint", "-C", str(tmp_path), "--today", TODAY.isoformat(), "--format", "json"])
    reported = [
        (each["file"], each["line"], each["check"])
        for each in json.loads(capsys.readouterr().out)["problems"]
    ]
    found = api.lint(tmp_path, today=TODAY)
    assert [(p.position.file, p.position.line, p.check) for p in found] == reported
    assert len(reported) > 1
    assert capsys.readouterr() == ("", "")


def test_lint_reports_errors_that_load_raises() -> None:
    files = {"rules.yaml": BROKEN}
    problems = api.lint(files, today=TODAY)
    with pytest.raises(api.ProblemsFound) as raised:
        api.load(files)
    assert set(raised.value.problems) <= set(problems)
    assert "bop" in raised.value.problems[0].message


def test_a_plan_between_a_project_and_itself_is_empty() -> None:
    project = api.load(EXAMPLE)
    assert api.plan(project, project).empty


def test_a_folder_that_is_not_there_is_an_error_and_not_an_exit() -> None:
    with pytest.raises(api.UsageError, match="is not a folder"):
        api.load("nowhere")


def test_many_messages_end_as_each_alone() -> None:
    project = api.load(EXAMPLE)
    messages = [path.read_bytes() for path in sorted((EXAMPLE / "cases").rglob("*.eml"))]
    recipients = ("cfo@example.com", "it@example.com")
    stated = api.Stated(envelope=api.Envelope(recipients=recipients), assume_pass=True)
    point = next(iter(project.ingress_points))
    many = api.judge_many(project, iter(messages), stated, ingress_point=point)
    alone = [api.judge(project, each, stated, ingress_point=point) for each in messages]
    assert len(messages) > 1
    assert list(many) == [each.ending.judged for each in alone]
    with pytest.raises(api.UsageError, match="there is no ingress point `nowhere`"):
        api.judge_many(project, (), ingress_point="nowhere")


def python(script: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", script]
    return subprocess.run(words, capture_output=True, text=True, check=True)


def test_neither_services_nor_the_command_line_are_imported_for_it() -> None:
    script = f"""
import sys
from datetime import date
from mmctl.api import EXAMPLE, brakes, judge, lint, load, plan
project = load(EXAMPLE)
lint(EXAMPLE, today=date(2027, 1, 31))
judge(project, b"Subject: x\\r\\n\\r\\n")
brakes(plan(project, project))
print([name for name in {ELSEWHERE!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_version_is_told_without_it() -> None:
    script = """
import sys
from mmctl.cli.main import exit_code
exit_code(["--version"])
print([name for name in sys.modules if name in {"mmctl.api", "mmctl.linting", "mmctl.live"}])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_package_itself_holds_its_version_alone() -> None:
    tree = ast.parse(Path(mmctl.__file__).read_text(encoding="utf-8"))
    _docstring, version = tree.body
    assert isinstance(version, ast.Assign)
    assert ast.unparse(version.targets[0]) == "__version__"
