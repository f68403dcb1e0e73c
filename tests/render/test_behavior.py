"""What a plan does to every message: short where there is much, whole with -v."""

from __future__ import annotations

import pytest

from mmctl.analysis.questions.behavior import (
    Behavior,
    DoneThing,
    EveryMessage,
    FoundEnvelope,
    HowItEnds,
    KeptMessage,
    KindOfDifference,
    WhatBecomes,
)
from mmctl.analysis.questions.equality import Equality
from mmctl.judge.ingress import Way
from mmctl.language.project import Outcome
from mmctl.render.text.behavior import every_lines


def kind(number: int) -> KindOfDifference:
    """A kind of difference: one relay more."""
    kept = KeptMessage(path=f"{number}.eml", command=f"mmctl why {number}.yaml", facts=("big",))
    dropped = HowItEnds(outcome=Outcome.DROPPED, by=f"block-{number}")
    delivered = HowItEnds(outcome=Outcome.DELIVERED, by="deliver")
    done = DoneThing(action=f"relay:r{number}", recipient=None, headers=())
    return KindOfDifference(
        before=WhatBecomes(ends=(dropped,), effects=()),
        after=WhatBecomes(ends=(delivered,), effects=(done,)),
        message=FoundEnvelope(mail_from="", recipient="a@example.com", others=0, kept=kept),
    )


@pytest.mark.parametrize(
    ("kinds", "verbose", "shown"), [(3, False, 3), (5, False, 1), (5, True, 5)]
)
def test_a_plan_shows_the_first_message_of_many_kinds_and_all_with_v(
    kinds: int, verbose: bool, shown: int
) -> None:
    found = Behavior(
        way=Way(ingress_point="mx"),
        equality=Equality.MULTISET,
        differences=tuple(map(kind, range(kinds))),
    )
    text = every_lines(EveryMessage(gateways=(found,)), verbose=verbose).plain
    assert [f"by block-{number}" in text for number in range(kinds)] == [True] * kinds
    assert [f"+ relay:r{number}" in text for number in range(kinds)] == [True] * kinds
    assert [f"mmctl why {number}.yaml" in text for number in range(shown)] == [True] * shown
    assert text.count("mmctl why") == shown
    assert ("-v shows a message of each kind" in text) is (shown < kinds)
