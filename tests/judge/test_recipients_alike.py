"""A message for many recipients costs little more than one for a few, whatever nobody stated."""

from __future__ import annotations

from typing import Final

import pytest

from mmctl.api import load
from mmctl.judge import evaluator, remembering
from mmctl.judge.judging import judge
from mmctl.judge.submission import Gateway, Submission, gateway_of_rule_set
from mmctl.judge.worlds import WORLDS_AT_MOST
from mmctl.language.project import Outcome
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email

SENDERS: Final = 8
MANY: Final = 110
RULES: Final = (
    """\
version: 1
archives: {vault: {retention: SEVEN_YEARS}}
relays: {exchange: {server: mail.corp.example.com, port: 25, authentication: none}}
rule_sets:
  inbound:
    rules:
      - name: boss
        conditions: [{recipient: {equals: boss@example.com}}]
        actions: [{relay: {to: exchange}}, stop]
      - name: sales
        conditions: [{recipient: {starts_with: sales}}, {mail_from: {equals: buyer@example.org}}]
        actions: [drop]
"""
    + "".join(
        f"      - name: sender-{number}\n"
        f"        conditions: [{{mail_from: {{starts_with: ann{number}}}}}]\n"
        "        actions: [{archive: {to: vault}}]\n"
        for number in range(SENDERS)
    )
    + "".join(
        f"      - name: subject-{number}\n"
        f"        conditions: [{{subject: {{equals: other {number}}}}}]\n"
        "        actions: [drop]\n"
        for number in range(12)
    )
    + "      - {name: deliver, actions: [{relay: {to: exchange}}]}\n"
)


@pytest.fixture(name="gateway", scope="module")
def gateway_fixture() -> Gateway:
    return gateway_of_rule_set(load({"rules.yaml": RULES}), "inbound")


def to(*recipients: str) -> Submission:
    return Submission(
        email=read_email(b"Subject: hello\r\n\r\n"),
        session=Session(),
        envelope=Envelope(recipients=recipients),
        facts=Facts(),
    )


def crowd(count: int) -> tuple[str, ...]:
    """The boss, and as many of two other kinds."""
    kinds = ("u", "sales")
    return (
        "boss@example.com",
        *(f"{kinds[number % 2]}{number}@example.com" for number in range(1, count)),
    )


def test_recipients_who_are_seen_alike_are_recorded_as_if_each_were_judged_alone(
    gateway: Gateway,
) -> None:
    recipients = crowd(12)
    found = judge(gateway, to(*recipients)).recipients
    assert found == tuple(judge(gateway, to(each)).recipients[0] for each in recipients)
    assert {each.outcome for each in found} == {Outcome.DELIVERED, Outcome.UNKNOWN}


def test_many_recipients_are_tried_in_every_world_once_for_each_kind(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, answers = 0, 0
    run, ask_rule = evaluator.Evaluator.run, remembering.ask_rule

    def counted_run(*arguments: object) -> object:
        nonlocal runs
        runs += 1
        return run(*arguments)  # type: ignore[arg-type]

    def counted_rule(*arguments: object) -> object:
        nonlocal answers
        answers += 1
        return ask_rule(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(evaluator.Evaluator, "run", counted_run)
    monkeypatch.setattr(evaluator, "ask_rule", counted_rule)
    judge(gateway, to(*crowd(MANY)))
    assert runs <= MANY + 2 * WORLDS_AT_MOST
    few, runs, answers = answers, 0, 0
    judge(gateway, to(*crowd(3)))
    of_three, answers = answers, 0
    reading = 2
    assert few <= of_three + MANY * reading * 4
