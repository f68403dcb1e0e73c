"""Declared resources → what the files have of Mail Manager: named, linked, with their logs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.infrastructure.fitting import ResourceLinks, fit
from mmctl.interchange.infrastructure.found import FoundInfrastructure, FoundResource
from mmctl.interchange.infrastructure.logs import link_logs
from mmctl.interchange.infrastructure.stand_ins import VariableStandIns
from mmctl.interchange.infrastructure.values import (
    Hole,
    OpenText,
    Pointer,
    known_text,
    parts_of,
)
from mmctl.interchange.migration.source import Needed, Unread
from mmctl.language.writing.write import unused
from mmctl.model.kinds import KIND_OF, STATUS_SENT, Kind, Noun
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.interchange.infrastructure.values import Declared, Tree, VariableNames

LOGS: Final = frozenset({"DeliverySource", "Delivery", "DeliveryDestination"})
"""Resources of CloudWatch Logs that say where logs are delivered."""
NOUNS: Final = frozenset(Noun) | LOGS
_DEFINED: Final = frozenset(Noun) - {Noun.ADDON_INSTANCE}
"""Resources that a file defines under a name; an instance is part of its subscription."""
_PASSWORDS: Final = ("SmtpPassword", "SmtpPasswordWo", "SmtpPasswordWoVersion")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ID_OR_ARN: Final = frozenset({"Id", "Arn"})


@dataclass(slots=True, kw_only=True)
class _Gathering:
    found: FoundInfrastructure
    stand_ins: VariableStandIns
    taken: dict[Kind, set[str]] = field(default_factory=dict)


def gathered(form: str, declared: Sequence[Declared], names: VariableNames) -> FoundInfrastructure:
    """All resources of Mail Manager among those declared."""
    gathering = _Gathering(
        found=FoundInfrastructure(form=form), stand_ins=VariableStandIns(names=names)
    )
    instances = _instances(declared, gathering.found)
    pairs = [
        (each, _started(each, instances, gathering))
        for each in _of_kinds(declared)
        if _is_usable(each, instances, gathering.found)
    ]
    links = _links(pairs, instances)
    for each, resource in pairs:
        gathering.found.notes += each.notes
        members = _members(each, resource, gathering.found)
        unread, refused = fit(resource, each, members, links, gathering.stand_ins)
        gathering.found.unread += unread
        gathering.found.refused += refused
        gathering.found.resources.append(resource)
    link_logs(gathering.found, declared, links, gathering.stand_ins)
    _needed(gathering)
    return gathering.found


def _of_kinds(declared: Iterable[Declared]) -> Iterable[Declared]:
    return (each for each in declared if each.noun in _DEFINED)


def _is_usable(
    each: Declared, instances: Mapping[str, Declared], found: FoundInfrastructure
) -> bool:
    """Whether it is no subscription of an add-on without an instance, which is listed."""
    if each.noun != Noun.ADDON_SUBSCRIPTION or each.label in instances:
        return True
    why = "it has no instance, and the language has no add-on without one"
    found.unread.append(
        Unread(place=each.places[()], text=each.label, why=why, instead="create an instance")
    )
    return False


def _instances(declared: Sequence[Declared], found: FoundInfrastructure) -> dict[str, Declared]:
    """The instances of add-ons, by the label of their subscription."""
    instances: dict[str, Declared] = {}
    for each in declared:
        if each.noun != Noun.ADDON_INSTANCE:
            continue
        parts = parts_of(each.properties.get("AddonSubscriptionId")) or ()
        label = next((part.label for part in parts if isinstance(part, Pointer)), None)
        if label is None:
            subscription = known_text(each.properties.get("AddonSubscriptionId"))
            label = next(
                (other.label for other in declared if subscription and other.id == subscription),
                None,
            )
        if label is None:
            why = "its subscription is not in these files"
            found.unread.append(Unread(place=each.places[()], text=each.label, why=why))
        else:
            instances[label] = each
    return instances


def _started(
    each: Declared, instances: Mapping[str, Declared], gathering: _Gathering
) -> FoundResource:
    """The resource with its name; its members follow when all have names."""
    kind = KIND_OF[Noun(each.noun)]
    taken = gathering.taken.setdefault(kind, set())
    live = known_text(each.properties.get(kind.row.api.name_member))
    if live is None or not live:
        name = _kebab(each.label, kind)
        if kind.row.api.name_member not in each.properties:
            _unnamed(each, kind)
    elif kind.row.instance is not None:
        name = live.lower().replace("_", "-")
    else:
        name = live
    name = unused(name, taken)
    taken.add(name)
    resource = FoundResource(kind=kind, name=name, label=each.label, retained=each.retained)
    resource.id = each.id
    if kind.row.instance is not None and each.label in instances:
        resource.id = instances[each.label].id
    return resource


def _unnamed(each: Declared, kind: Kind) -> None:
    """Make the name a value that somebody fills in: the tool invents one at the first deploy."""
    key = f"{each.label} name"
    why = f"`{each.label}` has no name in the file: the deploy gives it one"
    each.properties[kind.row.api.name_member] = OpenText((Hole(key=key, why=why),))


def _kebab(label: str, kind: Kind) -> str:
    """`ThreatFeedAddressList` → `threat-feed`, `aws_mailmanager_relay.mx` → `mx`."""
    label = label.rsplit("/", 1)[-1]
    noun = kind.row.api.noun
    stem = label.rsplit(".", 1)[-1] if "." in label else label.removesuffix(noun) or label
    words = [word.lower() for word in _WORD.findall(stem)]
    return "-".join(words)[:60] or kind.noun.replace(" ", "-")


def _links(
    pairs: Sequence[tuple[Declared, FoundResource]], instances: Mapping[str, Declared]
) -> ResourceLinks:
    labels: dict[str, tuple[Kind, str]] = {}
    ids: dict[tuple[Kind, str], str] = {}
    for each, resource in pairs:
        for one in (each, instances.get(each.label)):
            if one is None:
                continue
            labels[one.label] = (resource.kind, resource.name)
            for known in (one.id, one.arn):
                if known is not None:
                    ids[resource.kind, known] = resource.name
    return ResourceLinks(labels=labels, ids=ids)


def _members(
    each: Declared, resource: FoundResource, found: FoundInfrastructure
) -> dict[str, Tree]:
    """The properties that a Create request has; tags, status and passwords are kept apart."""
    noun = resource.kind.row.api.noun
    members = {
        key: value
        for key, value in each.properties.items()
        if key not in {noun.id_member, noun.arn_member}
    }
    _take_tags(members.pop("Tags", None), each, resource, found)
    if resource.kind is Kind.INGRESS_POINT:
        _take_status(members.pop(STATUS_SENT, None), each, resource, found)
        _take_password(members, resource)
    return members


def _take_status(
    status: Tree, each: Declared, resource: FoundResource, found: FoundInfrastructure
) -> None:
    known = known_text(status)
    resource.closed = known == "CLOSED"
    if status is None or known is not None:
        return
    place = next(each.places[at] for at in ((STATUS_SENT,), ()) if at in each.places)
    text = f"{each.label}: {STATUS_SENT}"
    instead = f"write `status: closed` into ingress point `{resource.name}`, if it is"
    found.unread.append(Unread(place=place, text=text, why=_why(status), instead=instead))


def _take_password(members: dict[str, Tree], resource: FoundResource) -> None:
    configuration = members.get("IngressPointConfiguration")
    if not isinstance(configuration, dict):
        return
    kept = {key: value for key, value in configuration.items() if key not in _PASSWORDS}
    resource.password = len(kept) < len(configuration)
    if kept:
        members["IngressPointConfiguration"] = kept
    else:
        del members["IngressPointConfiguration"]


def _take_tags(
    tags: Tree, each: Declared, resource: FoundResource, found: FoundInfrastructure
) -> None:
    if tags is None:
        return
    for index, tag in enumerate(tags if isinstance(tags, list) else [tags]):
        key = known_text(tag.get("Key")) if isinstance(tag, dict) else None
        value = known_text(tag.get("Value")) if isinstance(tag, dict) else None
        if key is not None and value is not None:
            resource.tags[key] = value
            continue
        place = next(
            each.places[at] for at in (("Tags", index), ("Tags",), ()) if at in each.places
        )
        text = f"{each.label}: tag {key or index}"
        found.unread.append(Unread(place=place, text=text, why=_why(tag)))


def _why(tag: Any) -> str:
    """Why a tag or a status does not come along."""
    values = tag.values() if isinstance(tag, dict) else (tag,)
    parts = [part for value in values for part in parts_of(value) or ()]
    unknown = next((part for part in parts if isinstance(part, Hole)), None)
    return unknown.why if unknown is not None else "it is not a tag with a `Key` and a `Value`"


def _needed(gathering: _Gathering) -> None:
    """The variables that somebody must fill in, with their stand-ins."""
    for resource in gathering.found.resources:
        for value in resource.open.values():
            for variable in value.variables:
                stand_in = str(gathering.stand_ins.of(variable))
                why = f"{value.why} ({value.position})"
                gathering.found.needed.setdefault(variable, Needed(stand_in=stand_in, why=why))
