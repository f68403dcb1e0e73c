"""The probe finds which reading a service follows, whichever it is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from embedded_server import EmbeddedServer

from mmctl.cli.main import exit_code
from mmctl.cli.run import Run
from mmctl.cli.sending import probe_run
from mmctl.client.probe.project_files import project_files
from mmctl.client.probe.questions import ASKED, END, NOT_BY_MAIL, QUESTIONS, about
from mmctl.client.probe.settling import ProbeSight, ProbeStatus, findings, predicted, seen_in
from mmctl.judge.submission import Gateway, gateway_of_ingress_point
from mmctl.language.parsing.load import read_text
from mmctl.language.readings import CHOICES, Readings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GATEWAY: Final = Path(__file__).parents[1] / "cli" / "gateway"
TOLD_BY_NO_LATER_RULE: Final = {
    "bounce_ends_evaluation",
    "added_headers_visible",
    "replaced_recipients_visible",
}
"""Under `first_match: yes` the probe cannot tell these, and nobody needs to know."""
TOGETHER: Final = (
    {name: choices[0] for name, choices in CHOICES.items() if name in ASKED},
    {
        name: choices[1]
        for name, choices in CHOICES.items()
        if name in ASKED and name != "first_match"
    },
    {name: c[2] for name, c in CHOICES.items() if name in ASKED and len(c) > 2},
    {"first_match": "yes"},
)
"""Choices that a server can follow at the same time: between them each reading is set each way."""


def probe_gateway() -> Gateway:
    texts = project_files("here", "111122223333", "us-east-1", "embedded")
    project, problems = read_text({k: v for k, v in texts.items() if k != "bucket.yaml"})
    assert problems == ()
    return gateway_of_ingress_point(project, "probe")


def test_every_reading_has_a_question_or_a_reason() -> None:
    assert {*ASKED} | {*NOT_BY_MAIL} == {*CHOICES}
    assert [name for name in ASKED if not about(name)] == []
    assert len({each.name for each in QUESTIONS}) == len(QUESTIONS)
    assert {choice for world in TOGETHER for choice in world.items()} == {
        (name, choice) for name in ASKED for choice in CHOICES[name]
    }


def test_each_reading_set_each_way_is_found_and_no_other_is_mistaken() -> None:
    gateway = probe_gateway()
    wrong = []
    for name in ASKED:
        for choice in CHOICES[name]:
            readings = Readings().choosing(name, choice)
            world = replace(gateway, readings=readings)
            seen = {each.name: predicted(world, each) for each in QUESTIONS}
            # Which readings the project assumes makes no difference to what is found.
            assumed = Readings(first_match="yes") if name != "first_match" else Readings()
            found = {
                each.reading: each
                for each in findings(replace(gateway, readings=assumed), seen, {})
            }
            for other in ASKED:
                untold = (
                    choice == "yes" and name == "first_match" and other in TOLD_BY_NO_LATER_RULE
                )
                expected = None if untold else readings.choice(other)
                if found[other].choice != expected:
                    wrong.append((name, choice, other, found[other]))
    assert wrong == []


def test_what_fits_no_choice_settles_nothing() -> None:
    found = findings(probe_gateway(), {"first-match": ProbeSight(copies=frozenset())}, {})
    first = next(each for each in found if each.reading == "first_match")
    assert (first.status, first.choice) == (ProbeStatus.CONTRADICTED, None)
    assert first.expected["no"]["first-match"] == "first-match/1/; first-match/2/"
    unasked = findings(probe_gateway(), {}, {"first-match": "nobody asked"})
    assert next(each for each in unasked if each.reading == "first_match").why == "nobody asked"


def test_copies_of_another_run_or_of_strangers_count_for_nothing() -> None:
    mark = "X-Mmctl-Probe: {}\r\nFrom: a@example.org\r\n\r\n"
    copies = [
        ("first-match/1/a", mark.format("run-1 first-match").encode()),
        ("first-match/2/b", mark.format("run-0 first-match").encode()),
        ("first-match/2/c", b"Subject: hello\r\n\r\n"),
        ("first-match/2/d", mark.format("run-1 first-match and more").encode()),
        ("rest/e", mark.format("run-1 end").encode()),
    ]
    seen = seen_in(copies, "run-1", {"text-case": (), "null-sender": ("a@example.org",)})
    assert seen == {
        "first-match": ProbeSight(copies=frozenset({("first-match/1/", ())})),
        "end": ProbeSight(copies=frozenset()),
        "null-sender": ProbeSight(copies=frozenset(), refused=frozenset({"a@example.org"})),
    }


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(GATEWAY, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_project_of_a_probe_is_sound(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["send", "--probe", "init"]) == 0
    assert "mmctl -C mmctl-probe apply" in capsys.readouterr().out
    for words in (["lint"], ["fmt", "--check"], ["apply", "--yes"]):
        assert exit_code(["-C", "mmctl-probe", *words]) == 0, words
    assert exit_code(["send", "--probe", "init"]) == 3, "nothing is overwritten"
    assert exit_code(["send", "--probe", "done"]) == 0
    out = capsys.readouterr().out
    assert "address list probe-bare" in out
    assert "rm -r mmctl-probe" in out
    # What `done` says takes all of it away.
    (project / "mmctl-probe/rules/probe.yaml").write_text("version: 1\n")
    words = ["-C", "mmctl-probe", "apply", "--yes", "--allow-delete", "--force", "size"]
    assert exit_code(words) == 0


def test_the_template_is_sound_and_names_the_bucket_of_the_rules(project: Path) -> None:
    text = (project / "mmctl.yaml").read_text()
    (project / "mmctl.yaml").write_text(
        text.replace(
            "  local: {endpoint: embedded}", '  local: {account: "111122223333", region: eu-west-1}'
        )
    )
    assert exit_code(["send", "--probe", "init", "p"]) == 0
    template = (project / "p/bucket.yaml").read_text()
    assert "BucketName: mmctl-probe-111122223333-eu-west-1" in template
    assert "bucket: mmctl-probe-111122223333-eu-west-1" in (project / "p/mmctl.yaml").read_text()
    lint = shutil.which("cfn-lint") or Path(sys.executable).parent / "cfn-lint"
    if not Path(lint).exists():
        pytest.skip("cfn-lint is not installed")
    done = subprocess.run(
        [lint, "-r", "eu-west-1", "--", project / "p/bucket.yaml"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_protected_environment_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["send", "--probe", "init", "--env", "guarded"]) == 3
    assert "`guarded` is protected" in capsys.readouterr().err
    assert not (project / "mmctl-probe").exists()
    assert exit_code(["send", "--probe", "init"]) == 0
    mine = project / "mmctl-probe/mmctl.yaml"
    mine.write_text(
        mine.read_text().replace("region: us-east-1}", "region: us-east-1, protected: true}")
    )
    assert exit_code(["send", "--probe", "run"]) == 3
    # Another name for the place of a protected environment is refused as well.
    mine.write_text(mine.read_text().replace(", protected: true", ""))
    main = project / "mmctl.yaml"
    main.write_text(
        main.read_text().replace(
            "guarded: {endpoint: embedded,",
            'guarded: {endpoint: embedded, account: "000000000000", region: us-east-1,',
        )
    )
    assert exit_code(["send", "--probe", "run"]) == 3
    assert "`guarded` is protected" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--probe", "start"], "got `--probe start`"),
        (["--probe", "run"], "there is no probe in"),
        (["--probe", "run", "."], "is no probe"),
        (["--probe", "init", "a", "b"], "takes one folder"),
        (["--probe", "done", "--write"], "`--write` is for"),
        (["--write"], "`--write` is for"),
        (["--probe", "run", "--rcpt", "a@example.org"], "`--rcpt` is for messages"),
        (["--probe", "run", "--count", "2"], "`--count` is for messages"),
        (["--probe", "run", "--expect"], "got both `--probe` and `--expect`"),
        (["--probe", "done", "--format", "junit"], "JUnit"),
    ],
)
def test_what_is_no_step_of_a_probe_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert project.exists()
    assert exit_code(["send", *words]) == 64
    assert said in capsys.readouterr().err


def found_by_probe(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    exit_code(["send", "--probe", "run", *words, "--format", "json"])
    captured = capsys.readouterr()
    document: dict[str, Any] = json.loads(captured.out or f'{{"error": "{captured.err}"}}')
    return document


@pytest.mark.slow
def test_the_probe_finds_every_reading_of_an_embedded_endpoint_set_every_way(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["send", "--probe", "init"]) == 0
    assert exit_code(["-C", "mmctl-probe", "apply", "--yes", "-q"]) == 0
    wrong = []
    for world in TOGETHER:
        with EmbeddedServer(project / "mmctl-probe", world, "--accept-facts"):
            document = found_by_probe(capsys)
        choices = {each["reading"]: each["choice"] for each in document["readings"]}
        for name, choice in world.items():
            if choices[name] != choice:
                wrong.append(
                    (name, choice, [e for e in document["readings"] if e["reading"] == name])
                )
    assert wrong == []


@pytest.mark.slow
def test_what_a_probe_finds_is_written_only_when_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["send", "--probe", "init"]) == 0
    assert exit_code(["-C", "mmctl-probe", "apply", "--yes", "-q"]) == 0
    before = (project / "mmctl.yaml").read_text()
    with EmbeddedServer(project / "mmctl-probe", {"first_match": "yes"}):
        document = found_by_probe(capsys)
        assert (project / "mmctl.yaml").read_text() == before
        assert not (project / "readings.evidence.json").exists()
        assert '+  first_match: "yes"' in document["difference"]
        assert {case["passes"] for case in document["cases"]} == {False}
        found_by_probe(capsys, "--write")
    untold = {e["reading"]: e["why"] for e in document["readings"] if e["status"] == "untold"}
    assert "--accept-facts" in untold["dmarc_policy_means"]
    assert untold.keys() >= {*NOT_BY_MAIL, *TOLD_BY_NO_LATER_RULE}
    run = Run(directory=project, today=date(2026, 11, 28))
    assert run.project().settings.readings.first_match == "yes"
    assert exit_code(["fmt", "--check", "mmctl.yaml"]) == 0
    evidence = json.loads((project / "readings.evidence.json").read_text())
    first = next(each for each in evidence["readings"] if each["reading"] == "first_match")
    assert first["seen"] == {"first-match": "first-match/1/"}


class FakeBucket:
    """Copies that come late."""

    place = "s3://bucket"

    def __init__(self, copies: Mapping[str, bytes], late: int) -> None:
        self.copies, self.late = copies, late

    def entries(self, prefix: str) -> Iterator[Any]:
        self.late -= 1
        if self.late < 0:
            for key, content in self.copies.items():
                if key.startswith(prefix):
                    yield type("Entry", (), {"key": key, "size": len(content)})

    def part(self, entry: Any, start: int, end: int) -> bytes:
        return self.copies[entry.key][start:end]


def test_copies_of_a_bucket_are_awaited_and_those_of_others_left_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.exists()
    slept: list[float] = []
    monkeypatch.setattr("mmctl.cli.world.sleep", slept.append)
    copies = {"rest/last": b"a", "first-match/1/one": b"b", "first-match/1/stranger": b"c"}
    bucket = FakeBucket(copies, late=2)
    monkeypatch.setattr("mmctl.live.aws.connect.open_bucket", lambda *_: bucket)

    def sent(message_id: str) -> Any:
        return type("One", (), {"sent": type("Sent", (), {"message_id": message_id})})

    found = probe_run._in_bucket(
        Run(directory=project, today=date(2026, 11, 28)).project(),
        "bucket",
        {"first-match": sent("one"), END.name: sent("last")},
        60,
    )
    assert dict(found) == {"rest/last": b"a", "first-match/1/one": b"b"}
    assert len(slept) == 3
