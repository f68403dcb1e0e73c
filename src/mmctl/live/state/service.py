"""The Mail Manager that plan and apply need: a few methods and their possible answers.

The methods are declared here, where they are used; `live/aws/mail_manager.py` implements them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mmctl.model.kinds import Noun

T = TypeVar("T")

Members = dict[str, Any]
"""Members of a request or an answer, under AWS's names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Where calls go and as whom."""

    account: str
    region: str
    endpoint: str
    """`embedded` or a URL."""
    caller: str
    """ARN of the caller."""
    partition: str = "aws"

    def arn(self, noun: Noun, id: str) -> str:
        """The ARN of a resource in this account and region."""
        return f"arn:{self.partition}:ses:{self.region}:{self.account}:{noun.api.arn_part}/{id}"

    @property
    def embedded(self) -> bool:
        """Whether this is the embedded Mail Manager, not AWS."""
        return self.endpoint == "embedded"


class ErrorCode(StrEnum):
    """Typed errors of the service, by code."""

    NOT_FOUND = "ResourceNotFoundException"
    CONFLICT = "ConflictException"
    INVALID = "ValidationException"
    QUOTA = "ServiceQuotaExceededException"
    DENIED = "AccessDeniedException"
    THROTTLED = "ThrottlingException"
    OTHER = "other"


class ServiceAnswer(Exception):
    """The service refused one call and said why; the call had no effect."""

    def __init__(self, operation: str, answer: ErrorCode, message: str, code: str = "") -> None:
        super().__init__(f"{operation}: {message}")
        self.operation = operation
        self.answer = answer
        self.code = code
        self.message = message


class OutcomeUnknown(Exception):
    """A call was sent, but its answer did not arrive or makes no sense: it may have happened."""

    def __init__(self, operation: str, message: str) -> None:
        super().__init__(f"{operation}: {message}")
        self.operation = operation
        self.message = message


class Logs(Protocol):
    """The log deliveries of one account and region.

    Each method may raise ServiceAnswer, OutcomeUnknown, or CouldNot if nothing could be asked.
    """

    def gather(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """The results of independent calls, in order; some are in flight at the same time.

        Of several errors, the one of the first call in order is raised; nothing begins after it.
        """

    def sources(self, resource_arns: Sequence[str]) -> Iterator[Members]:
        """The sources of some resources."""

    def deliveries(self, source_names: Sequence[str] | None = None) -> Iterator[Members]:
        """The deliveries of some sources, or of all."""

    def destinations(self) -> Iterator[Members]:
        """All destinations."""

    def destination(self, name: str) -> Members | None:
        """One destination; None: there is none."""

    def put_source(
        self, name: str, resource_arn: str, log_type: str, tags: Mapping[str, str]
    ) -> None:
        """Create a missing source."""

    def put_destination(self, name: str, arn: str, tags: Mapping[str, str]) -> None:
        """Create a missing destination."""

    def create_delivery(self, source: str, destination_arn: str, tags: Mapping[str, str]) -> str:
        """Join a source and a destination; return the id of the delivery."""

    def delete_delivery(self, id: str) -> None:
        """Delete a delivery; a missing one is already deleted."""

    def delete_source(self, name: str) -> None:
        """Delete a source; a missing one is already deleted."""

    def delete_destination(self, name: str) -> None:
        """Delete a destination; a missing one is already deleted."""

    def tags(self, arn: str) -> dict[str, str]:
        """The tags of a source, destination or delivery."""

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Set tags; others stay."""

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        """Remove tags."""


class MailManager(Protocol):
    """One account and region of the service.

    Each method may raise ServiceAnswer, OutcomeUnknown, or CouldNot if nothing could be asked.
    """

    @property
    def identity(self) -> Identity:
        """Where calls go and as whom."""

    @property
    def logs(self) -> Logs:
        """CloudWatch Logs of the same account and region, for log deliveries."""

    @property
    def at_once(self) -> int:
        """How many calls `gather` has in flight at most."""

    def gather(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """The results of independent calls, in order; some are in flight at the same time.

        Of several errors, the one of the first call in order is raised; nothing begins after it.
        """

    def list(self, noun: Noun) -> Iterator[Members]:
        """The summaries of all resources of a noun."""

    def get(self, noun: Noun, id: str) -> Members | None:
        """All members of one resource, contents of trust stores included; None: there is none."""

    def create(self, noun: Noun, request: Members, token: str) -> str:
        """Create a resource; return its id. The same token means the same create."""

    def update(self, noun: Noun, id: str, request: Members) -> None:
        """Change the members named in the request."""

    def delete(self, noun: Noun, id: str) -> None:
        """Delete a resource; a missing one is already deleted."""

    def tags(self, arn: str) -> dict[str, str]:
        """The tags of a resource."""

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Set tags; others stay."""

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        """Remove tags."""

    def members(self, address_list_id: str) -> tuple[str, ...] | None:
        """The addresses of an address list; None: there is no such list."""

    def add_member(self, address_list_id: str, address: str) -> None:
        """Add an address to a list; an existing one stays."""

    def remove_member(self, address_list_id: str, address: str) -> None:
        """Take an address off a list; a missing one is already gone."""

    def create_import_job(self, address_list_id: str, name: str, token: str) -> str:
        """Create a job that adds the addresses of a JSON file; return its id. Same token, same job.

        The file goes to the job's `PreSignedUrl`, then the job is started.
        """

    def import_job(self, id: str) -> Members | None:
        """All members of an import job; None: there is none."""

    def start_import_job(self, id: str) -> None:
        """Start an import job."""

    def stop_import_job(self, id: str) -> None:
        """Stop an import job."""

    def upload(self, url: str, body: bytes) -> None:
        """Send a file to a pre-signed URL."""
