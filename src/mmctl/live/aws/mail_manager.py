"""Mail Manager through botocore, the embedded one included.

Answers become what `service.py` declares: typed errors, unknown outcomes, and CouldNot for any
failure on the way to the service. Imports are inside functions, so that other commands start fast.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from mmctl.errors import CouldNot
from mmctl.language.project import EMBEDDED
from mmctl.live.aws.answers import (
    RAW,
    asking,
    insist_on_whole_answers,
    keep_raw_answers,
    reading,
    unreadable,
    with_times,
    writing,
)
from mmctl.live.aws.archives import AwsArchives, get
from mmctl.live.aws.cloudwatch_logs import AwsLogs
from mmctl.live.aws.flights import Flights
from mmctl.live.aws.uploads import put
from mmctl.live.state.service import ErrorCode, Identity, Members, OutcomeUnknown, ServiceAnswer
from mmctl.model.endpoints import is_mail_managers, is_s3s

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mmctl.model.kinds import Noun

    Clients = Callable[[str], Any]
    Upload = Callable[[str, bytes], None]
    Download = Callable[[str], bytes]

T = TypeVar("T")

LARGEST_MESSAGE: Final = 100 * 1024 * 1024
"""Bytes of a download; the service takes 40 MB."""


class AwsMailManager:
    """The service behind one session."""

    def __init__(
        self,
        client: Any,
        identity: Identity,
        logs: Callable[[], Any],
        upload: Upload = put,
        clients: Clients | None = None,
        at_once: int = 1,
        download: Download | None = None,
    ) -> None:
        insist_on_whole_answers(client)
        keep_raw_answers(client)
        self._client = client
        self._flights = Flights(client, at_once)
        self._identity = identity
        self._make_logs = logs
        self._upload = upload
        self._get = download or partial(get, at_most=LARGEST_MESSAGE)
        self.clients = clients
        """Clients of other services, by name, with the same credentials; None: there are none."""

    @property
    def identity(self) -> Identity:
        """Where calls go and as whom."""
        return self._identity

    @cached_property
    def logs(self) -> AwsLogs:
        """CloudWatch Logs of the same account and region."""
        with asking("credentials"):
            return AwsLogs(self._make_logs(), self.at_once)

    @cached_property
    def archives(self) -> AwsArchives:
        """The archive operations of the same account and region."""
        return AwsArchives(self._call, self._pages, self.download)

    @property
    def at_once(self) -> int:
        """How many calls `gather` has in flight at most."""
        return self._flights.most

    def gather(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """The results of independent calls, in order; see `together`."""
        return self._flights.gather(calls)

    def list(self, noun: Noun) -> Iterator[Members]:
        """The summaries of all resources of a noun, from all pages."""
        yield from self._pages(f"List{noun.api.plural}", noun.api.plural)

    def get(self, noun: Noun, id: str) -> Members | None:
        """All members of one resource; None: there is none."""
        more = noun.api.get_with
        try:
            with reading(f"Get{noun}"):
                return self._call(f"Get{noun}", **{noun.id_member: id}, **more)
        except ServiceAnswer as answered:
            if answered.answer is ErrorCode.NOT_FOUND:
                return None
            raise unreadable(answered) from answered

    def create(self, noun: Noun, request: Members, token: str) -> str:
        """Create a resource; return its id."""
        with writing(f"Create{noun}"):
            answer = self._call(f"Create{noun}", ClientToken=token, **request)
        created = answer.get(noun.id_member)
        if not isinstance(created, str):
            raise OutcomeUnknown(f"Create{noun}", "the answer has no id")
        return created

    def update(self, noun: Noun, id: str, request: Members) -> None:
        """Change the members named in the request."""
        with writing(f"Update{noun}"):
            self._call(f"Update{noun}", **{noun.id_member: id}, **request)

    def delete(self, noun: Noun, id: str) -> None:
        """Delete a resource; a missing one is already deleted."""
        try:
            with writing(f"Delete{noun}"):
                self._call(f"Delete{noun}", **{noun.id_member: id})
        except ServiceAnswer as answered:
            if answered.answer is not ErrorCode.NOT_FOUND:
                raise

    def tags(self, arn: str) -> dict[str, str]:
        """The tags of a resource; none if it is gone."""
        try:
            with reading("ListTagsForResource"):
                answer = self._call("ListTagsForResource", ResourceArn=arn)
        except ServiceAnswer as answered:
            if answered.answer is ErrorCode.NOT_FOUND:
                return {}
            raise unreadable(answered) from answered
        return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Set tags; others stay."""
        listed = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        with writing("TagResource"):
            self._call("TagResource", ResourceArn=arn, Tags=listed)

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        """Remove tags."""
        with writing("UntagResource"):
            self._call("UntagResource", ResourceArn=arn, TagKeys=[*keys])

    def members(self, address_list_id: str) -> tuple[str, ...] | None:
        """The addresses of an address list, from all pages; None: there is no such list."""
        operation = "ListMembersOfAddressList"
        pages = self._pages(operation, "Addresses", AddressListId=address_list_id, PageSize=1000)
        try:
            return tuple(member["Address"] for member in pages)
        except CouldNot as error:
            answered = error.__cause__
            if isinstance(answered, ServiceAnswer) and answered.answer is ErrorCode.NOT_FOUND:
                return None
            raise

    def add_member(self, address_list_id: str, address: str) -> None:
        """Add an address to a list."""
        with writing("RegisterMemberToAddressList"):
            self._call(
                "RegisterMemberToAddressList", AddressListId=address_list_id, Address=address
            )

    def remove_member(self, address_list_id: str, address: str) -> None:
        """Take an address off a list; a missing one is already gone."""
        name = "DeregisterMemberFromAddressList"
        try:
            with writing(name):
                self._call(name, AddressListId=address_list_id, Address=address)
        except ServiceAnswer as answered:
            if answered.answer is not ErrorCode.NOT_FOUND:
                raise

    def create_import_job(self, address_list_id: str, name: str, token: str) -> str:
        """Create a job that adds the addresses of a JSON file; return its id."""
        operation = "CreateAddressListImportJob"
        with writing(operation):
            answer = self._call(
                operation,
                ClientToken=token,
                AddressListId=address_list_id,
                Name=name,
                ImportDataFormat={"ImportDataType": "JSON"},
            )
        created: str = answer["JobId"]
        return created

    def import_job(self, id: str) -> Members | None:
        """All members of an import job; None: there is none."""
        operation = "GetAddressListImportJob"
        try:
            with reading(operation):
                return self._call(operation, JobId=id)
        except ServiceAnswer as answered:
            if answered.answer is ErrorCode.NOT_FOUND:
                return None
            raise unreadable(answered) from answered

    def start_import_job(self, id: str) -> None:
        """Start an import job."""
        with writing("StartAddressListImportJob"):
            self._call("StartAddressListImportJob", JobId=id)

    def stop_import_job(self, id: str) -> None:
        """Stop an import job."""
        with writing("StopAddressListImportJob"):
            self._call("StopAddressListImportJob", JobId=id)

    def upload(self, url: str, body: bytes) -> None:
        """Send a file to a pre-signed URL of S3, or of the same server that gave the URL."""
        if not (is_s3s(url) or self._told_it(url)):
            raise CouldNot(
                f"the service wants the addresses sent to `{urlsplit(url).hostname}`, "
                "which is not Amazon S3",
                help="nothing was sent; find out where the answer comes from",
            )
        self._upload(url, body)

    def download(self, url: str) -> bytes:
        """The bytes behind a URL of S3, or of the same server that gave the URL."""
        if not (is_s3s(url) or self._told_it(url)):
            raise CouldNot(
                f"the service says that the message is at `{urlsplit(url).hostname}`, "
                "which is not Amazon S3",
                help="nothing was read; find out where the answer comes from",
            )
        return self._get(url)

    def _told_it(self, url: str) -> bool:
        """Whether a URL belongs to the service itself, if that is not AWS's Mail Manager."""
        endpoint = self._identity.endpoint
        if self._identity.embedded:
            return url.startswith(f"{EMBEDDED}://")
        return not is_mail_managers(endpoint) and _origin(url) == _origin(endpoint)

    def _pages(self, operation: str, result: str, **parameters: Any) -> Iterator[Members]:
        token: dict[str, str] = {}
        while True:
            with asking(operation):
                page = self._call(operation, **parameters, **token)
            yield from page.get(result, ())
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _call(self, operation: str, **parameters: Any) -> Members:
        from botocore import xform_name

        with self._flights.call():
            answer: Members = getattr(self._client, xform_name(operation))(**parameters)
        shape = self._client.meta.service_model.operation_model(operation).output_shape
        if RAW in answer:
            answer = with_times(answer[RAW], shape)
        # A body that ends early without an error reads as an answer without members.
        missing = [each for each in (shape.required_members if shape else ()) if each not in answer]
        if missing:
            raise OutcomeUnknown(operation, f"the answer has no {missing[0]}")
        return answer


def _origin(url: str) -> tuple[str, str]:
    """Scheme, host and port."""
    split = urlsplit(url)
    return split.scheme, split.netloc
