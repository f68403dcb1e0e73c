"""Two versions: one line for one rule put in front of many, every kind of version, a page."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from subprocess import run

import pytest
from story import check_document

from mmctl.cli.main import exit_code

GATEWAY = Path(__file__).parent / "gateway"
MAIL = b"""\
Return-Path: <ceo@examp1e.example>
Delivered-To: cfo@example.com
Received: from mx.example.org (mx.example.org [203.0.113.7])
 (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
 by mx.example.com with ESMTPS; Fri, 20 Nov 2026 16:05:12 +0000
Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=example.org; dkim=pass; dmarc=pass
From: ceo@examp1e.example
To: cfo@example.com
Subject: Urgent
Message-ID: <1@example.org>
Date: Fri, 20 Nov 2026 16:05:10 +0000

Hello.
"""
FIRST = "      - {name: first, conditions: [{subject: {equals: first}}], actions: [drop]}\n"


def write(folder: Path, rules: int, before: str = "") -> None:
    """A project with so many rules that are alike."""
    folder.mkdir(exist_ok=True)
    (folder / "mmctl.yaml").write_text(
        "version: 1\nproject: acme\nrules: [rules.yaml]\ncases: []\n"
        "environments: {local: {endpoint: embedded}}\n"
    )
    listed = "".join(
        f"      - {{name: rule-{n}, conditions: [{{from: {{equals: a{n}@example.com}}}}], "
        f"actions: [{{archive: {{to: all-mail}}}}]}}\n"
        for n in range(rules)
    )
    (folder / "rules.yaml").write_text(
        "version: 1\narchives: {all-mail: {retention: ONE_YEAR}}\n"
        f"rule_sets:\n  inbound:\n    rules:\n{before}{listed}"
    )


def test_a_rule_in_front_of_three_hundred_is_one_line_of_a_diff(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write(one, 300)
    write(other, 300, before=FIRST)
    assert exit_code(["diff", str(one), str(other), "-C", str(one)]) == 2
    edits, _, mail = capsys.readouterr().out.partition("diff: 1 added\n")
    assert [line.split()[:2] for line in edits.splitlines() if line.startswith("  ")] == [
        ["+", "first"]
    ]
    assert "kinds of difference" in mail

    assert exit_code(["diff", str(one), str(other), "-C", str(one), "--format", "json"]) == 2
    text = capsys.readouterr().out
    assert check_document(text) == "mmctl/diff@1"
    assert [edit["name"] for edit in json.loads(text)["edits"]] == ["first"]


def test_a_rule_in_front_of_all_that_fit_is_one_line_of_a_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, 39)
    assert exit_code(["apply", "--yes", "-q", "-C", str(tmp_path)]) == 0
    write(tmp_path, 39, before=FIRST)
    capsys.readouterr()
    assert exit_code(["plan", "-q", "-C", str(tmp_path), "--force", "lint"]) == 0
    out = capsys.readouterr().out
    edits, _, mail = out.partition("proved: rule set inbound: ")
    assert [line.split()[:2] for line in edits.splitlines() if line.startswith("  ")] == [
        ["+", "first"]
    ]
    assert mail.startswith("2 kinds of difference, no others")
    assert "plan: 1 to add " in mail


@pytest.fixture(name="changed")
def changed_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose rules are live, committed, in a snapshot and in a plan, and changed since."""
    folder = tmp_path / "project"
    shutil.copytree(GATEWAY, folder)
    (folder / "cases" / "cases.yaml").write_text("version: 1\n")
    (folder / ".gitignore").write_text(".mmctl/\nmail/\n*.json\n")
    (folder / "mail").mkdir()
    (folder / "mail" / "one.eml").write_bytes(MAIL)
    (folder / "mail" / "two.eml").write_bytes(MAIL.replace(b"Urgent", b"<img src=x>"))
    monkeypatch.chdir(folder)
    for words in (["init", "-qb", "main"], ["add", "-A"], ["commit", "-qm", "the rules"]):
        run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words], check=True)
    assert exit_code(["apply", "--yes", "-q"]) == 0
    rules = folder / "rules" / "rules.yaml"
    rules.write_text(rules.read_text().replace("@examp1e.example", "@examp2e.example"))
    assert exit_code(["plan", "-q", "--save", "plan.json"]) == 0
    assert exit_code(["apply", "--yes", "-q"]) == 0
    return folder


def test_a_corpus_is_counted_between_versions_of_every_kind(
    changed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert exit_code(["history", "--format", "json"]) == 0
    last = json.loads(capsys.readouterr().out)["entries"][-1]["id"]
    assert (changed / "plan.json").is_file()
    expected = {
        ("git:HEAD", "."): 2,
        ("git:HEAD", "live"): 2,
        ("git:HEAD", "env:local"): 2,
        ("git:HEAD", "plan.json"): 2,
        (last, "live"): 2,
        (last, "git:HEAD"): 0,
        ("live", "env:local"): 0,
        ("live", "plan.json"): 0,
        ("plan.json", last): 2,
    }
    found = {}
    for one, other in expected:
        words = ["diff", one, other, "--corpus", "mail", "--format", "json", "-q"]
        code = exit_code(words)
        corpus = json.loads(capsys.readouterr().out)["behaviour"]["corpus"]
        assert corpus["messages"] == 2
        assert code == (2 if corpus["differing"] else 0), (one, other)
        found[one, other] = corpus["differing"]
    assert found == expected


def test_a_page_tells_edits_and_mail_and_what_others_wrote_is_text_on_it(
    changed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = changed / "rules" / "rules.yaml"
    rules.write_text(rules.read_text().replace("value: failed", 'value: "<b>failed"'))
    words = ["diff", "git:HEAD", "--corpus", "mail", "--format", "html", "--show-mail"]
    assert exit_code([*words, "-o", "page.html"]) == 2
    page = (changed / "page.html").read_text(encoding="utf-8")
    for told in (
        "from git:HEAD to the files",
        "&lt;b&gt;failed",
        "dropped by block-lookalike -&gt; delivered by deliver",
        "2 of 2 messages of mail",
        "mail: 2 of 2 messages of mail treated differently",
        "all other mail is proved alike",
        ".mmctl/witness/diff-public-mx-",
    ):
        assert told in page
    assert "<b>failed" not in page
    assert "<script" not in page
    (changed / "mmctl.yaml").write_text("version: 1\nproject: [\n", encoding="utf-8")
    capsys.readouterr()
    assert exit_code(["diff", "plan.json", "plan.json", "--format", "html", "-q"]) == 0
    assert "mail is not compared" in capsys.readouterr().out
