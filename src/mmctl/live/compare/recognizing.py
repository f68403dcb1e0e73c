"""Live rule sets, recognized as packed by states that are known: they get their logical rules back.

The service knows live rules alone. What the history has of them tells the logical rules; without a
history, the files do, where they come to the same live rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.compare.lifting import ChangedMembers, lifted
from mmctl.live.compare.logical import is_packed
from mmctl.live.compare.rules import rules_of
from mmctl.model.kinds import Kind
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject


def recognized(
    live: LiveConfiguration, known: Iterable[LiveConfiguration | None]
) -> LiveConfiguration:
    """A live configuration whose packed rule sets have their logical rules.

    `known` are states under the same logical names, the likeliest first.
    """
    states = [state for state in known if state is not None]
    if not any(is_packed(thing) for state in states for thing in state.of_kind(Kind.RULE_SET)):
        return live
    taken = {thing.name for thing in live.of_kind(Kind.ADDRESS_LIST)}
    objects = []
    for thing in live.objects:
        found = _recognized(thing, live, states, taken) if thing.kind is Kind.RULE_SET else thing
        taken |= found.lists_by_hand.keys()
        objects.append(found)
    return replace(live, objects=tuple(objects))


def known_exactly(live: LiveConfiguration, state: LiveConfiguration) -> Iterator[LiveObject]:
    """The packed rule sets that are live just as in a known state, with their logical rules."""
    for thing in live.of_kind(Kind.RULE_SET):
        known = state.find(thing.kind, thing.name)
        if known is None or not is_packed(known) or rules_of(known) != rules_of(thing):
            continue
        if not _changed_lists(live, _Base(thing=known, state=state, same=0)):
            yield _as_in(thing, known)


def _as_in(thing: LiveObject, known: LiveObject) -> LiveObject:
    return replace(
        thing,
        logical=known.logical,
        origins=known.origins,
        logical_rules=known.logical_rules,
        lists_by_hand=known.lists_by_hand,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """A known state of a rule set, and of its compiled lists."""

    thing: LiveObject
    state: LiveConfiguration
    same: int
    """How many of the live rules it has."""


def _recognized(
    thing: LiveObject,
    live: LiveConfiguration,
    states: Sequence[LiveConfiguration],
    taken: set[str],
) -> LiveObject:
    base = _likest(thing, states)
    if base is None:
        return thing
    if not is_packed(base.thing):
        return replace(thing, logical=(), lists_by_hand={})
    lists = _changed_lists(live, base)
    if not lists and rules_of(thing) == rules_of(base.thing):
        return _as_in(thing, base.thing)
    return lifted(thing, base.thing, lists, taken)


def _likest(thing: LiveObject, states: Sequence[LiveConfiguration]) -> _Base | None:
    """The state that has the most of the live rules: the first one of several."""
    rules = rules_of(thing)
    found: _Base | None = None
    for state in states:
        there = state.find(thing.kind, thing.name)
        if there is None:
            continue
        known = rules_of(there)
        same = sum(rule in known for rule in rules)
        exact = known == rules
        base = _Base(thing=there, state=state, same=len(rules) + 1 if exact else same)
        if found is None or base.same > found.same:
            found = base
    return found


def _changed_lists(live: LiveConfiguration, base: _Base) -> dict[str, ChangedMembers]:
    """What somebody did to the compiled lists that a state has and that are live."""
    changed = {}
    for known in base.state.of_kind(Kind.ADDRESS_LIST):
        found = live.find(known.kind, known.name)
        ours = known.compiled_for == base.thing.name
        if not ours or found is None or known.members is None or found.members is None:
            continue
        had = {member.lower(): member for member in known.members}
        has = {member.lower(): member for member in found.members}
        if had.keys() != has.keys():
            changed[known.name] = ChangedMembers(
                came=tuple(has[key] for key in sorted(has.keys() - had.keys())),
                went=tuple(had[key] for key in sorted(had.keys() - has.keys())),
            )
    return changed
