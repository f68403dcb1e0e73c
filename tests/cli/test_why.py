"""`mmctl why`: what is said of rules, policies and recipients, and the JSON that programs read."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from mmctl.cli.face import make_app
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROJECT = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  vault: {retention: ONE_YEAR}
rule_sets:
  inbound:
    rules:
      - phase: early
        unless: [{subject: {contains: urgent}}]
        on_overlap: any
        rules:
          - name: fork
            conditions: [{recipient: {equals: team@example.com}}]
            actions: [{replace_recipient: [ann@example.com, bob@example.com]}]
      - name: drop-bob
        conditions: [{recipient: {equals: bob@example.com}}]
        actions: [drop]
      - name: spam
        conditions: [{spf: {equals: FAIL}}]
        actions: [drop]
      - name: keep
        conditions: [{recipient: {starts_with: keep}}]
        actions: [{archive: {to: vault}}, stop]
      - name: mark
        conditions: [{subject: {contains: [plans, "budget"]}}]
        actions: [{add_header: {name: X-Plans, value: "yes"}}]
      - name: deliver
        unless: [{recipient: {starts_with: nobody}}]
        actions: [{relay: {to: exchange}}]
"""
MESSAGE = (
    "Return-Path: <a@example.org>\nFrom: a@example.org\nSubject: =?utf-8?q?Pl=61ns?=\n\nbody\n"
)


@pytest.fixture(name="said")
def said_fixture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[str, dict[str, Any]]]:
    """Ask why: what people read, and the document, which the schema allows."""
    (tmp_path / "rules.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "m.eml").write_text(MESSAGE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    app = make_app("why")
    schema = json.loads(
        files("mmctl.render").joinpath("schemas/why.schema.json").read_text("utf-8")
    )

    def said(*arguments: str, message: str = "m.eml") -> tuple[str, dict[str, Any]]:
        app(["why", message, *arguments], standalone_mode=False)
        text = capsys.readouterr().out
        app(["why", message, *arguments, "--format", "json"], standalone_mode=False)
        document: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert list(Draft202012Validator(schema).iter_errors(document)) == []
        return text, document

    return said


def test_the_rule_that_decided_is_named_with_what_it_compared(said: Callable[..., Any]) -> None:
    text, document = said("--rcpt", "x@example.com", "--spf", "FAIL")
    (got,) = document["recipients"]
    assert text.startswith("x@example.com: dropped by spam\n  spam applied  rules.yaml:20\n")
    assert 'line 21: spf equals "FAIL"; it is "FAIL"' in text
    assert [trace["rule"] for trace in got["decided"]] == ["spam"]
    assert got["rule"] is None


def test_a_rule_that_did_not_apply_shows_its_first_condition_that_failed(
    said: Callable[..., Any],
) -> None:
    text, document = said("--rcpt", "x@example.com", "--spf", "PASS", "--rule", "mark")
    assert "mark applied" in text
    # Texts are shown as they were compared: encoded words decoded.
    assert 'subject contains "plans"; it is "Plans"' in text
    text, document = said("--rcpt", "x@example.com", "--spf", "PASS", "--rule", "keep")
    assert "keep did not apply" in text
    (asked,) = document["recipients"][0]["rule"]["asked"]
    (because,) = asked["because"]
    assert (because["at"], because["operand"], because["operator"], because["compared"]) == (
        "conditions[0]",
        "recipient",
        "starts_with",
        ["x@example.com"],
    )
    assert (because["file"], because["line"]) == ("rules.yaml", 24)


def test_a_rule_that_was_held_back_shows_which_unless_did_it(said: Callable[..., Any]) -> None:
    text, document = said("--rcpt", "nobody@example.com", "--spf", "PASS", "--rule", "deliver")
    assert "deliver was held back" in text
    assert 'unless recipient starts_with "nobody"; it is "nobody@example.com"' in text
    assert document["recipients"][0]["rule"]["asked"][0]["because"][0]["at"] == "unless[0]"


def test_lost_mail_names_no_rule_but_those_that_applied(said: Callable[..., Any]) -> None:
    text, document = said("--rcpt", "nobody@example.com", "--spf", "PASS")
    assert text == (
        "nobody@example.com: lost\n"
        "  no rule delivers, stores, bounces or drops it\n"
        "  rules that applied: mark\n"
    )
    assert document["recipients"][0]["decided"] == []


def test_a_rule_that_was_not_asked_names_the_one_that_ended_it(said: Callable[..., Any]) -> None:
    text, document = said("--rcpt", "keep@example.com", "--spf", "PASS", "--rule", "deliver")
    assert "deliver was not evaluated: keep ended it before" in text
    assert document["recipients"][0]["rule"] == {
        "rule": "deliver",
        "asked": [],
        "ended_by": "keep",
    }


def test_each_copy_of_a_message_that_forked_is_told(said: Callable[..., Any]) -> None:
    text, _ = said("--rcpt", "team@example.com", "--spf", "PASS", "--rule", "drop-bob")
    assert "  copy for ann@example.com: delivered by deliver\n" in text
    assert "  copy for bob@example.com: dropped by drop-bob\n" in text
    assert "drop-bob did not apply for ann@example.com" in text
    assert "drop-bob applied for bob@example.com" in text


def test_a_missing_fact_is_named_with_the_command_that_states_it(said: Callable[..., Any]) -> None:
    text, document = said("--rcpt", "x@example.com")
    (got,) = document["recipients"]
    assert text.startswith(
        "x@example.com: unknown: delivered or dropped\n  spam may or may not apply"
    )
    assert text.endswith("  mmctl why m.eml --rcpt x@example.com --spf PASS\n")
    assert [trace["rule"] for trace in got["open"]] == ["spam"]
    assert "assumed: spf PASS" in said("--rcpt", "x@example.com", "--assume", "pass")[0]


def test_a_rule_of_a_phase_shows_the_exception_that_its_phase_adds(
    said: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "m.eml").write_text(MESSAGE.replace("=?utf-8?q?Pl=61ns?=", "URGENT"))
    text, _ = said("--rcpt", "team@example.com", "--spf", "PASS", "--rule", "fork")
    assert "fork was held back" in text
    assert 'unless subject contains "urgent"; it is "URGENT"' in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--rcpt", "x@example.com", "--rule", "delivr"), "there is no rule `delivr`"),
        (("--case", "x"), "got both a message and a case"),
        ((), "the recipients are unknown"),
    ],
)
def test_what_is_nowhere_is_a_usage_error(
    said: Callable[..., Any], arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        said(*arguments)


CASES = """\
version: 1
cases:
  - name: from a
    message: m.eml
    rule_set: inbound
    envelope: {mail_from: a@example.org, recipients: [x@example.com]}
    verdicts: {spf: FAIL}
    expect: {x@example.com: dropped}
  - name: from b
    message: m.eml
    rule_set: inbound
    envelope: {recipients: [x@example.com]}
    expect: {x@example.com: delivered}
"""


def test_a_case_file_states_all_facts_wherever_it_is_in_the_project(
    said: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / ".kept").mkdir()
    (tmp_path / ".kept" / "m.eml").write_text(MESSAGE)
    file = tmp_path / ".kept" / "found.yaml"
    file.write_text(CASES)
    text, _ = said("--case", "from a", message=str(file))
    assert text.startswith("x@example.com: dropped by spam\n")
    with pytest.raises(UsageError, match="got 2 cases: `from a`, `from b`"):
        said(message=str(file))
    with pytest.raises(UsageError, match="there is no case `from c`"):
        said("--case", "from c", message=str(file))
    with pytest.raises(UsageError, match="`--spf` is for a message, and a case is given"):
        said("--spf", "PASS", message=str(file))
    file.write_text("version: 1\nrule_sets: {}\n")
    with pytest.raises(UsageError, match=r"found\.yaml` has no case for environment"):
        said(message=str(file))
    with pytest.raises(UsageError, match="is outside of the project"):
        said(message=str(tmp_path.parent / "found.yaml"))


def test_one_message_is_asked_about(said: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "m.eml").unlink()
    (tmp_path / "m.eml").mkdir()
    for name in ("a.eml", "b.eml"):
        (tmp_path / "m.eml" / name).write_text(MESSAGE)
    with pytest.raises(UsageError, match="has more than one message"):
        said("--rcpt", "x@example.com")


def test_other_rules_are_asked_the_same(
    said: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    text = PROJECT.replace("{equals: FAIL}", "{equals: GRAY}").replace("name: mark", "name: label")
    (other / "rules.yaml").write_text(text, encoding="utf-8")
    asked = ("--rcpt", "x@example.com", "--spf", "FAIL", "--against", str(other))
    told, document = said(*asked)
    assert told.startswith("x@example.com: dropped by spam\n")
    assert f"x@example.com, against {other}: delivered by deliver\n" in told
    assert document["against"]["rules"] == str(other)
    assert document["against"]["recipients"][0]["outcome"] == "delivered"
    told, _ = said(*asked, "--rule", "label")
    assert "  there is no rule label\n" in told
    assert "  label applied" in told
    told, document = said("--rcpt", "x@example.com", "--spf", "PASS", "--against", str(other))
    assert told.endswith(f"  against {other}: the same\n")
    assert document["against"]["recipients"][0]["outcome"] == "delivered"
