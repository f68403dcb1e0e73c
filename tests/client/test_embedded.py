"""Mail to the embedded Mail Manager: followed to its outcome, and cases compared by its logs."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.cli.main import exit_code
from mmctl.emulator.smtp.process import serve
from mmctl.emulator.smtp.settings import SmtpSettings

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Serving = Callable[..., None]

CASES = "cases/gateway.yaml"
PATIENCE = 60.0
"""Seconds after which a test gives up; nothing waits that long unless something is broken."""


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A new project that is live on its embedded Mail Manager."""
    monkeypatch.chdir(tmp_path)
    assert exit_code(["init", "--no-input"]) == 0
    assert exit_code(["apply", "--yes", "-q"]) == 0
    capsys.readouterr()
    return tmp_path


@pytest.fixture
def serving(project: Path) -> Iterator[Callable[..., None]]:
    """Starts the server of the project's mail, with settings of `mmctl emulate`."""
    with ExitStack() as stack:

        def start(**settings: Any) -> None:
            state, data = project / ".mmctl/embedded.db", project / ".mmctl/mail"
            given = {"host": "127.0.0.1", "port": 0, **settings}
            ready, ending = threading.Event(), threading.Event()
            errors: list[BaseException] = []

            def ended(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
                def wait() -> None:
                    ending.wait()
                    loop.call_soon_threadsafe(stop.set)

                threading.Thread(target=wait, daemon=True).start()

            def run() -> None:
                try:
                    serve(
                        SmtpSettings(state=str(state), data=str(data), **given),
                        clock=lambda: datetime.now(UTC),
                        on_ready=lambda _: ready.set(),
                        on_note=lambda _: None,
                        ended=ended,
                    )
                except BaseException as error:  # noqa: BLE001 - the test gets it
                    errors.append(error)
                    ready.set()

            thread = threading.Thread(target=run, daemon=True)
            thread.start()

            def stop() -> None:
                ending.set()
                thread.join(PATIENCE)
                assert not thread.is_alive()

            stack.callback(stop)
            assert ready.wait(PATIENCE)
            if errors:
                raise errors[0]

        yield start


def sent(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    """The document that `mmctl send` writes."""
    capsys.readouterr()
    got = exit_code(["send", *words, "--format", "json"])
    out, errors = capsys.readouterr()
    assert got == code, out + errors
    return json.loads(out)


def test_a_message_is_followed_to_its_outcome(
    serving: Serving, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    document = sent(capsys, "--scenario", "phishing", "--tls", "optional")
    (message,) = document["messages"]
    assert document["endpoint"]["ingress_point"] == "public-mx"
    assert message["accepted"]
    assert message["facts_stated"]
    became = message["became"]
    assert became["finished"]
    assert not became["differs"]
    assert became["recipients"] == became["simulated"]
    delivered = [done for done in became["done"] if done["what"].startswith("delivered")]
    assert [(project / ".mmctl/mail" / done["where"]).is_file() for done in delivered] == [True]


def test_a_rule_that_is_not_live_yet_shows_as_a_difference(
    serving: Serving, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    _drop_everything(project)
    document = sent(capsys, "--scenario", "legitimate", "--tls", "optional", code=1)
    became = document["messages"][0]["became"]
    assert became["differs"]
    assert [each["outcome"] for each in became["recipients"]] == ["delivered"]
    assert [each["outcome"] for each in became["simulated"]] == ["dropped"]
    assert exit_code(["send", "--scenario", "legitimate", "--tls", "optional"]) == 1
    assert "simulate says differently" in capsys.readouterr().out


def _drop_everything(project: Path) -> None:
    rules = next(file for file in project.glob("rules/*.yaml") if "deliver" in file.read_text())
    text = rules.read_text()
    at = text.index("- name: deliver")
    indent = " " * (at - text.rindex("\n", 0, at) - 1)
    rule = f"- name: drop-all\n{indent}  actions: [drop]\n{indent}"
    rules.write_text(text[:at] + rule + text[at:])


def test_every_case_can_be_sent_where_facts_are_taken(
    serving: Serving, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    document = sent(capsys, "--expect")
    counts = document["counts"]
    assert counts["as_stated"] == counts["same"] == len(document["cases"]) >= 5
    outcomes = {each["got"]["outcome"] for case in document["cases"] for each in case["recipients"]}
    assert outcomes >= {"delivered", "dropped", "refused"}
    logs = project / ".mmctl/mail/logs"
    read = sum(len(file.read_text().splitlines()) for file in logs.iterdir())
    assert read > 10, "the outcomes come from the service's own records"


def test_nothing_is_added_to_a_message_of_a_case(
    serving: Serving, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    document = sent(capsys, "--expect", "--run", "invoice")
    (case,) = document["cases"]
    id_ = case["message_id"]
    kept = (project / ".mmctl/mail/messages" / id_[:2] / f"{id_}.eml").read_bytes()
    written = (project / "cases/messages/invoice.eml").read_bytes()
    assert kept == written.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def test_a_case_that_ends_differently_is_found_by_the_logs(
    serving: Serving, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    file = project / CASES
    text = file.read_text()
    assert "delivered" in text
    file.write_text(text.replace("delivered", "bounced"))
    document = sent(capsys, "--expect", code=1)
    wrong = [case for case in document["cases"] if case["result"] == "differs"]
    assert len(wrong) == document["counts"]["differs"] >= 1
    differs = [line for case in wrong for each in case["recipients"] for line in each["differs"]]
    assert "outcome: expected bounced, got delivered" in differs
    assert exit_code(["send", "--expect", "--format", "junit"]) == 1
    out = capsys.readouterr().out
    assert f'failures="{len(wrong)}"' in out
    assert "expected bounced, got delivered" in out


def test_without_facts_cases_are_judged_with_what_the_session_has(
    serving: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    serving()
    document = sent(capsys, "--expect")
    counts = document["counts"]
    assert counts["as_stated"] == 0
    assert counts["own_facts"] + counts["not_sendable"] == len(document["cases"])
    assert counts["own_facts"] == counts["same"] > 0
    own = [case for case in document["cases"] if case["kind"] == "own facts"]
    assert all(any(line.startswith("spf ") for line in case["why"]) for case in own)
    ends = [
        (each["stated"]["outcome"], each["expected"]["outcome"], each["got"]["outcome"])
        for case in own
        for each in case["recipients"]
    ]
    assert all(here == got for _, here, got in ends)
    assert any(stated != here for stated, here, _ in ends), "both outcomes are shown"


def test_what_cannot_be_sent_is_said_with_the_reason(
    serving: Serving, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    file = project / CASES
    message = "{from: a@example.org, to: staff@example.com, subject: hi, body: hello}"
    more = "".join(
        f"\n  - name: {name}\n    message: {message}\n    {member}\n"
        f"    envelope: {{mail_from: a@example.org, recipients: [staff@example.com]}}\n"
        f"    expect: {{staff@example.com: delivered}}\n"
        for name, member in (("alone", "rule_set: inbound"), ("later", "todo: not ready"))
    )
    file.write_text(file.read_text().rstrip("\n") + "\n" + more)
    document = sent(capsys, "--expect")
    why = {case["name"]: case["why"] for case in document["cases"] if case["why"]}
    assert why == {
        "alone": ["it is judged by rule set `inbound` alone, which takes no mail"],
        "later": ["it is expected to fail: not ready"],
    }
    assert document["counts"]["not_sendable"] == 2
    document = sent(capsys, "--expect", "--run", "alone", code=4)
    assert document["counts"]["same"] == 0


def test_logs_that_do_not_come_are_said_and_never_taken_for_sameness(
    serving: Serving, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    empty = project / "empty"
    empty.mkdir()
    (empty / "rule-set.jsonl").write_text("")
    words = ("--expect", "--run", "invoice", "--logs", "empty", "--wait", "1")
    document = sent(capsys, *words, code=4)
    assert [case["result"] for case in document["cases"]] == ["no record"]
    exit_code(["send", *words])
    assert "no log said within 1 s" in capsys.readouterr().out


@pytest.mark.usefixtures("project")
def test_without_a_server_the_command_that_starts_it_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in (["--scenario", "spam"], ["--expect"]):
        assert exit_code(["send", *words]) == 5
        assert "mmctl emulate" in capsys.readouterr().err
