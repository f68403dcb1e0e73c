"""Where a pattern and a test by literals differ: the shortest texts, over all texts of one line.

If neither text is found the two are the same for every text: this is a proof and no sample.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Test, Unseen
from mmctl.interchange.patterns import charset
from mmctl.interchange.patterns.machine import Alphabet, Effort, Recognizer, TooMuch, sets_in
from mmctl.interchange.patterns.syntax import (
    ANYTHING,
    EMPTY,
    Alternatives,
    Anchor,
    At,
    Chain,
    Chars,
    Node,
    weight,
)
from mmctl.records import dataclass

STEPS: Final = 400_000
"""The work of one comparison: less than half a second."""
_HEAVIEST: Final = 20_000
_SHARED: Final = 12
"""How many characters at the beginning of values are read together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """How a pattern and a test differ."""

    finished: bool
    """Whether all texts were compared; else there may be more differences."""
    steps: int = 0
    """The work that it took."""
    taken_here: str | None = None
    """The shortest text that the test takes and the pattern does not."""
    taken_there: str | None = None
    """The shortest text that the pattern takes and the test does not."""

    @property
    def same(self) -> bool:
        """Whether no text tells them apart."""
        return self.finished and self.taken_here is None and self.taken_there is None


def compare(
    node: Node,
    test: Test,
    *,
    before: str = "",
    among: Node | None = None,
    steps: int = STEPS,
) -> Compare:
    """Compare a pattern with a test of one text that ignores letter case.

    The pattern sees `before` and then the text. `among`: only these texts count.
    """
    if weight(node, _HEAVIEST) > _HEAVIEST:
        return Compare(finished=False)
    try:
        return _compared(node, test, before, among, Effort(steps))
    except TooMuch:
        return Compare(finished=False)


def _compared(node: Node, test: Test, before: str, among: Node | None, work: Effort) -> Compare:
    begun = work.left
    leaves = list(dict.fromkeys(_leaves(test)))
    trees = [node, ANYTHING if among is None else among, *map(tree_of_leaf, leaves)]
    sets = {charset.of(char) for char in before if char not in "\r\n"}
    work.take(10 * sum(weight(tree, _HEAVIEST) for tree in trees[2:]))
    alphabet = Alphabet(sets.union(*map(sets_in, trees)))
    machines = [Recognizer(tree, alphabet, work) for tree in trees]
    start = (machines[0].read(before), *(machine.first for machine in machines[1:]))
    came: dict[tuple[int, ...], tuple[tuple[int, ...], int] | None] = {start: None}
    waiting = deque([start])
    here = there = None
    while waiting and (here is None or there is None):
        state = waiting.popleft()
        counts, wanted = machines[1].accepts(state[1]), machines[0].accepts(state[0])
        facts = {
            leaf: machine.accepts(place)
            for leaf, machine, place in zip(leaves, machines[2:], state[2:], strict=True)
        }
        taken = _holds(test, facts)
        if counts and taken and not wanted and here is None:
            here = state
        if counts and wanted and not taken and there is None:
            there = state
        work.take(len(alphabet.letters) * len(machines))
        for letter in range(len(alphabet.letters)):
            reached = tuple(
                machine.after(place, letter) for machine, place in zip(machines, state, strict=True)
            )
            if reached not in came:
                came[reached] = (state, letter)
                waiting.append(reached)
    texts = [None if state is None else _text(state, came, alphabet) for state in (here, there)]
    return Compare(
        finished=True, steps=begun - work.left, taken_here=texts[0], taken_there=texts[1]
    )


def _text(
    state: tuple[int, ...],
    came: dict[tuple[int, ...], tuple[tuple[int, ...], int] | None],
    alphabet: Alphabet,
) -> str:
    chars = []
    step = came[state]
    while step is not None:
        chars.append(alphabet.letters[step[1]])
        step = came[step[0]]
    return "".join(reversed(chars))


def _leaves(test: Test) -> list[Matches]:
    match test:
        case Matches():
            return [test]
        case AllOf(inside) | EitherOf(inside):
            return [leaf for each in inside for leaf in _leaves(each)]
        case Negated(inner) | Near(test=inner):
            return _leaves(inner)
        case Unseen():
            return []


def _holds(test: Test, facts: dict[Matches, bool]) -> bool:
    match test:
        case Matches():
            return facts[test]
        case AllOf(inside):
            return all(_holds(each, facts) for each in inside)
        case EitherOf(inside):
            return any(_holds(each, facts) for each in inside)
        case Negated(inner):
            return not _holds(inner, facts)
        case Near(test=inner):
            return _holds(inner, facts)
        case Unseen():
            return False


def tree_of_leaf(leaf: Matches) -> Node:
    """A condition as a pattern that ignores letter case."""
    node: Node = _any_of([value.lower() for value in leaf.values])
    if leaf.operator in {"equals", "starts_with"}:
        node = Chain((At(Anchor.START), node))
    if leaf.operator in {"equals", "ends_with"}:
        node = Chain((node, At(Anchor.END)))
    return node


def _any_of(values: list[str], shared: int = 0) -> Node:
    """One of some texts, those with the same beginning together as far as that pays."""
    by_first: dict[str, list[str]] = {}
    for value in values:
        by_first.setdefault(value[:1], []).append(value[1:])
    options: list[Node] = []
    for first, rests in by_first.items():
        if not first:
            options.append(EMPTY)
        elif len(rests) == 1 or shared == _SHARED:
            options += (Chain(tuple(map(_char, first + rest))) for rest in rests)
        else:
            options.append(Chain((_char(first), _any_of(rests, shared + 1))))
    return options[0] if len(options) == 1 else Alternatives(tuple(options))


def _char(char: str) -> Chars:
    return Chars(charset.in_both_cases(charset.of(char)))
