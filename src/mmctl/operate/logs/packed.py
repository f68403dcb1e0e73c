"""A packed rule set as its log has it: each live rule, and the logical rules whose work it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRules:
    """One live rule, and the logical rules that it holds."""

    name: str
    """Its live name."""
    number: int
    """Its place in the live rule set, from 1."""
    live: LogicalRule
    """The live rule: its actions are what records count."""
    sources: tuple[LogicalRule, ...]
    """The rules of the files whose work it does, in their order."""

    @property
    def holds_several(self) -> bool:
        """Whether a record of it does not say at once which rule is meant."""
        return len(self.sources) > 1

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the rules that it holds."""
        return tuple(rule.name for rule in self.sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedRules:
    """The live rules of one packed rule set."""

    name: str
    """The logical name of the rule set."""
    live_name: str
    rules: Mapping[str, HeldRules]
    """By the live names of the rules."""
    gateway: Gateway = field(repr=False)
    """The rules of the files, with the lists and readings that they are judged by."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Why rules are in no live rule, by their names."""
    holders: Mapping[str, tuple[HeldRules, ...]] = field(init=False, repr=False)
    """The live rules that a rule of the files is in, by its name."""

    def __post_init__(self) -> None:
        """Look up once which live rules hold a rule."""
        object.__setattr__(self, "holders", _holders(self.rules.values()))


def _holders(rules: Iterable[HeldRules]) -> dict[str, tuple[HeldRules, ...]]:
    found: dict[str, tuple[HeldRules, ...]] = {}
    for held in rules:
        for name in held.names:
            found[name] = (*found.get(name, ()), held)
    return found


NAMED: Final = 3
"""So many rules are named; of more, only the first."""
_FIRST: Final = 2


def one_of(names: tuple[str, ...], live: str | None = None, *, quote: str = "") -> str:
    """Several rules of which it is unknown which one is meant, in a few words.

    `one of a, b, c`; of many, `one of 14 rules: a, b, … (mm.a.etc)`.
    """
    quoted = [f"{quote}{name}{quote}" for name in names]
    if len(quoted) <= NAMED:
        return f"one of {', '.join(quoted)}"
    where = "" if live is None else f" ({quote}{live}{quote})"
    return f"one of {len(quoted)} rules: {', '.join(quoted[:_FIRST])}, …{where}"


def all_of(names: tuple[str, ...], *, quote: str = "") -> str:
    """Several rules that all applied: `a and b`."""
    quoted = [f"{quote}{name}{quote}" for name in names]
    if len(quoted) > NAMED:
        return f"{len(quoted)} rules: {', '.join(quoted[:_FIRST])}, …"
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def live_words(packed: Iterable[PackedRules]) -> dict[str, str]:
    """Where rules of packed rule sets are live, in a few words, by their names.

    `live in mm.block-x.etc with 13 others`. A rule that is alone in a live rule of its own name
    needs no words, and one whose name two rule sets have has none.
    """
    found: dict[str, str] = {}
    twice: set[str] = set()
    for each in packed:
        words = {name: _live_in(name, holders) for name, holders in each.holders.items()}
        words |= {name: f"in no live rule: {why}" for name, why in each.left_out.items()}
        twice |= found.keys() & words.keys()
        found |= words
    return {name: words for name, words in found.items() if words and name not in twice}


def _live_in(name: str, holders: tuple[HeldRules, ...]) -> str:
    if len(holders) > 1:
        named = [held.name for held in holders[:NAMED]]
        more = len(holders) - len(named)
        return f"live in {', '.join(named)}{f' and {more} more' if more else ''}"
    held = holders[0]
    if held.holds_several:
        return f"live in {held.name} with {counted(len(held.sources) - 1, 'other')}"
    own = held.sources[0].rule.name or name
    return "" if held.name == own else f"live in {held.name}"
