"""What an environment leads to: Mail Manager, a bucket, a key, each as a client with its session.

An embedded Mail Manager is passed in: nothing here knows it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import finalize

from mmctl.errors import Refused, UsageError
from mmctl.language.parsing.endpoints import is_for_files, no_endpoint
from mmctl.language.project import EMBEDDED
from mmctl.live.aws.answers import asking
from mmctl.live.aws.bucket import S3Bucket
from mmctl.live.aws.mail_manager import AwsMailManager
from mmctl.live.aws.sessions import DEFAULT_REGION, client_config, own_session, session_of
from mmctl.live.state.service import Identity
from mmctl.model.endpoints import EMBEDDED_ACCOUNT, is_loopback

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.model import ServiceModel

    from mmctl.language.project import Environment
    from mmctl.live.aws.log_events import LogGroup
    from mmctl.live.aws.sessions import AwsSession

AT_ONCE: Final = 16
"""Calls to Mail Manager that are in flight at once.

AWS documents no rate for them, only one call a second for the API of SES in general, which nobody
has seen enforced here; if the service throttles, all of them slow down together (`pace.py`).
"""
EMBEDDED_AT_ONCE: Final = 1
"""The embedded Mail Manager answers in this process: there is nothing to wait for."""


class Embedded(Protocol):
    """A Mail Manager in this process, for one account and region."""

    def answer(self, events: Any) -> None:
        """Answer all calls of the client that has these `meta.events`."""

    def put(self, url: str, body: bytes) -> None:
        """Take a file that `uploads.put` sends to one of its URLs."""

    def get(self, url: str) -> bytes:
        """The bytes behind one of its URLs."""

    def close(self) -> None:
        """Release its state."""


class Embed(Protocol):
    """Opens an embedded Mail Manager; `model` is botocore's model of the service.

    Raises:
        UsageError, CouldNot: its state cannot be used.
    """

    def __call__(self, model: ServiceModel, account: str, region: str) -> Embedded:
        """Open it for an account and region."""


def connect(
    environment: Environment, embed: Embed, *, endpoint_url: str | None = None
) -> AwsMailManager:
    """The service of an environment, or one that `embed` opens if the environment says so.

    `endpoint_url` is the one spelled out on the command line.

    Raises:
        UsageError: the endpoint is not Mail Manager's, not on this machine and not spelled out.
        CouldNot: there are no credentials, or the endpoint cannot be reached.
        Refused: the credentials belong to another account.
    """
    url = endpoint_url or environment.endpoint
    if url == EMBEDDED:
        return _embedded(environment, embed)
    if url is not None and endpoint_url is None and not is_for_files(url):
        message, advice = no_endpoint(url)
        raise UsageError(message, help=advice)
    config = client_config(connections=AT_ONCE)
    session = session_of(environment, url, config)
    with asking("credentials"):
        client = session.client("mailmanager", url=url, config=config)
    return _connected(session, client, environment, url, config)


def open_service(
    environment: Environment, name: str, *, region: str | None = None, connections: int = 10
) -> Any:
    """A client of an AWS service, with the profile, region and role of an environment.

    Only Mail Manager is embedded: even if its endpoint is on this machine, the credentials are the
    usual ones. Name another endpoint as for all AWS tools, by AWS_ENDPOINT_URL_SERVICE or
    `endpoint_url` of the profile.

    Raises:
        CouldNot: there are no credentials.
    """
    config = client_config(connections=connections)
    session = session_of(environment, None, config)
    if region is not None:
        session = session.in_region(region)
    with asking("credentials"):
        return session.client(name, config=config)


def caller_of(environment: Environment) -> Identity:
    """As whom, and where, the services of an environment are asked.

    Raises:
        CouldNot: there are no credentials.
        Refused: they belong to another account.
    """
    config = client_config()
    session = session_of(environment, None, config)
    with asking("GetCallerIdentity"):
        caller = session.client("sts", config=config).get_caller_identity()
    _check_account(environment, caller["Account"])
    return Identity(
        account=caller["Account"],
        region=session.region,
        endpoint="aws",
        caller=caller["Arn"],
        partition=caller["Arn"].split(":")[1],
    )


def open_bucket(environment: Environment, bucket: str) -> S3Bucket:
    """An S3 bucket, with the profile, region and role of an environment.

    S3 is not embedded: even if the endpoint of Mail Manager is on this machine, the credentials are
    the usual ones. Name another S3 as for all AWS tools, by AWS_ENDPOINT_URL_S3 or `endpoint_url`
    of the profile.

    Raises:
        CouldNot: there are no credentials.
    """
    from mmctl.live.aws.s3_mail import READERS

    return S3Bucket(open_service(environment, "s3", connections=READERS), bucket)


def open_log_group(environment: Environment, group: str) -> LogGroup:
    """A log group of CloudWatch Logs, with the profile, region and role of an environment.

    Log groups are not embedded: name another endpoint as for all AWS tools, by
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS or `endpoint_url` of the profile.

    Raises:
        CouldNot: there are no credentials.
    """
    from mmctl.live.aws.log_events import LogGroup

    return LogGroup(open_service(environment, "logs"), group)


def open_keys(environment: Environment, region: str) -> Any:
    """A client of AWS KMS in the region of a key, with the profile and role of an environment.

    Like S3, KMS is not embedded.

    Raises:
        CouldNot: there are no credentials.
    """
    return open_service(environment, "kms", region=region)


def _embedded(environment: Environment, embed: Embed) -> AwsMailManager:
    """The embedded Mail Manager behind a client whose calls never leave the process."""
    from botocore import UNSIGNED

    account = environment.account or EMBEDDED_ACCOUNT
    region = environment.region or DEFAULT_REGION
    session, config = own_session(account, region), client_config(signature_version=UNSIGNED)
    client = session.client("mailmanager", config=config)
    embedded = embed(client.meta.service_model, account, region)

    def answered(client: Any) -> Any:
        embedded.answer(client.meta.events)
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
        embedded.put,
        at_once=EMBEDDED_AT_ONCE,
        download=embedded.get,
    )


def _connected(
    session: AwsSession,
    client: Any,
    environment: Environment,
    url: str | None,
    config: Config,
) -> AwsMailManager:
    local_url = url if url and is_loopback(url) else None
    with asking("GetCallerIdentity"):
        sts = session.client("sts", url=local_url, config=config)
        caller = sts.get_caller_identity()
    _check_account(environment, caller["Account"])
    identity = Identity(
        account=caller["Account"],
        region=session.region,
        endpoint=client.meta.endpoint_url,
        caller=caller["Arn"],
        partition=caller["Arn"].split(":")[1],
    )
    logs = partial(session.client, "logs", url=local_url, config=config)
    others = None if local_url else partial(session.client, config=config)
    return AwsMailManager(client, identity, logs, clients=others, at_once=AT_ONCE)


def _check_account(environment: Environment, account: str) -> None:
    if environment.account and account != environment.account:
        raise Refused(
            f"environment {environment.name} is account {environment.account}, "
            f"but the credentials are of {account}",
            why="rules must not go to another account than the one that was meant",
            help="use another profile or role, or correct `account:` of the environment",
        )
