"""Mail Manager through botocore, the embedded one included.

Answers become what `service.py` declares: typed errors, unknown outcomes, and CouldNot for all
that lies between here and the service. Imports are inside, so that other commands start fast.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from weakref import finalize

from mmctl.errors import CouldNot, Refused, UsageError
from mmctl.language.parsing.endpoints import is_for_files, no_endpoint
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
from mmctl.live.aws.bucket import S3Bucket
from mmctl.live.aws.cloudwatch_logs import AwsLogs
from mmctl.live.aws.sessions import (
    DEFAULT_REGION,
    client_config,
    keyed_session,
    session_of,
)
from mmctl.live.aws.uploads import put, put_embedded
from mmctl.live.state.service import Answer, Identity, Members, OutcomeUnknown, ServiceAnswer
from mmctl.model.endpoints import EMBEDDED_ACCOUNT, is_loopback, is_mail_managers, is_s3s

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from botocore.config import Config

    from mmctl.language.project import Environment
    from mmctl.live.aws.sessions import Session
    from mmctl.model.kinds import Noun

    Clients = Callable[[str], Any]
    Upload = Callable[[str, bytes], None]
    Observe = Callable[[str, Mapping[str, Any]], None]

EMBEDDED_STATE: Final = ".mmctl/embedded.db"
"""Where the embedded Mail Manager keeps its state, below the project."""


class AwsMailManager:
    """The service behind one session."""

    def __init__(
        self,
        client: Any,
        identity: Identity,
        logs: Callable[[], Any],
        upload: Upload = put,
        clients: Clients | None = None,
    ) -> None:
        insist_on_whole_answers(client)
        keep_raw_answers(client)
        self._client = client
        self._identity = identity
        self._make_logs = logs
        self._upload = upload
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
            return AwsLogs(self._make_logs())

    def list(self, noun: Noun) -> Iterator[Members]:
        """The summaries of all resources of a noun, page by page."""
        yield from self._pages(f"List{noun.api.plural}", noun.api.plural)

    def get(self, noun: Noun, id: str) -> Members | None:
        """All members of one resource; None: there is none."""
        more = noun.api.get_with
        try:
            with reading(f"Get{noun}"):
                return self._call(f"Get{noun}", **{noun.id_member: id}, **more)
        except ServiceAnswer as answered:
            if answered.answer is Answer.NOT_FOUND:
                return None
            raise unreadable(answered) from answered

    def create(self, noun: Noun, request: Members, token: str) -> str:
        """Create a resource, give its id."""
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
        """Delete a resource; one that is not there is deleted already."""
        try:
            with writing(f"Delete{noun}"):
                self._call(f"Delete{noun}", **{noun.id_member: id})
        except ServiceAnswer as answered:
            if answered.answer is not Answer.NOT_FOUND:
                raise

    def tags(self, arn: str) -> dict[str, str]:
        """The tags of a resource; of one that is gone, none."""
        try:
            with reading("ListTagsForResource"):
                answer = self._call("ListTagsForResource", ResourceArn=arn)
        except ServiceAnswer as answered:
            if answered.answer is Answer.NOT_FOUND:
                return {}
            raise unreadable(answered) from answered
        return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Set tags, others stay."""
        listed = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        with writing("TagResource"):
            self._call("TagResource", ResourceArn=arn, Tags=listed)

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        """Take tags away."""
        with writing("UntagResource"):
            self._call("UntagResource", ResourceArn=arn, TagKeys=[*keys])

    def members(self, address_list_id: str) -> tuple[str, ...] | None:
        """The addresses of an address list, of all its pages; None: there is no such list."""
        operation = "ListMembersOfAddressList"
        pages = self._pages(operation, "Addresses", AddressListId=address_list_id, PageSize=1000)
        try:
            return tuple(member["Address"] for member in pages)
        except CouldNot as error:
            answered = error.__cause__
            if isinstance(answered, ServiceAnswer) and answered.answer is Answer.NOT_FOUND:
                return None
            raise

    def add_member(self, address_list_id: str, address: str) -> None:
        """Add an address to a list."""
        with writing("RegisterMemberToAddressList"):
            self._call(
                "RegisterMemberToAddressList", AddressListId=address_list_id, Address=address
            )

    def remove_member(self, address_list_id: str, address: str) -> None:
        """Take an address off a list; one that is not there is gone already."""
        name = "DeregisterMemberFromAddressList"
        try:
            with writing(name):
                self._call(name, AddressListId=address_list_id, Address=address)
        except ServiceAnswer as answered:
            if answered.answer is not Answer.NOT_FOUND:
                raise

    def create_import_job(self, address_list_id: str, name: str, token: str) -> str:
        """Make a job that adds addresses of a JSON file, give its id."""
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
            if answered.answer is Answer.NOT_FOUND:
                return None
            raise unreadable(answered) from answered

    def start_import_job(self, id: str) -> None:
        """Let an import job begin."""
        with writing("StartAddressListImportJob"):
            self._call("StartAddressListImportJob", JobId=id)

    def stop_import_job(self, id: str) -> None:
        """End an import job."""
        with writing("StopAddressListImportJob"):
            self._call("StopAddressListImportJob", JobId=id)

    def upload(self, url: str, body: bytes) -> None:
        """Send a file to a pre-signed URL: of S3, or of the very server that told it."""
        if not (is_s3s(url) or self._told_it(url)):
            raise CouldNot(
                f"the service says to send addresses to `{urlsplit(url).hostname}`, "
                "which is not Amazon S3",
                help="nothing was sent; look into where the answer comes from",
            )
        self._upload(url, body)

    def _told_it(self, url: str) -> bool:
        """Whether a URL is of the service itself, where that is not Mail Manager."""
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

        answer: Members = getattr(self._client, xform_name(operation))(**parameters)
        shape = self._client.meta.service_model.operation_model(operation).output_shape
        if RAW in answer:
            answer = with_times(answer[RAW], shape)
        # A body that was cut off in an orderly way reads as an answer without members.
        missing = [each for each in (shape.required_members if shape else ()) if each not in answer]
        if missing:
            raise OutcomeUnknown(operation, f"the answer has no {missing[0]}")
        return answer


def _origin(url: str) -> tuple[str, str]:
    """Scheme, host and port."""
    split = urlsplit(url)
    return split.scheme, split.netloc


def connect(
    environment: Environment,
    root: Path,
    *,
    clock: Callable[[], datetime],
    endpoint_url: str | None = None,
    observe: Observe | None = None,
) -> AwsMailManager:
    """The service of an environment; `root` is the folder of the project.

    `endpoint_url` is the one spelled out on the command line; `observe` sees each call to the
    embedded endpoint and may raise in its place.

    Raises:
        UsageError: the endpoint is neither Mail Manager's nor of this machine, and not spelled out.
        CouldNot: there are no credentials, or the endpoint cannot be reached.
        Refused: the credentials are those of another account.
    """
    url = endpoint_url or environment.endpoint
    if url == EMBEDDED:
        return _embedded(environment, root, clock=clock, observe=observe)
    if url is not None and endpoint_url is None and not is_for_files(url):
        message, advice = no_endpoint(url)
        raise UsageError(message, help=advice)
    config = client_config()
    session = session_of(environment, url, config)
    with asking("credentials"):
        client = session.client("mailmanager", url=url, config=config)
    return _connected(session, client, environment, url, config)


def open_bucket(environment: Environment, bucket: str) -> S3Bucket:
    """A bucket of S3, with the profile, region and role of an environment.

    S3 is not embedded: where the endpoint of Mail Manager is on this machine, the credentials are
    the usual ones all the same. Another S3 is named as for all tools of AWS, by AWS_ENDPOINT_URL_S3
    or `endpoint_url` of the profile.

    Raises:
        CouldNot: there are no credentials.
    """
    from mmctl.live.aws.s3_mail import READERS

    config = client_config(connections=READERS)
    session = session_of(environment, None, config)
    with asking("credentials"):
        return S3Bucket(session.client("s3", config=config), bucket)


def open_keys(environment: Environment, region: str) -> Any:
    """A client of AWS KMS in the region of a key, with the profile and role of an environment.

    As S3, KMS is not embedded.

    Raises:
        CouldNot: there are no credentials.
    """
    config = client_config()
    session = session_of(environment, None, config).in_region(region)
    with asking("credentials"):
        return session.client("kms", config=config)


def _embedded(
    environment: Environment,
    root: Path,
    *,
    clock: Callable[[], datetime],
    observe: Observe | None,
) -> AwsMailManager:
    """The embedded Mail Manager behind a client whose calls never leave the process."""
    from botocore import UNSIGNED

    from mmctl.emulator.core import EmbeddedMailManager
    from mmctl.emulator.hook import attach

    path = root / EMBEDDED_STATE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CouldNot(f"cannot create `{path.parent}`: {error.strerror}") from error
    account = environment.account or EMBEDDED_ACCOUNT
    region = environment.region or DEFAULT_REGION
    session, config = keyed_session(account, region), client_config(signature_version=UNSIGNED)
    client = session.client("mailmanager", config=config)
    model = client.meta.service_model
    embedded = EmbeddedMailManager(path, clock=clock, service_model=model)

    def answered(client: Any) -> Any:
        attach(client.meta.events, embedded, account=account, region=region, observe=observe)
        return client

    answered(client)
    # The state file is closed with the client that answers from it.
    finalize(client, embedded.close)
    partition = client.meta.partition
    identity = Identity(
        account=account,
        region=region,
        endpoint=EMBEDDED,
        caller=f"arn:{partition}:iam::{account}:user/{EMBEDDED}",
        partition=partition,
    )
    return AwsMailManager(
        client,
        identity,
        lambda: answered(session.client("logs", config=config)),
        put_embedded(embedded, observe),
    )


def _connected(
    session: Session,
    client: Any,
    environment: Environment,
    url: str | None,
    config: Config,
) -> AwsMailManager:
    local_url = url if url and is_loopback(url) else None
    with asking("GetCallerIdentity"):
        sts = session.client("sts", url=local_url, config=config)
        caller = sts.get_caller_identity()
    if environment.account and caller["Account"] != environment.account:
        raise Refused(
            f"environment {environment.name} is account {environment.account}, "
            f"the credentials are those of {caller['Account']}",
            why="rules must not go to another account than the one that was meant",
            help="use another profile or role, or correct `account:` of the environment",
        )
    identity = Identity(
        account=caller["Account"],
        region=session.region,
        endpoint=client.meta.endpoint_url,
        caller=caller["Arn"],
        partition=caller["Arn"].split(":")[1],
    )
    logs = partial(session.client, "logs", url=local_url, config=config)
    if url is not None and is_loopback(url):
        return AwsMailManager(client, identity, logs)
    return AwsMailManager(client, identity, logs, clients=partial(session.client, config=config))
