"""The hooks of pre-commit and the GitHub Action do what they say: their commands are run here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML

from mmctl import __version__

ROOT: Final = Path(__file__).parents[1]
GATEWAY: Final = ROOT / "tests" / "cli" / "gateway"
BIN: Final = Path(sys.executable).parent


def read(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((ROOT / name).read_text(encoding="utf-8"))


HOOKS: Final = {hook["id"]: hook for hook in read(".pre-commit-hooks.yaml")}
ACTION: Final = read("action.yml")
STEPS: Final = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    folder = tmp_path / "gateway"
    shutil.copytree(GATEWAY, folder)
    claim, reason = (
        "      - mail_from: {in",
        "# mmctl: ignore[forgeable-exception] a partner signs late",
    )
    edit(folder / "rules" / "rules.yaml", claim, f"      {reason}\n{claim}")
    run(["mmctl", "fmt"], folder)
    return folder


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def hook(name: str, folder: Path) -> tuple[int, bool]:
    """The exit code of a hook, and whether it changed files, which pre-commit takes for failed."""
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    code = run(HOOKS[name]["entry"].split(), folder).returncode
    return code, before != {path: path.read_bytes() for path in folder.rglob("*.yaml")}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_there_are_three_hooks_that_look_at_the_whole_project() -> None:
    assert set(HOOKS) == {"mmctl-lint", "mmctl-fmt", "mmctl-cases"}
    assert not any(each["pass_filenames"] for each in HOOKS.values())


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_a_hook_passes_where_nothing_is_wrong(name: str, gateway: Path) -> None:
    assert hook(name, gateway) == (0, False)


def test_the_lint_hook_fails_at_a_problem(gateway: Path) -> None:
    edit(gateway / "rules" / "gateway.yaml", "relay: {to: exchange", "relay: {to: exchang")
    assert hook("mmctl-lint", gateway) == (1, False)


def test_the_fmt_hook_changes_the_file(gateway: Path) -> None:
    edit(gateway / "rules" / "gateway.yaml", "version: 1", "version:    1")
    assert hook("mmctl-fmt", gateway) == (0, True)


def test_the_cases_hook_fails_at_a_failed_case(gateway: Path) -> None:
    edit(gateway / "cases" / "cases.yaml", "outcome: dropped", "outcome: bounced")
    assert hook("mmctl-cases", gateway) == (1, False)


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_a_hook_is_called_for_the_files_that_matter(name: str) -> None:
    pattern = re.compile(HOOKS[name]["files"])
    assert pattern.search("rules/gateway.yaml")
    assert not pattern.search("README.md")
    assert bool(pattern.search("cases/messages/a.eml")) == (name == "mmctl-cases")


def step(
    name: str, folder: Path, summary: Path, *runner: dict[str, str], **inputs: str
) -> tuple[int, str]:
    """The exit code and output of a step of the action, run as GitHub runs it."""
    given = {key: each["default"] for key, each in ACTION["inputs"].items()} | inputs

    def value(found: re.Match[str]) -> str:
        known = {f"inputs.{key}": text for key, text in given.items()} | {"github.token": "t0ken"}
        return str({**known, "github.action_path": ROOT}[found[1]])

    variables = {
        key: re.sub(r"\$\{\{ (\S+) \}\}", value, text) for key, text in STEPS[name]["env"].items()
    }
    assert "${{" not in STEPS[name]["run"], "inputs reach the shell as variables alone"
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]]
    variables |= {"GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(summary.parent)}
    for more in runner:
        variables |= more
    done = run(command, folder, **variables)
    return done.returncode, done.stdout + done.stderr


def test_the_action_annotates_lines_of_the_repository_and_writes_a_summary(
    gateway: Path, tmp_path: Path
) -> None:
    edit(gateway / "rules" / "gateway.yaml", "relay: {to: exchange", "relay: {to: exchang")
    code, out = step("Lint", tmp_path, tmp_path / "summary.md", directory="gateway")
    assert code == 1
    assert "::error file=gateway/rules/gateway.yaml,line=" in out
    assert "| `unknown-name` |" in (tmp_path / "summary.md").read_text()


def test_the_action_installs_with_no_pip_of_the_checkout(tmp_path: Path) -> None:
    (tmp_path / "pip.py").write_text("open('RAN', 'w').close()\n", encoding="utf-8")
    step("Install mmctl", tmp_path, tmp_path / "summary.md", {"SOURCE": "./nothing"})
    assert not (tmp_path / "RAN").exists()


@pytest.mark.parametrize("environment", ["", "local"])
def test_the_action_passes_where_nothing_is_wrong(
    gateway: Path, tmp_path: Path, environment: str
) -> None:
    summary = tmp_path / "summary.md"
    for name in ("Lint", "Run the test cases"):
        assert step(name, gateway, summary, environment=environment)[0] == 0
    text = summary.read_text()
    assert "### mmctl lint\n\nno problems" in text
    assert "### mmctl simulate" in text


def test_the_action_fails_at_a_failed_case(gateway: Path, tmp_path: Path) -> None:
    edit(gateway / "cases" / "cases.yaml", "outcome: dropped", "outcome: bounced")
    code, out = step("Run the test cases", gateway, tmp_path / "summary.md")
    assert code == 1
    assert "::error file=cases/cases.yaml,line=" in out
    assert "| `` outcome: bounced" in (tmp_path / "summary.md").read_text()


def test_the_action_takes_odd_folder_names_as_they_are(gateway: Path, tmp_path: Path) -> None:
    odd = tmp_path / 'a "b" $(touch c) d'
    gateway.rename(odd)
    summary = tmp_path / "summary.md"
    for name in ("Lint", "Run the test cases"):
        assert step(name, tmp_path, summary, directory=odd.name)[0] == 0
    assert not (tmp_path / "c").exists()


def test_the_action_writes_sarif_for_code_scanning_where_it_is_asked_to(
    gateway: Path, tmp_path: Path
) -> None:
    edit(gateway / "rules" / "gateway.yaml", "relay: {to: exchange", "relay: {to: exchang")
    asked = {"directory": "gateway", "sarif": "a report.sarif"}
    code, out = step("Lint", tmp_path, tmp_path / "summary.md", **asked)
    assert code == 1
    assert out.count("::error ") == 1
    (result,) = json.loads((tmp_path / "a report.sarif").read_text())["runs"][0]["results"]
    at = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (result["ruleId"], at) == ("unknown-name", "gateway/rules/gateway.yaml")


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1)])
def test_the_action_fails_at_the_severity_that_is_asked_for(
    gateway: Path, tmp_path: Path, fail_on: str, code: int
) -> None:
    (gateway / "rules" / "old.yaml").write_text(
        "version: 1\nrelays:\n  old: {server: old.example.com, port: 25, authentication: none}\n"
    )
    asked = {"fail-on": fail_on, "sarif": "report.sarif"}
    done = step("Lint", gateway, tmp_path / "summary.md", **asked)
    assert (done[0], done[1].count("::warning ")) == (code, 1)
    assert (gateway / "report.sarif").is_file()


def test_a_folder_that_is_not_there_fails_the_action_with_its_name(tmp_path: Path) -> None:
    asked = {"directory": "gatway", "sarif": "report.sarif"}
    code, out = step("Lint", tmp_path, tmp_path / "summary.md", **asked)
    assert code == 64
    assert "`gatway` does not exist" in out


def test_the_action_installs_the_command_of_this_repository(tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    # What the package needs is found beside the tests; nothing is downloaded.
    variables = {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "SOURCE": str(ROOT),
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # which means: none
    }
    subprocess.run(["bash", "-c", STEPS["Install mmctl"]["run"]], env=variables, check=True)
    done = subprocess.run(
        [python.parent / "mmctl", "--version"],
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"mmctl {__version__}: ")


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_a_hook_looks_at_a_project_in_a_folder(name: str, gateway: Path, tmp_path: Path) -> None:
    command = [*HOOKS[name]["entry"].split(), "-C", gateway.name]
    assert run(command, tmp_path).returncode == 0


def taken_as_commands(out: str) -> list[str]:
    """The lines of a step that GitHub takes for commands, as its runner reads them."""
    token, taken = None, []
    for line in out.splitlines():
        text = line.lstrip()
        if token is not None:
            token = None if text == f"::{token}::" else token
        elif text.startswith("::stop-commands::"):
            token = text.removeprefix("::stop-commands::")
        elif text.startswith("::") or "##[" in text:
            taken.append(text)
    return taken


def test_nothing_that_a_file_holds_is_a_command_for_the_runner(
    gateway: Path, tmp_path: Path
) -> None:
    cases = gateway / "cases" / "cases.yaml"
    edit(cases, "a lookalike is dropped, but not from a partner", "'::add-mask::a'")
    edit(cases, "a blocked network is dropped", "'##[error]FORGED'")
    edit(cases, "outcome: dropped", "outcome: bounced")
    edit(gateway / "rules" / "gateway.yaml", "relay: {to: exchange", 'relay: {to: "::error::x"')
    for name in ("Lint", "Run the test cases"):
        code, out = step(name, gateway, tmp_path / "summary.md")
        assert code == 1
        for line in taken_as_commands(out):
            assert line.startswith(("::error file=", "::warning file=", "::notice file=")), line


@pytest.mark.parametrize("code", [0, 3])
def test_what_is_printed_between_the_markers_is_no_command(tmp_path: Path, code: int) -> None:
    said = f"printf '::error::no\\n ##[group]\\nend'; exit {code}"
    done = run([str(ROOT / "action" / "between.sh"), "bash", "-c", said], tmp_path)
    again = run([str(ROOT / "action" / "between.sh"), "true"], tmp_path)
    assert done.returncode == code
    assert taken_as_commands(done.stdout) == []
    assert taken_as_commands(done.stdout + "::error::mine") == ["::error::mine"]
    assert done.stdout.splitlines()[0] != again.stdout.splitlines()[0]


GH: Final = """#!/usr/bin/env python3
import json, pathlib, subprocess, sys
kept, (_, *words) = pathlib.Path("comments.json"), sys.argv
comments = json.loads(kept.read_text()) if kept.exists() else []
if "--jq" in words:
    query = words[words.index("--jq") + 1]
    sys.exit(subprocess.run(["jq", "-r", query], input=json.dumps(comments), text=True).returncode)
body = pathlib.Path(words[-1].removeprefix("body=@")).read_text()
if "POST" in words:
    comments.append({"id": len(comments) + 1, "user": {"type": "Bot"}, "body": body})
else:
    comments[int(words[words.index("PATCH") + 1].rpartition("/")[2]) - 1]["body"] = body
kept.write_text(json.dumps(comments))
"""
"""What the script needs of `gh api`: it lists, makes and changes comments."""


@pytest.mark.skipif(shutil.which("jq") is None, reason="the runners of GitHub have jq")
def test_the_action_has_one_comment_which_it_updates(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "event.json").write_text('{"pull_request": {"number": 7}}')
    (tmp_path / "comments.json").write_text(
        '[{"id": 1, "user": {"type": "User"}, "body": "<!-- mmctl"}]'
    )
    runner = {
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_REPOSITORY": "acme/gateway",
        "PATH": f"{tmp_path}:{BIN}:{os.environ['PATH']}",
    }
    for text, directory in (("first", "a"), ("second", "a"), ("other", "b"), ("x" * 70_000, "a")):
        (tmp_path / "mmctl-plan.md").write_text(f"### {text}\n")
        done = run(
            [str(ROOT / "action" / "comment.sh"), directory, "mmctl-plan.md"], tmp_path, **runner
        )
        assert done.returncode == 0, done.stderr
    _, first, other = json.loads((tmp_path / "comments.json").read_text())
    assert first["body"].startswith("<!-- mmctl ")
    assert first["body"].endswith("xxx\n\nThe rest is in the summary of the job.\n")
    assert len(first["body"]) < 65_536
    assert other["body"].endswith("### other\n")


def test_the_action_compares_a_branch_with_where_it_goes(gateway: Path, tmp_path: Path) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-qm", "base"]):
        assert run(["git", *words], gateway).returncode == 0
    clone = tmp_path / "clone"
    assert run(["git", "clone", "-q", str(gateway), str(clone)], tmp_path).returncode == 0
    edit(clone / "rules" / "rules.yaml", "192.0.2.0/24", "192.0.2.0/25")
    summary = tmp_path / "summary.md"
    code, out = step("Show what changes", clone, summary, {"GITHUB_BASE_REF": "main"})
    assert code == 0, out
    row = '`source_ip cidr_matches: + "192.0.2.0/25" - "192.0.2.0/24"`'
    assert row in summary.read_text()
    assert "archive-all" not in summary.read_text()


def test_a_plan_on_a_fresh_runner_is_not_shown_as_everything_new(
    gateway: Path, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    code, out = step("Show what changes", gateway, summary, plan="true")
    assert code == 0, out
    assert "**not compared**" in summary.read_text()
    assert "archive-all" not in summary.read_text()


TEMPLATE: Final = """\
Resources:
  Inbound:
    Type: AWS::SES::MailManagerRuleSet
    Properties:
      RuleSetName: inbound
      Rules:
        - Name: winner
          Conditions:
            - StringExpression:
                Evaluate: {Attribute: SUBJECT}
                Operator: CONTAINS
                Values: [winner]
          Actions: [{Drop: {}}]
        - Name: keep
          Actions: [{Archive: {TargetArchive: all-mail-id}}]
"""
RELAY: Final = {
    "Resources": {
        "Exchange": {
            "Type": "AWS::SES::MailManagerRelay",
            "Properties": {
                "RelayName": "exchange",
                "ServerName": "mail.example.com",
                "ServerPort": 25,
                "Authentication": {"NoAuthentication": {}},
            },
        }
    }
}
CASES: Final = """\
version: 1
cases:
  - name: a winner is dropped
    message: {from: a@example.org, to: b@example.com, subject: a winner, body: Hello}
    session: {source_ip: 192.0.2.1, helo: mail.example.org, tls: TLS1_3}
    envelope: {mail_from: a@example.org, recipients: [b@example.com]}
    expect:
      b@example.com: {outcome: dropped, by: winner}
"""


@pytest.mark.parametrize("directory", [".", "mail rules"])
def test_the_action_looks_at_rules_that_stay_in_a_template(directory: str, tmp_path: Path) -> None:
    top = tmp_path / "repository"
    folder = top / directory
    for name, text in (("infra/my template.yaml", TEMPLATE), ("cases/cases.yaml", CASES)):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text, encoding="utf-8")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-qm", "base"]):
        assert run(["git", *words], top).returncode == 0
    clone = tmp_path / "clone"
    assert run(["git", "clone", "-q", str(top), str(clone)], tmp_path).returncode == 0
    summary = tmp_path / "summary.md"
    asked = {"directory": directory, "rules": "infra/my template.yaml\nnew.json\n"}
    (clone / directory / "new.json").write_text(json.dumps(RELAY), encoding="utf-8")
    for name in ("Lint", "Run the test cases"):
        code, out = step(name, clone, summary, **asked | {"rules": "infra/my template.yaml"})
        assert code == 0, out
    edit(clone / directory / "infra" / "my template.yaml", "[winner]", '["winner.*prize"]')
    code, out = step("Lint", clone, summary, **asked, **{"fail-on": "warning"})
    below = "" if directory == "." else f"{directory}/"
    shown = f"::warning file={below}infra/my template.yaml,line=12,"
    assert (code, shown in out) == (1, True), out
    code, out = step("Run the test cases", clone, summary, **asked)
    assert (code, f"::error file={below}cases/cases.yaml" in out) == (1, True), out
    code, out = step("Show what changes", clone, summary, {"GITHUB_BASE_REF": "main"}, **asked)
    assert code == 0, out
    assert '`subject contains: + "winner.*prize" - "winner"`' in summary.read_text()


def test_the_action_gives_parameters_of_a_template_their_values(tmp_path: Path) -> None:
    head, resources = TEMPLATE.split("Resources:", 1)
    with_word = f"{head}Parameters: {{Word: {{Type: String}}}}\nResources:{resources}"
    template = with_word.replace("[winner]", "[!Ref Word]")
    for name, text in (("template.yaml", template), ("cases/cases.yaml", CASES)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    summary = tmp_path / "summary.md"
    for values, ends in (("Word=winner\n", 0), ("Word=of a $(prize)\n", 1), ("", 1)):
        asked = {"directory": ".", "rules": "template.yaml", "parameters": values}
        code, out = step("Lint", tmp_path, summary, **asked)
        assert code == 0, out
        code, out = step("Run the test cases", tmp_path, summary, **asked)
        assert code == ends, out
