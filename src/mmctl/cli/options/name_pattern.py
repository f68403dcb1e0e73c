"""Patterns for names, matched in linear time: no pattern makes a command hang.

Python's `re` tries one way after the other, and `(a+)+$` has more ways than anybody can wait for.
This module follows all ways at once (Thompson's construction). A pattern means the same as in `re`;
what cannot be matched this way (lookaround, backreferences) is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Code: TypeAlias = "list[_Step]"

STEPS_AT_MOST: Final = 2_000
"""The limit of one pattern: `(a{100}){100}` is refused."""

_REPEAT: Final = re.compile(r"([*+?])|\{(\d+)\}|\{(\d*),(\d*)\}")
_GROUP: Final = re.compile(r"\((?:\?:|\?P<\w+>)?")
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPE: Final = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|0[0-7]{0,2}|[0-7]{3}|.)",
    re.DOTALL,
)
_WORD: Final = re.compile(r"\w")
_IGNORE_CASE: Final = "(?i)"


class PatternError(ValueError):
    """A pattern is invalid, or uses a construct that is not supported."""


@dataclass(slots=True, eq=False)
class _Step:
    """One step of a pattern: a character, a condition on the place, or nothing."""

    next: list[int] = field(default_factory=list)
    """The next steps, relative to this one."""
    character: re.Pattern[str] | None = None
    holds: Callable[[str, int], bool] | None = None


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A pattern, ready to be searched for."""

    code: tuple[_Step, ...]

    @classmethod
    def of(cls, pattern: str) -> NamePattern:
        """Read a pattern.

        Raises:
            PatternError: it is not a regular expression, or uses a construct that is not supported.
        """
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise PatternError(f"is not a regular expression: {error}") from None
        flags = re.IGNORECASE if pattern.startswith(_IGNORE_CASE) else re.NOFLAG
        reader = _PatternReader(pattern.removeprefix(_IGNORE_CASE), flags)
        return cls(tuple(reader.whole()))

    def is_in(self, text: str) -> bool:
        """Whether it matches anywhere in a text."""
        end = len(self.code)
        states: set[int] = set()
        for place in range(len(text) + 1):
            states = self._reached({0, *states}, text, place)
            if end in states:
                return True
            if place < len(text):
                states = {
                    state + 1
                    for state in states
                    if (step := self.code[state]).character is not None
                    and step.character.fullmatch(text[place])
                }
        return False

    def _reached(self, states: Iterable[int], text: str, place: int) -> set[int]:
        """The states that these reach without another character."""
        reached = set(states)
        waiting = list(reached)
        while waiting:
            state = waiting.pop()
            if state == len(self.code):
                continue
            step = self.code[state]
            if step.holds is not None and not step.holds(text, place):
                continue
            new = {state + each for each in step.next} - reached
            reached |= new
            waiting.extend(new)
        return reached


@dataclass(slots=True)
class _PatternReader:
    """Reads a pattern that `re` accepts."""

    text: str
    flags: re.RegexFlag
    at: int = 0

    def whole(self) -> Code:
        code = self._alternatives()
        if self.at < len(self.text):
            raise self._refused()
        return code

    def _alternatives(self) -> Code:
        code = self._sequence()
        while self.text.startswith("|", self.at):
            self.at += 1
            code = _either(code, self._sequence())
        return code

    def _sequence(self) -> Code:
        code: Code = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            code = [*code, *self._repeated(self._one())]
            _check(len(code))
        return code

    def _repeated(self, code: Code) -> Code:
        found = _REPEAT.match(self.text, self.at)
        if found is None:
            return code
        self.at = found.end()
        if self.text.startswith("?", self.at):
            self.at += 1  # lazy: it matches the same names
        if self.text.startswith("+", self.at):
            raise self._refused()
        sign, exactly, least, most = found.groups()
        if sign is not None:
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        elif exactly is not None:
            low = high = int(exactly)
        else:
            low, high = int(least or 0), int(most) if most else None
        return _times(code, low, high)

    def _one(self) -> Code:
        rest = self.text[self.at]
        if rest == "(":
            return self._group()
        if rest == "[":
            return self._character(_CLASS)
        if rest == "\\":
            return self._escape()
        self.at += 1
        if rest == "^":
            return [_place(lambda _, place: place == 0)]
        if rest == "$":
            return [_place(_is_last)]
        alone = rest if rest == "." else re.escape(rest)
        return [_Step(character=re.compile(alone, self.flags))]

    def _group(self) -> Code:
        found = _GROUP.match(self.text, self.at)
        if found is None or self.text.startswith("?", found.end()):
            raise self._refused()
        self.at = found.end()
        code = self._alternatives()
        self.at += 1
        return code

    def _escape(self) -> Code:
        sign = self.text[self.at + 1]
        places: dict[str, Callable[[str, int], bool]] = {
            "A": lambda _, place: place == 0,
            "Z": lambda text, place: place == len(text),
            "b": _is_border,
            "B": lambda text, place: not _is_border(text, place),
        }
        if sign in places:
            self.at += 2
            return [_place(places[sign])]
        if sign in "123456789" and not re.match(r"\\[0-3][0-7]{2}", self.text[self.at :]):
            raise self._refused()
        return self._character(_ESCAPE)

    def _character(self, form: re.Pattern[str]) -> Code:
        found = form.match(self.text, self.at)
        if found is None:
            raise self._refused()
        self.at = found.end()
        return [_Step(character=re.compile(found[0], self.flags))]

    def _refused(self) -> PatternError:
        return PatternError(
            f"has `{self.text[self.at : self.at + 4]}`, which mmctl does not support"
        )


def _place(holds: Callable[[str, int], bool]) -> _Step:
    return _Step(next=[1], holds=holds)


def _is_last(text: str, place: int) -> bool:
    return text[place:] in {"", "\n"}


def _is_border(text: str, place: int) -> bool:
    before, after = text[max(0, place - 1) : place], text[place : place + 1]
    return bool(_WORD.match(before)) is not bool(_WORD.match(after))


def _either(one: Code, other: Code) -> Code:
    fork = _Step(next=[1, len(one) + 2])
    return [fork, *one, _Step(next=[len(other) + 1]), *other]


def _times(code: Code, low: int, high: int | None) -> Code:
    _check(len(code) * max(low, high or 0))
    least = code * low
    if high is None:
        back = _Step(next=[-len(code) - 1])
        return [*least, _Step(next=[1, len(code) + 2]), *code, back]
    rest: Code = []
    for _ in range(high - low):
        rest = [_Step(next=[1, len(code) + len(rest) + 1]), *code, *rest]
        _check(len(rest))
    return [*least, *rest]


def _check(steps: int) -> None:
    if steps > STEPS_AT_MOST:
        raise PatternError(f"has more than {STEPS_AT_MOST:,} steps")
