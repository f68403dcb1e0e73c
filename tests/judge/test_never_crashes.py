"""The judge never fails on a message or rule, and recipients are judged as if they were alone."""

from __future__ import annotations

import io
import lzma
import tarfile
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmctl.judge.compare import Members
from mmctl.judge.judging import judge
from mmctl.judge.readings.asked import Answers, questions_of
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.readings.met import readings_not_met
from mmctl.judge.submission import (
    Gateway,
    LambdaAnswer,
    Scenario,
    Submission,
    gateway_of_ingress_point,
)
from mmctl.language.parsing.load import read_project
from mmctl.language.project import LogicalRule, Outcome
from mmctl.language.readings import CHOICES, Readings
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.enums import (
    RuleClientCertificateAttribute,
    RuleDmarcPolicy,
    RuleNumberOperator,
    RuleStringEmailAttribute,
    RuleStringOperator,
    RuleVerdict,
)
from mmctl.model.policies import TrafficPolicy
from mmctl.model.rules import Rule
from mmctl.problem import Position, Positions

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = "arn:aws:iam::111122223333:role/gateway"
ADDRESSES = ["a@x.example", "b@x.example", "c@y.example"]
WORDS = [
    "a",
    "b",
    "A@x.example",
    "b@x.example",
    "@x.example",
    "x",
    "FREE",
    "*",
    "é",
    "\ufffd",
    "=?",
]
CIDRS = ["192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "999.1.1.1/99", "192.0.2.7/32"]


def one_of(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(*(st.fixed_dictionaries({key: value}) for key, value in members.items()))


analysis = st.fixed_dictionaries(
    {
        "Analyzer": st.sampled_from(
            ["vade", "arn:aws:ses:us-east-1:111122223333:addon-instance/ai-1"]
        ),
        "ResultField": st.sampled_from(["isPassed", "category", "addon.verdict", "is Listed"]),
    }
)
listed = st.fixed_dictionaries(
    {
        "Attribute": st.sampled_from(["RECIPIENT", "MAIL_FROM", "SENDER", "FROM", "TO", "CC"]),
        "AddressLists": st.sampled_from([["known"], ["external"], ["deleted"]]),
    }
)
strings = st.fixed_dictionaries(
    {
        "Evaluate": one_of(
            Attribute=st.sampled_from(list(RuleStringEmailAttribute)),
            MimeHeaderAttribute=st.sampled_from(["X-Mark", "X-Other"]),
            Analysis=analysis,
            ClientCertificateAttribute=st.sampled_from(list(RuleClientCertificateAttribute)),
        ),
        "Operator": st.sampled_from(list(RuleStringOperator)),
        "Values": st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    }
)
booleans = st.fixed_dictionaries(
    {
        "Evaluate": one_of(
            Attribute=st.sampled_from(["READ_RECEIPT_REQUESTED", "TLS", "TLS_WRAPPED"]),
            Analysis=analysis,
            IsInAddressList=listed,
        ),
        "Operator": st.sampled_from(["IS_TRUE", "IS_FALSE"]),
    }
)
verdicts = st.fixed_dictionaries(
    {
        "Evaluate": one_of(Attribute=st.sampled_from(["SPF", "DKIM"]), Analysis=analysis),
        "Operator": st.sampled_from(["EQUALS", "NOT_EQUALS"]),
        "Values": st.lists(st.sampled_from(list(RuleVerdict)), min_size=1, max_size=2),
    }
)
conditions = one_of(
    StringExpression=strings,
    BooleanExpression=booleans,
    VerdictExpression=verdicts,
    NumberExpression=st.fixed_dictionaries(
        {
            "Evaluate": st.just({"Attribute": "MESSAGE_SIZE"}),
            "Operator": st.sampled_from(list(RuleNumberOperator)),
            "Value": st.sampled_from([0.0, 30.5, 1e9, -1.0]),
        }
    ),
    IpExpression=st.fixed_dictionaries(
        {
            "Evaluate": st.just({"Attribute": "SOURCE_IP"}),
            "Operator": st.sampled_from(["CIDR_MATCHES", "NOT_CIDR_MATCHES"]),
            "Values": st.lists(st.sampled_from(CIDRS), min_size=1, max_size=2),
        }
    ),
    DmarcExpression=st.fixed_dictionaries(
        {
            "Operator": st.sampled_from(["EQUALS", "NOT_EQUALS"]),
            "Values": st.lists(st.sampled_from(list(RuleDmarcPolicy)), min_size=1, max_size=2),
        }
    ),
)
failure = st.sampled_from([{}, {"ActionFailurePolicy": "DROP"}])
actions = st.one_of(
    st.just({"Drop": {}}),
    failure.map(lambda policy: {"Relay": {"Relay": "exchange", **policy}}),
    failure.map(lambda policy: {"Archive": {"TargetArchive": "vault", **policy}}),
    st.just({"Send": {"RoleArn": ROLE}}),
    st.sampled_from(WORDS).map(
        lambda word: {"AddHeader": {"HeaderName": "X-Mark", "HeaderValue": word}}
    ),
    st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=3).map(
        lambda to: {"ReplaceRecipient": {"ReplaceWith": to}}
    ),
    st.just({"ReplaceRecipient": {}}),
    st.just(
        {
            "Bounce": {
                "RoleArn": ROLE,
                "Sender": "postmaster@x.example",
                "StatusCode": "5.1.1",
                "SmtpReplyCode": "550",
                "DiagnosticMessage": "gone",
            }
        }
    ),
    st.sampled_from(["EVENT", "REQUEST_RESPONSE"]).map(
        lambda kind: {
            "InvokeLambda": {
                "FunctionArn": "arn:aws:lambda:us-east-1:111122223333:function:ask",
                "InvocationType": kind,
                "RoleArn": ROLE,
            }
        }
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> tuple[LogicalRule, ...]:
    position = Position(file="rules.yaml")
    return tuple(
        LogicalRule(
            name=f"rule-{number}",
            rule=Rule.logical(
                {
                    "Conditions": draw(st.lists(conditions, max_size=2)),
                    "Unless": draw(st.lists(conditions, max_size=1)),
                    "Actions": draw(st.lists(actions, min_size=1, max_size=3)),
                }
            ),
            stop=draw(st.booleans()),
            shadow=draw(st.sampled_from([False, False, False, True])),
            position=position,
            positions=Positions({(): position}),
        )
        for number in range(draw(st.integers(0, 5)))
    )


policy_conditions = one_of(
    StringExpression=st.fixed_dictionaries(
        {
            "Evaluate": one_of(Attribute=st.just("RECIPIENT"), Analysis=analysis),
            "Operator": st.sampled_from(list(RuleStringOperator)),
            "Values": st.lists(st.sampled_from(WORDS), max_size=2),
        }
    ),
    IpExpression=st.fixed_dictionaries(
        {
            "Evaluate": st.just({"Attribute": "SENDER_IP"}),
            "Operator": st.sampled_from(["CIDR_MATCHES", "NOT_CIDR_MATCHES"]),
            "Values": st.sampled_from([["192.0.2.0/24"], []]),
        }
    ),
    TlsExpression=st.fixed_dictionaries(
        {
            "Evaluate": st.just({"Attribute": "TLS_PROTOCOL"}),
            "Operator": st.sampled_from(["MINIMUM_TLS_VERSION", "IS"]),
            "Value": st.sampled_from(["TLS1_2", "TLS1_3"]),
        }
    ),
    BooleanExpression=st.fixed_dictionaries(
        {
            "Evaluate": one_of(
                Analysis=analysis,
                IsInAddressList=listed.map(lambda value: {**value, "Attribute": "RECIPIENT"}),
            ),
            "Operator": st.sampled_from(["IS_TRUE", "IS_FALSE"]),
        }
    ),
)
policies = st.none() | st.fixed_dictionaries(
    {
        "TrafficPolicyName": st.just("edge"),
        "DefaultAction": st.sampled_from(["ALLOW", "DENY"]),
        "PolicyStatements": st.lists(
            st.fixed_dictionaries(
                {
                    "Action": st.sampled_from(["ALLOW", "DENY"]),
                    "Conditions": st.lists(policy_conditions, min_size=1, max_size=2),
                }
            ),
            max_size=3,
        ),
    }
).map(TrafficPolicy.of_api)
readings = st.fixed_dictionaries(
    {name: st.sampled_from(choices) for name, choices in CHOICES.items()}
).map(Readings.of)
from_lists = st.sampled_from([None, ("*@x.example", "c@y.example"), ("*.example", "y.example")])


@st.composite
def gateways(draw: st.DrawFn) -> Gateway:
    members = draw(from_lists)
    return Gateway(
        rules=draw(rules()),
        policy=draw(policies),
        lists={"known": Members.of(members or ()), "external": None},
        readings=draw(readings),
        certificates=draw(st.booleans()),
    )


messages = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.tuples(
            st.sampled_from(["From", "To", "Cc", "Sender", "Subject", "X-Mark", "x-mark"]),
            st.sampled_from(WORDS) | st.text(max_size=20),
        ),
        max_size=6,
    ).map(
        lambda headers: (
            "".join(f"{name}: {value}\n" for name, value in headers).encode() + b"\nbody"
        )
    ),
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


submissions = st.builds(
    Submission,
    email=messages.map(read_email),
    session=st.builds(
        Session,
        source_ip=maybe(st.sampled_from(["192.0.2.7", "2001:db8::1", "nonsense"])),
        helo=maybe(st.sampled_from(["", "a", "x.example"])),
        tls=maybe(st.sampled_from(list(Tls))),
        tls_wrapped=maybe(st.booleans()),
        client_certificate=maybe(st.just({"CN": ("a",)})),
    ),
    envelope=st.builds(
        Envelope,
        mail_from=maybe(st.sampled_from(["", *ADDRESSES, "no address"])),
        recipients=st.lists(st.sampled_from([*ADDRESSES, "", "@"]), max_size=3).map(tuple),
    ),
    facts=st.builds(
        Facts,
        spf=maybe(st.sampled_from(list(RuleVerdict))),
        dkim=maybe(st.sampled_from(list(RuleVerdict))),
        dmarc=maybe(st.sampled_from(list(RuleVerdict))),
        dmarc_policy=maybe(st.sampled_from([*RuleDmarcPolicy, NoPolicy.NO_POLICY])),
        add_ons=st.sampled_from(
            [{}, {"vade": {"isPassed": True, "category": "a", "verdict": "x"}}]
        ),
    ),
)
scenarios = st.builds(
    Scenario,
    answers=st.sampled_from([{}, {"ask": LambdaAnswer.STOP_RULE}]),
    failing=st.sampled_from([frozenset(), frozenset({"archive:vault"}), frozenset({"relay"})]),
)


@given(gateways(), submissions, scenarios, st.booleans())
@settings(max_examples=150)
def test_any_message_is_judged_by_any_rules_for_every_recipient(
    gateway: Gateway, submission: Submission, scenario: Scenario, assume_pass: bool
) -> None:
    trace = judge(gateway, submission, scenario, assume_pass=assume_pass)
    assert [got.recipient for got in trace.recipients] == list(submission.envelope.recipients)
    for got in trace.recipients:
        assert (got.outcome is Outcome.REFUSED) == (not got.copies and got.outcome != "unknown")
        assert got.outcome is not Outcome.UNKNOWN or got.missing


@given(gateways(), submissions)
@settings(max_examples=80)
def test_recipients_are_judged_as_if_they_were_alone_unless_a_reading_says_otherwise(
    gateway: Gateway, submission: Submission
) -> None:
    apart = gateway.readings.choosing("added_header_scope", "matched_recipients").choosing(
        "failure_drop_scope", "matched_recipients"
    )
    gateway = replace(gateway, readings=apart)
    together = judge(gateway, submission)
    for got in together.recipients:
        envelope = replace(submission.envelope, recipients=(got.recipient,))
        (alone,) = judge(gateway, replace(submission, envelope=envelope)).recipients
        assert (alone.outcome, alone.by, alone.applied) == (got.outcome, got.by, got.applied)


@given(gateways(), submissions, scenarios)
@settings(max_examples=80)
def test_an_outcome_that_is_known_stays_when_the_missing_facts_are_assumed(
    gateway: Gateway, submission: Submission, scenario: Scenario
) -> None:
    honest = judge(gateway, submission, scenario)
    assuming = judge(gateway, submission, scenario, assume_pass=True)
    for before, after in zip(honest.recipients, assuming.recipients, strict=True):
        if before.outcome is not Outcome.UNKNOWN:
            assert after.outcome is before.outcome
        elif before.possible and after.outcome is not Outcome.UNKNOWN:
            assert after.outcome in before.possible


@given(gateways(), submissions)
@settings(max_examples=25)
def test_asking_which_readings_matter_never_fails(gateway: Gateway, submission: Submission) -> None:
    trace = judge(gateway, submission)
    for dependence in readings_that_matter(gateway, submission, trace):
        assert dependence.outcome is not dependence.outcome_if_other


@given(gateways(), submissions, scenarios)
@settings(max_examples=150)
def test_a_reading_that_is_not_tried_would_change_nothing(
    gateway: Gateway, submission: Submission, scenario: Scenario
) -> None:
    trace = judge(gateway, submission, scenario)
    for reading in readings_not_met(submission, trace, gateway.readings):
        for choice in CHOICES[reading]:
            readings = gateway.readings.choosing(reading, choice)
            again = judge(replace(gateway, readings=readings), submission, scenario)
            outcomes = [got.outcome for got in again.recipients]
            known = [got.outcome for got in trace.recipients]
            assert outcomes == known, (reading, choice)


@given(gateways(), submissions, scenarios, st.booleans())
@settings(max_examples=150)
def test_a_reading_that_changes_no_answer_changes_no_outcome(
    gateway: Gateway, submission: Submission, scenario: Scenario, assume_pass: bool
) -> None:
    questions = questions_of(gateway)
    answers = Answers(gateway, submission, assume_pass=assume_pass)
    known = judge(gateway, submission, scenario, assume_pass=assume_pass).recipients
    for reading in questions.policy | questions.conditions.keys():
        for choice in CHOICES[reading]:
            if answers.would_change(reading, choice):
                continue
            changed = replace(gateway, readings=gateway.readings.choosing(reading, choice))
            again = judge(changed, submission, scenario, assume_pass=assume_pass).recipients
            assert [got.outcome for got in again] == [got.outcome for got in known], reading


CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def corpus() -> Iterator[bytes]:
    for name in ("real-mail.tar.xz", "nasty.tar.xz"):
        content = io.BytesIO(lzma.decompress((CORPUS / name).read_bytes()))
        with tarfile.open(fileobj=content) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                if file is not None:
                    yield file.read()


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="there is no corpus of real mail here")
@pytest.mark.parametrize("step", [15, pytest.param(1, marks=pytest.mark.deep)])
def test_every_real_message_is_judged_by_the_reference_gateway(step: int) -> None:
    project, _ = read_project(Path(__file__).resolve().parents[2])
    gateway = gateway_of_ingress_point(project, next(iter(project.ingress_points)))
    session = Session(source_ip="203.0.113.7", helo="mx.example.org", tls=Tls.TLS1_3)
    envelope = Envelope(mail_from="ann@example.org", recipients=("anna.berg@example.com",))
    facts = Facts(
        dmarc_policy=NoPolicy.NO_POLICY,
        add_ons={"vade": {"isPassed": True, "category": "CLEAN"}},
    )
    judged = unknown = 0
    for message in islice(corpus(), 0, None, step):
        submission = Submission(
            email=read_email(message), session=session, envelope=envelope, facts=facts
        )
        (got,) = judge(gateway, submission, assume_pass=True).recipients
        judged += 1
        unknown += got.outcome is Outcome.UNKNOWN
    assert judged > 2500 // step
    assert unknown == 0
