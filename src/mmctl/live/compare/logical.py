"""A configuration as people wrote it: logical rules, and none of the lists of the compiler.

What a person reads of a change comes from this; calls follow from the live rules alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.compiler.configuration import LiveObject, RuleOrigin
from mmctl.model.kinds import Kind
from mmctl.model.resources import AddressList
from mmctl.model.rules import RuleSet
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration


def is_compiled(thing: LiveObject) -> bool:
    """Whether the compiler made it: an address list of a packed rule set."""
    return thing.compiled_for is not None


def is_packed(thing: LiveObject) -> bool:
    """Whether its live rules stand for other logical rules."""
    return bool(thing.logical)


def is_packed_in(configuration: LiveConfiguration) -> bool:
    """Whether any rule set of a configuration is packed."""
    return any(is_packed(thing) for thing in configuration.of_kind(Kind.RULE_SET))


def logical_view(configuration: LiveConfiguration) -> LiveConfiguration:
    """The configuration with logical rules in place of packed ones, and without compiled lists."""
    if not any(is_packed(thing) or is_compiled(thing) for thing in configuration.objects):
        return configuration
    objects = [_as_written(thing) for thing in configuration.objects if not is_compiled(thing)]
    return replace(configuration, objects=(*_lists_by_hand(configuration), *objects))


def compiled_lists(configuration: LiveConfiguration, rule_set: str) -> Iterator[LiveObject]:
    """The lists that the compiler made for a rule set."""
    for thing in configuration.of_kind(Kind.ADDRESS_LIST):
        if thing.compiled_for == rule_set:
            yield thing


def _as_written(thing: LiveObject) -> LiveObject:
    if not is_packed(thing) or not isinstance(thing.shape, RuleSet):
        return thing
    return replace(
        thing,
        shape=thing.shape.changed(rules=tuple(rule.shape for rule in thing.logical)),
        origins=tuple(RuleOrigin(name=rule.name, place=rule.place) for rule in thing.logical),
        logical=(),
        lists_by_hand={},
    )


def _lists_by_hand(configuration: LiveConfiguration) -> Iterator[LiveObject]:
    """The lists that hold what somebody added to a compiled list of several rules."""
    for thing in configuration.of_kind(Kind.RULE_SET):
        for name, members in thing.lists_by_hand.items():
            yield LiveObject(
                kind=Kind.ADDRESS_LIST,
                name=name,
                shape=AddressList.logical({"AddressListName": name}),
                project=thing.project,
                members=tuple(members),
            )
