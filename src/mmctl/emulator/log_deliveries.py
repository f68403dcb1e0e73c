"""Vended log deliveries of CloudWatch Logs: where the logs of rule sets and ingress points go.

A source is the resource that sends, a destination is what receives, a delivery joins the two.
Whether a log group, bucket or stream exists is not checked: this account has none.
Sources: https://docs.aws.amazon.com/ses/latest/dg/eb-logging.html and the API reference of
CloudWatch Logs (PutDeliverySource, PutDeliveryDestination, CreateDelivery).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator import paging
from mmctl.emulator.resource import partition_of
from mmctl.emulator.service_error import conflict, invalid, not_found
from mmctl.emulator.store import Scope, StoredResource
from mmctl.model.kinds import SENDING
from mmctl.model.logs import LogType, destination_type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mmctl.emulator.call import Call

Body = dict[str, Any]

SOURCE: Final = "DeliverySource"
DESTINATION: Final = "DeliveryDestination"
DELIVERY: Final = "Delivery"
KINDS: Final = (SOURCE, DESTINATION, DELIVERY)
DELIVERY_ID_LENGTH: Final = 16
_SENDS: Final[Mapping[str, tuple[LogType, ...]]] = {
    kind.api_noun: kind.row.logs for kind in SENDING
}
_DESTINATION_ARN: Final = re.compile(r"arn:[a-z-]+:logs:([a-z0-9-]+):([0-9]{12}):.+")


# Sources


def put_source(call: Call) -> Body:
    """Create a source; an existing one keeps its resource."""
    asked = call.parameters
    name, arn, log_type = asked["name"], asked["resourceArn"], asked["logType"]
    sender = call.store.by_arn(call.scope, arn, call.now)
    if sender is None or sender.kind not in _SENDS:
        raise not_found(f"Resource not found: {arn}")
    if log_type not in _SENDS[sender.kind]:
        raise invalid(f"{log_type} is not supported for this resource")
    for other in call.store.all(call.scope, SOURCE, call.now):
        taken = other.body["resourceArns"] == [arn] and other.body["logType"] == log_type
        if taken and other.name != name:
            raise conflict(
                "This ResourceId has already been used in another Delivery Source in this account"
            )
        if other.name == name and other.body["resourceArns"] != [arn]:
            raise conflict(
                "Update to existing Delivery Source with new ResourceId is not allowed."
                " Please create a new Delivery Source instead."
            )
    body = {"resourceArns": [arn], "service": "ses", "logType": log_type}
    configuration = {"deliverySourceConfiguration": asked.get("deliverySourceConfiguration")}
    return {"deliverySource": _put(call, SOURCE, name, body | configuration)}


def get_source(call: Call) -> Body:
    """Return a source by name."""
    return {"deliverySource": _shown(_named(call, SOURCE))}


def describe_sources(call: Call) -> Body:
    """Return a page of sources, of some resources or of all."""
    of = call.parameters.get("resourceArns")

    def wanted(record: StoredResource) -> bool:
        return of is None or record.body["resourceArns"][0] in of

    return _page(call, SOURCE, "deliverySources", wanted)


def delete_source(call: Call) -> Body:
    """Remove a source that no delivery uses."""
    source = _named(call, SOURCE)
    _refuse_used(source, _uses(call, "deliverySourceName", source.name))
    call.store.remove(source)
    return {}


# Destinations


def put_destination(call: Call) -> Body:
    """Create a destination, or let an existing one receive elsewhere."""
    asked = call.parameters
    configuration = asked.get("deliveryDestinationConfiguration", {})
    arn = configuration.get("destinationResourceArn", "")
    type_ = destination_type_of(arn)
    if type_ is None:
        raise invalid(f"Value '{arn}' at 'destinationResourceArn' is not a supported destination")
    body = {
        "deliveryDestinationType": type_,
        "outputFormat": asked.get("outputFormat", "json"),
        "deliveryDestinationConfiguration": configuration,
    }
    return {"deliveryDestination": _put(call, DESTINATION, asked["name"], body)}


def get_destination(call: Call) -> Body:
    """Return a destination by name."""
    return {"deliveryDestination": _shown(_named(call, DESTINATION))}


def describe_destinations(call: Call) -> Body:
    """Return a page of destinations."""
    names = call.parameters.get("names")
    return _page(
        call, DESTINATION, "deliveryDestinations", lambda one: names is None or one.name in names
    )


def delete_destination(call: Call) -> Body:
    """Remove a destination that no delivery uses."""
    destination = _named(call, DESTINATION)
    _refuse_used(destination, _uses(call, "deliveryDestinationArn", destination.arn))
    call.store.remove(destination)
    return {}


# Deliveries


def create_delivery(call: Call) -> Body:
    """Join a source and a destination, which may be in another account."""
    asked = call.parameters
    name, arn = asked["deliverySourceName"], asked["deliveryDestinationArn"]
    if call.store.by_name(call.scope, SOURCE, name, call.now) is None:
        raise not_found(f"Delivery source not found: {name}")
    destination = _destination_of(call, arn)
    if destination is None:
        raise not_found(f"Delivery destination not found: {arn}")
    for used in _uses(call, "deliverySourceName", name):
        if used.body["deliveryDestinationArn"] == arn:
            raise conflict(f"Delivery {used.id} from this source to this destination exists")
    body = {
        "deliverySourceName": name,
        "deliveryDestinationArn": arn,
        "deliveryDestinationType": destination.body["deliveryDestinationType"],
    }
    given = ("recordFields", "fieldDelimiter", "s3DeliveryConfiguration")
    body |= {member: asked[member] for member in given if member in asked}
    return {"delivery": _put(call, DELIVERY, call.new_id()[-DELIVERY_ID_LENGTH:], body)}


def get_delivery(call: Call) -> Body:
    """Return a delivery by id."""
    return {"delivery": _shown(_named(call, DELIVERY, by="id"))}


def describe_deliveries(call: Call) -> Body:
    """Return a page of deliveries, of some sources or of all."""
    names = call.parameters.get("deliverySourceNames")

    def wanted(record: StoredResource) -> bool:
        return names is None or record.body["deliverySourceName"] in names

    return _page(call, DELIVERY, "deliveries", wanted)


def delete_delivery(call: Call) -> Body:
    """Remove a delivery; its source and its destination stay."""
    call.store.remove(_named(call, DELIVERY, by="id"))
    return {}


# Tags


def tag_resource(call: Call) -> Body:
    """Add tags, or give existing ones another value."""
    record = _of_arn(call)
    record.tags |= call.parameters["tags"]
    call.store.save(record)
    return {}


def untag_resource(call: Call) -> Body:
    """Remove tags; a missing key is not an error."""
    record = _of_arn(call)
    for key in call.parameters["tagKeys"]:
        record.tags.pop(key, None)
    call.store.save(record)
    return {}


def list_tags(call: Call) -> Body:
    """Return all tags of a source, destination or delivery."""
    return {"tags": _of_arn(call).tags}


# Inside


def _put(call: Call, kind: str, name: str, body: Body) -> Body:
    tags = call.parameters.get("tags")
    record = call.store.by_name(call.scope, kind, name, call.now)
    if record is None:
        arn = _arn_of(call.scope, kind, name)
        record = StoredResource(kind=kind, id=name, arn=arn, name=name, body=body, tags=tags or {})
        call.store.insert(call.scope, record)
    elif tags is not None:
        raise conflict("Tags can only be provided when a resource is being created, not updated.")
    else:
        record.body = body
        call.store.save(record)
    return _shown(record)


def _shown(record: StoredResource) -> Body:
    named = {"id": record.id} if record.kind == DELIVERY else {"name": record.name}
    return {**named, "arn": record.arn, **record.body, "tags": record.tags or None}


def _named(call: Call, kind: str, *, by: str = "name") -> StoredResource:
    name = call.parameters[by]
    record = call.store.by_name(call.scope, kind, name, call.now)
    if record is None:
        raise not_found(f"{kind} not found: {name}")
    return record


def _of_arn(call: Call) -> StoredResource:
    arn = call.parameters["resourceArn"]
    record = call.store.by_arn(call.scope, arn, call.now)
    if record is None or record.kind not in KINDS:
        raise not_found(f"Resource not found: {arn}")
    return record


def _uses(call: Call, member: str, value: str | None) -> list[StoredResource]:
    deliveries = call.store.all(call.scope, DELIVERY, call.now)
    return [delivery for delivery in deliveries if delivery.body[member] == value]


def _refuse_used(record: StoredResource, uses: Iterable[StoredResource]) -> None:
    for delivery in uses:
        raise conflict(f"{record.kind} {record.name} is used by the delivery {delivery.id}")


def _destination_of(call: Call, arn: str) -> StoredResource | None:
    place = _DESTINATION_ARN.fullmatch(arn)
    if place is None:
        raise invalid(f"Value '{arn}' at 'deliveryDestinationArn' is not the ARN of a destination")
    scope = Scope(account=place[2], region=place[1])
    found = call.store.by_arn(scope, arn, call.now)
    return found if found is not None and found.kind == DESTINATION else None


def _page(call: Call, kind: str, member: str, wanted: Callable[[StoredResource], bool]) -> Body:
    before = paging.sequence_before(call)
    limit = call.parameters.get("limit", paging.LARGEST_PAGE)
    records = [
        record
        for record in call.store.all(call.scope, kind, call.now)
        if record.sequence > before and wanted(record)
    ]
    answer: Body = {member: [_shown(record) for record in records[:limit]]}
    if len(records) > limit:
        answer["nextToken"] = paging.token(call, records[limit - 1].sequence)
    return answer


def _arn_of(scope: Scope, kind: str, name: str) -> str:
    word = {SOURCE: "delivery-source", DESTINATION: "delivery-destination", DELIVERY: "delivery"}
    place = f"{partition_of(scope.region)}:logs:{scope.region}:{scope.account}"
    return f"arn:{place}:{word[kind]}:{name}"
