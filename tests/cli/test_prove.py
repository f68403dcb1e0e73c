"""`mmctl prove` in its formats, and what is there when time or patience ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jsonschema
import pytest

from mmctl.analysis.questions import gateway_proof
from mmctl.analysis.questions.dead import Finding, dead_rule
from mmctl.cli import world
from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from mmctl.analysis.encoding.proof import Proof

SARIF: Final = Path(__file__).parents[1] / "render" / "sarif-2.1.0.schema.json"
HOSTILE: Final = "<img src=x onerror=alert(1)> \u202e"
SETTINGS: Final = "version: 1\nproject: acme\nenvironments: {local: {endpoint: embedded}}\n"
RULES: Final = """version: 1
rule_sets:
  inbound:
    rules:
      - name: block
        conditions: [{subject: {contains: [offer, "big offer <script>alert(1)</script>"]}}]
        actions: [drop]
      - {name: offers, conditions: [{subject: {equals: my offer}}], actions: [drop]}
      - phase: route
        rules:
          - name: board
            conditions: [{recipient: {starts_with: board@}}]
            actions: [{archive: {to: vault}}, stop]
          - {name: deliver, actions: [{relay: {to: exchange}}]}
archives:
  vault: {retention: ONE_YEAR}
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
invariants:
"""
BROKEN: Final = f'  - {{name: "{HOSTILE}", never: dropped}}\n  - {{name: anything, only: {{}}}}\n'
HOLDS: Final = "  - {name: only exchange, only: {relay: [exchange]}}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "mmctl.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "all.yaml").write_text(RULES + BROKEN, encoding="utf-8")
    return tmp_path


def written(project: Path, *options: str) -> tuple[int, str]:
    """The exit code, and what is written."""
    out = project / "out"
    code = exit_code(["-C", str(project), "prove", *options, "-o", str(out)])
    return code, out.read_text(encoding="utf-8")


def test_the_page_shows_every_answer_and_what_others_wrote_is_text_on_it(project: Path) -> None:
    code, page = written(project, "--format", "html")
    assert code == 1
    for word in (
        "proved",
        "vacuous",
        "broken",
        "dead",
        "order matters",
        "without effect",
        "mmctl why .mmctl",
    ):
        assert word in page
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; \\u202e" in page
    assert "src=" not in page.replace("src=x onerror", "")
    found, message = written(project, "--format", "html", "--find", "dropped")
    assert found == 0
    assert "mmctl why .mmctl/witness/found.yaml" in message


def test_code_scanning_gets_what_does_not_hold_under_the_names_of_checks(project: Path) -> None:
    code, text = written(project, "--format", "sarif")
    document = json.loads(text)
    jsonschema.validate(document, json.loads(SARIF.read_text(encoding="utf-8")))
    (run,) = document["runs"]
    assert code == 1
    assert [(each["ruleId"], each["level"]) for each in run["results"]] == [
        ("invariant-broken", "error"),
        ("vacuous-invariant", "warning"),
        ("order-matters", "error"),
        ("unreachable-rule", "error"),
        ("unreachable-value", "note"),
    ]
    assert {each["id"] for each in run["tool"]["driver"]["rules"]} == {
        each["ruleId"] for each in run["results"]
    }


def test_what_was_proved_until_an_interruption_is_shown(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(proof: Proof, place: int) -> Finding | None:
        if place == 1:
            raise KeyboardInterrupt
        return dead_rule(proof, place)

    monkeypatch.setattr(gateway_proof, "dead_rule", interrupted)
    monkeypatch.setattr("mmctl.cli.commands.prove.end_without_further_interruptions", lambda: None)
    code, text = written(project)
    assert code == 130
    assert "proved: no accepted mail is lost" in text
    assert "whether these can apply: offers, board, deliver: it was" in text
    assert "whether the rules of phase route may be in any order: board: it was" in text
    assert "interrupted" in capsys.readouterr().err


def test_when_the_time_is_over_nothing_more_is_decided(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = project / "rules" / "all.yaml"
    rules.write_text(RULES + HOLDS, encoding="utf-8")
    hours = iter(range(0, 10**9, 3600))
    monkeypatch.setattr(world, "elapsed", lambda: next(hours))
    code, text = written(project, "--timeout", "1")
    assert code == 4
    assert "undecided: no accepted mail is lost: the time was used up" in text
    assert "  proved" not in text
    found, message = written(project, "--timeout", "1", "--find", "dropped")
    assert (found, message) == (4, "undecided: the time was used up\n")
    monkeypatch.undo()
    code, text = written(project)
    assert code == 1
    assert "undecided" not in text


def test_what_changes_nothing_is_no_failure(project: Path) -> None:
    rules = RULES.replace("      - {name: offers,", "      - {name: others,").replace(
        "my offer", "x"
    )
    (project / "rules" / "all.yaml").write_text(rules + HOLDS, encoding="utf-8")
    code, text = written(project)
    assert "1 without effect" in text
    assert "1 where order matters" in text
    assert code == 1
    calm = rules.replace(
        "      - phase: route\n", "      - phase: route\n        on_overlap: file_order\n"
    )
    (project / "rules" / "all.yaml").write_text(calm + HOLDS, encoding="utf-8")
    code, text = written(project)
    assert "1 without effect" in text
    assert code == 0


def test_of_very_many_parts_that_change_nothing_the_rest_is_undecided(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_proof, "IDLE_AT_MOST", 0)
    (project / "rules" / "all.yaml").write_text(RULES + HOLDS, encoding="utf-8")
    code, text = written(project)
    assert "more than 0 parts of rules above change nothing" in " ".join(text.split())
    assert code in {1, 4}


def test_answers_are_told_where_no_message_can_be_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A checkout that cannot be written is no reason to keep a broken invariant back."""
    (project / ".mmctl").write_text("a file is in the way", encoding="utf-8")
    assert exit_code(["-C", str(project), "prove"]) == 1
    told = capsys.readouterr()
    assert "broken: <img src=x onerror=alert(1)>" in told.out
    assert "warning: cannot write `.mmctl/witness/" in told.err
    for form in ("json", "sarif", "html"):
        assert written(project, "--format", form)[0] == 1
