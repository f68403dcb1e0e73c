"""Where a message is: what the person knows of it, and what the embedded Mail Manager noted."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from logged import INGRESS_ARN, id_number, lines_of, read

from mmctl.cli.messages.noted_mail import noted_mail
from mmctl.errors import UsageError
from mmctl.judge.judging import judge
from mmctl.judge.submission import Scenario, Submission, gateway_of_ingress_point
from mmctl.language.parsing.load import read_text
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.operate.logs.names import LogNames
from mmctl.operate.logs.outcomes import endings
from mmctl.operate.logs.reading import Log
from mmctl.operate.logs.sources import LogFiles
from mmctl.operate.whereabouts.asked import AskedWhere, asked_address
from mmctl.operate.whereabouts.looking import look
from mmctl.operate.whereabouts.sentences import WhereSentences
from mmctl.operate.whereabouts.told import (
    InArchive,
    MessageAt,
    Noted,
    NotedHandover,
    RecipientAt,
    WhereAnswer,
    WhereState,
)
from mmctl.render.text.where import text

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 28, 21, tzinfo=UTC)
RULES = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  held: {retention: ONE_YEAR}
traffic_policies:
  edge: {default: allow, statements: []}
rule_sets:
  inbound:
    rules:
      - name: hold
        conditions: [{recipient: {starts_with: [held]}}]
        actions: [{archive: {to: held}}, stop]
      - name: deliver
        actions: [{relay: {to: exchange}}]
ingress_points:
  mx-in: {type: open, rule_set: inbound, traffic_policy: edge}
"""
PROJECT = """
version: 1
project: test
rules: [rules.yaml]
environments:
  here: {endpoint: embedded}
default_environment: here
"""


def told(recipient: str, noted: Noted, sender: str = "a@example.org", *failing: str) -> RecipientAt:
    """Where a message for somebody is."""
    project, problems = read_text({"mmctl.yaml": PROJECT, "rules.yaml": RULES})
    assert problems == ()
    assert project is not None
    gateway = gateway_of_ingress_point(project, "mx-in")
    submission = Submission(
        email=read_email(b"Subject: a\r\n\r\nx"),
        session=Session(source_ip="192.0.2.1", helo="h", tls=Tls.TLS1_3),
        envelope=Envelope(mail_from=sender, recipients=(recipient,)),
        facts=Facts(),
    )
    trace = judge(gateway, submission, Scenario(failing=frozenset(failing)))
    (message,) = read([lines_of(gateway, submission, trace, id_number(1))])
    names = LogNames.of(project)
    (ended,) = endings(message, names)
    return WhereSentences(names, "here").of(message, ended, noted)


def handed(state: WhereState, **more: Any) -> NotedHandover:
    members = {"host": "127.0.0.1:2600", "reply": "250 ok", "recipients": ("b@example.com",)}
    return NotedHandover(**{"state": state, "at": AT, "target": "exchange", **members, **more})


@pytest.mark.parametrize(
    ("noted", "state", "says"),
    [
        ((), WhereState.DELIVERED, "was delivered to relay `exchange` at 2026-11-28 21:00:00 UTC"),
        (
            (handed(WhereState.DELIVERED),),
            WhereState.DELIVERED,
            "to relay `exchange` at 127.0.0.1:2600 at 2026-11-28 21:00:00 UTC",
        ),
        (
            (handed(WhereState.WAITING, reply="451 busy", next="2026-11-28T21:05:00Z"),),
            WhereState.WAITING,
            "the server said: 451 busy; it is tried again at 2026-11-28T21:05:00Z",
        ),
        (
            (handed(WhereState.WAITING), handed(WhereState.FAILED, reply="550 nobody")),
            WhereState.FAILED,
            "the server said: 550 nobody",
        ),
        (
            (handed(WhereState.FAILED, recipients=("other@example.com",)),),
            WhereState.DELIVERED,
            "was delivered",
        ),
    ],
)
def test_what_the_server_of_a_relay_answered_counts(
    noted: tuple[NotedHandover, ...], state: WhereState, says: str
) -> None:
    got = told("b@example.com", Noted(handed_on=noted))
    assert got.state is state
    assert says in got.sentence
    assert got.sentence.endswith("rule `deliver` (rules.yaml:15)") or "the server" in got.sentence


def test_a_failure_for_one_recipient_is_none_for_the_others() -> None:
    # the log says of an action that it failed, and not for whom
    others = handed(WhereState.FAILED, recipients=("other@example.com",), reply="550 nobody")
    for state in (WhereState.DELIVERED, WhereState.WAITING, WhereState.FAILED):
        noted = Noted(handed_on=(handed(state), others))
        got = told("b@example.com", noted, "a@example.org", "relay:exchange")
        assert (got.state, "550 nobody" in got.sentence) == (state, False)
    alone = told("b@example.com", Noted(handed_on=(others,)), "a@example.org", "relay:exchange")
    assert alone.state is WhereState.FAILED


def test_held_mail_has_the_command_that_releases_it() -> None:
    known = told("held@example.com", Noted(archived=(InArchive(archive="held", id="x-1"),)))
    assert known.state is WhereState.HELD
    assert known.release == "mmctl archive release x-1 --archive held --env here --via … --reason …"


def test_mail_that_was_only_admitted_is_not_said_to_be_accepted() -> None:
    project, _ = read_text({"mmctl.yaml": PROJECT, "rules.yaml": RULES})
    assert project is not None
    line = {
        "resource_arn": INGRESS_ARN,
        "event_timestamp": 1795905663776,
        "ingress_point_type": "OPEN",
        "ingress_point_id": "inp-1",
        "ingress_point_session_id": "36292ba08cfd6c2f00000001",
        "traffic_policy_id": "tp-1",
        "traffic_policy_evaluation": [],
        "traffic_policy_verdict": "ACCEPT",
        "smtp_mail_from": "a@example.org",
        "recipient": "b@example.com",
    }
    (message,) = read([json.dumps(line)])
    names = LogNames.of(project)
    (ended,) = endings(message, names)
    got = WhereSentences(names, "here").of(message, ended, Noted())
    assert got.state is WhereState.UNKNOWN
    assert got.sentence.startswith("may not have been accepted: ")


def test_the_command_for_held_mail_is_one_for_hostile_senders_too() -> None:
    sender = "$(touch x);'\"@example.org"
    known = told("held@example.com", Noted(), sender)
    words = shlex.split(known.release or "")
    assert words[words.index("--mail-from") + 1] == sender
    assert words[:3] == ["mmctl", "archive", "search"]


@pytest.mark.parametrize(
    ("text", "exact", "met", "not_met"),
    [
        ("Ann@Example.org", "ann@example.org", None, None),
        ("@Example.org", "@example.org", None, None),
        ("example.org", "@example.org", None, None),
        ("<ann@example.org>", "ann@example.org", None, None),
        ("<>", "", None, None),
        ("Ann@", None, "ANN@example.net", "joann@example.net"),
        ("ann", None, "ann@example.net", None),
    ],
)
def test_a_part_of_an_address_is_enough(
    text: str, exact: str | None, met: str | None, not_met: str | None
) -> None:
    asked = asked_address(text, "--from")
    assert asked.exact == exact
    assert met is None or asked.is_met(met)
    assert not_met is None or not asked.is_met(not_met)


@pytest.mark.parametrize("text", ["@", "a b", "ann@example.org x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--to"):
        asked_address(text, "--to")


def test_only_the_recipients_that_are_asked_about_are_told() -> None:
    asked = AskedWhere(recipient=asked_address("example.com", "--to"), now=AT)
    assert asked.is_recipient("A@EXAMPLE.COM")
    assert not asked.is_recipient("a@example.org")
    assert asked.until - asked.since == timedelta(hours=48)


def test_events_beside_a_log_are_read_and_damaged_ones_passed_over(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    known = id_number(1)
    base = {"at": "2026-11-28T21:00:00.123Z", "id": known}
    events = [
        {**base, "event": "delivered", "target": "exchange", "host": "maildir",
         "recipients": ["b@example.com"], "reply": "250 ok", "file": None, "tries": 1},
        {**base, "event": "action", "rule": "hold", "rule_index": 1, "action": "ARCHIVE",
         "action_index": 1, "target": "held", "recipients": ["b@example.com"],
         "status": "SUCCESS", "detail": "", "file": f"archives/a-12345678abc/{known}.eml"},
        {**base, "event": "delivered"},
        {**base, "id": id_number(2), "event": "finished"},
    ]  # fmt: skip
    lines = "".join(json.dumps(each) + "\n" for each in events)
    (tmp_path / "events.jsonl").write_text(f"{lines}{known} no JSON\n", encoding="utf-8")
    noted = noted_mail([LogFiles(tmp_path / "logs")])
    assert noted is not None
    found = noted([known])[known]
    assert [each.state for each in found.handed_on] == [WhereState.DELIVERED]
    assert found.archived == (InArchive(archive="held", id=f"{known}-45678abc"),)
    assert noted_mail([LogFiles(tmp_path)]) is not None
    assert noted_mail([LogFiles(tmp_path / "logs" / "missing")]) is not None
    (tmp_path / "events.jsonl").unlink()
    assert noted_mail([LogFiles(tmp_path / "logs")]) is None


def test_without_a_time_what_is_not_seen_says_for_which_time(tmp_path: Path) -> None:
    records = [
        {
            "event_timestamp": int((AT - timedelta(hours=hours)).timestamp() * 1000),
            "message_id": "m",
        }
        for hours in (30, 1)
    ]
    more = {"ingress_point_id": "inp-1", "recipients": ["b@example.com"], "message_size_bytes": 1}
    (tmp_path / "log.jsonl").write_text("".join(f"{json.dumps(each | more)}\n" for each in records))
    log = Log(sources=[LogFiles(tmp_path / "log.jsonl")])
    asked = AskedWhere(sender=asked_address("eve@example.org", "--from"), now=AT)
    said = look(log, asked, LogNames()).not_seen
    assert said is not None
    assert said.startswith("not seen from 2026-11-27 21:00:00 UTC until 2026-11-28 20:00:00 UTC")


def test_sentences_fit_the_screen_and_commands_stay_whole() -> None:
    release = "mmctl archive release " + "a" * 70
    one = RecipientAt(
        recipient="ben@example.com",
        state=WhereState.HELD,
        by="hold",
        place="rules.yaml:9",
        target="held",
        sentence="is held in archive `held`, by rule `hold` (rules.yaml:9)",
        release=release,
    )
    message = MessageAt(
        id="m1", at=AT, mail_from="ann@example.org", ingress_point=None, recipients=(one,)
    )
    answer = WhereAnswer(found=1, messages=(message,), reach=(AT, AT))
    assert text(answer, 80).splitlines() == [
        "2026-11-28 21:00:00 UTC  mail from <ann@example.org> to <ben@example.com> is",
        "    held in archive `held`, by rule `hold` (rules.yaml:9)",
        f"  help: {release}",
        "  message id: m1",
        "the log reaches until 2026-11-28 21:00:00 UTC",
    ]
    assert text(answer).splitlines()[0].endswith(one.sentence)
