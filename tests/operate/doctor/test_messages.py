"""One message: why a rule did not take it, when rules changed, and where it went, by real mail."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sample_log import AT, sample_log
from served_project import live_project, served

from mmctl.cli.main import exit_code
from operate.doctor.sound_world import findings, says

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

MESSAGE = "cases/messages/invoice.eml"
_FORCED = ("lint", "cases", "ordinary-mail", "behaviour", "blocking", "catch-all")


def _doctor(
    capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]:
    capsys.readouterr()
    exit_code(["doctor", "--format", "json", *words])
    document = json.loads(capsys.readouterr().out)
    return findings(document), {each["id"]: each for each in document["looks"]}


def _sent(capsys: pytest.CaptureFixture[str]) -> str:
    """The id of a message that was sent to the embedded server."""
    capsys.readouterr()
    words = ["--mail-from", "ann@example.org", "--rcpt", "bob@example.com"]
    assert exit_code(["send", MESSAGE, *words, "--format", "json"]) == 0
    (sent,) = json.loads(capsys.readouterr().out)["messages"]
    return str(sent["message_id"])


def _without_tls(folder: Path) -> None:
    """Admit mail whatever its TLS, which a file does not say."""
    rules = folder / "rules/gateway.yaml"
    lines = rules.read_text(encoding="utf-8").splitlines(keepends=True)
    rules.write_text("".join(each for each in lines if "tls_protocol" not in each))


def _apply() -> None:
    forced = [word for each in _FORCED for word in ("--force", each)]
    assert exit_code(["apply", "--yes", "-q", "--allow-delete", "--force", "size", *forced]) == 0


def _at(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """Let the commands of this process run at a time; the mail server has its own."""
    monkeypatch.setattr("mmctl.cli.world.now", lambda: now)


def test_why_a_rule_does_not_take_a_message_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    live_project(tmp_path, _without_tls)
    message = ("--message", MESSAGE, "--rcpt", "bob@example.com")
    found, looks = _doctor(capsys, *message)
    assert found == {}
    assert says(looks["taken-before"]["sound"][0], "<bob@example.com>: ")
    found, looks = _doctor(capsys, *message, "--rule", "deliver")
    assert says(looks["taken-before"]["sound"][0], "`deliver` applies to <bob@example.com>")
    name = "block-lookalikes"
    found, _ = _doctor(capsys, *message, "--rule", name)
    (fault,) = found["taken-before"]
    assert says(fault["text"], f"rule `{name}` does not apply to <bob@example.com>")
    assert says(fault["why"], "condition not met: ")
    assert fault["commands"] == [f"mmctl why {MESSAGE} --rcpt bob@example.com --rule {name}"]


def test_facts_that_nobody_stated_are_named_with_the_command_that_states_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    live_project(tmp_path)
    words = ("--message", MESSAGE, "--rcpt", "bob@example.com", "--rule", "deliver")
    _, looks = _doctor(capsys, *words)
    (left,) = looks["taken-before"]["not_looked_at"]
    assert left["why"] == "facts are missing: `tls`"
    command = f"mmctl why {MESSAGE} --rcpt bob@example.com --rule deliver --tls TLS1_3"
    assert left["help"] == command
    assert exit_code(command.split()[1:]) == 0


def test_a_reading_that_decides_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    live_project(tmp_path, _shouting)
    found, _ = _doctor(capsys, "--message", MESSAGE, "--rcpt", "bob@example.com")
    (fault,) = found["reading-matters"]
    assert says(fault["text"], "outcome depends on `text_case`")
    assert fault["commands"] == ["mmctl send --probe init probe"]


def _shouting(folder: Path) -> None:
    """A rule whose letter case is not that of the message."""
    _without_tls(folder)
    with (folder / "rules/security.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "  - name: block-shouting\n    owner: security\n    conditions:\n"
            "      - subject: {contains: INVOICE}\n    actions: [drop]\n"
        )


def test_a_message_is_followed_and_rules_that_came_later_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    begun = datetime.now(UTC).replace(microsecond=0)
    _at(monkeypatch, begun - timedelta(hours=1))
    live_project(tmp_path)
    rules = tmp_path / "rules/gateway.yaml"
    text = rules.read_text(encoding="utf-8")
    with served(tmp_path):
        id_ = _sent(capsys)
        found, looks = _doctor(capsys, "--message-id", id_, "--rule", "deliver")
        assert found == {}
        assert says(looks["message-gone"]["sound"][0], f"message {id_} to <bob@example.com> ")
        assert says(looks["not-in-the-log"]["sound"][0], f"`deliver` matched message {id_}")
        assert looks["changed-since"]["sound"]
        assert looks["actions-failed"]["sound"]

        rules.write_text(
            text.replace("relay: {to", "archive: {to: all-mail}\n          - relay: {to")
        )
        _at(monkeypatch, begun + timedelta(hours=1))
        _apply()
        found, _ = _doctor(capsys, "--message-id", id_)
        assert set(found) == {"changed-since"}
        assert says(found["changed-since"][0]["text"], "before apply 0002-")

        # Rules that take nothing: the next message is accepted and gone.
        nothing = "conditions: [{subject: {contains: nobody writes this}}]\n        actions:"
        rules.write_text(text.replace("actions:", nothing), encoding="utf-8")
        _at(monkeypatch, begun + timedelta(hours=2))
        _apply()
        id_ = _sent(capsys)
        found, _ = _doctor(capsys, "--message-id", id_, "--rule", "deliver")
        assert says(found["message-gone"][0]["text"], f"message {id_} to <bob@example.com> .*lost")
        assert says(found["not-in-the-log"][0]["text"], f"`deliver` did not match message {id_}")


def test_a_message_in_the_second_of_an_apply_may_have_met_other_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _at(monkeypatch, datetime.now(UTC) - timedelta(hours=1))
    live_project(tmp_path)
    with served(tmp_path):
        id_ = _sent(capsys)
        exit_code(["logs", "--message-id", id_, "--format", "json"])
        (message,) = json.loads(capsys.readouterr().out)["messages"]
        at = datetime.fromisoformat(message["at"])
        rules = tmp_path / "rules/gateway.yaml"
        text = rules.read_text(encoding="utf-8")
        rules.write_text(
            text.replace("relay: {to", "archive: {to: all-mail}\n          - relay: {to")
        )
        _at(monkeypatch, at.replace(microsecond=0))
        _apply()
        found, _ = _doctor(capsys, "--message-id", id_)
        assert says(found["changed-since"][0]["text"], "in the second of apply 0002-")


def test_actions_that_failed_in_the_last_day_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    live_project(tmp_path)
    now = int(datetime.now(UTC).timestamp() * 1000) - 60_000
    log = tmp_path / "log.jsonl"
    log.write_text(sample_log("a").replace(str(AT), str(now)), encoding="utf-8")
    found, _ = _doctor(capsys, "--logs", "log.jsonl")
    (fault,) = found["actions-failed"]
    assert says(fault["text"], "`relay` of rule `deliver` failed 1 time in the last day: a")
    assert fault["commands"] == ["mmctl logs --rule deliver --since 24h"]
    found, looks = _doctor(capsys, "--logs", "log.jsonl", "--message-id", "nobody")
    (left,) = looks["message-gone"]["not_looked_at"]
    assert says(left["why"], "the log has no record of it")
