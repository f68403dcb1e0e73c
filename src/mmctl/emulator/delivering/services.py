"""What others make for the deliveries: ways to S3, SNS and Lambda on this machine.

Only forms: the command line hands in what calls them.
"""

from __future__ import annotations

from typing import Protocol

from mmctl.records import dataclass


class ServiceFails(Exception):
    """The service refused for good: there is no such bucket, topic or function."""


class ServiceBusy(Exception):
    """The service cannot do it now: it is not there, or asks for patience."""


class WriteObject(Protocol):
    """Writes an object."""

    def __call__(self, bucket: str, key: str, content: bytes) -> None:
        """Write it.

        Raises:
            ServiceFails, ServiceBusy: it was not written.
        """


class Publish(Protocol):
    """Publishes a message to a topic."""

    def __call__(self, topic_arn: str, message: str) -> str:
        """Publish it, and return the id that the service gave it.

        Raises:
            ServiceFails, ServiceBusy: it was not published.
        """


class Invoke(Protocol):
    """Calls a function."""

    def __call__(self, function_arn: str, event: bytes, *, waits: bool) -> bytes:
        """Call it, and return its answer; without waiting for it, nothing.

        Raises:
            ServiceFails, ServiceBusy: it was not called, or it failed.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services that the command line names; None: a folder takes its place."""

    put_object: WriteObject | None = None
    publish: Publish | None = None
    invoke: Invoke | None = None
