"""What `mmctl version --report` says can be pasted into a public page."""

from __future__ import annotations

import json
import platform
import socket
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest
from ruamel.yaml import YAML

from mmctl import __version__
from mmctl.cli.main import exit_code
from mmctl.cli.version_report import source_of

ROOT: Final = Path(__file__).parents[2]
SECRETS: Final = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE01",
    "AWS_PROFILE": "acme-production",
    "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/gateway",
    "HTTPS_PROXY": "http://ann:hunter2@proxy.acme.example:3128",
    "ACME_RELAY_PASSWORD": "hunter2",
}


def report(capsys: pytest.CaptureFixture[str], folder: Path) -> dict[str, str]:
    assert exit_code(["-C", str(folder), "version", "--report"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return dict(line.split(maxsplit=1) for line in out.splitlines())


def test_it_names_versions_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    rows = report(capsys, ROOT)
    assert rows["mmctl"] == __version__
    assert rows["Python"].endswith(platform.python_version())
    assert rows["boto3"] == metadata.version("boto3")
    assert rows["installed"].startswith("from a folder, editable, by ")
    assert rows["project"].startswith("3 environments, ")
    assert rows["project"].endswith(", 0 errors")


def test_nothing_of_the_machine_the_person_or_the_rules_is_in_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "acme-gateway"
    assert exit_code(["init", str(folder)]) == 0
    project = folder / "mmctl.yaml"
    project.write_text(project.read_text() + "\nacme_unknown: acme\n")
    capsys.readouterr()
    rows = report(capsys, folder)
    text = json.dumps(rows)
    assert {"AWS_PROFILE", "AWS_ROLE_ARN", "HTTPS_PROXY"} <= set(rows["variables"].split(", "))
    assert "1 error" in rows["project"]
    for secret in (*SECRETS.values(), "acme", "RELAY", str(tmp_path), socket.gethostname(), "/"):
        assert secret not in text


def test_a_folder_without_a_project_and_one_that_cannot_be_read_are_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert report(capsys, tmp_path)["project"] == "none here"
    (tmp_path / "mmctl.yaml").write_text("[1\n")
    assert report(capsys, tmp_path)["project"] == "cannot be read: ProblemsFound"


@pytest.mark.parametrize(
    ("noted", "said"),
    [
        (None, "from a package index"),
        ({"url": "https://git.acme.example/m", "vcs_info": {"vcs": "git"}}, "from a repository"),
        ({"url": "file:///home/ann/m.whl", "archive_info": {}}, "from a file"),
        ({"url": "https://acme.example/m.whl", "archive_info": {}}, "from an address"),
        ({"url": "file:///home/ann/m", "dir_info": {}}, "from a folder"),
        ({"url": "file:///m", "dir_info": {"editable": True}}, "from a folder, editable"),
        (["url"], "from an unknown place"),
    ],
)
def test_the_place_it_was_installed_from_is_said_by_its_kind(noted: object, said: str) -> None:
    assert source_of(None if noted is None else json.dumps(noted)) == said


def test_it_runs_where_mmctl_is_not_a_package(tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n"
        "from importlib import metadata\n"
        "def none(name):\n    raise metadata.PackageNotFoundError(name)\n"
        "metadata.distribution = none\n"
        "from mmctl.cli.main import main\nmain(['version', '--report'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "not as a package" in done.stdout


def test_the_form_for_bugs_asks_for_it() -> None:
    form = (ROOT / ".github/ISSUE_TEMPLATE/bug.yml").read_text(encoding="utf-8")
    asked = {
        field["id"]: field["attributes"].get("description", "")
        for field in YAML(typ="safe", pure=True).load(form)["body"]
        if "id" in field
    }
    assert "`mmctl version --report`" in asked["version"]
