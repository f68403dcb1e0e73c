"""The way of a stored message through the rules: judged again, by the evaluator that judged it.

The facts are those that were written down when it was accepted, and what functions answered and
which actions failed afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.judge.settling import functions_of, going_on, judge_settled
from mmctl.judge.submission import LambdaAnswer, Scenario, Submission
from mmctl.mail.facts import STATED, envelope_of, facts_of, session_of, shown, value_of
from mmctl.mail.reader import read_received
from mmctl.model.facts import EnvelopeFact
from mmctl.serve.page.naming import labels_in_names
from mmctl.serve.page.rows import mapping, texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import Trace


def submission_of(accepted: Mapping[str, Any], content: bytes) -> Submission:
    """A message with what was known of it when it was accepted.

    Raises:
        ValueError: a fact is not what facts are.
        KeyError: the same.
    """
    return Submission(
        email=read_received(content),
        session=session_of(mapping(accepted, "session")),
        envelope=envelope_of(mapping(accepted, "envelope")),
        facts=facts_of(mapping(accepted, "verdicts")),
    )


def judged_again(
    gateway: Gateway,
    submission: Submission,
    accepted: Mapping[str, Any],
    events: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
) -> Trace:
    """The trace of a message; `names` are those of resources that labels name by id."""
    last = _last_judged(events)
    stated = {**mapping(accepted, "lambda"), **mapping(last, "answers")}
    answers = {
        function: LambdaAnswer(answer.lower())
        for function, answer in stated.items()
        if isinstance(answer, str) and answer.lower() in set(LambdaAnswer)
    }
    scenario = Scenario(
        answers=answers,
        failing=frozenset(
            labels_in_names(texts(last.get("failing", accepted.get("failing"))), names)
        ),
    )
    return judge_settled(gateway, submission, going_on(scenario, functions_of(gateway)))


def assumed(events: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Facts that nobody stated, and what they were taken to be."""
    found = mapping(_last_judged(events), "assumed")
    return tuple((fact, str(value)) for fact, value in found.items())


def assumed_by(trace: Trace) -> tuple[tuple[str, str], ...]:
    """The same, as the trace has them: also where the server knew that no rule would apply."""
    return tuple((fact.fact, value) for fact, value in trace.assumed.items())


def known(submission: Submission) -> tuple[tuple[str, str], ...]:
    """The facts of session and verdicts that were known, in words."""
    values = ((name, value_of(name, submission)) for name in STATED if name not in EnvelopeFact)
    return tuple((name.value, shown(value)) for name, value in values if value is not None)


def _last_judged(events: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    judged = [event for event in events if event.get("event") == "judged"]
    return judged[-1] if judged else {}
