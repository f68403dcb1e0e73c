"""Judging what must end somewhere, whatever nobody said."""

from __future__ import annotations

from mmctl.judge.settling import functions_of, going_on, judge_settled
from mmctl.judge.submission import (
    LambdaAnswer,
    Scenario,
    Submission,
    gateway_of_ingress_point,
)
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:scan"
ROLE = "arn:aws:iam::123456789012:role/r"
HOW = "request_response"
PROJECT = """
version: 1
project: test
rules: [rules.yaml]
environments:
  here: {endpoint: embedded}
default_environment: here
"""
RULES = f"""
version: 1
add_ons:
  vade: {{product: VADE_ADVANCED_EMAIL_SECURITY}}
traffic_policies:
  edge: {{default: allow, statements: []}}
rule_sets:
  inbound:
    rules:
      - name: scan
        actions: [{{invoke_lambda: {{function: "{FUNCTION}", role: "{ROLE}", invocation: {HOW}}}}}]
      - name: quarantine
        conditions: [{{add_on: {{name: vade, field: category, equals: phishing}}}}]
        actions: [drop]
      - name: strict
        conditions: [{{dmarc_policy: {{equals: REJECT}}}}]
        actions: [drop]
      - name: deliver
        actions: [{{send: {{role: "{ROLE}"}}}}]
ingress_points:
  mx-in: {{type: open, rule_set: inbound, traffic_policy: edge}}
"""


def test_what_nobody_said_ends_somewhere_and_is_told_as_assumed() -> None:
    """Without an add-on's answer, a DMARC policy, or an answer of the function."""
    project, problems = read_text({"mmctl.yaml": PROJECT, "rules.yaml": RULES})
    assert problems == ()
    assert project is not None
    gateway = gateway_of_ingress_point(project, "mx-in")
    submission = Submission(
        email=read_email(b"Subject: a\r\n\r\nx"),
        session=Session(source_ip="192.0.2.1"),
        envelope=Envelope(mail_from="a@example.org", recipients=("b@example.com",)),
        facts=Facts(),
    )
    functions = functions_of(gateway)
    trace = judge_settled(gateway, submission, going_on(Scenario(), functions))
    assert functions == (FUNCTION,)
    assert [(each.outcome, each.by) for each in trace.recipients] == [
        (Outcome.DELIVERED, "deliver")
    ]
    assert {fact.fact: value for fact, value in trace.assumed.items()} == {
        "vade.category": "absent",
        "dmarc_policy": "no value",
    }
    assert trace.missing == ()


def test_a_function_that_answers_under_its_short_name_is_not_taken_for_silent() -> None:
    """The name of a function stands for its ARN."""
    stated = Scenario(answers={"scan": LambdaAnswer.STOP_RULE_SET})
    assert going_on(stated, [FUNCTION]) is stated
    silent = going_on(Scenario(), [FUNCTION])
    assert silent.answers == {FUNCTION: LambdaAnswer.CONTINUE}
