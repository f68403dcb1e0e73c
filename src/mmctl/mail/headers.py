"""The header fields of one message: found once, and written, decoded and parsed when asked for.

Each is done once for each message, however often it is asked for: values may have a megabyte.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

from mmctl.mail.addresses import addresses_by_value
from mmctl.mail.encoded_words import decode_words
from mmctl.model.facts import WRITTEN_HEADERS

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from mmctl.mail.encoded_words import Decoded

    Repeated: TypeAlias = Literal["any", "first", "last"]
    """Which of the headers of one name count."""

_READ_BY_RULES: Final = frozenset(fact.key for fact in WRITTEN_HEADERS)


LONGEST_RECORDS: Final = 16 * 1024
"""Characters of the fields of one name in which servers record what they did.

A path has at most 256 octets (RFC 5321 §4.5.3.1.3), a line 998 (RFC 5322 §2.1.1), and a message has
at most a hundred hops (RFC 5321 §6.3): no server writes more than this. What goes beyond it is
nothing that a server recorded.
"""


def records(values: Sequence[str]) -> Iterator[str]:
    """The topmost of some values, as far as a server may have written them."""
    left = LONGEST_RECORDS
    for value in values:
        left -= len(value)
        if left < 0:
            return
        yield value


def is_noted(name: str) -> bool:
    """Whether it is noted what is wrong with the encoded words of a header: whether rules read it.

    The name is in lower case.
    """
    return name in _READ_BY_RULES or name[:2] == "x-"


class Headers(Mapping[str, tuple[str, ...]]):
    """Unfolded values as sent, top to bottom, under lower-case names; encoded words undecoded."""

    __slots__ = (
        "_addresses",
        "_decoded",
        "_distinct",
        "_has_words",
        "_values",
        "_words",
        "_written",
    )

    are_known: ClassVar[bool] = True
    """Whether anybody has the message: a log does not hold its headers."""

    def __init__(self, written: Mapping[str, Sequence[str]], *, has_words: bool = True) -> None:
        """Values as written between the colon and the next field, LF line ends.

        `has_words`: some may have encoded words.
        """
        self._written = written
        self._has_words = has_words
        self._values: dict[str, tuple[str, ...]] = {}
        self._decoded: dict[str, tuple[str, ...]] = {}
        self._words: dict[str, tuple[Decoded, ...]] = {}
        self._addresses: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._distinct: dict[tuple[str, Repeated], tuple[str, ...]] = {}

    @classmethod
    def of(cls, values: Mapping[str, Sequence[str]]) -> Headers:
        """Headers whose values are known."""
        headers = cls(values)
        headers._values = {name: tuple(each) for name, each in values.items()}
        return headers

    def __getitem__(self, name: str) -> tuple[str, ...]:
        if name not in self._fields():
            raise KeyError(name)
        return self.values_of(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields())

    def __len__(self) -> int:
        return len(self._fields())

    def __contains__(self, name: object) -> bool:
        return name in self._fields()

    def __reduce__(self) -> tuple[type[Headers], tuple[Mapping[str, Sequence[str]]]]:
        return _of_known, (dict(self),)  # type: ignore[return-value] # a function makes it

    def __repr__(self) -> str:
        return f"Headers({dict(self)})"

    def _fields(self) -> Mapping[str, Sequence[str]]:
        """The values as written."""
        return self._written

    def values_of(self, name: str) -> tuple[str, ...]:
        """The values of a header; empty: there is none."""
        known = self._values.get(name)
        if known is None:
            written = self._fields().get(name, ())
            known = self._values[name] = tuple(
                [
                    (value.replace("\n", "") if "\n" in value else value).strip(" \t")
                    for value in written
                ]
            )
        return known

    def topmost(self, name: str) -> str | None:
        """The topmost value of a header; None: there is none."""
        values = self.values_of(name)
        return values[0] if values else None

    def as_written(self, name: str) -> tuple[Hashable, ...]:
        """The same before unfolding: two messages with the same have the same values.

        Empty: there is none.
        """
        written = self._fields().get(name)
        return tuple(written) if written else ()

    def decoded(self, name: str) -> tuple[str, ...]:
        """The same with encoded words decoded, and undecodable ones left as they are."""
        known = self._decoded.get(name)
        if known is None:
            values = self.values_of(name)
            if self._has_words:
                for value in values:
                    if "=?" in value:
                        values = tuple([each.text for each in self._words_of(name)])
                        break
            known = self._decoded[name] = values
        return known

    def _words_of(self, name: str) -> tuple[Decoded, ...]:
        """The values of a header, decoded once for their texts and for their defects."""
        known = self._words.get(name)
        if known is None:
            known = self._words[name] = tuple(
                [decode_words(value) for value in self.values_of(name)]
            )
        return known

    def word_defects(self) -> tuple[tuple[str, str], ...]:
        """What is wrong with the encoded words of headers for which that is noted."""
        if not self._has_words:
            return ()
        found: list[tuple[str, str]] = []
        known: dict[Hashable, tuple[str, ...]] = {}  # thousands of names may have one value
        for name, written in self._fields().items():
            if not is_noted(name):
                continue
            alone = len(written) == 1
            if not ("=?" in written[0] if alone else any("=?" in value for value in written)):
                continue
            key = written[0] if alone else tuple(written)
            defects = known.get(key)
            if defects is None:
                read = chain.from_iterable([each.defects for each in self._words_of(name)])
                defects = known[key] = tuple(dict.fromkeys(read))
            if defects:
                found += [(name, defect) for defect in defects]
        return tuple(found)

    def addresses(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The address specs of each header of a name."""
        known = self._addresses.get(name)
        if known is None:
            known = self._addresses[name] = addresses_by_value(self.values_of(name))
        return known

    def distinct_addresses(self, name: str, which: Repeated) -> tuple[str, ...]:
        """The address specs of some of the headers of a name, each once."""
        found = self.addresses(name)
        if len(found) <= 1:
            which = "any"
        known = self._distinct.get((name, which))
        if known is None:
            chosen = found if which == "any" else found[:1] if which == "first" else found[-1:]
            known = tuple(dict.fromkeys(chain.from_iterable(chosen)))
            self._distinct[name, which] = known
        return known


class UnreadHeaders(Headers):
    """The headers of a message that nobody has: what they hold is unknown.

    For the evaluator, which answers unknown; the index of rules reads messages alone.
    """

    __slots__ = ()
    are_known = False

    def __init__(self) -> None:
        super().__init__({})


def _of_known(values: Mapping[str, Sequence[str]]) -> Headers:
    return Headers.of(values)
