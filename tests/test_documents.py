"""Documents run: what the manual shows is read, regenerated or executed, and compared."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mmctl.checks.lint import lint
from mmctl.cli.command_table import COMMANDS
from mmctl.cli.formats import FORMATS
from mmctl.cli.main import exit_code
from mmctl.cli.result_table import formats_of
from mmctl.language.parsing.load import read_text
from mmctl.language.readings import CHOICES

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[1]
_TRANSCRIPT = re.compile(r"<!-- demo -->\n```console\n(.*?)```\n<!-- end of demo -->", re.DOTALL)
_BLOCK = re.compile(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```\n", re.DOTALL)


def test_the_examples_of_the_language_page_are_one_project_without_a_problem() -> None:
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    files = dict(_BLOCK.findall(page))
    assert len(files) == page.count("```yaml")
    files["rules/audit/archive.yaml"] = (
        "version: 1\nrules: [{name: archive-all, actions: [{archive: {to: compliance-7y}}]}]\n"
    )
    files["rules/lists/partners.csv"] = "address\na@vendor.example\n"
    for environment in ("local", "staging", "prod"):
        project, problems = read_text(files, environment=environment)
        assert [f"{p.position}: {p.message}" for p in problems] == []
        assert [rule.name for rule in project.rule_sets["inbound"].rules] == [
            "block-lookalike",
            "archive-all",
            "deliver",
        ]
    assert len(project.cases) == 2
    assert len(project.invariants) == 3


def test_the_page_on_proofs_shows_what_is_printed(tmp_path: Path, update: bool) -> None:
    place = ROOT / "docs" / "proofs.md"
    page = place.read_text(encoding="utf-8")
    for name, text in dict(_BLOCK.findall(page)).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings = "version: 1\nproject: acme\nenvironments: {local: {endpoint: embedded}}\n"
    settings += "vars: {legal: legal.example.com}\n"
    (tmp_path / "mmctl.yaml").write_text(settings, encoding="utf-8")

    def ran(block: re.Match[str]) -> str:
        lines = [line for line in block[1].splitlines() if line.startswith("$ mmctl ")]
        return "".join(f"{line}\n{_printed(tmp_path, line)}" for line in lines)

    now = re.sub(r"(?<=```console\n)(.*?)(?=```\n)", ran, page, flags=re.DOTALL)
    if update:
        place.write_text(now, encoding="utf-8")
    assert page.count("$ mmctl prove") >= 3
    assert now == place.read_text(encoding="utf-8")


def _printed(folder: Path, line: str) -> str:
    """What a command line prints, on both streams."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        exit_code(["-C", str(folder), *shlex.split(line)[2:]])
    return printed.getvalue()


def test_the_example_of_the_page_on_company_rules_holds_what_the_page_says() -> None:
    page = (ROOT / "docs" / "company-rules.md").read_text(encoding="utf-8")
    files = dict(_BLOCK.findall(page))
    assert len(files) == page.count("```yaml")
    role = '"arn:aws:iam::111122223333:role/mail"'
    files["rules/gateway.yaml"] = (
        "version: 1\nrule_sets:\n  inbound:\n    rules:\n"
        "      - phase: emergency\n        rules:\n"
        "          - {name: now, conditions: [{subject: {contains: x}}], actions: [drop]}\n"
        "      - {name: early, actions: [{relay: {to: ombuds}}]}\n"
        "      - {name: audited, owner: audit, actions: [{archive: {to: all-mail}}, stop]}\n"
        f"      - {{name: kept, actions: [{{write_to_s3: {{bucket: other, role: {role}}}}}]}}\n"
        "archives: {all-mail: {retention: ONE_YEAR}}\n"
        "relays:\n  ombuds: {server: mail.ombuds.example, port: 25, authentication: none}\n"
        "  other: {server: mail.example.net, port: 25, authentication: none}\n"
    )
    project, problems = read_text(files)
    assert problems == ()
    ids = {rule.id for rule in project.settings.lint.company_rules}
    found = {each.check for each in lint(project, date(2026, 11, 20)) if each.check in ids}
    assert found == {
        "audit-only-observes",
        "company-buckets",
        "company-hosts",
        "drops-say-why",
        "emergencies-expire",
        "ombuds-mail-is-archived-first",
    }


def test_the_semantics_page_names_every_reading_with_its_choices_in_order() -> None:
    page = (ROOT / "docs" / "semantics.md").read_text(encoding="utf-8")
    table: dict[str, tuple[str, ...]] = {}
    for line in page.splitlines():
        if line.startswith("| `"):
            names, choices = line.strip("| ").split(" | ", 1)
            for name in re.findall(r"`(\w+)`", names):
                if name in CHOICES:
                    table[name] = tuple(re.findall(r"`(\w+)`", choices))
    assert table == dict(CHOICES)


def test_every_link_of_the_manual_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def table_of_formats() -> str:
    """What each format is, and the commands that write it."""
    names = [name for name, _, _ in COMMANDS]
    lines = ["## Formats", "", "| `--format` | Is | Written by |", "| --- | --- | --- |"]
    for format_, row in FORMATS.items():
        by = ", ".join(f"`{name}`" for name in names if format_ in formats_of(name))
        lines.append(f"| `{format_}` | {row.what} | {by} |")
    return "\n".join(lines) + "\n"


def pages_of_commands() -> str:
    """The reference of the command line, out of its own tables and help."""
    head = (ROOT / "docs" / "commands.head.md").read_text(encoding="utf-8")
    parts = [head, table_of_formats()]
    for name in ["", *(name for name, _, _ in COMMANDS)]:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assert exit_code([*([name] if name else []), "--help"]) == 0
        parts.append(
            f"## `mmctl {name}".rstrip() + f"`\n\n```text\n{out.getvalue().strip()}\n```\n"
        )
    return "\n".join(parts)


def test_the_reference_of_commands_is_their_own_help(
    update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    page = ROOT / "docs" / "commands.md"
    if update:
        page.write_text(pages_of_commands(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == pages_of_commands()


def demo() -> str:
    """What `make demo` prints, with steady names for times and ids."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "examples" / "demo.sh")],
        env={**os.environ, "PATH": path, "COLUMNS": "80", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return steady(done.stdout.strip())


def steady(text: str) -> str:
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z", "2026-11-20T16:05:12Z", text)
    text = re.sub(r"(\d{4})-\d{8}T\d{6}Z", r"\1-20261120T160512Z", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "2026-11-20 16:05:12 UTC", text)
    text = re.sub(r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:2525", text)
    text = re.sub(r"\b[0-9a-f]{40}(-[a-z2-7]{8})?\b", "4e1d…", text)
    return re.sub(r"\b(rs|tp|inp|a)-[a-z0-9]{20,}", r"\1-…", text)


def test_the_tour_shows_what_make_demo_prints(update: bool) -> None:
    before = git_status()
    page = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
    head, shown, tail = _TRANSCRIPT.split(page)
    printed = demo() + "\n"
    if update:
        text = f"{head}<!-- demo -->\n```console\n{printed}```\n<!-- end of demo -->{tail}"
        (ROOT / "docs" / "tour.md").write_text(text, encoding="utf-8")
        shown = printed
    assert shown == printed
    assert git_status() == before, "the demo leaves the repository as it is"


def git_status() -> str:
    if not (ROOT / ".git").exists():
        return ""
    command = ["git", "status", "--porcelain", "--", "rules", "cases", "lists", "mmctl.yaml"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
