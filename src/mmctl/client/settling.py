"""How an embedded endpoint judges mail about which facts are missing: as if all were well.

It assumes good verdicts, and where nothing is good or bad, that there is no answer; a function that
nobody asked lets a message go on. Mail must end somewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.add_ons import NO_ANSWER
from mmctl.judge.judging import judge
from mmctl.judge.submission import LambdaAnswer, Scenario
from mmctl.mail.email import NoPolicy
from mmctl.model.actions import asked_function
from mmctl.model.facts import VerdictFact
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.trace import Trace
    from mmctl.language.project import Project
    from mmctl.mail.email import Facts

_ROUNDS_AT_MOST: Final = 16
"""What was missing may lead to further questions."""


def judge_settled(gateway: Gateway, submission: Submission, scenario: Scenario) -> Trace:
    """How a message ends there."""
    stated = scenario.answers
    asked = (asked_function(action) for rule in gateway.rules for action in rule.actions)
    functions = [name for name in asked if name is not None and scenario.answer_of(name) is None]
    answers = {**stated, **dict.fromkeys(functions, LambdaAnswer.CONTINUE)}
    scenario = replace(scenario, answers=answers)
    trace = judge(gateway, submission, scenario, assume_pass=True)
    for _ in range(_ROUNDS_AT_MOST):
        if not trace.missing:
            break
        settled = _without_answers(submission.facts, trace)
        if settled == submission.facts:
            break
        submission = replace(submission, facts=settled)
        trace = judge(gateway, submission, scenario, assume_pass=True)
    return trace


def with_logical_names(project: Project, facts: Facts) -> Facts:
    """Facts whose add-ons are called as the project calls them, not as AWS does."""
    names = {addon.subscription.addon_name: name for name, addon in project.add_ons.items()}
    found: Mapping[str, Mapping[str, str | bool]] = {
        names.get(product, product): answers for product, answers in facts.add_ons.items()
    }
    return replace(facts, add_ons=found)


def _without_answers(facts: Facts, trace: Trace) -> Facts:
    """The facts, with no answer of an add-on and no DMARC policy where these are missing."""
    for fact in trace.missing:
        if fact.answer is not None:
            add_on, field = fact.answer
            known = {**facts.add_ons.get(add_on, {}), field: NO_ANSWER}
            facts = replace(facts, add_ons={**facts.add_ons, add_on: known})
        elif fact.fact == VerdictFact.DMARC_POLICY:
            facts = replace(facts, dmarc_policy=NoPolicy.NO_POLICY)
    return facts
