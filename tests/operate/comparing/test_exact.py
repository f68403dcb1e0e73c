"""A comparison is exact: what a gateway wrote is never a difference, and other treatment always is.

Generated gateways judge generated messages, and write logs of it. With all facts known, the log of
a gateway compared with another gateway is the same only if that one would have written it too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from generated import address_of, gateway_of, submission_of
from logged import id_number, lines_of, read

from mmctl.judge.judging import judge
from mmctl.judge.submission import LambdaAnswer, Scenario
from mmctl.language.project import Outcome
from mmctl.language.readings import CHOICES
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.model.actions import asked_function
from mmctl.model.enums import RuleVerdict
from mmctl.operate.comparing.compared import Told
from mmctl.operate.comparing.comparer import compare_message
from mmctl.operate.comparing.gateways import NamedGateway

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.judge.submission import Gateway, Submission
    from mmctl.operate.comparing.compared import ComparedMessage
    from mmctl.operate.logs.messages import LoggedMessage

FIELDS: Mapping[str, str | bool] = {
    "isPassed": True,
    "category": "spam",
    "verdict": "PASS",
    "is Listed": False,
}


def everything_known(random: Random) -> Submission:
    """A message of which a log and those who read it know all facts."""
    found = submission_of(random, few_facts=False)
    recipients = dict.fromkeys(address_of(random) for _ in range(random.choice((1, 1, 2, 3))))
    facts, session = found.facts, found.session
    return replace(
        found,
        session=Session(
            source_ip=session.source_ip or "192.0.2.1",
            helo=session.helo or "ann",
            tls=session.tls or Tls.TLS1_3,
            tls_wrapped=bool(session.tls_wrapped) and session.tls is not Tls.NONE,
            client_certificate=session.client_certificate or {},
        ),
        envelope=Envelope(mail_from=found.envelope.mail_from or "", recipients=tuple(recipients)),
        facts=Facts(
            spf=facts.spf or RuleVerdict.GRAY,
            dkim=facts.dkim or RuleVerdict.PASS,
            dmarc=facts.dmarc or RuleVerdict.FAIL,
            dmarc_policy=facts.dmarc_policy or NoPolicy.NO_POLICY,
            add_ons={"vade": FIELDS},
        ),
    )


def scenario_of(random: Random) -> Scenario:
    failing = random.sample(("archive", "relay", "write_to_s3", "send"), random.choice((0, 0, 1)))
    answers = {"triage": random.choice(tuple(LambdaAnswer))}
    return Scenario(answers=answers, failing=frozenset(failing))


def written(
    gateway: Gateway, submission: Submission, scenario: Scenario
) -> tuple[str, Submission] | None:
    """What a gateway writes of a message; None: it refuses everybody, or is not certain."""
    trace = judge(gateway, submission, scenario)
    if trace.missing or any(got.outcome is Outcome.UNKNOWN for got in trace.recipients):
        return None
    admitted = tuple(got.recipient for got in trace.recipients if got.copies)
    if not admitted:
        return None
    accepted = replace(submission, envelope=replace(submission.envelope, recipients=admitted))
    again = judge(gateway, accepted, scenario)
    return lines_of(gateway, accepted, again, id_number(1)), accepted


def compared(
    gateway: Gateway, logged: LoggedMessage, submission: Submission | None
) -> ComparedMessage:
    named = NamedGateway.of("ingress point mx-in", gateway)
    return compare_message(logged, named, whole=True, submission=submission).message


def samples(seeds: range) -> list[tuple[int, Random, Gateway, Submission, Scenario, str]]:
    found = []
    for seed in seeds:
        random = Random(seed)  # noqa: S311 - no secret
        gateway = gateway_of(random, random.randint(1, 8), entangled=seed % 3 == 0)
        gateway = replace(gateway, closed=False)
        for _ in range(3):
            scenario = scenario_of(random)
            made = written(gateway, everything_known(random), scenario)
            if made is not None:
                found.append((seed, random, gateway, made[1], scenario, made[0]))
    return found


def faults_of_what_it_wrote(seeds: range) -> tuple[list[str], Counter[Told]]:
    faults, tolds = [], Counter[Told]()
    for seed, _, gateway, submission, _, lines in samples(seeds):
        (logged,) = read([lines])
        alone = compared(gateway, logged, None)
        whole = compared(gateway, logged, submission)
        tolds.update(each.told for each in alone.recipients)
        faults += [
            f"{seed} alone: {each}" for each in alone.recipients if each.told is Told.DIFFERS
        ]
        faults += [f"{seed} whole: {each}" for each in whole.recipients if each.told != Told.SAME]
    return faults, tolds


def test_what_a_gateway_wrote_is_no_difference_and_is_the_same_where_all_is_known() -> None:
    faults, tolds = faults_of_what_it_wrote(range(150))
    assert faults == []
    assert min(tolds[Told.SAME], tolds[Told.UNTOLD]) > 20


@pytest.mark.deep
@pytest.mark.slow
def test_what_many_gateways_wrote_is_no_difference() -> None:
    faults, _ = faults_of_what_it_wrote(range(150, 4_000))
    assert faults == []


def changed(random: Random, gateway: Gateway) -> Gateway:
    """The gateway with another choice of a reading, or without a rule, or with two exchanged."""
    way = random.randrange(3)
    if way == 0:
        reading = random.choice(tuple(CHOICES))
        return replace(
            gateway,
            readings=gateway.readings.choosing(reading, random.choice(CHOICES[reading])),
        )
    rules = list(gateway.rules)
    if way == 1 or len(rules) == 1:
        other = random.choice(gateway_of(random, 4).rules)
        place = random.randrange(len(rules))
        rules[place] = replace(other, name=rules[place].name)
    else:
        one, other_place = random.sample(range(len(rules)), 2)
        rules[one], rules[other_place] = rules[other_place], rules[one]
    return replace(gateway, rules=tuple(rules))


def faults_of_changes(seeds: range) -> tuple[list[str], Counter[str]]:
    faults, counts = [], Counter[str]()
    for seed, random, gateway, submission, scenario, lines in samples(seeds):
        (logged,) = read([lines])
        other = changed(random, gateway)
        again = written(other, submission, scenario)
        if again is None or again[1] != submission or asks_function(gateway):
            continue
        (theirs,) = read([again[0]])
        same = done_by_rule(theirs) == done_by_rule(logged)
        found = compared(other, logged, submission)
        told = {each.told for each in found.recipients}
        counts["same" if same else "other"] += 1
        if same != (told == {Told.SAME}):
            faults.append(f"{seed}: {same} {told} {found.recipients}")
        alone = compared(other, logged, None)
        if same and Told.DIFFERS in {each.told for each in alone.recipients}:
            faults.append(f"{seed} alone: {alone.recipients}")
    return faults, counts


def done_by_rule(logged: LoggedMessage) -> set[object]:
    """Which actions of which rules were done for whom: the order of rules does not count."""
    return {(record.rule, frozenset(record.recipients), record.action) for record in logged.acted}


def asks_function(gateway: Gateway) -> bool:
    """Whether a rule waits for a function, whose answer no log holds."""
    return any(asked_function(action) for rule in gateway.rules for action in rule.actions)


def test_other_rules_and_readings_differ_exactly_where_they_write_another_log() -> None:
    faults, counts = faults_of_changes(range(200))
    assert faults == []
    assert min(counts["same"], counts["other"]) > 20
