"""A written configuration in names: its rules hold ids and ARNs, and people know names."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from mmctl.serve.page.rows import objects, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAMED: Final = (
    ("relays", "RelayName", ("RelayId", "RelayArn")),
    ("archives", "ArchiveName", ("ArchiveId", "ArchiveArn")),
    ("address_lists", "AddressListName", ("AddressListArn",)),
)
"""Where a document has resources, what they are called, and what rules name them by."""
_IN_NAMES: Final = ("rule_set", "traffic_policy", "address_lists")
"""The parts of a document in which resources are named."""


def names_of(document: Mapping[str, Any]) -> dict[str, str]:
    """The names of resources by what rules may name them by; none where two have one name."""
    found: list[tuple[str, str]] = []
    for place, name, ids in _NAMED:
        bodies = objects(document.get(place))
        often = Counter(text(body, name) for body in bodies)
        for body in bodies:
            if often[text(body, name)] == 1:
                found += [(text(body, each), text(body, name)) for each in ids]
    return {each: name for each, name in found if each and name}


def in_names(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with names in its rules, its policy and the lists that these name."""
    names = names_of(document)
    return {
        place: _renamed(value, names) if place in _IN_NAMES else value
        for place, value in document.items()
    }


def labels_in_names(labels: tuple[str, ...], names: Mapping[str, str]) -> Iterator[str]:
    """Labels of actions that fail, `relay:r-…`, as they are and in names."""
    for label in labels:
        yield label
        kind, colon, target = label.partition(":")
        if colon and target in names:
            yield f"{kind}:{names[target]}"


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case str():
            return names.get(value, value)
        case list():
            return [_renamed(each, names) for each in value]
        case dict():
            return {key: _renamed(each, names) for key, each in value.items()}
        case _:
            return value
