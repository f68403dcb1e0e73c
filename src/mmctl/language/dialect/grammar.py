"""The types that members of a file can have; `dialect` says which member has which.

The reader, the JSON Schema and the formatter all use these values. No key of mmctl's language may
live here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.language.dialect.nouns import Named as Called

MAX_DIGITS: Final = 18
"""How many digits a whole number may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A text, as written."""

    doc: str = ""
    pattern: str | None = None
    """What the whole text must match."""
    multiline: bool = False
    strict: bool = False
    """A comment on the same line is an error: the text was probably meant to go on."""
    examples: tuple[str, ...] = ()
    names: tuple[Called, ...] = ()
    """What it is the name of: one of these."""
    defines: bool = False
    """It gives the name; else it only uses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """`true` or `false`."""

    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A whole number."""

    doc: str = ""
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """A size: bytes, or a number with KB MB GB (powers of 1000) or KiB MiB GiB (1024)."""

    doc: str = ""
    fraction: bool = False
    """A part of a byte is kept (a condition compares with any number)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date, `YYYY-MM-DD`."""

    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of some words, in any case; `values` are spelled as the formatter writes them."""

    values: tuple[str, ...]
    doc: str = ""


Leaf = Word | Flag | Count | Bytes | Day | Choice
"""The types of single values: nothing is inside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """A list; with `single`, a single value means a list of one."""

    item: Type
    doc: str = ""
    single: bool = False
    minimum: int = 0
    names: tuple[Called, ...] = ()
    """What texts in it are names of, whatever is around them; `Word` says it of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A mapping of arbitrary names to values."""

    value: Type
    doc: str = ""
    pattern: str | None = None
    """What each name must match."""
    names: tuple[Called, ...] = ()
    """What the keys are names of."""
    defines: bool = False
    """The keys give the names; else they only use them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One key of a record."""

    type: Type
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A mapping of known keys; exactly one of each group in `one_of`, at most one of `at_most_one`.

    `advice` answers keys that people expect and that do not exist.
    """

    title: str
    members: Mapping[str, Member]
    doc: str = ""
    one_of: tuple[tuple[str, ...], ...] = ()
    at_most_one: tuple[tuple[str, ...], ...] = ()
    advice: Mapping[str, str] = field(default_factory=dict)
    empty: bool = False
    """No value at all means an empty mapping."""
    key: bool = False
    """Its title is the key that it is under."""
    partial: bool = False
    """It is kept even without a required key, so that its other problems are reported too."""
    required: frozenset[str] = field(init=False)
    """The keys that it must have."""

    def __post_init__(self) -> None:
        """Collect the required keys."""
        required = frozenset(name for name, member in self.members.items() if member.required)
        object.__setattr__(self, "required", required)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneKey:
    """A mapping of exactly one of some keys; those in `words` may be written as a single word."""

    title: str
    options: Mapping[str, Type]
    doc: str = ""
    words: tuple[str, ...] = ()
    advice: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """One of some records, distinguished by the first key that only one of them has."""

    title: str
    forms: tuple[tuple[str, Record], ...]
    """Key → record; the last one is used if no key is found."""
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """Either a scalar or something else: a record, a list."""

    word: Leaf
    other: Record | Several | OneKey
    doc: str = ""
    title: str = ""
    """If it has one, schemas write it once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything:
    """Texts, lists of texts: what a variable may contain."""

    doc: str = ""
    like: Type | None = None
    """What an editor may take it for; anything else is read too."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deferred:
    """A type that is made when something of it is read: few files have it, or it is in itself."""

    make: Callable[[], Type]
    made: list[Type] = field(default_factory=list)

    @property
    def type(self) -> Type:
        """The type."""
        if not self.made:
            self.made.append(self.make())
        return self.made[0]


Type = Leaf | Several | Named | Record | OneKey | Forms | Either | Anything | Deferred
