"""What all kinds of resource have in common: create, get, update, delete, list.

A kind that does more (defaults, quotas, conflicts, states) extends `Resource` in its own module.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from mmctl.emulator import paging
from mmctl.emulator.references import check_unnamed
from mmctl.emulator.service_error import conflict, invalid, not_found
from mmctl.emulator.store import StoredResource
from mmctl.model.kinds import KIND_OF
from mmctl.model.quotas import account_quotas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.emulator.call import Call
    from mmctl.model.kinds import Noun

Body = dict[str, Any]

PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"}


class Resource:
    """The five operations on one kind of resource, and the places where a kind can differ."""

    def __init__(self, noun: Noun) -> None:
        self.noun = noun
        self.row = noun.api

    # Operations

    def create(self, call: Call) -> Body:
        """Create a resource; the same ClientToken with the same request gets the same answer."""
        asked = {name: value for name, value in call.parameters.items() if name != "ClientToken"}
        client_token = call.parameters.get("ClientToken")
        request = digest_of_request(asked, client_token)
        earlier = self._made_with(call, client_token, request)
        if earlier is not None:
            return {self.noun.id_member: earlier.id}
        tags = tags_of(asked.pop("Tags", []))
        name = asked[self.row.name_member]
        self._refuse_taken(call, name)
        self.refuse_over_quota(call, asked)
        record = self._new(call, name)
        record.token, record.request, record.tags = client_token, request, tags
        record.body.update(self.filled(call, asked, record))
        call.store.insert(call.scope, record)
        return {self.noun.id_member: record.id}

    def get(self, call: Call) -> Body:
        """Return a resource in its present state."""
        return self.shown(call, self.found(call).body)

    def update(self, call: Call) -> Body:
        """Change the members in the request; the others stay."""
        record = self.found(call)
        changes = {k: v for k, v in call.parameters.items() if k != self.noun.id_member}
        name = changes.get(self.row.name_member)
        if name is not None and name != record.name:
            self._refuse_taken(call, name)
            record.name = name
        self.change(call, record, changes)
        if self.row.changed:
            record.body[self.row.changed] = call.now
        call.store.save(record)
        return {}

    def delete(self, call: Call) -> Body:
        """Delete a resource; a missing one is not an error.

        The service does so even where the model lists ResourceNotFoundException.
        """
        record = self.look_up(call, call.parameters[self.noun.id_member])
        if record is not None:
            self.refuse_in_use(call, record)
            self.dispose(call, record)
        return {}

    def list(self, call: Call) -> Body:
        """Return a page of resources, oldest first."""
        size, before = paging.page_size(call), paging.sequence_before(call)
        records = call.store.after(call.scope, self.noun, call.now, sequence=before, limit=size + 1)
        page = records[:size]
        bodies = [self.shown(call, self.settled(call, record).body) for record in page]
        answer: Body = {self.row.plural: bodies}
        if len(records) > size:
            answer["NextToken"] = paging.token(call, page[-1].sequence)
        return answer

    # Where kinds differ

    def refuse_over_quota(self, call: Call, asked: Mapping[str, Any]) -> None:
        """Refuse a resource over a quota, or one that is too large."""
        del asked
        for quota in account_quotas(KIND_OF[self.noun]):
            if quota.type is None:
                self._refuse_more_than(call, call.most(quota))

    def filled(self, call: Call, asked: Body, record: StoredResource) -> Body:
        """Return the body of a new resource: what was requested and what the service fills in."""
        del call, record
        return asked

    def change(self, call: Call, record: StoredResource, changes: Body) -> None:
        """Write the changes of an update into the body."""
        del call
        record.body.update(changes)

    def refuse_in_use(self, call: Call, record: StoredResource) -> None:
        """Refuse to delete what something else needs: what rules name, if references are strict."""
        if KIND_OF[self.noun].row.named_by:
            check_unnamed(call, record)

    def dispose(self, call: Call, record: StoredResource) -> None:
        """Carry out the deletion."""
        call.store.remove(record)

    def settled(self, call: Call, record: StoredResource) -> StoredResource:
        """Return the resource with its state by now."""
        del call
        return record

    def shown(self, call: Call, body: Body) -> Body:
        """Return what a Get call shows."""
        del call
        return body

    # For other kinds

    def found(self, call: Call) -> StoredResource:
        """Return the resource that the call is about.

        Raises:
            ServiceError: ValidationException for a malformed id, ResourceNotFoundException.
        """
        id_ = call.parameters[self.noun.id_member]
        record = self.look_up(call, id_)
        if record is None:
            raise not_found(f"{self.noun} not found: {id_}")
        return record

    def look_up(self, call: Call, id_: str) -> StoredResource | None:
        """Return a resource by id; None if it does not exist.

        Raises:
            ServiceError: ValidationException for a malformed id.
        """
        if self.row.id_form and not self.row.id_form.fullmatch(id_):
            raise invalid(
                f"Invalid {self.noun.id_member} '{id_}': expected `{self.row.id_form.pattern}`"
            )
        record = call.store.by_id(call.scope, self.noun, id_, call.now)
        return None if record is None else self.settled(call, record)

    def _refuse_more_than(self, call: Call, most: int) -> None:
        """Refuse another resource when the account has `most` of the kind."""
        if len(call.store.named(call.scope, self.noun, call.now)) >= most:
            raise call.over_quota(f"The account has reached its quota of {most} {self.row.plural}")

    # Inside

    def _refuse_taken(self, call: Call, name: str) -> None:
        if call.store.by_name(call.scope, self.noun, name, call.now):
            raise conflict(f"{self.noun} with {self.row.name_member} {name} already exists")

    def _made_with(
        self, call: Call, client_token: str | None, request: str
    ) -> StoredResource | None:
        """Return the resource that the same request created before: a retry creates no second.

        How long the service remembers a token is unknown; here, as long as the resource exists.
        """
        if client_token is None:
            return None
        earlier = call.store.by_token(call.scope, self.noun, client_token, call.now)
        if earlier is not None and earlier.request != request:
            raise conflict(f"ClientToken {client_token} was used with other parameters")
        return earlier

    def _new(self, call: Call, name: str) -> StoredResource:
        id_ = self._free_id(call)
        arn = arn_of(call.scope.region, call.scope.account, f"{self.row.arn_part}/{id_}")
        body: Body = {self.noun.id_member: id_, self.noun.arn_member: arn}
        body[self.row.created] = call.now
        if self.row.changed:
            body[self.row.changed] = call.now
        return StoredResource(kind=self.noun, id=id_, arn=arn, name=name, body=body)

    def _free_id(self, call: Call) -> str:
        while True:
            id_ = self.row.id_prefix + call.new_id()[-self.row.id_length :]
            if not call.store.has_id(call.scope, self.noun, id_):
                return id_


def arn_of(region: str, account: str, tail: str) -> str:
    """Return the ARN of something of SES in the partition that the region is in."""
    return f"arn:{partition_of(region)}:ses:{region}:{account}:{tail}"


def partition_of(region: str) -> str:
    """Return the partition of a region, such as `aws` or `aws-us-gov`."""
    return next((name for start, name in PARTITIONS.items() if region.startswith(start)), "aws")


def tags_of(tags: list[dict[str, str]]) -> dict[str, str]:
    """Return tags as a mapping.

    Raises:
        ServiceError: a ValidationException, a key comes twice or belongs to AWS.
    """
    keys = [tag["Key"] for tag in tags]
    for key in keys:
        if key.lower().startswith("aws:"):
            raise invalid(f"Tag key '{key}' is reserved: expected one without the prefix aws:")
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise invalid(f"Tag key '{twice}' comes more than once")
    return {tag["Key"]: tag["Value"] for tag in tags}


def digest_of_request(request: Mapping[str, Any], client_token: str | None) -> str:
    """A digest that identifies the same request with the same ClientToken."""
    # A request can hold a password, so only a digest of it is kept; the token salts it.
    text = json.dumps([client_token, request], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
