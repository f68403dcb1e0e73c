"""The header fields of one message: found once, and written, decoded and parsed when asked for.

Each is done once for each message, however often it is asked for: values may have a megabyte.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Literal, TypeAlias

from mmctl.mail.addresses import addresses
from mmctl.mail.encoded_words import decode_words

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from mmctl.mail.encoded_words import Decoded

    Repeated: TypeAlias = Literal["any", "first", "last"]
    """Which of the headers of one name count."""


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
        if name not in self._written:
            raise KeyError(name)
        return self.values_of(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)

    def __contains__(self, name: object) -> bool:
        return name in self._written

    def __reduce__(self) -> tuple[type[Headers], tuple[Mapping[str, Sequence[str]]]]:
        return _of_known, (dict(self),)  # type: ignore[return-value] # a function makes it

    def __repr__(self) -> str:
        return f"Headers({dict(self)})"

    def values_of(self, name: str) -> tuple[str, ...]:
        """The values of a header; empty: there is none."""
        known = self._values.get(name)
        if known is None:
            written = self._written.get(name, ())
            known = self._values[name] = tuple(
                [value.replace("\n", "").strip(" \t") for value in written]
            )
        return known

    def as_written(self, name: str) -> tuple[str, ...]:
        """The same before unfolding: enough to tell whether two messages have the same."""
        written = self._written.get(name)
        return tuple(written) if written else ()

    def decoded(self, name: str) -> tuple[str, ...]:
        """The same with encoded words decoded, and undecodable ones left as they are."""
        known = self._decoded.get(name)
        if known is None:
            values = self.values_of(name)
            if self._has_words:
                values = tuple([each.text for each in self._words_of(name)])
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

    def word_defects(self, names: Container[str]) -> Iterator[tuple[str, str]]:
        """What is wrong with the encoded words of headers of some names, and of X-headers."""
        if not self._has_words:
            return
        for name, written in self._written.items():
            if name in names or name[:2] == "x-":
                for value in written:
                    if "=?" in value:
                        read = [each.defects for each in self._words_of(name)]
                        for defect in dict.fromkeys(chain.from_iterable(read)):
                            yield name, defect
                        break

    def addresses(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The address specs of each header of a name."""
        known = self._addresses.get(name)
        if known is None:
            values = self.values_of(name)
            known = self._addresses[name] = tuple([addresses(value) for value in values])
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


def _of_known(values: Mapping[str, Sequence[str]]) -> Headers:
    return Headers.of(values)
