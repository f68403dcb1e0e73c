"""Mail to the embedded Mail Manager: followed to its outcome, and cases compared by its logs."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from served_project import live_project, served
from smtp_servers import lines_to, scripted
from story import check_document

from mmctl.cases.parsing import cases_of
from mmctl.cli.main import exit_code
from mmctl.cli.sending import expected, smoke
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.language.parsing.load import read_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Serving = Callable[..., None]

CASES = "cases/gateway.yaml"


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A new project that is live on its embedded Mail Manager."""
    monkeypatch.chdir(tmp_path)
    live_project(tmp_path)
    capsys.readouterr()
    return tmp_path


@pytest.fixture
def serving(project: Path) -> Iterator[Serving]:
    """Starts the server of the project's mail, with settings of `mmctl emulate`."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(served(project, **settings))


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
    delivered = [done for done in became["done"] if done["status"] == "delivered"]
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


def test_an_unsound_outcome_is_said_with_what_would_be_sound(
    serving: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    document = sent(capsys, "--scenario", "gift-cards", "--tls", "optional")
    (message,) = document["messages"]
    (unsound,) = message["unsound"]
    (ended,) = message["became"]["recipients"]
    assert (unsound["recipient"], unsound["outcome"]) == (ended["recipient"], ended["outcome"])
    assert exit_code(["send", "--scenario", "gift-cards", "--tls", "optional"]) == 0
    said = capsys.readouterr().out
    assert f"UNSOUND: {ended['outcome']} for {ended['recipient']}" in said
    assert f"a sound gateway: {unsound['sound']}" in said
    assert unsound["because"] in said
    document = sent(capsys, "--scenario", "legitimate", "--tls", "optional")
    assert document["messages"][0]["unsound"] == []


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
        "later": ["it has a `todo`: not ready"],
    }
    assert document["counts"]["not_sendable"] == 2
    document = sent(capsys, "--expect", "--run", "alone", code=4)
    assert document["counts"]["same"] == 0


def test_a_closed_ingress_point_refuses_as_cases_expect(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "rules/gateway.yaml"
    point = "    type: open\n"
    text = file.read_text()
    assert point in text
    file.write_text(text.replace(point, f"{point}    status: closed\n", 1))
    cases = project / CASES
    cases.write_text(
        "version: 1\ncases:\n  - name: nobody comes in\n    ingress_point: public-mx\n"
        "    message: {from: a@example.org, to: staff@example.com}\n"
        "    envelope: {mail_from: a@example.org, recipients: [staff@example.com]}\n"
        "    expect: {staff@example.com: {outcome: refused, by: closed ingress point}}\n"
    )
    with scripted(lambda client: lines_to(client, b"421 4.3.2 closed\r\n")) as port:
        words = ("--to", f"127.0.0.1:{port}", "--ingress-point", "public-mx")
        document = sent(capsys, "--expect", *words)
    (case,) = document["cases"]
    assert (case["result"], case["kind"]) == ("same", "as stated")
    assert case["recipients"][0]["got"]["outcome"] == "refused"


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


def test_evidence_says_which_rules_were_tried_and_how_it_ended(
    serving: Serving, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    document = sent(capsys, "--expect", "--record-evidence")
    (file,) = project.glob(f".mmctl/snapshots/*/{document['evidence']}")
    text = file.read_text()
    assert check_document(text) == "mmctl/evidence@1"
    evidence = json.loads(text)
    assert evidence["counts"] == document["counts"]
    assert [case["name"] for case in evidence["as_stated"]] == [
        case["name"] for case in document["cases"]
    ]
    assert {case["result"] for case in evidence["as_stated"]} == {"same"}
    assert evidence["history"].startswith("0001-")
    (point,) = evidence["endpoints"]
    assert point["ingress_point"] == "public-mx"
    assert point["a_record"]
    again = sent(capsys, "--expect", "--record-evidence", "--run", "invoice")
    assert again["evidence"] != document["evidence"]
    assert exit_code(["history"]) == 0, "the history goes on as before"
    assert "0001-" in capsys.readouterr().out


def test_no_evidence_is_kept_where_other_rules_are_live(
    serving: Serving, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    _drop_everything(project)
    assert exit_code(["send", "--expect", "--record-evidence"]) == 3
    errors = capsys.readouterr().err
    assert "differs from the files before sending: 1 difference" in errors
    assert "why:" in errors
    assert list(project.glob(".mmctl/snapshots/*/evidence-*")) == []
    assert not (project / ".mmctl/mail/messages.jsonl").read_text(), "nothing was sent"


def test_a_change_while_mail_is_sent_leaves_no_evidence(
    serving: Serving,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serving(accept_facts=True)
    send_all = expected.expected_of

    def and_meanwhile(*given: Any) -> Any:
        found = send_all(*given)
        _by_hand(project)
        return found

    monkeypatch.setattr(expected, "expected_of", and_meanwhile)
    assert exit_code(["send", "--expect", "--record-evidence"]) == 3
    assert "after sending" in capsys.readouterr().err
    assert list(project.glob(".mmctl/snapshots/*/evidence-*")) == []


def _by_hand(project: Path) -> None:
    """Change a rule in the service, as somebody in the console does."""
    manager = EmbeddedMailManager(project / ".mmctl/embedded.db", clock=lambda: datetime.now(UTC))
    with manager:
        where = {"account": "000000000000", "region": "us-east-1"}
        (found,) = manager.call("ListRuleSets", {}, **where)["RuleSets"]
        whole = manager.call("GetRuleSet", {"RuleSetId": found["RuleSetId"]}, **where)
        manager.call(
            "UpdateRuleSet",
            {"RuleSetId": found["RuleSetId"], "Rules": whole["Rules"][:-1]},
            **where,
        )


def _rename_a_rule(project: Path) -> None:
    for file in (*project.glob("rules/*.yaml"), project / CASES):
        file.write_text(re.sub(r"\bdeliver\b", "hand-over", file.read_text()))


def test_a_few_cases_are_sent_after_an_apply(
    serving: Serving, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    _rename_a_rule(project)
    assert exit_code(["apply", "--yes", "--smoke"]) == 0, capsys.readouterr()
    out, errors = capsys.readouterr()
    assert "sending 2 cases as mail" in errors
    assert "2 ended as expected, 0 did not" in out
    assert len((project / ".mmctl/mail/messages.jsonl").read_text().splitlines()) == 1
    assert exit_code(["apply", "--yes", "--smoke"]) == 0, "also where nothing is to be applied"
    assert "2 ended as expected" in capsys.readouterr().out


def test_smoke_that_ends_differently_is_said_with_the_way_back(
    serving: Serving, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(accept_facts=True)
    _rename_a_rule(project)
    cases = project / CASES
    cases.write_text(cases.read_text().replace("outcome: delivered", "outcome: bounced"))
    assert exit_code(["apply", "--yes", "--smoke", "--force", "cases"]) == 1
    out, errors = capsys.readouterr()
    assert "applied as 0002-" in out
    assert "DIFFERS" in out
    assert "outcome: expected bounced, got delivered" in out
    assert "mmctl rollback" in errors


def test_smoke_without_a_server_says_that_the_apply_is_done_and_how_to_go_back(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoke, "_NEW_POINT", 0.0)
    _rename_a_rule(project)
    assert exit_code(["apply", "--yes", "--smoke"]) == 1
    out, errors = capsys.readouterr()
    assert "applied as 0002-" in out
    assert "the apply is done" in errors
    assert "mmctl rollback" in errors


def test_smoke_cases_are_the_marked_ones_else_the_first_of_each_kind(project: Path) -> None:
    def chosen() -> list[str]:
        return [case.name for case in smoke.smoke_cases(cases_of(read_project(project)[0])[0])]

    first = chosen()
    assert len(first) == 2
    cases = project / CASES
    name = "  - name: mail for other domains is refused\n"
    text = cases.read_text()
    assert name in text
    cases.write_text(text.replace(name, f"{name}    smoke: true\n"))
    assert chosen() == ["mail for other domains is refused"]


@pytest.mark.usefixtures("project")
def test_without_a_server_the_command_that_starts_it_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in (["--scenario", "spam"], ["--expect"]):
        assert exit_code(["send", *words]) == 5
        assert "mmctl emulate" in capsys.readouterr().err


def test_only_ingress_points_of_the_account_are_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exit_code(["init", "."]) == 0
    settings = tmp_path / "mmctl.yaml"
    prod = '\n  prod: {endpoint: "http://127.0.0.1:1", region: us-east-1, account: "444455556666"}'
    local = "local: {endpoint: embedded}"
    settings.write_text(settings.read_text().replace(local, local + prod))
    point = {"id": "inp-1", "type": "OPEN", "region": "us-east-1", "host": "127.0.0.1", "port": 1}
    served = [
        point | {"name": "public-mx", "account": f"{n}" * 12, "status": "ACTIVE"} for n in "12"
    ]
    folder = tmp_path / ".mmctl" / "mail"
    folder.mkdir(parents=True)
    ports = {"schema": "mmctl/ports@1", "pid": 1, "ingress_points": served}
    (folder / "ports.json").write_text(json.dumps(ports))
    capsys.readouterr()
    assert exit_code(["send", "--env", "prod", "--scenario", "spam"]) == 5
    assert "it serves none in account 444455556666" in capsys.readouterr().err
