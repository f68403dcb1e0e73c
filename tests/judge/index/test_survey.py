"""A record of the rules that a survey names tells the same as one of all rules."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from generated import generated

from mmctl.judge.index.index import Index
from mmctl.judge.judged import JudgedMessage
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import other_ways

if TYPE_CHECKING:
    from mmctl.judge.judged import JudgedRecipient
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.trace import Trace

Ends = tuple["JudgedRecipient", ...]


def test_records_of_few_rules_end_as_records_of_all() -> None:
    pairs, left_out, wrong = 0, 0, []
    for seed in range(120):
        each = generated(Random(seed))  # noqa: S311 - no secret
        index = Index(gateway=each.gateway, assume_pass=each.assume_pass)
        for place, submission in enumerate(each.submissions):
            survey = index.survey(submission)
            known: dict[str, Any] = {"scenario": each.scenario, "assume_pass": each.assume_pass}
            whole = judge(each.gateway, submission, **known)
            few = judge(each.gateway, submission, **known, among=survey.rules)
            pairs += 1
            left_out += len(each.gateway.rules) - len(survey.rules)
            if ends(few) != ends(whole) or few.performed != whole.performed:
                wrong.append(f"seed {seed}, message {place}")
            other = ways(each.gateway, submission, whole, **known, asked=survey)
            if other != ways(each.gateway, submission, whole, **known):
                wrong.append(f"seed {seed}, message {place}: other ways")
    assert wrong == []
    assert pairs > 600
    assert left_out > 2 * pairs


def ends(trace: Trace) -> Ends:
    return JudgedMessage.of(trace).recipients


def ways(
    gateway: Gateway, submission: Submission, trace: Trace, **known: Any
) -> list[tuple[str, str, Ends]]:
    """The choices of readings under which something ends in another way, and how."""
    found = (
        (way.reading, way.other, ends(way.trace))
        for way in other_ways(gateway, submission, trace, **known)
    )
    return [each for each in found if each[-1] != ends(trace)]
