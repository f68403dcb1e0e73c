"""Evidence between environments: what counts, and what is refused with a sentence that says why."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from served_project import served

from mmctl.cli.changes import environment_before
from mmctl.cli.changes.change import open_change
from mmctl.cli.main import exit_code
from mmctl.cli.run import Run
from mmctl.cli.staging.judged_runs import last_judged_run as told_judged_run
from mmctl.language.parsing.rules_digest import rules_digest
from mmctl.live.aws import connect as aws
from mmctl.live.history.entries import Doing, EntryResult
from mmctl.live.history.evidence import SEAL
from mmctl.live.history.found_evidence import AT_MOST, last_judged_run
from mmctl.live.history.promoting import EarlierEnvironment, evidence_for
from mmctl.live.state.canonical import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mmctl.language.project import Environment

_FILES: Final = {
    "mmctl.yaml": """\
version: 1
project: acme
vars: {exchange: mail.example.com}
environments:
  staging: {endpoint: embedded, account: "111122223333"}
  prod:
    endpoint: embedded
    account: "444455556666"
    protected: true
    after: {environment: staging, min_cases: 2}
default_environment: staging
""",
    "rules/gateway.yaml": """\
version: 1
rule_sets:
  inbound:
    rules:
      - {name: block, conditions: [{subject: {contains: voucher}}], actions: [drop]}
      # mmctl: ignore[unscreened-delivery] the server behind screens
      - {name: deliver, actions: [{relay: {to: exchange}}]}
relays:
  exchange: {server: "${vars.exchange}", port: 25, authentication: none}
traffic_policies:
  edge: {default: deny, statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]}
ingress_points:
  mx:
    live_name: mx-inbound
    type: open
    traffic_policy: edge
    rule_set: inbound
    tls_policy: optional
""",
    "cases/a.yaml": """\
version: 1
cases:
  - name: delivers
    message: {from: a@example.org, to: b@example.com, subject: Hello, body: Hello}
    envelope: {mail_from: a@example.org, recipients: [b@example.com]}
    expect: {b@example.com: delivered}
  - name: drops
    message: {from: a@example.org, to: b@example.com, subject: a voucher, body: Hello}
    envelope: {mail_from: a@example.org, recipients: [b@example.com]}
    expect: {b@example.com: dropped}
""",
}


@dataclass
class Tried:
    """A project whose rules are live in staging, with evidence of real mail."""

    folder: Path
    store: Path
    name: str

    @property
    def text(self) -> str:
        """The evidence."""
        return (self.store / self.name).read_text(encoding="utf-8")

    def write(self, text: str, name: str | None = None) -> None:
        """Put a text in place of the evidence."""
        for old in self.store.glob("evidence-*"):
            old.unlink()
        (self.store / (name or self.name)).write_text(text, encoding="utf-8")

    def earlier(self) -> tuple[str, EarlierEnvironment]:
        """The digest of the rules, and staging as `plan` reads it for prod."""
        run = Run(directory=self.folder, environment="prod", today=date(2026, 11, 29))
        change = open_change(run)
        opened = environment_before._opened(change, "staging", same_files=True)
        return rules_digest(change.project), opened.earlier


@pytest.fixture
def tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tried:
    for name, text in _FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert exit_code(["apply", "--yes", "-q"]) == 0
    with served(tmp_path):
        assert exit_code(["send", "--expect", "--record-evidence", "-q"]) == 0
    (found,) = tmp_path.glob(".mmctl/snapshots/*/evidence-*")
    return Tried(tmp_path, found.parent, found.name)


def _sealed(document: dict[str, Any]) -> str:
    """A document as a forger writes it, with a seal that fits."""
    unsealed = {member: value for member, value in document.items() if member != SEAL}
    return json.dumps(unsealed | {SEAL: digest_of(unsealed)})


def _with(**members: Any) -> Callable[[dict[str, Any]], str]:
    return lambda document: _sealed(document | members)


def _with_result(result: str) -> Callable[[dict[str, Any]], str]:
    def forge(document: dict[str, Any]) -> str:
        first, *rest = document["as_stated"]
        return _sealed(document | {"as_stated": [first | {"result": result}, *rest]})

    return forge


def _unsealed(document: dict[str, Any]) -> str:
    return json.dumps(document | {"who": "somebody else"})


_OTHER: Final = "a" * 64
_FORGED: Final[tuple[tuple[str, Callable[[dict[str, Any]], str], str], ...]] = (
    ("edited", _unsealed, "was changed after it was kept: its seal does not fit"),
    ("without a seal", lambda d: json.dumps({**d, SEAL: None}), "its seal does not fit"),
    (
        "of an older version",
        lambda d: json.dumps({member: d[member] for member in d if member != SEAL}),
        "has no seal, as of an older version",
    ),
    ("of another account", _with(account="999988887777"), "is from another account"),
    ("of another region", _with(region="eu-west-1"), "is from another region"),
    ("of another project", _with(project="others"), "is from another project: got `others`"),
    ("of another environment", _with(environment="test"), "is from another environment"),
    ("of other rules", _with(digest=_OTHER), "has the name of other evidence"),
    ("of another time", _with(at="2020-01-01T00:00:00Z"), "has the name of other evidence"),
    ("of no entry", _with(history=None), "names no apply, which is not in the history there"),
    (
        "of a made-up entry",
        _with(history="0009-20261129T000000Z"),
        "names `0009-20261129T000000Z`, which is not in the history there",
    ),
    ("of another live state", _with(live=_OTHER), "what is live there changed since"),
    ("with a failed case", _with_result("differs"), "1 case of 2 failed in `evidence-"),
    ("with a case without an answer", _with_result("not sent"), "1 case of 2 failed"),
    ("with a case without a record", _with_result("no record"), "1 case passed in"),
    ("without cases", _with(as_stated=[]), "0 cases passed in"),
    ("with an unknown result", _with_result("passed"), "is damaged: `as_stated/0/result`"),
    ("with a member too many", _with(approved=True), "is damaged: ``: Additional properties"),
    ("without a member", lambda d: _sealed({k: d[k] for k in d if k != "live"}), "is damaged"),
    ("cut off", lambda d: json.dumps(d)[:200], "is damaged: "),
    ("empty", lambda _: "", "is damaged: "),
    ("a list", lambda _: "[1, 2]", "is not evidence: expected schema"),
    ("another document", _with(schema="mmctl/history@1"), "is not evidence: expected schema"),
    ("nested", lambda _: "[" * 200_000, "is damaged: "),
    ("too large", _with(who="x" * AT_MOST), "more than the 4,194,304 that are read"),
    ("with control characters", _with(who="a\x1b[2Kb"), r"do not show: `a\u001b[2Kb`"),
    ("with marks", _with(caller="arn:\u202egpj"), r"do not show: `arn:\u202egpj`"),
    ("with a hostile key", _with(**{"a\x07b": "c"}), r"do not show: `a\u0007b`"),
)


@pytest.mark.slow
def test_every_kind_of_false_evidence_is_refused_with_a_sentence(tried: Tried) -> None:
    rules, before = tried.earlier()
    used, missing = evidence_for(rules, before, 2)
    assert missing == ()
    assert used is not None
    assert (used.passed, used.as_stated + used.own_facts) == (2, 2)
    sound = json.loads(tried.text)
    faults = []
    for what, forge, says in _FORGED:
        tried.write(forge(sound))
        used, missing = evidence_for(rules, before, 2)
        if used is not None or not any(says in sentence for sentence in missing):
            faults.append(f"{what}: expected {says!r}, got {missing}")
        if any(not sentence.isprintable() for sentence in missing):
            faults.append(f"{what}: not printable: {missing!r}")
    assert faults == []
    tried.write(json.dumps(sound), tried.name.replace("evidence-2", "evidence-3"))
    assert "has the name of other evidence" in evidence_for(rules, before, 2)[1][0]
    tried.write(json.dumps(sound))
    assert evidence_for(rules, before, 2)[1] == ()
    assert "2 cases passed in" in evidence_for(rules, before, 3)[1][0]
    assert "none is kept for these rules" in evidence_for(_OTHER, before, 1)[1][0] or (
        "had other rules" in evidence_for(_OTHER, before, 1)[1][0]
    )


@pytest.mark.slow
def test_the_history_there_must_say_the_same_as_the_evidence(tried: Tried) -> None:
    rules, before = tried.earlier()
    history = before.history
    (entry,) = history.entries()
    assert entry.rules == rules

    def missing(environment: EarlierEnvironment = before) -> str:
        return "; ".join(evidence_for(rules, environment, 2)[1])

    later = replace(entry, id="0002-20991231T000000Z", at="2099-12-31T00:00:00Z")
    table = (
        (replace(entry, rules=_OTHER), "had other rules"),
        (replace(entry, result=EntryResult.STOPPED), "is stopped part-way"),
        (replace(entry, at="2099-12-31T00:00:00Z"), "is older"),
        (later, f"is about {entry.id}, and {later.id} came since"),
        (replace(later, result=EntryResult.NOTHING), ""),
        (replace(later, kind=Doing.ROLLBACK, rules=None), "came since"),
    )
    faults = []
    for changed, says in table:
        history.put(changed)
        got = missing()
        if (says not in got) or bool(got) != bool(says):
            faults.append(f"{says!r}: {got!r}")
        history.store.delete(f"{later.id}.entry.json")
        history.put(entry)
    assert faults == []
    assert missing() == ""
    # A clock was wrong at an earlier apply: what was kept then does not hide what came later.
    document = json.loads(tried.text)
    wrong = document | {"at": "2099-01-01T00:00:00Z", "history": "0000-20991231T000000Z"}
    ahead = tried.name.replace(document["at"].replace("-", "").replace(":", ""), "20990101T000000Z")
    (tried.store / ahead).write_text(_sealed(wrong))
    assert missing() == ""
    (tried.store / ahead).write_text(_sealed(wrong | {"history": entry.id, "live": _OTHER}))
    assert "what is live there changed" in missing(), "the newest about the last entry decides"
    (tried.store / ahead).write_text("")
    assert "is damaged" in missing()
    (tried.store / ahead).unlink()
    assert "differs from these files: 2 differences" in missing(replace(before, differences=2))
    history.put(replace(entry, rules=None))
    assert missing() == "", "what is live equals these files, so they are the rules"
    assert "does not say which rules" in missing(replace(before, differences=None))
    run = last_judged_run(history, before.origin)
    assert run is not None
    assert (run.passed, run.failed, run.current, run.unfit) == (2, (), True, None)
    staging = open_change(Run(directory=tried.folder, today=date(2026, 11, 29)))
    assert re.fullmatch(r"\S+Z: 2 of 2 cases passed", told_judged_run(staging))
    history.put(later)
    assert told_judged_run(staging).endswith(f"passed; something was applied after {entry.id}")
    tried.write("{}")
    run = last_judged_run(history, before.origin)
    assert run is not None
    assert run.unfit is not None
    assert told_judged_run(staging).startswith("not usable: `evidence-")
    (tried.store / tried.name).unlink()
    assert told_judged_run(staging) == "none"


def _errors(capsys: pytest.CaptureFixture[str], *words: str, code: int = 3) -> str:
    capsys.readouterr()
    got = exit_code([*words])
    out, errors = capsys.readouterr()
    assert got == code, out + errors
    return errors + out


def _git(*words: str) -> None:
    subprocess.run(["git", *words], check=True)


def _planned(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert (
        exit_code(["plan", "--env", "prod", "--save", "p.plan", "-q", "--format", "json", *words])
        == 0
    )
    return json.loads(capsys.readouterr().out)


@pytest.mark.slow
def test_a_protected_environment_takes_what_has_evidence_and_nothing_else(
    tried: Tried, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, folder = tried.text, tried.folder
    document = _planned(capsys)
    assert document["promotion"]["missing"] == []
    assert document["promotion"]["evidence"]["name"] == tried.name
    # Each environment is opened as its own files say: by its own account, role and store.
    opened = []
    connect = aws.connect

    def noting(environment: Environment, *given: Any, **named: Any) -> Any:
        opened.append((environment.name, environment.account))
        return connect(environment, *given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(aws, "connect", noting)
        _planned(capsys)
    assert set(opened) == {("prod", "444455556666"), ("staging", "111122223333")}
    settings = folder / "mmctl.yaml"
    before = settings.read_text()
    settings.write_text(before.replace('"111122223333"', '"111122223333", snapshots: mmctl.yaml'))
    (sentence,) = _planned(capsys)["promotion"]["missing"]
    assert sentence.startswith("it cannot be read: ")
    assert "refused: evidence: from staging: it cannot" in _errors(
        capsys, "apply", "p.plan", "--yes"
    )
    settings.write_text(before)
    _git("init", "-q")
    _git("add", "mmctl.yaml", "rules", "cases")
    _git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "first")
    settings.write_text(before.replace("111122223333", "777766665555"))
    (first, *_) = _planned(capsys, "--base", "HEAD")["promotion"]["missing"]
    assert first == "it leads elsewhere than in HEAD: account: 111122223333 → 777766665555"
    settings.write_text(before)
    shutil.rmtree(".git")
    _planned(capsys)
    # The evidence that a plan rests on is read again, whatever the plan says.
    tried.write(_unsealed(json.loads(sound)))
    assert "its seal does not fit" in _errors(capsys, "apply", "p.plan", "--yes")
    said = _errors(capsys, "apply", "p.plan", "--yes", "--force", "evidence", code=64)
    assert "without `--reason`" in said
    tried.write(sound)
    # A plan of other files claims what their evidence cannot say.
    rules = folder / "rules/gateway.yaml"
    text = rules.read_text()
    rules.write_text(text.replace("voucher", "gift"))
    said = _errors(capsys, "apply", "p.plan", "--yes")
    assert "refused: evidence:" in said
    # A signature stands for the plan: then the files need not be those that it was made from.
    with monkeypatch.context() as patched:
        patched.setattr("mmctl.cli.options.signatures.check_signed", lambda *_: True)
        said = _errors(capsys, "apply", "p.plan", "--no-input")
        assert "refused: no terminal to confirm on" in said, "the evidence does not hold it"
    rules.write_text(text)
    forced = ("--force", "evidence", "--reason", "an outage")
    tried.write("")
    assert exit_code(["apply", "p.plan", "--yes", "-q", *forced]) == 0
    capsys.readouterr()
    assert exit_code(["history", "--env", "prod", "--format", "json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["entries"]
    assert (entry["reason"], entry["forced"]) == ("an outage", ["evidence"])
    assert entry["rules"] == document["promotion"]["rules"]
    assert entry["gate"]["account"] == "111122223333"
    assert exit_code(["history", "show", "1", "--env", "prod"]) == 0
    shown = capsys.readouterr().out
    assert f"logical rules {entry['rules']}" in shown
    assert "evidence was required: account 111122223333, environment staging" in shown
    # The same rules again need no evidence; a changed value is shown first.
    settings.write_text(settings.read_text().replace("mail.example.com", "mail2.example.com"))
    document = _planned(capsys)
    assert document["promotion"]["applied"]
    assert document["promotion"]["missing"] == []
    changed = [
        {"name": "vars.exchange", "before": "mail.example.com", "after": "mail2.example.com"}
    ]
    assert document["changed_values"] == changed
    assert exit_code(["plan", "--env", "prod"]) == 0
    lines = capsys.readouterr().out.splitlines()
    first = next(n for n, line in enumerate(lines) if "value changed since the last" in line)
    assert first == 2, "before everything but the heading"
    # A file cannot take the requirement away, weaken it, or lead it elsewhere.
    before = settings.read_text()
    for now, says in (
        (re.sub(r"\n    after: .*", "", before), "`after` of environment prod is gone"),
        (before.replace("min_cases: 2", "min_cases: 1"), "has min_cases 1"),
        (before.replace("111122223333", "777766665555"), "has account 777766665555"),
    ):
        settings.write_text(now)
        _planned(capsys)
        said = _errors(capsys, "apply", "p.plan", "--yes", "--force", "relay-target")
        assert says in said
    settings.write_text(before)
