"""Tags: the three operations on the tags of any resource, by ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.emulator.resource import tags_of
from mmctl.emulator.service_error import not_found
from mmctl.model.quotas import TAGS

if TYPE_CHECKING:
    from mmctl.emulator.call import Call
    from mmctl.emulator.store import StoredResource


def tag_resource(call: Call) -> dict[str, Any]:
    """Add tags, or give existing ones another value."""
    record = _found(call)
    record.tags |= tags_of(call.parameters["Tags"])
    if len(record.tags) > call.most(TAGS):
        raise call.over_quota(f"A resource has at most {call.most(TAGS)} tags")
    call.store.save(record)
    return {}


def untag_resource(call: Call) -> dict[str, Any]:
    """Remove tags; a missing key is not an error."""
    record = _found(call)
    for key in call.parameters["TagKeys"]:
        record.tags.pop(key, None)
    call.store.save(record)
    return {}


def list_tags(call: Call) -> dict[str, Any]:
    """Return all tags of a resource."""
    tags = _found(call).tags
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _found(call: Call) -> StoredResource:
    arn = call.parameters["ResourceArn"]
    record = call.store.by_arn(call.scope, arn, call.now)
    if record is None:
        raise not_found(f"Resource not found: {arn}")
    return record
