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
from mmctl.render.text.behavior import behavior_lines, every_lines


def kind(number: int, by: str = "deliver") -> KindOfDifference:
    """A kind of difference: one relay more."""
    kept = KeptMessage(path=f"{number}.eml", command=f"mmctl why {number}.yaml", facts=("big",))
    dropped = HowItEnds(outcome=Outcome.DROPPED, by=f"block-{number}")
    delivered = HowItEnds(outcome=Outcome.DELIVERED, by=by)
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


def test_how_it_ends_is_wrapped_and_keeps_its_colors() -> None:
    name = "deliver-all-mail-of-the-company-to-the-exchange-of-the-head-office"
    found = Behavior(
        way=Way(ingress_point="mx"), equality=Equality.MULTISET, differences=(kind(1, name),)
    )
    for text in (behavior_lines((found,)), every_lines(EveryMessage(gateways=(found,)))):
        lines = text.plain.splitlines()
        assert max(map(len, lines)) <= 80
        assert f"  dropped by block-1 -> delivered by\n    {name}\n" in text.plain
        colored = {text.plain[each.start : each.end]: each.style for each in text.spans}
        assert colored["dropped"] == "yellow"
        assert colored["delivered"] == "green"
