"""No message contradicts what is proved of gateways where much happens at once."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from busy_gateways import busy_pairs, mixed, scene_of, scenes

from mmctl.analysis.encoding.confirming import copies_of, happens
from mmctl.analysis.encoding.proof import Proof, Refuted, Shown
from mmctl.analysis.questions.alike import compared_in
from mmctl.analysis.questions.ends import are_alike, treatment_of
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.sat.solver import Solved
from mmctl.judge.compare import Members
from mmctl.judge.judging import judge
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from busy_gateways import Pair

    from mmctl.analysis.encoding.confirming import Happened
    from mmctl.analysis.encoding.witness import Witness
    from mmctl.judge.submission import Gateway

SLICE: Final = range(24)
MESSAGES: Final = 15
"""So many messages are tried that nothing was aimed at."""
ASKED: Final = 8
"""So many questions about each pair are asked with their messages."""
MIXED: Final = 3
"""So often parts of a message that was found are replaced by others."""


def contradictions(seeds: Iterable[int], counts: Counter[str]) -> Iterator[str]:
    """Messages that end in another way than the proof says."""
    for pair in busy_pairs(seeds):
        checked = _Checked(pair, counts)
        for wrong in (*checked.shown(), *checked.refuted(), *checked.compared()):
            yield f"seed {pair.seed}: {wrong}"


class _Checked:
    """What is proved of one pair, and the messages that could contradict it."""

    def __init__(self, pair: Pair, counts: Counter[str]) -> None:
        self._pair = pair
        self._counts = counts
        self._gateways = (pair.before, pair.after)
        self._proof = Proof(*self._gateways, free=pair.free, failures=pair.failures)
        self._questions = list(questions(self._proof))
        self._random = Random(pair.seed)  # noqa: S311 - no secret
        self._scenes = list(scenes(pair, MESSAGES, self._random))

    def shown(self) -> Iterator[str]:
        """Ask some questions; what is shown and does not happen, as commands judge it."""
        random = self._random
        for number, name, literal in random.sample(self._questions, ASKED):
            answer = self._proof.ask([literal])
            self._counts[type(answer).__name__] += 1
            if isinstance(answer, Shown):
                witness = answer.witness
                self._counts.update(list(witness.readings))
                if not witness.deleted and name not in happening(self._gateways[number], witness):
                    yield f"{name} in {number} is shown, and does not happen: {witness}"
                found = scene_of(witness, self._pair)
                self._scenes += [found, *(mixed(found, self._pair, random) for _ in range(MIXED))]

    def refuted(self) -> Iterator[str]:
        """What is refuted under open readings, and happens to a message."""
        never = {
            (number, name)
            for number, name, literal in self._questions
            if self._proof.solved([literal]) is Solved.UNSATISFIABLE
        }
        self._counts["never"] += len(never)
        for scene in self._scenes if never else ():
            for number, gateway in enumerate(self._gateways):
                met = scene.judged_by(happens, gateway)
                self._counts["lacking" if met is None else "judged"] += 1
                happened = {(number, name) for copy in met or () for name in names_of(copy)}
                yield from (f"{wrong}: {scene}" for wrong in happened & never)

    def compared(self) -> Iterator[str]:
        """Versions that are alike under their own readings, and treat a message differently."""
        equality = list(Equality)[self._pair.seed % len(Equality)]
        proof = Proof(*self._gateways, compared=True, failures=self._pair.failures)
        found = compared_in(proof, equality=equality)
        self._counts["alike" if found.alike else "differ" if found.differences else "open"] += 1
        for difference in found.differences:
            if are_alike(difference.before, difference.after, equality):
                yield f"{equality}: a difference that is none"
        for scene in self._scenes if found.alike else ():
            recipient = scene.submission.envelope.recipients[0]
            copies = [scene.fixed().judged_by(copies_of, each) for each in self._gateways]
            one, other = (treatment_of(each or (), recipient) for each in copies)
            if None not in copies and not are_alike(one, other, equality):
                yield f"{equality}: {scene} {one} {other}"


def questions(proof: Proof) -> Iterator[tuple[int, str, int]]:
    """Whether, in each version, each rule can apply, each action be done, and mail end in a way."""
    for number, path in enumerate(proof.paths):
        for rule in path.rules:
            yield number, f"rule {rule.place}", rule.applies
            for at, literal in enumerate(rule.done):
                yield number, f"action {rule.place}.{at}", literal
        for outcome, literal in path.outcomes.items():
            yield number, outcome.value, literal


def names_of(copy: Happened) -> Iterator[str]:
    """What questions call what happened to a copy."""
    yield copy.outcome.value
    yield from (f"rule {place}" for place in copy.applied)
    yield from (f"action {place}.{at}" for place, at in copy.done)


def happening(gateway: Gateway, witness: Witness) -> set[str]:
    """The same of a message that was found, as commands judge it; all lists exist."""
    readings = gateway.readings
    for name, choice in witness.readings.items():
        readings = readings.choosing(name, choice)
    supposed = {name: Members.of(each) for name, each in witness.listed.items()}
    gateway = replace(gateway, readings=readings, lists={**gateway.lists, **supposed})
    trace, *_ = judge(gateway, witness.submission, witness.scenario).recipients
    steps = [step for copy in trace.copies for step in copy.rules if step.applied]
    return {
        *(copy.outcome.value for copy in trace.copies),
        *(() if trace.copies else (trace.outcome.value,)),
        *(f"rule {step.index}" for step in steps),
        *(
            f"action {step.index}.{each.path[1]}"
            for step in steps
            for each in step.actions
            if each.done
        ),
    }


def check(seeds: Sequence[int]) -> None:
    counts: Counter[str] = Counter()
    assert not list(contradictions(seeds, counts))
    assert counts["open"] + counts["Undecided"] <= len(seeds) / 10, counts
    assert min(counts["alike"], counts["differ"]) > len(seeds) / 6, counts
    assert min(counts["never"], counts[Shown.__name__], counts[Refuted.__name__]) > len(seeds)


def test_no_message_contradicts_what_is_proved_of_busy_gateways() -> None:
    """A slice of what the slow test does."""
    check(SLICE)


@pytest.mark.deep
@pytest.mark.slow
def test_no_message_contradicts_what_is_proved_of_a_thousand_busy_pairs() -> None:
    check(range(1000, 2000))
