"""Recipients who each lack a fact of their own are too many together, and the index says so."""

from __future__ import annotations

import pytest

from mmctl.api import load
from mmctl.judge.index.index import Index
from mmctl.judge.judged import JudgedMessage
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.submission import Submission, gateway_of_rule_set
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email

RULES = """\
version: 1
address_lists: {feed: {members: external}}
archives: {vault: {retention: SEVEN_YEARS}}
relays: {exchange: {server: mail.corp.example.com, port: 25, authentication: none}}
rule_sets:
  inbound:
    rules:
      - name: listed
        conditions: [{recipient: {in_address_list: feed}}]
        actions: [ACTION]
      - name: deliver
        actions: [{relay: {to: exchange, on_failure: drop}}]
"""


@pytest.mark.parametrize(
    ("count", "action", "depend"),
    [
        pytest.param(6, "{archive: {to: vault}}", 0, id="few enough"),
        pytest.param(7, "{archive: {to: vault}}", 7, id="too many, who are seen alike"),
        pytest.param(102, "drop", 2, id="too many, of whom two are refused"),
    ],
)
def test_recipients_who_together_are_unknown(count: int, action: str, depend: int) -> None:
    gateway = gateway_of_rule_set(load({"rules.yaml": RULES.replace("ACTION", action)}), "inbound")
    submission = Submission(
        email=read_email(b"Subject: hello\r\n\r\n"),
        session=Session(),
        envelope=Envelope(recipients=tuple(f"u{number}@example.com" for number in range(count))),
        facts=Facts(),
    )
    trace = judge(gateway, submission)
    dependences = readings_that_matter(gateway, submission, trace)
    about = [each for each in dependences if each.reading == "failure_drop_scope"]
    assert len(about) == depend
    assert Index(gateway=gateway).judge(submission) == JudgedMessage.of(trace, dependences)
