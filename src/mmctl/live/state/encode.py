"""Live configurations as JSON documents and back: what plans and snapshots hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.compiler.configuration import (
    LiveConfiguration,
    LiveObject,
    RuleLeftOut,
    RuleOrigin,
    RuleSource,
    UnknownMember,
    WrittenRule,
)
from mmctl.model.kinds import Kind
from mmctl.model.rules import Rule
from mmctl.records import asdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PLAIN: Final = (
    "name",
    "project",
    "managed_by",
    "closed",
    "instance",
    "smtp_password_env",
    "was",
    "logical_rules",
    "place",
    "id",
    "subscription_id",
    "status",
    "password_version",
    "changed_at",
    "created_at",
    "a_record",
)
_MAPPINGS: Final = ("tags", "logging", "logs_of_others")
_DEFAULTS: Final[Mapping[str, object]] = {"closed": False, "instance": True, "logical_rules": 0}


def object_document(thing: LiveObject) -> dict[str, Any]:
    """One object as JSON, without empty members."""
    document: dict[str, Any] = {"kind": thing.kind.value, "shape": thing.shape.to_api()}
    for member in _PLAIN:
        value = getattr(thing, member)
        if value != _DEFAULTS.get(member):
            document[member] = value
    for member in _MAPPINGS:
        if getattr(thing, member):
            document[member] = dict(sorted(getattr(thing, member).items()))
    if thing.members is not None:
        document["members"] = list(thing.members)
    if thing.unknown:
        document["unknown"] = [asdict(member) for member in thing.unknown]
    if thing.origins:
        document["origins"] = [_origin_document(origin) for origin in thing.origins]
    if thing.lists_by_hand:
        document["lists_by_hand"] = {
            name: list(members) for name, members in sorted(thing.lists_by_hand.items())
        }
    if thing.logical:
        document["logical"] = [_written_document(rule) for rule in thing.logical]
    return document


def object_of(document: Mapping[str, Any]) -> LiveObject:
    """The object of a document that `object_document` wrote.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is damaged.
    """
    kind = Kind(document["kind"])
    for member in _PLAIN:
        expected = type(_DEFAULTS.get(member, ""))
        found = document.get(member)
        if not isinstance(found, expected) and (found is not None or member == "name"):
            raise ValueError(f"`{member}` is not a valid {expected.__name__}")
    for member in _MAPPINGS:
        found = document.get(member, {})
        if not isinstance(found, dict) or not _are_texts(found.values()):
            raise ValueError(f"`{member}` does not hold texts by name")
    members = document.get("members")
    if not (members is None or (isinstance(members, list) and _are_texts(members))):
        raise ValueError("`members` is not a list of texts")
    return LiveObject(
        kind=kind,
        shape=kind.row.shape.logical(document["shape"]),
        members=None if members is None else tuple(members),
        origins=tuple(_origin_of(origin) for origin in document.get("origins", ())),
        lists_by_hand={
            str(name): tuple(map(str, found))
            for name, found in dict(document.get("lists_by_hand", {})).items()
        },
        logical=tuple(_written_of(rule) for rule in document.get("logical", ())),
        unknown=tuple(UnknownMember(**member) for member in document.get("unknown", ())),
        **{member: document[member] for member in (*_PLAIN, *_MAPPINGS) if member in document},
    )


def _origin_document(origin: RuleOrigin) -> dict[str, Any]:
    """An origin as JSON: `holds` for packed rules alone, as older versions know no such member."""
    document = asdict(origin)
    if not document.pop("holds"):
        return document
    return {**document, "holds": [asdict(source) for source in origin.holds]}


def _origin_of(document: Mapping[str, Any]) -> RuleOrigin:
    plain = {member: value for member, value in document.items() if member != "holds"}
    holds = tuple(RuleSource(**source) for source in document.get("holds", ()))
    return RuleOrigin(**plain, holds=holds)


def _written_document(rule: WrittenRule) -> dict[str, Any]:
    document: dict[str, Any] = {"name": rule.name, "shape": rule.shape.to_api()}
    if rule.place is not None:
        document["place"] = rule.place
    if rule.stop:
        document["stop"] = True
    return document


def _written_of(document: Mapping[str, Any]) -> WrittenRule:
    name, place, stop = document["name"], document.get("place"), document.get("stop", False)
    if not (isinstance(name, str) and isinstance(place, str | None) and isinstance(stop, bool)):
        raise ValueError("`logical` does not hold rules")  # noqa: TRY004 - as all damage here
    return WrittenRule(name=name, place=place, shape=Rule.logical(document["shape"]), stop=stop)


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def configuration_document(configuration: LiveConfiguration) -> dict[str, Any]:
    """A configuration as JSON."""
    return {
        "project": configuration.project,
        "objects": [object_document(thing) for thing in configuration.objects],
        "bindings": {
            kind.value: dict(sorted(ids.items()))
            for kind, ids in sorted(configuration.bindings.items())
        },
        "left_out": [asdict(rule) for rule in configuration.left_out],
    }


def configuration_of(document: Mapping[str, Any]) -> LiveConfiguration:
    """The configuration of a document that `configuration_document` wrote."""
    return LiveConfiguration(
        project=document["project"],
        objects=tuple(object_of(thing) for thing in document["objects"]),
        bindings={Kind(kind): dict(ids) for kind, ids in document["bindings"].items()},
        left_out=tuple(RuleLeftOut(**rule) for rule in document["left_out"]),
    )
