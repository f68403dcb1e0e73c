"""What commands write for programs is as the published schemas say, for every command that does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from archived_mail import archived
from arrived_mail import maildir
from result_writers import all_writers, noted_writers
from sample_log import sample_csv, sample_log
from sample_trail import sample_trail
from story import REPOSITORY, check_document

from fake_stacks import with_stacks
from mmctl.cli.commands.export import TARGETS
from mmctl.cli.formats import Format
from mmctl.cli.main import exit_code
from mmctl.cli.result_table import FOUNDATION_TEMPLATE, STAGING_TEMPLATE

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = (
    ("apply --yes", "mmctl/history@1"),
    ("explain unreachable-rule", "mmctl/checks@1"),
    ("explain deliver", "mmctl/rule@1"),
    ("checks", "mmctl/checks@1"),
    ("lint", "mmctl/lint@1"),
    ("prove", "mmctl/prove@1"),
    ("prove --find delivered", "mmctl/prove@1"),
    ("send --probe init probe", "mmctl/probe@1"),
    ("send --probe done probe", "mmctl/probe@1"),
    ("cases list", "mmctl/cases@1"),
    ("cases show phishing", "mmctl/cases@1"),
    ("cases missing", "mmctl/cases@1"),
    ("cases add --kind bounces", "mmctl/cases@1"),
    ("budget", "mmctl/budget@1"),
    ("budget deliver", "mmctl/budget-rule@1"),
    ("budget --cost --messages 1000 --size 75", "mmctl/costs@1"),
    ("dns", "mmctl/dns@1"),
    ("fmt --check", "mmctl/fmt@1"),
    ("simulate", "mmctl/simulate@1"),
    ("simulate --coverage --mutate 5", "mmctl/simulate@1"),
    ("simulate cases/messages", "mmctl/simulate@1"),
    ("simulate cases/messages --results results", "mmctl/results@1"),
    ("why {message} --rcpt someone@example.com", "mmctl/why@1"),
    ("plan", "mmctl/plan@1"),
    ("drift", "mmctl/drift@1"),
    ("logs log.jsonl", "mmctl/logs@1"),
    ("logs log.jsonl --stats", "mmctl/logs@1"),
    ("logs log.jsonl --shadow", "mmctl/logs@1"),
    ("logs log.jsonl --compare", "mmctl/logs-compare@1"),
    ("logs log.jsonl --compare --messages {message}", "mmctl/logs-compare@1"),
    ("logs log.jsonl --compare other.csv", "mmctl/logs-agreement@1"),
    ("where --to @example.com --logs log.jsonl --around 2026-11-28", "mmctl/where@1"),
    ("doctor", "mmctl/doctor@1"),
    ("history", "mmctl/history@1"),
    ("foundation status", "mmctl/stacks@1"),
    ("watchdog --logs log.jsonl --since 2026-01-01", "mmctl/watchdog@1"),
    ("history --trail trail.json", "mmctl/history@1"),
    ("drift --trail trail.json", "mmctl/drift@1"),
    ("history show 0001", "mmctl/history@1"),
    ("history diff 0001 0001", "mmctl/diff@1"),
    ("diff {snapshot} .", "mmctl/diff@1"),
    ("send {message} --to 127.0.0.1:1 --rcpt a@example.com", "mmctl/send@1"),
    ("send {message} --to 127.0.0.1:1 --rcpt a@example.com --count 2", "mmctl/send@1"),
    ("archive search --archive held", "mmctl/archive-search@1"),
    ("archive show {archived}", "mmctl/archive-message@1"),
    ("archive export --archive held --to exported", "mmctl/archive-export@1"),
    ("archive release {archived} --via file:released --reason asked", "mmctl/releases@1"),
    ("history --releases", "mmctl/releases@1"),
    ("send --expect --run nothing", "mmctl/send@1"),
    ("import --from exchange transport.json", "mmctl/migration-report@1"),
    ("staging mail --maildir {maildir}", "mmctl/staging-mail@1"),
)
TRANSPORT_RULES = """\
[{"Name": "a", "State": "Enabled", "SubjectContainsWords": ["pay"], "DeleteMessage": true},
 {"Name": "b", "State": "Enabled", "AttachmentIsPasswordProtected": true, "DeleteMessage": true}]
"""
"""Rules of another gateway, of which one comes close and one cannot come."""


def test_every_document_is_published() -> None:
    written = {
        name
        for file in (REPOSITORY / "src").rglob("*.py")
        for name in re.findall(r"\"mmctl/([a-z-]+)@1\"", file.read_text(encoding="utf-8"))
    }
    published = {file.name.split(".")[0] for file in (REPOSITORY / "schemas").glob("*.json")}
    of_the_mail = {"ports", "gateway"}  # in the data folder of `emulate`; no command prints them
    assert written - of_the_mail | {"project", "rules"} == published
    kept = {"snapshot", "evidence", *of_the_mail}  # files, which no command prints
    assert written - kept == {name.split("/")[1].split("@")[0] for _, name in COMMANDS}


def test_documents_are_as_published(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exit_code(["init", "--no-input"]) == 0
    assert exit_code(["apply", "--yes", "-q"]) == 0
    rules = next(tmp_path.glob("rules/*.yaml"))
    rules.write_text(rules.read_text().replace("enabled: false", "enabled: true") + "\n")
    capsys.readouterr()
    (tmp_path / "log.jsonl").write_text(sample_log("a"), encoding="utf-8")
    (tmp_path / "trail.json").write_text(sample_trail("a"), encoding="utf-8")
    (tmp_path / "transport.json").write_text(TRANSPORT_RULES, encoding="utf-8")
    (tmp_path / "other.csv").write_text(sample_csv("a"), encoding="utf-8")
    names = {
        "message": next(tmp_path.rglob("*.eml")).relative_to(tmp_path),
        "archived": archived(tmp_path, "held", f"Subject: x\r\n\r\n{'x' * 80}\r\n".encode()),
        "maildir": maildir(tmp_path, "From: a@example.org\nSubject: x\n\nx\n"),
        "snapshot": min((tmp_path / ".mmctl/snapshots").rglob("0001*")).name.split(".")[0],
    }
    with noted_writers() as writers:
        for command, name in COMMANDS:
            with pytest.MonkeyPatch.context() as stacks:
                if command == "foundation status":
                    with_stacks(stacks, tmp_path.name, "local")
                exit_code([*command.format_map(names).split(), "--format", "json"])
            assert check_document(capsys.readouterr().out) == name, command
    # What `export` and templates are is for other programs, and theirs to define.
    theirs = (*TARGETS.values(), FOUNDATION_TEMPLATE, STAGING_TEMPLATE)
    others = {place for result in theirs for place in result.writers.values()}
    documents = {place for place, format_ in all_writers() if format_ is Format.JSON} - others
    assert sorted(documents - {place for place, _ in writers}) == []
