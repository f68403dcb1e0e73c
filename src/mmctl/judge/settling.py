"""Judging mail that must end somewhere: what nobody said of it is as if all were well.

Missing verdicts are good; where nothing is good or bad, there is no answer; and a function that
nobody asked lets a message go on. The embedded gateway judges so, and whoever foretells or explains
what it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.add_ons import NO_ANSWER
from mmctl.judge.judging import judge
from mmctl.judge.submission import LambdaAnswer, Scenario
from mmctl.mail.email import NoPolicy
from mmctl.model.actions import asked_function
from mmctl.model.facts import VerdictFact
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.judge.answers import MissingFact
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.trace import Trace


def judge_settled(
    gateway: Gateway,
    submission: Submission,
    scenario: Scenario,
    *,
    among: Sequence[int] | None = None,
) -> Trace:
    """How a message ends; what was taken for granted is in the trace as assumed.

    Functions that have no answer in the scenario have not been asked: see `going_on`. `among` is
    that of `judge`.
    """
    trace = judge(gateway, submission, scenario, assume_pass=True, among=among)
    absent: dict[MissingFact, str] = {}
    while any(fact not in absent for fact in trace.missing):  # an answer leads to new questions
        absent.update(dict.fromkeys(trace.missing, NO_ANSWER))
        gateway, submission = _without_answers(gateway, submission, trace.missing)
        trace = judge(gateway, submission, scenario, assume_pass=True)
    if not absent:
        return trace
    settled = {fact: value for fact, value in absent.items() if fact not in trace.missing}
    return replace(trace, assumed={**trace.assumed, **settled})


def functions_of(gateway: Gateway) -> tuple[str, ...]:
    """The functions whose answers its rules wait for."""
    asked = (asked_function(action) for rule in gateway.rules for action in rule.actions)
    return tuple(dict.fromkeys(each for each in asked if each is not None))


def going_on(scenario: Scenario, functions: Iterable[str]) -> Scenario:
    """The scenario, where each function that has no answer in it lets a message go on."""
    silent = [each for each in functions if scenario.answer_of(each) is None]
    if not silent:
        return scenario
    # The first name that fits a function counts.
    answers = {**scenario.answers, **dict.fromkeys(silent, LambdaAnswer.CONTINUE)}
    return replace(scenario, answers=answers)


def _without_answers(
    gateway: Gateway, submission: Submission, missing: Iterable[MissingFact]
) -> tuple[Gateway, Submission]:
    """Where there is no answer of an add-on, no DMARC policy, and nobody in a deleted list."""
    facts = submission.facts
    for fact in missing:
        if fact.answer is not None:
            add_on, field = fact.answer
            known = {**facts.add_ons.get(add_on, {}), field: NO_ANSWER}
            facts = replace(facts, add_ons={**facts.add_ons, add_on: known})
        elif fact.fact == VerdictFact.DMARC_POLICY:
            facts = replace(facts, dmarc_policy=NoPolicy.NO_POLICY)
        else:
            readings = gateway.readings.choosing("deleted_address_list", "does_not_match")
            gateway = replace(gateway, readings=readings)
    return gateway, replace(submission, facts=facts)
