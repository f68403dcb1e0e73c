"""Packed rule sets that are imported: by their logical rules where the history knows these.

Otherwise the live rules are written as they are, and a note says so.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from mmctl.compiler.packing.names import MADE
from mmctl.errors import CouldNot
from mmctl.live.compare.logical import is_packed, logical_view
from mmctl.live.compare.recognizing import known_exactly
from mmctl.live.history.last_applied import renamed
from mmctl.live.history.records import SNAPSHOT
from mmctl.model.kinds import Kind
from mmctl.model.rules import RuleSet
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.live.history.history import History

_LOOKED_AT: Final = 50
"""So many snapshots are looked at, the newest first."""
REMARK: Final = "made by the compiler of mmctl for rule set {}: its members are values of rules"


def known_states(history: History) -> Iterator[LiveConfiguration]:
    """What the history knows to have been live, the newest first."""
    applied = history.applied()
    if applied is not None:
        yield applied
    names = sorted(history.store.names(SNAPSHOT), reverse=True)
    for name in islice(names, _LOOKED_AT):
        try:
            snapshot = history.snapshot(name.removesuffix(SNAPSHOT))
        except CouldNot:
            continue
        if snapshot.wanted is not None:
            yield snapshot.wanted
        yield snapshot.configuration


def in_logical_rules(
    live: LiveConfiguration, known: Iterable[LiveConfiguration]
) -> tuple[LiveConfiguration, list[str]]:
    """What is live with the logical rules of packed rule sets, and notes about the others."""
    packed = {thing.key: thing for thing in live.of_kind(Kind.RULE_SET) if _looks_packed(thing)}
    found: dict[tuple[Kind, str], LiveObject] = {}
    for state in known if packed else ():
        for thing in known_exactly(live, renamed(state, live)):
            found.setdefault(thing.key, thing)
        if found.keys() >= packed.keys():
            break
    notes = [_note(thing) for key, thing in packed.items() if key not in found]
    told = [found.get(thing.key, thing) for thing in live.objects]
    names = {thing.name for thing in found.values() if is_packed(thing)}
    # The view leaves out all lists of the compiler: those of other rule sets are still looked in.
    kept = [
        replace(thing, tags={}) if thing.compiled_for not in {None, *names} else thing
        for thing in told
    ]
    return logical_view(replace(live, objects=tuple(kept))), notes


def lists_of_the_compiler(live: LiveConfiguration) -> dict[tuple[Kind, str], str]:
    """What to remark about each compiled list that is written all the same."""
    return {
        thing.key: REMARK.format(thing.compiled_for)
        for thing in live.of_kind(Kind.ADDRESS_LIST)
        if thing.compiled_for is not None
    }


def _looks_packed(thing: LiveObject) -> bool:
    return bool(_packed_rules(thing))


def _packed_rules(thing: LiveObject) -> Sequence[str]:
    rules = thing.shape.rules if isinstance(thing.shape, RuleSet) else ()
    return [rule.name for rule in rules if rule.name and rule.name.startswith(MADE)]


def _note(thing: LiveObject) -> str:
    return (
        f"rule set `{thing.name}` has live rules that hold several rules, such as "
        f"`{_packed_rules(thing)[0]}`, and no history here knows which: they are written as they "
        "are live"
    )
