"""The library of test cases: what its messages are, and what gateways do with them."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from mmctl.cases.library.catalog import entries, entry_of, kinds, library_names
from mmctl.cases.library.filling import Filled, Library
from mmctl.cases.library.missing import around
from mmctl.cases.library.sound import looked_at
from mmctl.cases.library.traits import TRAITS, gaps, traits_of
from mmctl.cli.main import exit_code
from mmctl.cli.run import Run
from mmctl.errors import UsageError
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome, Project

REPOSITORY: Final = Path(__file__).parents[2]
SEED: Final = (
    *("spam", "phishing", "malicious-attachment", "legitimate", "large-attachment"),
    "domain-spoof",
)
EICAR: Final = b"EICAR-STANDARD-ANTIVIRUS-TEST-" + b"FILE"
ARGUED: Final = {
    "display-name": "all mail from outside is marked, but conditions see addresses, not names",
    "homograph": "nobody has seen the domain, and names in other alphabets are honest mostly",
    "homograph-utf8": "as `homograph`",
    "subdomain": "nobody has seen the domain; `contains` with the own domain would hold it",
}
"""What the reference gateway does otherwise than a sound one, and why that may stay."""
LOOKALIKES: Final = {"digit", "display-name", "homograph", "homograph-utf8", "subdomain", "typo"}
FRAUDS: Final = {"bank-details", "gift-cards", "urgent-transfer"}
FORGED: Final = {"foreign-envelope", "odd-folding", "two-from"}
FINDINGS: Final = {
    "enterprise-gateway": LOOKALIKES
    | FRAUDS
    | FORGED
    | {"as-attachment", "domain-spoof", "null-sender", "own-helo", "payroll", "reply-to"}
    | {"two-addresses"},
    "compliance-audit": LOOKALIKES | FRAUDS | FORGED | {"own-helo", "payroll"},
}
"""Of the entries that no scanner finds, those that the smaller examples let through."""


@cache
def project_in(folder: Path, environment: str | None = None) -> Project:
    run = Run(directory=folder, environment=environment, today=date(2026, 11, 28))
    return run.project()


def all_filled(library: Library) -> list[Filled]:
    return [library.filled(entry) for entry in entries() if library.lacks(entry) is None]


def test_the_library_has_the_kinds_that_gateways_meet() -> None:
    assert len(entries()) >= 90
    assert len(set(library_names())) == len(library_names())
    assert set(SEED) <= set(library_names())
    assert len(kinds()) == 16
    assert all(len([e for e in entries() if e.kind == kind]) >= 3 for kind in kinds())
    texts = [entry.description for entry in entries()]
    assert all(text.endswith(".") and 20 < len(text) < 130 for text in texts)
    assert all(entry.because.endswith(".") for entry in entries())
    assert len(set(texts)) == len(texts)


def test_every_entry_reads_without_unexpected_notes() -> None:
    wrong = []
    for each in all_filled(Library(project_in(REPOSITORY))):
        submission = each.submission()
        if bool(submission.email.notes) is not each.entry.notes:
            wrong.append((each.entry.name, submission.email.notes))
        if b"{{" in each.message or re.search(rb"(?<!\r)\n|\r(?!\n)", each.message):
            wrong.append((each.entry.name, ("a placeholder or a bare line end",)))
        if max(map(len, each.message.split(b"\r\n"))) > 998 and each.entry.name != "long-headers":
            wrong.append((each.entry.name, ("a line longer than SMTP allows",)))
        if each.entry.size is not None and abs(len(each.message) - each.entry.size) > 100:
            wrong.append((each.entry.name, (f"{len(each.message)} bytes",)))
    assert wrong == []


def test_nobody_outside_of_the_project_is_named() -> None:
    """Domains that others may own, and addresses of networks that are not for documentation."""
    domain = re.compile(r"(?<=[@/])(?<![a-z]/)[\w.-]+\.(?!example\b)[a-z]{2,}(?![\w.-])")
    address = re.compile(r"\b\d+\.\d+\.\d+\.\d+\b")
    for each in all_filled(Library(project_in(REPOSITORY))):
        text = each.message[:50_000].decode("utf-8", "replace") + str(each.written)
        found = set(domain.findall(text)) | {
            a for a in address.findall(text) if not a.startswith(("203.0.113.", "198.51.100."))
        }
        allowed = {"example.com", "example.org"}
        assert {
            name for name in found if not any(name.endswith(end) for end in allowed)
        } == set(), each.entry.name


def test_what_scanners_report_stands_in_no_file() -> None:
    library = Library(project_in(REPOSITORY))
    message = library.filled(entry_of("malicious-attachment")).message
    part = message.split(b"base64\r\n\r\n")[1].split(b"\r\n--")[0]
    assert EICAR in base64.b64decode(part)
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True
    )
    encoded = base64.b64encode(base64.b64decode(part)).rstrip(b"=")[:40]
    for name in listed.stdout.decode().split("\0")[:-1]:
        path = REPOSITORY / name
        content = path.read_bytes() if path.is_file() else b""
        assert EICAR not in content, name
        assert encoded not in content, name


def test_the_reference_gateway_does_what_a_sound_one_would() -> None:
    library = Library(project_in(REPOSITORY))
    unsound = {
        each.entry.name for each in all_filled(library) if not looked_at(library, each).sound
    }
    assert unsound == set(ARGUED)


def test_examples_are_judged_and_their_findings_are_known() -> None:
    for name, expected in FINDINGS.items():
        library = Library(project_in(REPOSITORY / "examples" / name))
        looked = [looked_at(library, each) for each in all_filled(library)]
        assert all(v.outcome is not Outcome.UNKNOWN for each in looked for v in each.verdicts)
        scans = bool(library.project.add_ons)
        found = {
            each.filled.entry.name
            for each in looked
            if not each.sound and (scans or each.filled.entry.scanner in {"clean", "commercial"})
        }
        assert found == expected, name
        if not scans:
            scanned = [e for e in looked if e.filled.entry.scanner in {"phishing", "malware"}]
            missed = {e.filled.entry.name for e in scanned if not e.sound}
            assert len(missed) >= 12, "without a scanner nobody sees them, and that is said"


def test_nothing_reaches_people_where_nothing_is_delivered() -> None:
    for environment in ("dev", "test"):
        library = Library(project_in(REPOSITORY / "examples/multi-environment", environment))
        assert library.arrival is Outcome.STORED
        assert [e.entry.name for e in all_filled(library) if not looked_at(library, e).sound] == []


def test_people_and_domains_are_the_projects_own() -> None:
    values = Library(project_in(REPOSITORY)).people.values
    assert values["own_domain"] == "example.com"
    assert values["executive"] == "jane.doe@example.com"
    assert values["finance"] == "accounts-payable@example.com"
    assert values["abuse"] == "abuse@example.com"
    assert values["lookalike_typo"] == "exarnple.example"
    test = project_in(REPOSITORY / "examples/multi-environment", "dev")
    assert Library(test).person.endswith("@dev.example.com")


def test_executives_and_finance_come_from_vars_whatever_their_form() -> None:
    """A list, one text, or members of a list; the environment's vars before the project's."""
    rules = """
version: 1
rule_sets: {inbound: {rules: [{name: keep, actions: [{archive: {to: all}}]}]}}
archives: {all: {retention: ONE_YEAR}}
traffic_policies:
  edge:
    default: deny
    statements:
      - {name: own, allow: [{recipient: {ends_with: ["@b.example", "@${vars.main}"]}}]}
ingress_points:
  main-mx:
    type: open
    traffic_policy: edge
    rule_set: inbound
    tls_policy: optional
    network: {public: ipv4}
"""
    for held in ("[ceo@a.example, mia.wong@a.example]", "mia.wong@a.example"):
        settings = f"""
version: 1
project: p
rules: [rules/*.yaml]
vars: {{main: a.example, the_board: {held}, desk: finance@a.example}}
environments: {{local: {{endpoint: embedded}}}}
default_environment: local
"""
        project, problems = read_text({"mmctl.yaml": settings, "rules/a.yaml": rules})
        assert problems == ()
        values = Library(project).people.values
        assert values["own_domain"] == "a.example"
        assert values["executive_name"] == "Mia Wong"
        assert values["finance"] == "finance@a.example"


def test_what_a_project_names_becomes_no_header() -> None:
    """Vars and lists are texts of strangers to a message: they end no line of it."""
    text = """
version: 1
rule_sets: {inbound: {rules: [{name: keep, actions: [{archive: {to: all}}]}]}}
archives: {all: {retention: ONE_YEAR}}
address_lists:
  blocked-senders: {members: ["a@b.example\\r\\nBcc: c@d.example"]}
  partners: {members: ["*@e.example\\r\\nBcc: f@g.example"]}
"""
    project, _ = read_text({"rules/a.yaml": text})
    for each in all_filled(Library(project)):
        assert b"\r\nBcc:" not in each.message, each.entry.name


def test_an_unknown_or_impossible_entry_is_refused() -> None:
    project = project_in(REPOSITORY / "examples/compliance-audit")
    with pytest.raises(UsageError, match="no case `phising`") as found:
        entry_of("phising")
    assert found.value.help == "did you mean `phishing`?"
    with pytest.raises(UsageError, match="no list of blocked senders"):
        Library(project).filled(entry_of("blocked-sender"))


def test_every_trait_is_shown_by_an_entry_and_missed_without_it() -> None:
    library = Library(project_in(REPOSITORY))
    about = around(library)
    kept = {each.entry.name: each.submission() for each in all_filled(library)}
    traits = {name: traits_of(submission, about) for name, submission in kept.items()}
    asked = [trait for trait in TRAITS if trait.applies(about)]
    for trait in asked:
        having = {name for name, found in traits.items() if trait.name in found}
        assert having, trait.name
        without = [kept[name] for name in kept if name not in having]
        found = {gap.trait: gap for gap in gaps(without, kept, about)}
        assert set(found[trait.name].entries) == having
        assert gaps(kept.values(), kept, about) == ()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(".", marks=pytest.mark.deep),
        *(f"examples/{each}" for each in (*FINDINGS, "multi-environment")),
    ],
)
def test_added_cases_pass_are_in_layout_and_belong_to_a_person(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for part in ("mmctl.yaml", "rules", "cases", "lists"):
        source = REPOSITORY / name / part
        if source.is_dir():
            shutil.copytree(source, tmp_path / part)
        elif source.exists():
            shutil.copy(source, tmp_path / part)
    monkeypatch.chdir(tmp_path)
    assert exit_code(["cases", "add", "--all"]) == 0
    assert exit_code(["fmt", "--check"]) == 0
    assert exit_code(["lint"]) == 0
    environments = project_in(tmp_path).settings.environments
    for environment in environments:
        assert exit_code(["simulate", "--env", environment]) == 0
    assert "passed, but" not in capsys.readouterr().out
    assert exit_code(["cases", "missing", "--fail-on-missing"]) == 0
    mine = tmp_path / "cases/library-spam.yaml"
    text = mine.read_text().replace("# An online pharmacy", "# Mine: an online pharmacy")
    mine.write_text(text.replace("    todo:", "    smoke: true\n    todo:", 1))
    before = {path: path.read_bytes() for path in tmp_path.glob("cases/**/*.*")}
    assert exit_code(["cases", "add", "--all"]) == 0
    assert {path: path.read_bytes() for path in tmp_path.glob("cases/**/*.*")} == before
    assert exit_code(["cases", "add", "spam", "--overwrite"]) == 0
    smoke = before[mine].count(b"    smoke: true\n")
    text = mine.read_text()
    assert text.count("    smoke: true\n") == smoke
    assert "# Mine" not in text
    assert text.count("name: spam/spam\n") == 1
    assert exit_code(["fmt", "--check"]) == 0


def test_another_message_in_the_place_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(REPOSITORY / "tests/cli/gateway", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "cases/messages/library/newsletter.eml"
    mine.parent.mkdir(parents=True)
    mine.write_text("Subject: mine\n\n")
    assert exit_code(["cases", "add", "--kind", "newsletter"]) == 3
    assert "--overwrite" in capsys.readouterr().err
    assert mine.read_text() == "Subject: mine\n\n"
    assert not (tmp_path / "cases/library-newsletter.yaml").exists(), "all or nothing"
    assert exit_code(["cases", "add", "--kind", "newsletter", "--overwrite"]) == 0
    assert entry_of("newsletter").kind == "newsletter"
    assert b"Trade Weekly" in mine.read_bytes()
