"""Begin and end the delivery of one log: source, destination, delivery, and leftovers of them.

Each is looked for before it is created, so that a half-done apply is continued.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from mmctl.compiler.configuration import OWNER_TAG
from mmctl.live.apply.calls import ChangedMeanwhile, settled
from mmctl.live.apply.written import ANY, MARK, log_part
from mmctl.live.plan.steps import DeliverLogs
from mmctl.live.state.logs import (
    LOGS_TAG,
    NOWHERE,
    destination_arn,
    destination_name,
    picked,
    read_sources,
    receiver_of,
    source_name,
)
from mmctl.live.state.service import ErrorCode, OutcomeUnknown, ServiceAnswer
from mmctl.model.logs import LogType, is_delivery_destination
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.apply.calls import Calls
    from mmctl.live.apply.effects import Means
    from mmctl.live.plan.steps import LogStep
    from mmctl.live.state.logs import LogDelivery, LogSource
    from mmctl.live.state.read import LiveState
    from mmctl.live.state.service import Logs

T = TypeVar("T")

_BUSY: Final = "currently being updated"
"""A ConflictException that passes (terraform-provider-aws issue 42194)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Log:
    """One type of log of one resource."""

    resource_arn: str
    log_type: str
    name: str
    """The logical name of the resource."""
    project: str


class LogSteps:
    """The calls that begin and end deliveries, in one apply."""

    def __init__(
        self, means: Means, calls: Calls, desired: LiveConfiguration, state: LiveState
    ) -> None:
        self._means = means
        self._service = means.service
        self._calls = calls
        self._wanted = desired.by_key()
        self._project = desired.project
        self._expected = {
            (thing.id, of.value): (thing.logging.get(of), thing.logs_of_others.get(of))
            for thing in state.configuration.objects
            for of in LogType
        }
        """Where the logs of live resources went, and whose the deliveries of others were."""
        self._ended: set[str] = set()
        """Ids of deliveries and names of sources that are gone; an old answer may have them."""
        self._begun: set[str] = set()
        """ARNs of destinations of deliveries that are new; an old answer may lack them."""
        self._made: set[str] = set()
        """ARNs of destinations that are there, whatever an old answer says."""

    @property
    def _logs(self) -> Logs:
        return self._service.logs

    def run(self, step: LogStep, live_id: str) -> None:
        """Begin or end the delivery of the log that a step names.

        Raises:
            ChangedMeanwhile: it is not what the plan was made from.
            ServiceAnswer, OutcomeUnknown, CouldNot, WentWrong: as `Calls` does.
        """
        of = step.log_type
        arn = self._service.identity.arn(step.kind.api_noun, live_id)
        log = _Log(resource_arn=arn, log_type=of, name=step.name, project=self._project)
        thing = self._wanted.get(step.key)
        expected = self._expected.pop((live_id, of), None)
        wanted = thing.logging if thing is not None else {}
        receiver = step.receiver if isinstance(step, DeliverLogs) else None

        def went(sources: Sequence[LogSource]) -> tuple[str | None, str | None]:
            logging, others = picked(sources, wanted, self._project)
            return logging.get(of), others.get(of)

        def fits(sources: Sequence[LogSource]) -> bool:
            found = went(sources)
            left = expected is not None and expected[0] == NOWHERE and found[0] is None
            return expected is None or found == expected or left

        def is_old(sources: Sequence[LogSource]) -> bool:
            return self._calls.written.is_old(live_id, log_part(of), went(sources)[0])

        there = settled(self._means, partial(self._sources, log), fits, is_old=is_old)
        if not fits(there):
            raise ChangedMeanwhile(
                f"the log delivery of {step.kind.noun} {step.name} was changed by somebody else"
            )
        if thing is None or receiver is None:
            # The mark stays as long as another log of the resource is or will be delivered.
            self._stop(log, there, is_last=not wanted and not self._goes_on(live_id))
        else:
            whose = thing.logs_of_others
            owner = (whose[of] or None) if of in whose else self._project
            self._deliver(log, there, receiver, owner)
        was = expected[0] if expected is not None else ANY
        self._calls.remember(live_id, log_part(of), was, receiver)

    def _goes_on(self, live_id: str) -> bool:
        """Whether a later step will end another log of a resource."""
        return any(
            each == live_id and logging is not None and others is None
            for (each, _), (logging, others) in self._expected.items()
        )

    def _sources(self, log: _Log) -> tuple[LogSource, ...]:
        """The sources of all logs of a log's resource."""
        return tuple(
            replace(
                source, deliveries=tuple(d for d in source.deliveries if d.id not in self._ended)
            )
            for source in read_sources(self._logs, self._service.identity, [log.resource_arn])
            if source.name not in self._ended
        )

    def _deliver(
        self, log: _Log, there: Sequence[LogSource], receiver: str, owner: str | None
    ) -> None:
        """Deliver a log to a receiver; `owner`: the project that owns the delivery, if any."""
        # Always: an answer that shows it may be older than its removal.
        mark = partial(self._service.tag, log.resource_arn, {LOGS_TAG: "yes"})
        self._calls.twice("TagResource", log.name, mark)
        self._calls.remember(_id_of(log), MARK, False, True)
        source = self._source(log, there)
        delivery = _delivery(log, there, receiver)
        if delivery is None:
            self._create(log, source, self._destination(log, receiver), receiver, owner)
        elif owner is not None and delivery.project != owner:
            tag = partial(self._logs.tag, delivery.arn, {OWNER_TAG: owner})
            self._calls.twice("TagResource", log.name, tag)
        elif owner is None and delivery.project is not None:
            untag = partial(self._logs.untag, delivery.arn, [OWNER_TAG])
            self._calls.twice("UntagResource", log.name, untag)
        self._delete_unused_destinations(log)

    def _stop(self, log: _Log, there: Sequence[LogSource], *, is_last: bool) -> None:
        """End this project's deliveries of a log, and delete what only they needed.

        `is_last`: none of the resource's logs is delivered from here anymore.
        """
        for source in _of_type(log, there):
            for delivery in source.deliveries:
                if delivery.project == log.project:
                    end = partial(self._logs.delete_delivery, delivery.id)
                    self._again("DeleteDelivery", log.name, end)
                    self._ended.add(delivery.id)
                    self._begun.discard(delivery.destination_arn)
        self._delete_unused_destinations(log)
        # Delete the source last: while it is there, a later apply sees what it must end.
        for source in _of_type(log, self._sources(log)):
            if source.made_here and not source.deliveries:
                end = partial(self._logs.delete_source, source.name)
                self._again("DeleteDeliverySource", log.name, end)
                self._ended.add(source.name)
        if is_last and not any(source.made_here for source in self._sources(log)):
            unmark = partial(self._service.untag, log.resource_arn, [LOGS_TAG])
            self._calls.twice("UntagResource", log.name, unmark)
            self._calls.remember(_id_of(log), MARK, True, False)

    def _source(self, log: _Log, there: Sequence[LogSource]) -> str:
        """The name of the source of a log, created if missing."""

        def find() -> str | None:
            return next((source.name for source in _of_type(log, self._sources(log))), None)

        found = next((source.name for source in _of_type(log, there)), None)
        if found is not None:
            return found
        name = source_name(log.resource_arn, log.log_type)
        put = partial(
            self._logs.put_source, name, log.resource_arn, log.log_type, {OWNER_TAG: log.project}
        )
        self._ended.discard(name)
        return self._once("PutDeliverySource", log.name, put, find) or name

    def _destination(self, log: _Log, receiver: str) -> str:
        """The ARN of the destination for a receiver, created if missing."""
        if is_delivery_destination(receiver):
            return receiver
        name = destination_name(log.project, receiver)
        arn = destination_arn(self._service.identity, name)
        if arn in self._made:
            return arn

        def find() -> str | None:
            return arn if self._logs.destination(name) is not None else None

        if find() is None:
            put = partial(self._logs.put_destination, name, receiver, {OWNER_TAG: log.project})
            self._once("PutDeliveryDestination", log.name, put, find)
        self._made.add(arn)
        return arn

    def _create(
        self, log: _Log, source: str, destination: str, receiver: str, owner: str | None
    ) -> None:
        def find() -> str | None:
            found = _delivery(log, self._sources(log), receiver)
            return found.id if found is not None else None

        tags = {OWNER_TAG: owner} if owner is not None else {}
        create = partial(self._logs.create_delivery, source, destination, tags)
        self._once("CreateDelivery", log.name, create, find)
        self._begun.add(destination)

    def _delete_unused_destinations(self, log: _Log) -> None:
        """Delete the destinations that were created here and that no delivery uses anymore."""
        destinations, deliveries = self._logs.gather(
            [lambda: list(self._logs.destinations()), lambda: list(self._logs.deliveries())]
        )
        made_here = [
            found
            for found in destinations
            if found["name"] == destination_name(log.project, receiver_of(found))
        ]
        used = self._begun | {
            each["deliveryDestinationArn"] for each in deliveries if each["id"] not in self._ended
        }
        for found in made_here:
            if found["arn"] not in used:
                end = partial(self._logs.delete_destination, found["name"])
                self._made.discard(found["arn"])
                self._end_unless_used(log, end)

    def _end_unless_used(self, log: _Log, end: Callable[[], None]) -> None:
        """Delete a destination, unless a delivery that no answer shows yet uses it."""
        try:
            self._again("DeleteDeliveryDestination", log.name, end)
        except ServiceAnswer as answered:
            if answered.answer is not ErrorCode.CONFLICT:
                raise

    def _once(
        self,
        operation: str,
        subject: str,
        make: Callable[[], T],
        find: Callable[[], T | None],
    ) -> T | None:
        """Create something; if it is unknown whether it was created, look before trying again.

        A call that was retried on the way meets its own result: this is not a conflict.
        """
        try:
            return self._patiently(operation, subject, make)
        except OutcomeUnknown:
            return find() or self._patiently(operation, subject, make)
        except ServiceAnswer as answered:
            found = self._calls.found(find) if answered.answer is ErrorCode.CONFLICT else None
            if found is None:
                raise
            return found

    def _again(self, operation: str, subject: str, end: Callable[[], None]) -> None:
        """Make a call that is harmless when made twice."""
        try:
            self._patiently(operation, subject, end)
        except OutcomeUnknown:
            self._patiently(operation, subject, end)

    def _patiently(self, operation: str, subject: str, call: Callable[[], T]) -> T:
        """Make a call, and repeat it while CloudWatch Logs says that it is busy."""
        try:
            return self._calls.write(operation, subject, call)
        except ServiceAnswer as answered:
            if answered.answer is not ErrorCode.CONFLICT or _BUSY not in answered.message:
                raise
        return self._calls.patiently(operation, subject, call)


def _of_type(log: _Log, sources: Sequence[LogSource]) -> list[LogSource]:
    return [source for source in sources if source.log_type == log.log_type]


def _delivery(log: _Log, sources: Sequence[LogSource], receiver: str) -> LogDelivery | None:
    """The delivery of a log to a receiver; this project's comes before others."""
    fits = [
        delivery
        for source in _of_type(log, sources)
        for delivery in source.deliveries
        if delivery.goes_to(receiver)
    ]
    return next((each for each in fits if each.project == log.project), next(iter(fits), None))


def _id_of(log: _Log) -> str:
    """The id of the resource that has the log."""
    return log.resource_arn.rpartition("/")[2]
