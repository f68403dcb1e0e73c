"""init, fmt, import and schema from the outside: files, streams and exit codes."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from mmctl.cli import main
from mmctl.language.formatting.format import formatted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMMANDS = (
    ("init", "Write", "init:init"),
    ("fmt", "Write", "fmt:fmt"),
    ("import", "Write", "import_:import_"),
    ("schema", "More", "schema:schema"),
    ("lint", "Test", "lint:lint"),
    ("simulate", "Test", "simulate:simulate"),
    ("plan", "Change", "plan:plan"),
)

UNTIDY = "rules:\n- actions: [ drop ]  # why\n  name: a\nversion: 1\n"
TIDY = "version: 1\nrules:\n  - name: a\n    actions: [drop]  # why\n"
ARCHIVE = {"ArchiveName": "all-mail", "Retention": {"RetentionPeriod": "ONE_YEAR"}}


@pytest.fixture
def mmctl(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., SimpleNamespace]:
    """Runs a command in a folder of its own."""
    monkeypatch.setattr(main, "COMMANDS", COMMANDS)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: str = "") -> SimpleNamespace:
        pipe = SimpleNamespace(buffer=io.BytesIO(stdin.encode()), isatty=lambda: False)
        monkeypatch.setattr("sys.stdin", pipe)
        code = main.exit_code(list(arguments))
        printed = capsys.readouterr()
        return SimpleNamespace(code=code, out=printed.out, err=printed.err)

    return run


def everything_below(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# -- init


def test_a_new_project_is_clean_passes_its_cases_and_can_be_planned(mmctl: Any) -> None:
    assert mmctl("init", "gateway").code == 0
    assert mmctl("-C", "gateway", "lint", "--fail-on", "info").code == 0
    assert "6 passed" in mmctl("-C", "gateway", "simulate").out
    assert "5 to add" in mmctl("-C", "gateway", "plan").out
    assert mmctl("-C", "gateway", "fmt", "--check").code == 0


def test_a_new_project_has_editor_and_ci_settings_that_fit_its_files(
    mmctl: Any, tmp_path: Path
) -> None:
    mmctl("init")
    settings = json.loads((tmp_path / ".vscode/settings.json").read_text())
    for schema in settings["yaml.schemas"]:
        Draft202012Validator.check_schema(json.loads((tmp_path / schema).read_text()))
    for file in [
        tmp_path / "mmctl.yaml",
        *tmp_path.glob("rules/*"),
        *tmp_path.glob("cases/*.yaml"),
    ]:
        first = file.read_text().splitlines()[0]
        assert (file.parent / first.removeprefix("# yaml-language-server: $schema=")).is_file()
    assert "mmctl simulate" in (tmp_path / ".github/workflows/mail-rules.yaml").read_text()
    assert ".mmctl/" in (tmp_path / ".gitignore").read_text().splitlines()


def test_account_and_region_make_an_environment(mmctl: Any, tmp_path: Path) -> None:
    assert mmctl("init", "--account", "111122223333", "--region", "eu-west-1").code == 0
    text = (tmp_path / "mmctl.yaml").read_text()
    assert '  prod:\n    account: "111122223333"\n    region: eu-west-1\n' in text
    assert mmctl("lint", "--fail-on", "info").code == 0
    assert mmctl("fmt", "--check").code == 0


@pytest.mark.parametrize(
    "options",
    [["--account", "1"], ["--region", "eu-west-1"], ["--account", "1" * 12, "--region", "x"]],
)
def test_an_account_or_region_that_is_none_is_a_usage_error(
    mmctl: Any, tmp_path: Path, options: list[str]
) -> None:
    assert mmctl("init", *options).code == 64
    assert everything_below(tmp_path) == {}


def test_a_way_for_released_mail_fits_a_new_project(
    mmctl: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MMCTL_SMTP_RELEASE", "a-password-of-a-test")
    assert mmctl("init").code == 0
    assert "did you mean `mail-server`?" in mmctl("init", "--release", "mail-sever").err
    assert mmctl("init", "other", "--release", "mail-server").code == 64
    written = mmctl("init", "--release", "mail-server")
    assert written.code == 0
    assert (tmp_path / "rules/release.yaml").exists()
    assert "cases must say `ingress_point: public-mx`" in written.err
    assert mmctl("lint", "--fail-on", "info").code == 0
    assert mmctl("simulate").code == 0
    assert mmctl("fmt", "--check").code == 0
    assert mmctl("apply", "--yes").code == 0
    again = mmctl("init", "--release", "mail-server")
    assert again.code == 3
    assert "in rules/release.yaml" in again.err


def test_nothing_is_written_where_one_of_the_files_exists(mmctl: Any, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "gateway.yaml").write_text("mine\n")
    before = everything_below(tmp_path)
    result = mmctl("init")
    assert result.code == 3
    assert "`rules/gateway.yaml`" in result.err
    assert everything_below(tmp_path) == before


# -- fmt


def test_fmt_writes_what_changes_and_check_writes_nothing(mmctl: Any, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(UNTIDY)
    (tmp_path / "b.yaml").write_text(TIDY)
    (tmp_path / "compose.yaml").write_text("version: '3'\nservices: {a:   b}\n")
    checked = mmctl("fmt", "--check", ".")
    assert checked.code == 1
    assert "-- actions: [ drop ]  # why\n" in checked.out
    assert "would change a.yaml" in checked.err
    assert (tmp_path / "a.yaml").read_text() == UNTIDY
    (tmp_path / "a.yaml").chmod(0o640)
    assert mmctl("fmt", ".").code == 0
    assert (tmp_path / "a.yaml").read_text() == TIDY
    assert (tmp_path / "a.yaml").stat().st_mode & 0o777 == 0o640
    assert mmctl("fmt", "--check").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", "b.yaml", "compose.yaml"]
    assert (tmp_path / "compose.yaml").read_text() == "version: '3'\nservices: {a:   b}\n"


def test_fmt_leaves_what_it_cannot_read_and_formats_the_rest(mmctl: Any, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(UNTIDY)
    (tmp_path / "b.yaml").write_text("version: 1\nrules: [\n")
    (tmp_path / "c.yaml").write_bytes(b"version: 1\nrules: \xff\n")
    result = mmctl("fmt", "--format", "json", "a.yaml", "b.yaml", "c.yaml")
    assert result.code == 64
    document = json.loads(result.out)
    schema = json.loads(mmctl("schema", "fmt").out)
    Draft202012Validator(schema).validate(document)
    found = [(file["file"], file["changes"], bool(file["problems"])) for file in document["files"]]
    assert found == [("a.yaml", True, False), ("b.yaml", False, True), ("c.yaml", False, True)]
    assert (tmp_path / "a.yaml").read_text() == TIDY
    assert (tmp_path / "b.yaml").read_text() == "version: 1\nrules: [\n"


def test_fmt_of_stdin_is_a_filter(mmctl: Any) -> None:
    assert mmctl("fmt", "-", stdin=UNTIDY).out == TIDY
    broken = mmctl("fmt", "-", stdin="a: [\n")
    assert (broken.code, broken.out) == (64, "a: [\n")


def test_fmt_tells_sizes_in_bytes_when_asked_for_more(mmctl: Any, tmp_path: Path) -> None:
    policy = "version: 1\ntraffic_policies: {edge: {default: deny, max_message_size: 25MB}}\n"
    (tmp_path / "a.yaml").write_text(policy)
    assert "a.yaml:2:60: 25MB is 25000000 bytes" in mmctl("fmt", "-v", "a.yaml").err


def test_fmt_of_a_path_that_is_not_there_is_a_usage_error(mmctl: Any) -> None:
    assert mmctl("fmt", "nowhere.yaml").code == 64


# -- import


def test_import_prints_yaml_that_is_in_the_canonical_layout(mmctl: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"archives": [ARCHIVE]}))
    result = mmctl("import", "--from", "api-json", "a.json")
    assert (result.code, result.out) == (
        0,
        "version: 1\n\narchives:\n  all-mail: {retention: ONE_YEAR}\n",
    )
    assert formatted(result.out, file="a.yaml").text == result.out


def test_import_writes_a_file_for_each_kind_and_never_over_one(mmctl: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        json.dumps({"archives": [ARCHIVE], "ruleSets": [{"RuleSetName": "in", "Rules": []}]})
    )
    arguments = ["import", "--from", "api-json", "a.json", "--into", "rules"]
    assert mmctl(*arguments).code == 0
    written = everything_below(tmp_path / "rules")
    assert list(written) == ["archives.yaml", "rule-sets.yaml"]
    (tmp_path / "rules" / "archives.yaml").write_text("mine\n")
    refused = mmctl(*arguments)
    assert refused.code == 3
    assert "--force" in refused.err
    assert (tmp_path / "rules" / "archives.yaml").read_text() == "mine\n"
    assert mmctl(*arguments, "--force").code == 0
    assert everything_below(tmp_path / "rules") == written


def test_import_reports_all_that_is_refused_and_writes_nothing(mmctl: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{\n "ArchiveName": "a.b",\n "KmsKeyArn": "key"\n}\n')
    result = mmctl("import", "--from", "api-json", "a.json", "--into", "rules")
    assert result.code == 1
    assert "a.json:2:2: error: `ArchiveName`" in result.err
    assert "a.json:3:2: error: `KmsKeyArn`" in result.err
    assert not (tmp_path / "rules").exists()


def test_import_shows_no_password(mmctl: Any) -> None:
    secret = "Hunter2 Hunter2"
    document = {"IngressPointName": "mx", "IngressPointConfiguration": {"SmtpPassword": secret}}
    result = mmctl("import", "--from", "api-json", "-", stdin=json.dumps(document))
    assert result.code == 1
    assert "SmtpPassword" in result.err
    assert secret not in result.err + result.out


@pytest.mark.parametrize(
    "arguments",
    [["--from", "api-json"], ["--from", "x", "a.json"], ["--from", "api-json", "b"]],
)
def test_import_without_what_it_needs_is_a_usage_error(mmctl: Any, arguments: list[str]) -> None:
    assert mmctl("import", *arguments).code == 64


# -- schema


def test_schema_lists_prints_and_writes(mmctl: Any, tmp_path: Path) -> None:
    names = [line.split()[0] for line in mmctl("schema").out.splitlines()]
    assert {"rules", "project", "fmt", "lint"} <= set(names)
    assert mmctl("schema", "--into", "all").code == 0
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == sorted(
        f"{name}.schema.json" for name in names
    )
    assert mmctl("schema", "rules").out == (tmp_path / "all" / "rules.schema.json").read_text()
    assert "did you mean `project`?" in mmctl("schema", "proyect").err
