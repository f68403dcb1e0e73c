"""Whether those that are compared give the same answers: else comparing their cost says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.judge import baseline
from benchmarks.judge.ours import Ours
from benchmarks.judge.rules import rules
from benchmarks.result import Measured

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.judge.corpus import Corpus
    from mmctl.judge.submission import Gateway

RULES: Final = 300
SAME: Final = 0.99
"""The share of messages on which another engine must agree."""


def must_agree(gateway: Gateway, corpus: Corpus, count: int) -> str:
    """Compare mmctl with the baseline; they may differ on malformed messages alone.

    Raises:
        SystemExit: they differ on a sound one.
    """
    mmctl, known = Ours(gateway), rules(RULES)
    differ = 0
    for place, file in enumerate(corpus.files[:count]):
        content = file.read_bytes()
        mine, theirs = mmctl.verdicts(content), baseline.judge(known, baseline.parse(content))
        if mine == theirs:
            continue
        if place not in corpus.malformed:
            raise SystemExit(f"{file.name}: mmctl says {mine}, the baseline {theirs}")
        differ += 1
    malformed = sum(place < count for place in corpus.malformed)
    return f"same verdicts on {count:,} messages, {differ} of {malformed} malformed ones apart"


def agreed(
    row: str,
    verdicts: Sequence[Sequence[str]],
    corpus: Corpus,
    measure: Callable[[], Measured],
    left_out: frozenset[str] = frozenset(),
) -> Measured:
    """Measure another engine if its verdicts are those of the baseline, for one recipient each."""
    known = rules(RULES)
    same = 0
    for file, theirs in zip(corpus.files, verdicts, strict=False):
        (mine,) = baseline.judge(known, baseline.parse(file.read_bytes()))
        same += set(mine) - left_out == set(theirs) - left_out
    said = f"same verdicts on {same:,} of {len(verdicts):,} messages"
    if not verdicts or same < SAME * len(verdicts):
        return Measured(row=row, figure=None, detail=f"only {said}")
    measured = measure()
    return Measured(row=row, figure=measured.figure, detail=f"{measured.detail}; {said}")
