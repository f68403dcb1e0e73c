"""The log of another gateway: forms of the CSV, words for outcomes, and what decides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mmctl.errors import UsageError
from mmctl.operate.comparing.other_log import read_other
from mmctl.operate.comparing.other_words import Decided, outcome_of

NOW = datetime(2026, 11, 29, tzinfo=UTC)
ROW = {("m1", "b@example.com"): Decided("stored", "their rule")}


@pytest.mark.parametrize(
    "text",
    [
        "message_id,recipient,rule,action\nm1,b@example.com,their rule,quarantine\n",
        "\ufeffmessage_id,recipient,rule,action\r\nm1,B@example.com,their rule,ARCHIVE\r\n",
        "Action;score;Rule;Recipient;Message_ID\nhold;1;their rule;b@example.com;m1\n",
        'rule\taction\trecipient\tmessage_id\n"their rule"\tstore\tb@example.com\tm1\n',
        "message_id,recipient,rule,action\nm1,b@example.com,their rule,quarantine,more,of it\n",
    ],
)
def test_columns_come_in_any_order_and_form(text: str) -> None:
    assert read_other(text, "o.csv", NOW).by_id == ROW


def test_of_several_rows_of_a_recipient_the_outcome_that_counts_first_decides() -> None:
    rows = ["m1,b@example.com,a,discard", "m1,b@example.com,b,deliver", "m1,b@example.com,c,hold"]
    text = "\n".join(["message_id,recipient,rule,action", *rows])
    assert read_other(text, "o.csv", NOW).by_id == {
        ("m1", "b@example.com"): Decided("delivered", "b")
    }


def test_words_of_other_gateways_are_outcomes_and_unknown_ones_stay() -> None:
    words = {
        "RELAY": "delivered",
        "write-to-s3": "stored",
        "Reject": "refused",
        "bounce": "bounced",
        "drop": "dropped",
        "Tag & Deliver": "tag & deliver",
    }
    assert {word: outcome_of(word) for word in words} == words


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no column"),
        ("message_id,recipient,rule\n", "`action`"),
        ("message_id,recipient,rule,action\nm1,,a,b\n", "o.csv:2"),
        ("message_id,recipient,rule,action\nm1\n", "o.csv:2"),
        (f"message_id,recipient,rule,action\nm1,{'x' * 70_000},a,b\n", "is not a CSV"),
    ],
)
def test_what_is_no_such_log_is_refused(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_other(text, "o.csv", NOW)


def test_a_row_of_several_recipients_says_what_became_of_each() -> None:
    text = (
        "origin_timestamp_utc,sender_address,message_id,recipient_status\n"
        "2026-11-28T09:10:00Z,a@example.org,<1@example.org>,"
        '"b@example.com##Receive, Deliver;c@example.com##Receive, Fail;d@example.com##Receive"\n'
    )
    found = read_other(text, "report.csv", NOW)
    assert found.by_id == {
        ("1@example.org", "b@example.com"): Decided("delivered", "no rule"),
        ("1@example.org", "c@example.com"): Decided("bounced", "no rule"),
    }
    assert [envelope.at.hour for envelope, _, _ in found.by_envelope] == [9, 9]


def test_the_event_of_a_transport_rule_names_it() -> None:
    text = (
        "MessageId,RecipientAddress,SenderAddress,Date,Event,Action,Detail\n"
        "<1@example.org>,b@example.com,a@example.org,2026-11-28T09:10:00Z,Transport rule,Reject,"
        "\"Transport rule: 'No programs', ID: ('1')\"\n"
    )
    found = read_other(text, "detail.csv", NOW)
    assert found.by_id == {("1@example.org", "b@example.com"): Decided("refused", "No programs")}


POSTFIX = "mx postfix/{}[1]: {}"


@pytest.mark.parametrize(
    ("program", "said", "decided"),
    [
        (
            "smtpd",
            "NOQUEUE: reject: RCPT from a[192.0.2.1]: 554 5.7.1 <a@example.org>: Sender address "
            "rejected: bad; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<a>",
            Decided("refused", "Sender address rejected: bad"),
        ),
        (
            "cleanup",
            "4A1B2C3D4E: discard: header Subject: x; y from a[192.0.2.1]; from=<a@example.org> "
            "to=<b@example.com> proto=ESMTP helo=<a>: not wanted",
            Decided("dropped", "not wanted"),
        ),
        ("smtp", "4A1B2C3D4E: to=<b@example.com>, relay=r, status=sent (ok)", "delivered"),
        ("discard", "4A1B2C3D4E: to=<b@example.com>, relay=none, status=sent (gone)", "dropped"),
        ("error", "4A1B2C3D4E: to=<b@example.com>, relay=none, status=bounced (no)", "bounced"),
        ("smtp", "4A1B2C3D4E: to=<b@example.com>, relay=r, status=deferred (later)", None),
    ],
)
def test_a_line_of_postfix_says_what_became_of_a_recipient(
    program: str, said: str, decided: Decided | str | None
) -> None:
    lines = [f"Nov 28 09:10:00 {POSTFIX.format(program, said)}"]
    if not said.startswith("NOQUEUE"):
        lines.insert(
            0, "Nov 28 09:09:59 mx postfix/qmgr[1]: 4A1B2C3D4E: from=<a@example.org>, size=1"
        )
        lines.insert(0, "Nov 28 09:09:58 mx postfix/cleanup[1]: 4A1B2C3D4E: message-id=<1@x>")
    found = read_other("\n".join(lines), "mail.log", NOW)
    wanted = Decided(decided, "no rule") if isinstance(decided, str) else decided
    assert [each for _, each, _ in found.by_envelope] == ([] if wanted is None else [wanted])
    key = ("1@x", "b@example.com")
    assert found.by_id == ({} if program == "smtpd" or wanted is None else {key: wanted})


@pytest.mark.parametrize("name", ["postfix", "postfix-in", "postfix/submission", "postfix-b/smtps"])
def test_instances_of_postfix_log_under_names_of_their_own(name: str) -> None:
    start = f"Nov 28 09:10:00 mx {name}"
    text = f"{start}/qmgr[1]: 4A1B2C3D4E: from=<a@example.org>, size=1\n"
    text += f"{start}/smtp[1]: 4A1B2C3D4E: to=<b@example.com>, status=sent (ok)"
    [(_, decided, _)] = read_other(text, "mail.log", NOW).by_envelope
    assert decided == Decided("delivered", "no rule")


@pytest.mark.parametrize(
    ("now", "line", "year"),
    [
        (NOW, "Dec 31 23:00:00", 2025),
        (NOW, "Nov 28 09:10:00", 2026),
        (NOW, "2024-02-29T09:10:00+01:00", 2024),
        (datetime(2029, 1, 5, tzinfo=UTC), "Feb 29 09:10:00", 2028),
        (datetime(2028, 2, 29, 23, 59, 58, tzinfo=UTC), "Feb 29 23:59:59", 2028),
        (datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC), "Jan  1 00:00:03", 2027),
        (datetime(2027, 1, 1, tzinfo=UTC), "Dec 31 23:59:59", 2026),
    ],
)
def test_a_line_without_a_year_is_of_the_last_twelve_months(
    now: datetime, line: str, year: int
) -> None:
    text = f"{line} mx postfix/qmgr[1]: 4A1B2C3D4E: from=<a@example.org>, size=1\n"
    text += f"{line} {POSTFIX.format('smtp', '4A1B2C3D4E: to=<b@example.com>, status=sent (ok)')}"
    ((envelope, _, _),) = read_other(text, "mail.log", now).by_envelope
    assert envelope.at.year == year
