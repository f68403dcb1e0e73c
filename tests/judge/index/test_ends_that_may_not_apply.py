"""A rule that ends, unless an earlier one changes what it sees, hides no later rule."""

from __future__ import annotations

import pytest

from mmctl.api import load
from mmctl.judge.index.index import Index
from mmctl.judge.judged import JudgedMessage
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.submission import Submission, gateway_of_rule_set
from mmctl.language.project import Outcome
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email

RULES = """\
version: 1
relays: {exchange: {server: mail.corp.example.com, port: 25, authentication: none}}
rule_sets:
  inbound:
    rules:
      - name: change
        actions: [CHANGE]
      - name: end
        conditions: [CONDITION]
        actions: [drop]
      - name: deliver
        conditions: [{subject: {equals: hello}}]
        actions: [{relay: {to: exchange}}]
"""
CHANGES = {
    "a recipient": (
        "{replace_recipient: [bob@example.com]}",
        "{recipient: {equals: ann@example.com}}",
    ),
    "a header": (
        "{add_header: {name: X-Mark, value: seen}}",
        "{header: {name: X-Mark, not_equals: seen}}",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_messages_that_differ_after_it_end_differently(change: str) -> None:
    action, condition = CHANGES[change]
    text = RULES.replace("CHANGE", action).replace("CONDITION", condition)
    gateway = gateway_of_rule_set(load({"rules.yaml": text}), "inbound")
    index = Index(gateway=gateway)
    ends = []
    for subject in (b"hello", b"other"):
        submission = Submission(
            email=read_email(b"Subject: " + subject + b"\r\n\r\n"),
            session=Session(),
            envelope=Envelope(recipients=("ann@example.com",)),
            facts=Facts(),
        )
        trace = judge(gateway, submission)
        dependences = readings_that_matter(gateway, submission, trace)
        judged = index.judge(submission)
        assert judged == JudgedMessage.of(trace, dependences)
        ends += [got.ended.outcome for got in judged.recipients]
    assert ends == [Outcome.DELIVERED, Outcome.LOST]
