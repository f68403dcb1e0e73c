"""Patterns as machines that read a text character by character, all possibilities at once.

Characters that no pattern tells apart are one letter of the alphabet. States are found when they
are first reached, and the work is counted: a pattern that is too large is not compared, never slow.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from mmctl.interchange.patterns import charset
from mmctl.interchange.patterns.syntax import (
    Alternatives,
    Anchor,
    At,
    Chain,
    Chars,
    Inexact,
    Node,
    Repeat,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.interchange.patterns.charset import Ranges

_NICE: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-_@!,:;/+'=#&?*"
"""What examples are made of, if it is in the alphabet: best first."""
_EDGE, _PLAIN, _WORD = 0, 1, 2
"""What is beside a place: the end of the text, a character, a character of a word."""


class TooMuch(Exception):
    """More states or steps than the work allows."""


class Effort:
    """How many steps a comparison may still take."""

    __slots__ = ("left",)

    def __init__(self, steps: int) -> None:
        self.left = steps

    def take(self, steps: int) -> None:
        """Count steps.

        Raises:
            TooMuch: no steps are left.
        """
        self.left -= steps
        if self.left < 0:
            raise TooMuch


class Alphabet:
    """The classes of characters that some patterns tell apart."""

    def __init__(self, sets: Iterable[Ranges]) -> None:
        wanted = {charset.ANY, charset.WORD, *sets}
        cuts = {0, *(low for ranges in wanted for low, _ in ranges)}
        cuts |= {high + 1 for ranges in wanted for _, high in ranges}
        starts = sorted(cuts)
        ordered = sorted(wanted)
        by_members: dict[int, list[int]] = {}
        first_after = dict(zip(starts, [*starts[1:], charset.ANY[-1][1] + 1], strict=True))
        members = dict.fromkeys(starts, 0)
        for number, ranges in enumerate(ordered):
            for low, high in ranges:
                at = low
                while at <= high:
                    members[at] |= 1 << number
                    at = first_after[at]
        line = 1 << ordered.index(charset.ANY)
        for start in starts:
            if members[start] & line:
                by_members.setdefault(members[start], []).append(start)
        self._starts = starts
        self._members = members
        chosen = sorted((_shown(of, first_after), mask) for mask, of in by_members.items())
        self.letters = tuple(shown[1] for shown, _ in chosen)
        """One character of each class, in the order in which examples prefer them."""
        masks = [mask for _, mask in chosen]
        self._class_of_mask = {mask: place for place, mask in enumerate(masks)}
        word = 1 << ordered.index(charset.WORD)
        self.kinds = tuple(_WORD if mask & word else _PLAIN for mask in masks)
        self.of_set = {
            ranges: frozenset(place for place, mask in enumerate(masks) if mask >> number & 1)
            for number, ranges in enumerate(ordered)
        }

    def class_of(self, char: str) -> int:
        """The class of a character."""
        start = self._starts[bisect_right(self._starts, ord(char)) - 1]
        return self._class_of_mask[self._members[start]]


def _shown(starts: Sequence[int], first_after: dict[int, int]) -> tuple[int, str]:
    """The best character of a class for an example, and how good it is."""
    for place, char in enumerate(_NICE):
        code = ord(char)
        if any(start <= code < first_after[start] for start in starts):
            return place, char
    for start in starts:
        for code in range(start, min(first_after[start], start + 256)):
            if chr(code).isprintable():
                return len(_NICE) + code, chr(code)
    return len(_NICE) + starts[0], chr(starts[0])


def sets_in(node: Node) -> set[Ranges]:
    """All sets of characters that a tree has."""
    found: set[Ranges] = set()
    left: list[Node] = [node]
    while left:
        match left.pop():
            case Chars(ranges):
                found.add(ranges)
            case Chain(inside) | Alternatives(inside):
                left += inside
            case Repeat(item=item):
                left.append(item)
            case Inexact(node=inner):
                left.append(inner)
            case At():
                pass
    return found


class Recognizer:
    """A pattern that is searched for in a text; anchors in it bind it to the ends."""

    def __init__(self, node: Node, alphabet: Alphabet, work: Effort) -> None:
        self._alphabet = alphabet
        self._work = work
        self._free: list[list[int]] = []
        self._placed: list[list[tuple[Anchor, int]]] = []
        self._steps: list[list[tuple[Ranges, int]]] = []
        self._start = self._new()
        self._end = self._new()
        self._steps[self._start].append((charset.ANY, self._start))
        self._build(node, self._start, self._end)
        self._numbers: dict[tuple[frozenset[int], int], int] = {}
        self._states: list[tuple[frozenset[int], int]] = []
        self._next: list[dict[int, int]] = []
        self._accepts: list[bool | None] = []
        self._closed: dict[tuple[frozenset[int], int, int], frozenset[int]] = {}
        self.first = self._number(frozenset((self._start,)), _EDGE)
        """The state before the first character."""

    # -- made of a tree

    def _new(self) -> int:
        self._work.take(1)
        self._free.append([])
        self._placed.append([])
        self._steps.append([])
        return len(self._free) - 1

    def _build(self, node: Node, start: int, end: int) -> None:
        match node:
            case Chars(ranges):
                self._steps[start].append((ranges, end))
            case At(place):
                self._placed[start].append((place, end))
            case Chain(items):
                for item in items[:-1]:
                    between = self._new()
                    self._build(item, start, between)
                    start = between
                if items:
                    self._build(items[-1], start, end)
                else:
                    self._free[start].append(end)
            case Alternatives(options):
                for option in options:
                    self._build(option, start, end)
            case Repeat(item=item, least=least, most=most):
                self._build_repeated(item, least, most, start, end)
            case Inexact(node=inner):
                self._build(inner, start, end)

    def _build_repeated(
        self, item: Node, least: int, most: int | None, start: int, end: int
    ) -> None:
        at = self._after(start)
        for _ in range(least):
            after = self._new()
            self._build(item, at, after)
            at = self._after(after)
        if most is None:
            self._build(item, at, at)
        else:
            for _ in range(most - least):
                self._free[at].append(end)
                after = self._new()
                self._build(item, at, after)
                at = self._after(after)
        self._free[at].append(end)

    def _after(self, state: int) -> int:
        """A state of its own behind another, so that loops at it do not lead back."""
        made = self._new()
        self._free[state].append(made)
        return made

    # -- reading

    def after(self, state: int, letter: int) -> int:
        """The state after a character of this class."""
        known = self._next[state].get(letter)
        if known is not None:
            return known
        places, before = self._states[state]
        if self._end in places:
            self._next[state][letter] = state
            return state
        kind = self._alphabet.kinds[letter]
        closed = self._closure(places, before, kind)
        if self._end in closed:
            reached = frozenset((self._end,))
        else:
            self._work.take(len(closed))
            reached = frozenset(
                target
                for place in closed
                for ranges, target in self._steps[place]
                if letter in self._letters(ranges)
            )
        made = self._number(reached, kind)
        self._next[state][letter] = made
        return made

    def accepts(self, state: int) -> bool:
        """Whether a text that ends in this state has the pattern."""
        known = self._accepts[state]
        if known is None:
            places, before = self._states[state]
            known = self._end in self._closure(places, before, _EDGE)
            self._accepts[state] = known
        return known

    def read(self, text: str) -> int:
        """The state after a text."""
        state = self.first
        for char in text:
            state = self.after(state, self._alphabet.class_of(char))
        return state

    def _letters(self, ranges: Ranges) -> frozenset[int]:
        return self._alphabet.of_set[ranges]

    def _number(self, places: frozenset[int], before: int) -> int:
        if self._end in places:
            places, before = frozenset((self._end,)), _PLAIN
        key = (places, before)
        known = self._numbers.get(key)
        if known is None:
            self._work.take(len(places) + 1)
            known = self._numbers[key] = len(self._states)
            self._states.append(key)
            self._next.append({})
            self._accepts.append(None)
        return known

    def _closure(self, places: frozenset[int], before: int, behind: int) -> frozenset[int]:
        """Where one can be without reading, between such characters."""
        key = (places, before, behind)
        known = self._closed.get(key)
        if known is not None:
            return known
        found = set(places)
        left = list(places)
        while left:
            at = left.pop()
            targets = self._free[at] + [
                target for place, target in self._placed[at] if _holds(place, before, behind)
            ]
            for target in targets:
                if target not in found:
                    found.add(target)
                    left.append(target)
        self._work.take(len(found))
        made = self._closed[key] = frozenset(found)
        return made


def _holds(place: Anchor, before: int, behind: int) -> bool:
    match place:
        case Anchor.START:
            return before == _EDGE
        case Anchor.END:
            return behind == _EDGE
        case Anchor.WORD_EDGE:
            return (before == _WORD) != (behind == _WORD)
        case Anchor.NO_WORD_EDGE:
            return (before == _WORD) == (behind == _WORD)
        case Anchor.WORD_START:
            return before != _WORD and behind == _WORD
        case Anchor.WORD_END:
            return before == _WORD and behind != _WORD
