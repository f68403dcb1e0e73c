"""Messages counted by the index are those that the evaluator, asked twice, treats differently."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Final

from changed_gateways import messages, pairs

from mmctl.analysis.questions.counting import Counting, Counts, TwoGateways
from mmctl.analysis.questions.equality import Equality
from mmctl.judge.index.index import Index
from mmctl.judge.ingress import Way
from mmctl.judge.judging import judge
from mmctl.language.project import LogicalRule, Outcome
from mmctl.model.actions import CHANGES_MESSAGE
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from mmctl.analysis.questions.counting import CorpusCount
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.trace import RecipientTrace

SLICE: Final = range(40)
WAY: Final = Way(rule_set="inbound")


def repeated(rules: tuple[LogicalRule, ...], random: Random) -> tuple[LogicalRule, ...]:
    """Rules of which some do everything twice."""
    return tuple(each for rule in rules for each in [rule] * random.choice((1, 1, 2)))


def many(seeds: Iterable[int]) -> Iterator[tuple[int, Gateway, Gateway]]:
    """Pairs of which every second one also does things more than once."""
    for seed, before, after in pairs(seeds):
        random = Random(seed)  # noqa: S311 - no secret
        if seed % 2:
            yield seed, before, after
        else:
            one, other = (repeated(each.rules, random) for each in (before, after))
            yield seed, replace(before, rules=one), replace(after, rules=other)


def done(trace: RecipientTrace) -> list[Hashable]:
    return [
        (
            action.label,
            None if action.recipient == trace.recipient else action.recipient,
            tuple(sorted((name.lower(), value) for name, value in action.headers)),
        )
        for action in trace.actions
        if action.does not in CHANGES_MESSAGE
    ]


def differ(one: RecipientTrace, other: RecipientTrace, equality: Equality) -> bool:
    """Whether the evaluator treats a recipient differently."""
    before, after = done(one), done(other)
    if one.outcome is not other.outcome:
        return True
    if equality is Equality.TRACE:
        return before != after
    if equality is Equality.SET:
        return set(before) != set(after)
    return Counter(before) != Counter(after)


def by_evaluator(
    before: Gateway, after: Gateway, submissions: list[Submission], equality: Equality
) -> tuple[int, int, int]:
    """Messages that differ, recipients who do, and undecided messages."""
    differing = copies = undecided = 0
    for submission in submissions:
        traces = [judge(each, submission).recipients for each in (before, after)]
        both = zip(traces[0], traces[1], strict=True)
        found = sum(differ(one, other, equality) for one, other in both)
        differing += bool(found)
        copies += found
        unknown = any(each.outcome is Outcome.UNKNOWN for side in traces for each in side)
        undecided += not found and (unknown or not traces[0])
    return differing, copies, undecided


def by_index(
    before: Gateway, after: Gateway, submissions: list[Submission], equality: Equality
) -> CorpusCount:
    indexes = [Index(gateway=each, readings=False) for each in (before, after)]
    counting = Counting(equality=equality, gateways=[TwoGateways(WAY, before, after)])
    counts = Counts()
    for number, submission in enumerate(submissions):
        judged = indexes[0].judge(submission), indexes[1].judge(submission)
        part = Counts()
        counting.count(str(number), submission, [judged], part)
        counts.merge(part)
    return counts.result("generated")


def test_counts_are_those_of_judging_each_message_twice_with_the_evaluator() -> None:
    wrong, differing, kinds = [], 0, 0
    for seed, before, after in many(SLICE):
        submissions = list(messages(seed))
        for equality in Equality:
            wanted = by_evaluator(before, after, submissions, equality)
            found = by_index(before, after, submissions, equality)
            copies = sum(each.copies for each in found.changes)
            if (found.differing, copies, found.undecided) != wanted:
                wrong.append(f"seed {seed} {equality}: {found} is not {wanted}")
            assert found.messages == len(submissions)
            differing += found.differing
            kinds += len(found.changes)
    assert not wrong
    assert differing > len(SLICE)
    assert kinds > len(SLICE)
