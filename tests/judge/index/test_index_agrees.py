"""The index says what the evaluator says, on generated gateways and messages of all kinds."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from generated import generated

from mmctl.judge.index.index import Index
from mmctl.judge.judged import JudgedMessage
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generated import Generated

    from mmctl.judge.submission import Submission


def expected(each: Generated, submission: Submission) -> JudgedMessage:
    """What the evaluator says."""
    gateway, scenario, passing = each.gateway, each.scenario, each.assume_pass
    trace = judge(gateway, submission, scenario, assume_pass=passing)
    return JudgedMessage.of(
        trace, readings_that_matter(gateway, submission, trace, scenario, assume_pass=passing)
    )


def differences(seed: int, *, plainly: bool = False) -> Iterator[str]:
    """The messages of a seed about which the index says something else, the second time too."""
    each = generated(Random(seed))  # noqa: S311 - no secret
    index = Index(
        gateway=each.gateway,
        scenario=each.scenario,
        assume_pass=each.assume_pass,
        plainly=plainly,
    )
    for number, submission in enumerate(each.submissions):
        wanted = expected(each, submission)
        for time in ("first", "second"):
            got = index.judge(submission)
            if got != wanted or list(got.assumed) != list(wanted.assumed):
                yield f"seed {seed}, message {number}, the {time} time"


@pytest.mark.parametrize("plainly", [False, True])
def test_the_index_agrees_with_the_evaluator(plainly: bool) -> None:
    """A slice of what the slow test does."""
    faults = [fault for seed in range(150) for fault in differences(seed, plainly=plainly)]
    assert not faults


@pytest.mark.slow
def test_the_index_agrees_on_a_hundred_thousand_pairs() -> None:
    """Ten thousand gateways, with six messages and up to ten rules each."""
    faults = [fault for seed in range(10_000, 13_400) for fault in differences(seed)]
    assert not faults
