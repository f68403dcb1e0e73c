"""Where an environment leads is compared with the base: no pull request chooses it unseen."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from mmctl.cli import main
from mmctl.cli.changes.trusted_base import (
    base_of,
    compared_with_history,
    compared_with_revision,
    revision_of,
)
from mmctl.language.parsing.load import read_text
from mmctl.live.history.entries import Doing, EntryResult, HistoryEntry
from mmctl.live.history.history import History
from mmctl.live.history.store import DirectoryStore
from mmctl.live.plan.trust import edges_of

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.language.project import Project

RULES: Final = "version: 1\narchives:\n  all-mail: {retention: ONE_YEAR}\n"
EMBEDDED: Final = '{endpoint: embedded, account: "444455556666", protected: true}'
AWS: Final = (
    '{account: "444455556666", region: us-east-1, protected: true, '
    "role_arn: 'arn:aws:iam::444455556666:role/mmctl'}"
)
CI: Final = {
    "GITHUB_BASE_REF": "main",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main",
    "BITBUCKET_PR_DESTINATION_BRANCH": "main",
    "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main",
    "CHANGE_TARGET": "main",
}


def main_file(prod: str, more: str = "") -> str:
    return f"version: 1\nproject: acme\n{more}environments:\n  prod: {prod}\n"


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    done = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, prod: str, more: str = "") -> str:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules/a.yaml").write_text(RULES)
    (folder / ".gitignore").write_text(".mmctl/\nplan.json\n")
    (folder / "mmctl.yaml").write_text(main_file(prod, more))
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "a change")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A repository with a branch main, and on top of it a pull request that changes much."""
    folder = tmp_path / "upstream"
    folder.mkdir()
    git(folder, "init", "-qb", "main")
    commit(folder, EMBEDDED)
    git(folder, "checkout", "-qb", "pr")
    commit(folder, EMBEDDED.replace("444455556666", "555566667777"), "snapshots: elsewhere\n")
    return folder


def clone(upstream: Path, *how: str) -> Path:
    folder = upstream.parent / "clone"
    git(upstream.parent, "clone", "-q", "-b", "pr", *how, upstream.as_uri(), str(folder))
    return folder


def mmctl(folder: Path, *arguments: str) -> int:
    return main.exit_code(["-C", str(folder), "--env", "prod", "--no-input", *arguments])


def plan(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert mmctl(folder, "plan", "--format", "json", *arguments) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


# What is said, and taken


@pytest.mark.parametrize("variable", CI)
def test_a_pull_request_is_compared_with_the_branch_that_it_goes_to(
    upstream: Path,
    variable: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = clone(upstream)
    monkeypatch.setenv(variable, CI[variable])
    made = plan(folder, capsys)
    assert made["account"] == "444455556666"
    assert made["trust"]["base_taken"] is True
    changes = {each["member"]: (each["before"], each["after"]) for each in made["trust"]["changes"]}
    assert changes == {
        "account": ("444455556666", "555566667777"),
        "snapshots": (".mmctl/snapshots", "elsewhere"),
    }


def test_the_default_branch_of_gitlab_counts_in_jobs_of_other_branches(
    upstream: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = clone(upstream)
    monkeypatch.setenv("CI_DEFAULT_BRANCH", "main")
    monkeypatch.setenv("CI_COMMIT_BRANCH", "main")
    assert base_of(folder, None) is None
    monkeypatch.setenv("CI_COMMIT_BRANCH", "pr")
    base = base_of(folder, None)
    assert base is not None
    assert base.name == "main"


def test_it_is_said_before_all_edits(upstream: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mmctl(upstream, "plan", "--base", "main") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:6] == [
        "! the target differs from main:",
        "!   account: 444455556666 → 555566667777",
        "!   snapshots: .mmctl/snapshots → elsewhere",
        "!   values of main are used; to use those of the files: --force trust",
    ]
    assert mmctl(upstream, "plan", "--base", "main", "--format", "markdown") == 0
    text = capsys.readouterr().out
    assert text.index("the target differs from main") < text.index("Account 444455556666")


def test_an_apply_goes_where_the_base_says_unless_that_is_forced(
    upstream: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = str(upstream / "plan.json")
    base = ("--base", "main")
    assert mmctl(upstream, "plan", "--save", saved, *base) == 0
    assert mmctl(upstream, "apply", saved, "--yes", "--force", "trust", *base) == 3
    assert "plan was made for account `444455556666`" in capsys.readouterr().err
    assert mmctl(upstream, "apply", saved, "--yes", *base) == 0
    assert (upstream / ".mmctl/snapshots/444455556666-us-east-1-acme").is_dir()
    assert not (upstream / "elsewhere").exists()
    assert mmctl(upstream, "plan", "--save", saved, "--force", "trust", *base) == 0
    assert "!   values of the files are used" in capsys.readouterr().out
    assert mmctl(upstream, "apply", saved, "--yes", "--force", "trust", *base) == 0
    (store,) = (upstream / "elsewhere").iterdir()
    assert store.name == "555566667777-us-east-1-acme"
    (entry,) = History(DirectoryStore(store)).entries()
    assert entry.forced == ("trust",)
    assert entry.revision == git(upstream, "rev-parse", "HEAD")
    assert entry.edges["account"] == "555566667777"


@pytest.mark.parametrize(
    "unprotected",
    [
        "{endpoint: embedded, account: '444455556666'}",
        "{endpoint: embedded, account: '444455556666', protected: false}",
    ],
)
def test_a_pull_request_does_not_take_the_protection_away(
    upstream: Path, unprotected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(upstream, unprotected)
    assert mmctl(upstream, "apply", "--yes", "--base", "main") == 3
    assert "environment prod is protected" in capsys.readouterr().err


def test_another_name_for_the_same_place_is_protected_too(
    upstream: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without `--env` the default environment counts, which a file names as well."""
    more = "default_environment: other\n"
    other = EMBEDDED.replace(", protected: true", "")
    commit(upstream, f"{EMBEDDED}\n  other: {other}", more)
    assert main.exit_code(["-C", str(upstream), "apply", "--yes", "--base", "main"]) == 3
    assert "environment other is protected" in capsys.readouterr().err


def test_an_environment_that_is_not_protected_goes_where_its_files_say_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "init", "-qb", "main")
    commit(tmp_path, "{endpoint: embedded}")
    commit(tmp_path, "{endpoint: embedded, account: '555566667777'}")
    made = plan(tmp_path, capsys, "--base", "HEAD~1")
    assert made["account"] == "555566667777"
    assert made["trust"]["base_taken"] is False
    assert mmctl(tmp_path, "apply", "--yes", "--base", "HEAD~1") == 0


# A base that cannot be read


def test_a_base_that_is_not_there_holds_the_apply_and_is_fetched_by_the_command_that_is_named(
    upstream: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = clone(upstream, "--depth", "1")
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    trust = plan(folder, capsys, "--save", str(folder / "plan.json"))["trust"]
    assert trust["held"] == "the base `main` cannot be read (it is not in this clone)"
    assert mmctl(folder, "apply", "plan.json", "--yes") == 64
    assert mmctl(folder, "apply", str(folder / "plan.json"), "--yes") == 3
    said = capsys.readouterr().err
    assert "refused: trust: environment prod: the base `main` cannot be read" in said
    assert "--force trust" in said
    assert trust["fetch"] in said
    assert trust["fetch"].startswith("git fetch --depth=1 origin main")
    subprocess.run(trust["fetch"], shell=True, check=True, cwd=folder, capture_output=True)  # noqa: S602 - what a person would type
    trust = plan(folder, capsys)["trust"]
    assert (trust["held"], trust["base"], trust["base_taken"]) == (None, "main", True)


def test_a_tag_with_the_name_of_the_branch_is_not_the_base(upstream: Path) -> None:
    folder = clone(upstream)
    git(folder, "tag", "origin/main", "HEAD")
    git(folder, "tag", "main", "HEAD")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_BASE_REF", "main")
        base = base_of(folder, None)
    assert base is not None
    assert base.settings is not None
    assert base.settings.environments["prod"].account == "444455556666"


@pytest.mark.parametrize("name", ["--upload-pack=touch x", "main; touch x", "$(touch x)", "a b"])
def test_a_strange_name_of_a_base_is_data(upstream: Path, name: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_BASE_REF", name)
        base = base_of(upstream, None)
    assert base is not None
    assert base.unreadable is not None
    assert base.fetch is None
    assert not (upstream / "x").exists()


def test_a_base_with_a_broken_project_file_cannot_be_compared_with(upstream: Path) -> None:
    (upstream / "mmctl.yaml").write_text("version: 1\nproject: [", encoding="utf-8")
    git(upstream, "commit", "-qam", "a slip")
    base = base_of(upstream, "HEAD")
    assert base is not None
    assert base.settings is None
    assert base.unreadable == "the base `HEAD` cannot be used: `mmctl.yaml` cannot be used"


def test_a_project_below_the_top_of_its_repository_is_compared_with_itself(tmp_path: Path) -> None:
    git(tmp_path, "init", "-qb", "main")
    (tmp_path / "mmctl.yaml").write_text(main_file("{account: '111122223333'}"))
    folder = tmp_path / "gateway"
    folder.mkdir()
    commit(folder, AWS)
    base = base_of(folder, "HEAD")
    assert base is not None
    assert base.settings is not None
    assert base.settings.environments["prod"].account == "444455556666"


def test_a_folder_that_looks_like_a_repository_is_no_base(tmp_path: Path) -> None:
    """Its files are those of the pull request, its branches and its settings too."""
    git(tmp_path, "init", "-qb", "main")
    folder = tmp_path / "gateway"
    folder.mkdir()
    commit(folder, AWS)
    git(folder, "init", "-q", "--bare", str(folder))
    git(tmp_path, "push", "-q", str(folder), "main:refs/remotes/origin/main")
    (folder / "config").write_text(
        f"[core]\n\tbare = false\n\tworktree = {folder}\n\tfsmonitor = touch {folder}/ran\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_BASE_REF", "main")
        base = base_of(folder, None)
    assert base is not None
    assert base.unreadable is not None
    assert revision_of(folder) is None
    assert not (folder / "ran").exists()


def test_an_environment_that_the_base_does_not_have_is_held(tmp_path: Path) -> None:
    git(tmp_path, "init", "-qb", "main")
    commit(tmp_path, "{endpoint: embedded}")
    base = base_of(tmp_path, "main")
    assert base is not None
    new = read(AWS.replace("role/mmctl", "role/other"), name="production")
    _, found = compared_with_revision(new, base, forced=False)
    assert found.held == "`main` has no environment `production`"
    assert {shift.member for shift in found.shifts} >= {"account", "role_arn"}


# Without a base: what the last apply noted


def read(prod: str, more: str = "", name: str = "prod") -> Project:
    text = main_file(prod, more).replace("  prod:", f"  {name}:")
    project, problems = read_text({"mmctl.yaml": text, "rules/a.yaml": RULES})
    assert problems == ()
    return project


def noted(project: Project, tmp_path: Path, **more: Any) -> History:
    history = History(DirectoryStore(tmp_path / "store"))
    entry = HistoryEntry(
        id="0001-20261120T090000Z",
        kind=Doing.APPLY,
        at="2026-11-20T09:00:00Z",
        who="somebody",
        environment="prod",
        account="444455556666",
        region="us-east-1",
        digest_before="0" * 64,
        digest_after="1" * 64,
        result=EntryResult.DONE,
        state_before="0001-20261120T090000Z",
        summary={},
        revision="a" * 40,
        edges=edges_of(project.settings, project.environment),
    )
    history.end(replace(entry, **more), more.get("result", EntryResult.DONE))
    return history


def test_a_first_apply_of_a_protected_environment_has_nothing_to_compare_with(
    tmp_path: Path,
) -> None:
    history = History(DirectoryStore(tmp_path / "store"))
    _, found = compared_with_history(read(AWS), history, forced=False)
    assert found.held == "no apply has recorded its target yet"
    for harmless in (EMBEDDED, AWS.replace("protected: true, ", "")):
        _, found = compared_with_history(read(harmless), history, forced=False)
        assert found.silent


@pytest.mark.parametrize(
    ("change", "member"),
    [
        (("role/mmctl", "role/other"), "role_arn"),
        (("region: us-east-1", "region: eu-west-1"), "region"),
        (("protected: true", "protected: true, profile: other"), "profile"),
        (("protected: true", "protected: true, snapshots: s3://other/x"), "snapshots"),
        (
            (
                "protected: true",
                "protected: true, endpoint: 'https://mail-manager.eu-west-1.amazonaws.com'",
            ),
            "endpoint",
        ),
        (("protected: true, ", ""), "protected"),
    ],
)
def test_each_edge_is_compared_and_taken_from_what_was_applied(
    tmp_path: Path, change: tuple[str, str], member: str
) -> None:
    before = read(AWS)
    history = noted(before, tmp_path)
    after = read(AWS.replace(*change))
    taken, found = compared_with_history(after, history, forced=False)
    assert [shift.member for shift in found.shifts] == [member]
    assert found.base == "0001-20261120T090000Z (revision aaaaaaaaaaaa)"
    assert found.base_taken
    assert edges_of(taken.settings, taken.environment) == edges_of(
        before.settings, before.environment
    )
    forced, found = compared_with_history(after, history, forced=True)
    assert not found.base_taken
    assert len(found.shifts) == 1
    assert forced.environment.protected
    same, found = compared_with_history(before, history, forced=False)
    assert found.silent
    assert same == before


def test_another_name_of_the_project_is_another_store(tmp_path: Path) -> None:
    history = noted(read(AWS), tmp_path)
    project = read(AWS)
    renamed = replace(project, settings=replace(project.settings, project="other"))
    taken, found = compared_with_history(renamed, history, forced=False)
    assert [shift.text for shift in found.shifts] == ["project: acme → other"]
    assert taken.settings.project == "acme"


def test_a_new_name_of_an_environment_does_not_take_the_protection_away(tmp_path: Path) -> None:
    history = noted(read(AWS), tmp_path)
    harmless = AWS.replace("protected: true, ", "")
    project, found = compared_with_history(read(harmless, name="live"), history, forced=False)
    assert project.environment.protected
    assert found.held == "no apply has recorded its target yet"
    history = noted(read(harmless), tmp_path)
    project, found = compared_with_history(read(harmless, name="live"), history, forced=False)
    assert not project.environment.protected
    assert found.silent


def test_an_environment_of_its_own_beside_a_protected_one_is_as_it_was(tmp_path: Path) -> None:
    harmless = AWS.replace("protected: true, ", "")
    noted(read(AWS), tmp_path)
    other = {"id": "0002-20261120T090000Z", "environment": "dev"}
    history = noted(read(harmless, name="dev"), tmp_path, **other)
    project, found = compared_with_history(read(harmless, name="dev"), history, forced=False)
    assert not project.environment.protected
    assert found.silent


def test_an_apply_that_wrote_nothing_and_one_of_another_environment_are_no_base(
    tmp_path: Path,
) -> None:
    unfit: list[dict[str, Any]] = [
        {"result": EntryResult.NOTHING},
        {"environment": "staging"},
        {"edges": {}},
    ]
    for more in unfit:
        history = noted(read(AWS), tmp_path, **more)
        _, found = compared_with_history(read(AWS), history, forced=False)
        assert found.held is not None


def test_files_outside_version_control_have_no_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert revision_of(tmp_path) is None
    monkeypatch.setenv("GITHUB_SHA", "b" * 40)
    assert revision_of(tmp_path) == "b" * 40


def test_files_that_differ_from_their_revision_are_noted_as_such(upstream: Path) -> None:
    head = git(upstream, "rev-parse", "HEAD")
    assert revision_of(upstream) == head
    (upstream / "mmctl.yaml").write_text(main_file(AWS))
    assert revision_of(upstream) == f"{head}-dirty"
