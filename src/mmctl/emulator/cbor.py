"""CBOR (RFC 8949) as far as Smithy RPC v2 uses it: Python values to bytes and back.

Nothing here depends on what the values mean.
"""

from __future__ import annotations

import struct
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn

from mmctl.emulator.bodies import MOST_VALUES, TooManyValues

if TYPE_CHECKING:
    from collections.abc import Iterator

UNSIGNED, NEGATIVE, BYTES, TEXT, LIST, MAP, TAG, OTHER = range(8)
"""Major types, RFC 8949 §3.1."""
EPOCH: Final = 1
"""The tag of a time: seconds since 1970."""
INDEFINITE: Final = 31
BREAK: Final = 0xFF
SIMPLE: Final = {20: False, 21: True, 22: None, 23: None}
FLOATS: Final = {25: ">e", 26: ">f", 27: ">d"}
IN_THE_FIRST_BYTE: Final = 24
"""Smaller numbers are in the first byte; from here on it says how many bytes follow."""
SIZES: Final = ((0x100, 24, ">B"), (0x10000, 25, ">H"), (1 << 32, 26, ">I"), (1 << 64, 27, ">Q"))
FORMS: Final = {argument: form for _, argument, form in SIZES}


def dumps(value: object) -> bytes:
    """Write None, booleans, numbers, texts, times, lists and mappings.

    Raises:
        TypeError: a value has another type.
    """
    return b"".join(_written(value))


def loads(data: bytes) -> Any:
    """Read one value that takes all of the bytes; a tagged value loses its tag.

    Raises:
        TooManyValues: it holds more than `MOST_VALUES`.
        ValueError: the bytes are not CBOR, or more than one value.
        RecursionError: it is nested too deeply.
    """
    reader = _CborReader(data)
    value = reader.value()
    if not reader.at_end:
        raise ValueError("more than one value")
    return value


def _written(value: object) -> Iterator[bytes]:
    match value:
        case None:
            yield b"\xf6"
        case bool():
            yield b"\xf5" if value else b"\xf4"
        case int():
            yield _head(NEGATIVE, -1 - value) if value < 0 else _head(UNSIGNED, value)
        case float():
            yield b"\xfb" + struct.pack(">d", value)
        case datetime():
            yield _head(TAG, EPOCH)
            yield from _written(value.timestamp())
        case str():
            text = value.encode()
            yield _head(TEXT, len(text)) + text
        case list() | tuple():
            yield _head(LIST, len(value))
            for item in value:
                yield from _written(item)
        case dict():
            yield _head(MAP, len(value))
            for key, item in value.items():
                yield from _written(key)
                yield from _written(item)
        case _:
            raise TypeError(f"cannot write {type(value).__name__} as CBOR")


def _head(major: int, number: int) -> bytes:
    if number < IN_THE_FIRST_BYTE:
        return bytes([major << 5 | number])
    for limit, argument, form in SIZES:
        if number < limit:
            return bytes([major << 5 | argument]) + struct.pack(form, number)
    raise TypeError("cannot write a number of more than 64 bits as CBOR")


class _CborReader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0
        self._values = 0

    @property
    def at_end(self) -> bool:
        return self._place == len(self._data)

    def value(self) -> Any:
        self._count()
        first = self._take(1)[0]
        major, argument = first >> 5, first & 0x1F
        match major:
            case 0:
                return self._number(argument)
            case 1:
                return -1 - self._number(argument)
            case 2 | 3:
                return self._string(major, argument)
            case 4:
                return [self.value() for _ in self._items(argument)]
            case 5:
                return {self._key(): self.value() for _ in self._items(argument)}
            case 6:
                self._number(argument)
                return self.value()
            case _:
                return self._other(argument)

    def _count(self) -> None:
        self._values += 1
        if self._values > MOST_VALUES:
            raise TooManyValues(MOST_VALUES)

    def _string(self, major: int, argument: int) -> str | bytes:
        if argument == INDEFINITE:
            joined = b"".join([self._piece(major) for _ in self._items(argument)])
        else:
            joined = self._take(self._number(argument))
        return joined.decode() if major == TEXT else joined

    def _piece(self, major: int) -> bytes:
        self._count()
        first = self._take(1)[0]
        if first >> 5 != major:
            _refuse("a string with a piece of another type")
        return self._take(self._number(first & 0x1F))

    def _key(self) -> str:
        key = self.value()
        if not isinstance(key, str):
            _refuse("a key that is no text")
        return key

    def _items(self, argument: int) -> Iterator[None]:
        if argument != INDEFINITE:
            for _ in range(self._number(argument)):
                yield
            return
        while self._peek() != BREAK:
            yield
        self._take(1)

    def _other(self, argument: int) -> Any:
        if argument in FLOATS:
            form = FLOATS[argument]
            return struct.unpack(form, self._take(struct.calcsize(form)))[0]
        if argument in SIMPLE:
            return SIMPLE[argument]
        return _refuse(f"a simple value {argument}")

    def _number(self, argument: int) -> int:
        if argument < IN_THE_FIRST_BYTE:
            return argument
        form = FORMS.get(argument)
        if form is None:
            return _refuse(f"a length {argument}")
        number: int = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        return number

    def _peek(self) -> int:
        if self.at_end:
            _refuse("an early end")
        return self._data[self._place]

    def _take(self, count: int) -> bytes:
        taken = self._data[self._place : self._place + count]
        if len(taken) < count:
            _refuse("an early end")
        self._place += count
        return taken


def _refuse(what: str) -> NoReturn:
    raise ValueError(f"expected CBOR, got {what}")
