"""Where logs are delivered: what CloudWatch Logs has of it → the resources that send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.infrastructure.found import OpenValue
from mmctl.interchange.infrastructure.stand_ins import holes
from mmctl.interchange.infrastructure.values import OpenText, Pointer, known_text, parts_of, text_of
from mmctl.interchange.migration.source import Unread
from mmctl.model.logs import LogType, destination_type_of, is_delivery_destination

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.interchange.infrastructure.fitting import ResourceLinks
    from mmctl.interchange.infrastructure.found import FoundInfrastructure, FoundResource
    from mmctl.interchange.infrastructure.stand_ins import VariableStandIns
    from mmctl.interchange.infrastructure.values import Declared, Tree
    from mmctl.model.kinds import Kind


def link_logs(
    found: FoundInfrastructure,
    declared: Sequence[Declared],
    links: ResourceLinks,
    stand_ins: VariableStandIns,
) -> None:
    """Give resources the destinations of their logs; deliveries of other services are counted."""
    by_label = {each.label: each for each in declared}
    resources = {(each.kind, each.name): each for each in found.resources}
    sources: dict[str, tuple[FoundResource, LogType]] = {}
    for each in declared:
        if each.noun == "DeliverySource":
            source = _source(each, links, resources)
            if source is None:
                found.others["AWS::Logs::DeliverySource"] = (
                    found.others.get("AWS::Logs::DeliverySource", 0) + 1
                )
            else:
                sources[each.label] = source
                name = known_text(each.properties.get("Name"))
                if name is not None:
                    sources[f"name:{name}"] = source
    for each in declared:
        if each.noun == "Delivery":
            _delivery(each, sources, by_label, found, stand_ins)


def _source(
    each: Declared, links: ResourceLinks, resources: dict[tuple[Kind, str], FoundResource]
) -> tuple[FoundResource, LogType] | None:
    arn = each.properties.get("ResourceArn")
    label = _pointed(arn)
    target = links.labels.get(label) if label is not None else None
    if target is None:
        known = known_text(arn)
        target = next(
            ((kind, name) for (kind, id_), name in links.ids.items() if known == id_), None
        )
    type_ = known_text(each.properties.get("LogType"))
    if target is None or type_ is None or type_ not in {*LogType}:
        return None
    return resources[target], LogType(type_)


def _pointed(value: Tree) -> str | None:
    parts = parts_of(value) or ()
    return next((part.label for part in parts if isinstance(part, Pointer)), None)


def _delivery(
    each: Declared,
    sources: dict[str, tuple[FoundResource, LogType]],
    by_label: dict[str, Declared],
    found: FoundInfrastructure,
    stand_ins: VariableStandIns,
) -> None:
    named = each.properties.get("DeliverySourceName")
    source = sources.get(_pointed(named) or f"name:{known_text(named)}")
    if source is None:
        found.others["AWS::Logs::Delivery"] = found.others.get("AWS::Logs::Delivery", 0) + 1
        return
    resource, type_ = source
    receiver = _receiver(each.properties.get("DeliveryDestinationArn"), by_label)
    if receiver is None:
        why = "its destination is not a text"
        found.unread.append(Unread(place=each.places[()], text=each.label, why=why))
    elif type_ in resource.logging:
        why = f"`{resource.name}` already has a destination for its {type_}; a file names one"
        found.unread.append(
            Unread(place=each.places[()], text=each.label, why=why, instead="keep it where it is")
        )
    else:
        _deliver(resource, type_, receiver, each, stand_ins)


def _receiver(value: Tree, by_label: dict[str, Declared]) -> OpenText | str | None:
    """The ARN of what receives the logs: of the destination itself, or of what it names."""
    label = _pointed(value)
    destination = by_label.get(label) if label is not None else None
    if destination is not None and destination.noun == "DeliveryDestination":
        value = destination.properties.get("DestinationResourceArn")
    parts = parts_of(value)
    return None if parts is None else text_of(parts)


def _deliver(
    resource: FoundResource,
    type_: LogType,
    receiver: OpenText | str,
    each: Declared,
    stand_ins: VariableStandIns,
) -> None:
    if isinstance(receiver, str):
        resource.logging[type_] = receiver
        return
    variables = stand_ins.variables(receiver)
    stand_in = str(stand_ins.text(receiver))
    while destination_type_of(stand_in) is None and not is_delivery_destination(stand_in):
        if not [variable for variable in variables if stand_ins.next_form(variable)]:
            break
        stand_in = str(stand_ins.text(receiver))
    resource.logging[type_] = stand_in
    resource.open["Logging", type_] = OpenValue(
        position=each.places.get(("DeliveryDestinationArn",), each.places[()]),
        stand_in=stand_in,
        written=stand_ins.written(receiver),
        why=next((hole.why for hole in holes(receiver)), "it depends on the environment"),
        variables=variables,
    )
