"""Live rules of a packed rule set on the page: told in rules of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.judging import judge
from mmctl.judge.submission import Submission, gateway_of_ingress_point
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email
from mmctl.serve.page.happenings import happenings
from mmctl.serve.page.rows import accepted_row
from mmctl.serve.page.rule_names import RulesOnPage
from operate.logs import packed as gateway

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mmctl.operate.logs.packed import PackedRules

AT = "2026-11-28T21:00:00.000Z"
LURES = "one of 14 rules: lure-00, lure-01, … (mm.lure-00.etc)"


def packed_of(name: str, when: datetime) -> Sequence[PackedRules]:
    assert when.tzinfo is not None
    return (gateway.packed(),) if name.startswith("mm.") else ()


def submission(subject: str, mail_from: str = "x@example.net") -> Submission:
    return Submission(
        email=read_email(f"From: x@example.net\r\nSubject: {subject}\r\n\r\nhi".encode()),
        session=Session(source_ip="192.0.2.1", helo="mail.example.net"),
        envelope=Envelope(mail_from=mail_from, recipients=("ann@example.com",)),
        facts=Facts(),
    )


def test_the_way_of_a_message_names_the_rules_of_the_files_that_applied() -> None:
    names = RulesOnPage(packed_of)
    live = gateway_of_ingress_point(gateway.live(), "mx-in")
    written = gateway_of_ingress_point(gateway.written(), "mx-in")
    for sent in (
        submission("lure-03 now"),
        submission("hi", "sender-07@example.net"),
        submission("hi", "ann@example.org"),
        submission("hi"),
    ):
        told = names.trace(judge(live, sent, assume_pass=True), sent, AT).recipients[0]
        meant = judge(written, sent, assume_pass=True).recipients[0]
        assert told.by == meant.by
        assert " and ".join(told.applied) == " and ".join(meant.applied)
        for rule in told.rules:
            if rule.applied and rule.rule == told.by:
                assert rule.position.file == "rules.yaml"


def test_the_list_and_the_events_say_one_of_several_rules() -> None:
    names = RulesOnPage(packed_of)
    judged = {
        "event": "judged",
        "at": AT,
        "recipients": [
            {
                "recipient": "ann@example.com",
                "outcome": "stored",
                "by": "mm.lure-00.etc",
                "rules": ["mm.lure-00.etc"],
            }
        ],
    }
    row = accepted_row({"id": "m1", "at": AT}, 0)
    row.happens(judged, 0, names)
    assert row.by == LURES
    assert row.rules == (LURES,)
    acted = {"event": "action", "at": AT, "action": "archive", "rule": "mm.long.1"}
    told = happenings([judged, acted], names)
    assert told[0].more == (f"ann@example.com: stored by {LURES}",)
    assert told[1].more[0] == "by long"


def test_a_live_rule_that_nobody_knows_keeps_its_name() -> None:
    names = RulesOnPage(packed_of)
    assert names.short("mm.other.etc", AT) == "mm.other.etc"
    assert names.short("mm.lure-00.etc", "no time") == "mm.lure-00.etc"
    assert RulesOnPage().short("mm.lure-00.etc", AT) == "mm.lure-00.etc"
