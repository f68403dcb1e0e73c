"""Variables of a script (RFC 5229), as far as they are constant, and encoded characters.

A variable that branches set differently has several values, each with the test under which it has
it. What a message says (`${1}`, `:matches` on headers) is no constant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import ALWAYS, AllOf
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mmctl.interchange.migration.tests import Test

_REFERENCE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_.]*|[0-9]+)\}")
_ENCODED: Final = re.compile(r"\$\{(hex|unicode):([0-9A-Fa-f\s]+)\}", re.IGNORECASE)
_MOST: Final = 16
"""Values of one text; more are taken as none that is known."""
_LONGEST: Final = 4_096
"""Characters of a text with variables, about as in Pigeonhole."""
_LARGEST_BYTE: Final = 0xFF
_LARGEST_CHARACTER: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextValue:
    """One value of a text; None: it depends on the message."""

    test: Test
    """When it has it, if it has none of the values before."""
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableSetting:
    """A `set` on the way: it holds where all of the steps were taken."""

    steps: tuple[Test, ...]
    text: str | None


_Settings = dict[str, tuple[VariableSetting, ...]]


class Variables:
    """The variables on the way through the scripts."""

    def __init__(self, shared: _Settings | None = None) -> None:
        self._settings: _Settings = {}
        self._shared: _Settings = {} if shared is None else shared
        self._global: set[str] = set()

    def of_included(self) -> Variables:
        """The variables of a script that this one includes: the global ones are the same."""
        return Variables(self._shared)

    def share(self, names: Iterable[str]) -> None:
        """Declare variables to be global (RFC 6609, section 3.4)."""
        self._global.update(name.lower() for name in names)

    def put(self, name: str, steps: tuple[Test, ...], values: Sequence[TextValue]) -> None:
        """Set a variable where these steps were taken."""
        name = name.lower()
        if name.startswith("global."):
            name = name.removeprefix("global.")
            self._put(self._shared, name, steps, values)
        else:
            self._put(self._shared if name in self._global else self._settings, name, steps, values)

    @staticmethod
    def _put(
        settings: _Settings,
        name: str,
        steps: tuple[Test, ...],
        values: Sequence[TextValue],
    ) -> None:
        before = settings.get(name, ()) if steps else ()
        new = tuple(
            VariableSetting(steps=(*steps, *_step(value.test)), text=value.text) for value in values
        )
        settings[name] = (*new, *before)[:_MOST]

    def saved(
        self,
    ) -> tuple[_Settings, _Settings]:
        """The variables as they are now."""
        return dict(self._settings), dict(self._shared)

    def restore(
        self,
        saved: tuple[_Settings, _Settings],
    ) -> None:
        """Forget what was set since then: the mail for which it was set has ended."""
        self._settings = saved[0]
        self._shared.clear()
        self._shared.update(saved[1])

    def values(
        self, text: str, beyond: Callable[[tuple[Test, ...]], tuple[Test, ...] | None]
    ) -> tuple[TextValue, ...]:
        """The values of a text with references; `beyond` says which steps are not yet sure."""
        parts = _REFERENCE.split(text)
        values = [TextValue(test=ALWAYS, text="")]
        for index, part in enumerate(parts):
            options = (
                (TextValue(test=ALWAYS, text=part),) if index % 2 == 0 else self._of(part, beyond)
            )
            values = [_joined(one, other) for one in values for other in options]
            if len(values) > _MOST:
                return (TextValue(test=ALWAYS, text=None),)
        return tuple(values)

    def _of(
        self, name: str, beyond: Callable[[tuple[Test, ...]], tuple[Test, ...] | None]
    ) -> tuple[TextValue, ...]:
        name = name.lower()
        is_shared = name.startswith("global.") or name in self._global
        name = name.removeprefix("global.")
        if name.isdigit() or "." in name:
            return (TextValue(test=ALWAYS, text=None),)
        values: list[TextValue] = []
        for setting in (self._shared if is_shared else self._settings).get(name, ()):
            steps = beyond(setting.steps)
            if steps is None:
                continue
            values.append(TextValue(test=AllOf(steps), text=setting.text))
            if not steps:
                return tuple(values)
        return (*values, TextValue(test=ALWAYS, text=""))


def _step(test: Test) -> tuple[Test, ...]:
    return test.tests if isinstance(test, AllOf) else (test,)


def _joined(one: TextValue, other: TextValue) -> TextValue:
    text = None
    if one.text is not None and other.text is not None:
        text = (one.text + other.text)[:_LONGEST]
    return TextValue(test=AllOf((*_step(one.test), *_step(other.test))), text=text)


_MODIFIERS: Final = (
    ("lower", str.lower),
    ("upper", str.upper),
    ("lowerfirst", lambda text: text[:1].lower() + text[1:]),
    ("upperfirst", lambda text: text[:1].upper() + text[1:]),
    ("quotewildcard", lambda text: re.sub(r"([*?\\])", r"\\\1", text)),
    ("quoteregex", lambda text: re.sub(r"([][.\\^$*+?{}()|])", r"\\\1", text)),
    ("encodeurl", lambda text: re.sub(r"[^A-Za-z0-9_.~-]", _percent, text)),
    ("length", lambda text: str(len(text))),
)
"""In the order in which they are applied, whatever the script's (RFC 5229, section 4.1)."""


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def modified(text: str, tags: Sequence[str]) -> str:
    """A text with the modifiers of `set`."""
    for name, change in _MODIFIERS:
        if name in tags:
            text = change(text)
    return text


def decoded_characters(text: str) -> str:
    """A text with its `${hex:…}` and `${unicode:…}` (RFC 5228, section 2.4.2.4)."""

    def character(found: re.Match[str]) -> str:
        numbers = [int(word, 16) for word in found[2].split()]
        if found[1].lower() == "hex":
            if all(number <= _LARGEST_BYTE for number in numbers):
                return bytes(numbers).decode(errors="replace")
        elif all(number <= _LARGEST_CHARACTER and number not in _SURROGATES for number in numbers):
            return "".join(map(chr, numbers))
        return found[0]

    return _ENCODED.sub(character, text)
