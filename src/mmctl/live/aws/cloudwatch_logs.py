"""Log deliveries through a boto3 client of CloudWatch Logs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mmctl.live.aws.answers import asking, insist_on_whole_answers, reading, unreadable, writing
from mmctl.live.aws.flights import Flights
from mmctl.live.state.service import ErrorCode, Members, OutcomeUnknown, ServiceAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

T = TypeVar("T")

_IN_ONE_CALL: Final = 20
"""The most resources or sources in one Describe call."""


class AwsLogs:
    """CloudWatch Logs behind one client."""

    def __init__(self, client: Any, at_once: int = 1) -> None:
        insist_on_whole_answers(client)
        self._client = client
        self._flights = Flights(client, at_once)

    def gather(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """The results of independent calls, in order; see `together`."""
        return self._flights.gather(calls)

    def sources(self, resource_arns: Sequence[str]) -> Iterator[Members]:
        """The sources of some resources."""
        for some in _parts(resource_arns):
            yield from self._pages("DescribeDeliverySources", "deliverySources", resourceArns=some)

    def deliveries(self, source_names: Sequence[str] | None = None) -> Iterator[Members]:
        """The deliveries of some sources, or of all."""
        filters: list[dict[str, Any]] = [{}]
        if source_names is not None:
            filters = [{"deliverySourceNames": some} for some in _parts(source_names)]
        for each in filters:
            yield from self._pages("DescribeDeliveries", "deliveries", **each)

    def destinations(self) -> Iterator[Members]:
        """All destinations."""
        yield from self._pages("DescribeDeliveryDestinations", "deliveryDestinations")

    def destination(self, name: str) -> Members | None:
        """One destination; None: there is none."""
        try:
            with reading("GetDeliveryDestination"), self._flights.call():
                answer = self._client.get_delivery_destination(name=name)
        except ServiceAnswer as answered:
            if answered.answer is ErrorCode.NOT_FOUND:
                return None
            raise unreadable(answered) from answered
        found: Members = answer["deliveryDestination"]
        return found

    def put_source(
        self, name: str, resource_arn: str, log_type: str, tags: Mapping[str, str]
    ) -> None:
        """Create a missing source."""
        with writing("PutDeliverySource"), self._flights.call():
            self._client.put_delivery_source(
                name=name, resourceArn=resource_arn, logType=log_type, tags=dict(tags)
            )

    def put_destination(self, name: str, arn: str, tags: Mapping[str, str]) -> None:
        """Create a missing destination."""
        configuration = {"destinationResourceArn": arn}
        with writing("PutDeliveryDestination"), self._flights.call():
            self._client.put_delivery_destination(
                name=name, deliveryDestinationConfiguration=configuration, tags=dict(tags)
            )

    def create_delivery(self, source: str, destination_arn: str, tags: Mapping[str, str]) -> str:
        """Join a source and a destination; return the id of the delivery."""
        given = {"tags": dict(tags)} if tags else {}
        with writing("CreateDelivery"), self._flights.call():
            answer = self._client.create_delivery(
                deliverySourceName=source, deliveryDestinationArn=destination_arn, **given
            )
        created = answer.get("delivery", {}).get("id")
        if not isinstance(created, str):
            raise OutcomeUnknown("CreateDelivery", "the answer has no id")
        return created

    def delete_delivery(self, id: str) -> None:
        """Delete a delivery; a missing one is already deleted."""
        with _deleting("DeleteDelivery"), self._flights.call():
            self._client.delete_delivery(id=id)

    def delete_source(self, name: str) -> None:
        """Delete a source; a missing one is already deleted."""
        with _deleting("DeleteDeliverySource"), self._flights.call():
            self._client.delete_delivery_source(name=name)

    def delete_destination(self, name: str) -> None:
        """Delete a destination; a missing one is already deleted."""
        with _deleting("DeleteDeliveryDestination"), self._flights.call():
            self._client.delete_delivery_destination(name=name)

    def tags(self, arn: str) -> dict[str, str]:
        """The tags of a source, destination or delivery; none if it is gone."""
        try:
            with reading("ListTagsForResource"), self._flights.call():
                answer = self._client.list_tags_for_resource(resourceArn=arn)
        except ServiceAnswer as answered:
            if answered.answer is ErrorCode.NOT_FOUND:
                return {}
            raise unreadable(answered) from answered
        found: dict[str, str] = answer.get("tags", {})
        return found

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Set tags; others stay."""
        with writing("TagResource"), self._flights.call():
            self._client.tag_resource(resourceArn=arn, tags=dict(tags))

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        """Remove tags."""
        with writing("UntagResource"), self._flights.call():
            self._client.untag_resource(resourceArn=arn, tagKeys=[*keys])

    def _pages(self, operation: str, result: str, **parameters: Any) -> Iterator[Members]:
        from botocore import xform_name  # noqa: PLC0415 - slow to import

        call = getattr(self._client, xform_name(operation))
        token: dict[str, str] = {}
        while True:
            with asking(operation), self._flights.call():
                page = call(**parameters, **token)
            yield from page.get(result, ())
            if not page.get("nextToken"):
                return
            token = {"nextToken": page["nextToken"]}


def _parts(names: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _IN_ONE_CALL):
        yield [*names[start : start + _IN_ONE_CALL]]


@contextmanager
def _deleting(operation: str) -> Iterator[None]:
    try:
        with writing(operation):
            yield
    except ServiceAnswer as answered:
        if answered.answer is not ErrorCode.NOT_FOUND:
            raise
