"""Two versions that are proved alike treat every generated message alike; differences are real."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest
from changed_gateways import messages, pairs

from mmctl.analysis.encoding.confirming import copies_of
from mmctl.analysis.questions.alike import compared
from mmctl.analysis.questions.ends import are_alike, treatment_of
from mmctl.analysis.questions.equality import Equality
from mmctl.judge.submission import Scenario
from mmctl.language.readings import CHOICES
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.judge.submission import Gateway

SLICE: Final = range(60)


def really_differ(before: Gateway, after: Gateway, seed: int, equality: Equality) -> Iterator[str]:
    """Messages that the evaluator does not treat alike."""
    for submission in messages(seed):
        copies = [
            copies_of(each, submission, Scenario(), listed={}, deleted={})
            for each in (before, after)
        ]
        if all(each is not None for each in copies) and submission.envelope.recipients:
            recipient = submission.envelope.recipients[0]
            one, other = (treatment_of(each, recipient) for each in copies if each is not None)
            if not are_alike(one, other, equality):
                yield f"seed {seed} {equality}: {one} {other}"


def answers(seeds: Iterable[int]) -> tuple[Counter[str], list[str]]:
    """How pairs compare, and messages that contradict what is proved."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for seed, before, after in pairs(seeds):
        by_equality = {each: compared(before, after, equality=each) for each in Equality}
        for equality, found in by_equality.items():
            counts["alike" if found.alike else "differ" if found.differences else "open"] += 1
            for difference in found.differences:
                assert not are_alike(difference.before, difference.after, equality)
            if found.alike:
                wrong += really_differ(before, after, seed, equality)
        if by_equality[Equality.TRACE].alike and not by_equality[Equality.SET].alike:
            wrong.append(f"seed {seed}: alike in order, and not in any order")
    return counts, wrong


def test_versions_that_are_alike_treat_generated_messages_alike() -> None:
    counts, wrong = answers(SLICE)
    assert not wrong
    assert min(counts["alike"], counts["differ"]) > len(SLICE) / 2
    assert counts["open"] <= counts.total() / 60


def test_versions_under_other_readings_are_told_with_a_message_that_both_read_so() -> None:
    """Each side judges the message under its own readings: few such messages are not found."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for seed, before, _ in pairs(range(40)):
        for name, choices in CHOICES.items():
            other = next(each for each in choices if each != before.readings.choice(name))
            after = replace(before, readings=before.readings.choosing(name, other))
            found = compared(before, after)
            counts["alike" if found.alike else "differ" if found.differences else "open"] += 1
            counts[name] += len(found.differences)
            if found.alike and seed % 4 == 0:
                wrong += really_differ(before, after, seed, Equality.MULTISET)
    assert not wrong
    assert counts["open"] <= 40 * len(CHOICES) / 50
    never = {name for name in CHOICES if not counts[name]}
    assert never <= {"null_sender", "failure_drop_scope", "replaced_duplicates"}


@pytest.mark.deep
@pytest.mark.slow
def test_a_thousand_pairs_contradict_no_proof() -> None:
    counts, wrong = answers(range(1000, 2000))
    assert not wrong
    assert counts["open"] <= counts.total() / 300
