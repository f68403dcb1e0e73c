"""The log of another gateway: forms of the CSV, words for outcomes, and what decides."""

from __future__ import annotations

import pytest

from mmctl.errors import UsageError
from mmctl.operate.comparing.other_gateway import Decided, outcome_of, read_other

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
    assert read_other(text, "o.csv") == ROW


def test_of_several_rows_of_a_recipient_the_outcome_that_counts_first_decides() -> None:
    rows = ["m1,b@example.com,a,discard", "m1,b@example.com,b,deliver", "m1,b@example.com,c,hold"]
    text = "\n".join(["message_id,recipient,rule,action", *rows])
    assert read_other(text, "o.csv") == {("m1", "b@example.com"): Decided("delivered", "b")}


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
        read_other(text, "o.csv")
