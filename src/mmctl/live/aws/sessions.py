"""Credentials and region, and clients of AWS's services with them: the only place that makes any.

Profiles, SSO and roles are botocore's; boto3 stands on the same sessions and would add but the time
that it takes to import.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from mmctl.live.aws.answers import ATTEMPTS, asking
from mmctl.model.endpoints import EMBEDDED_ACCOUNT, EMBEDDED_REGION, is_loopback

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.loaders import Loader
    from botocore.session import Session as BotocoreSession

    from mmctl.language.project import Environment

DEFAULT_REGION: Final = EMBEDDED_REGION
_SERVICES: Final = ("iam", "kms", "lambda", "logs", "mailmanager", "s3", "sesv2", "sns", "sts")
"""Of which clients are made."""


class Session:
    """Clients with one set of credentials, in one region."""

    def __init__(self, session: BotocoreSession, region: str) -> None:
        self._session = session
        self.region = region

    def client(self, service: str, *, url: str | None = None, config: Config) -> Any:
        """A client of a service; `url` is an endpoint that is not AWS's."""
        return self._session.create_client(
            service, region_name=self.region, endpoint_url=url, config=config
        )

    def in_region(self, region: str) -> Session:
        """The same credentials in another region."""
        return Session(self._session, region)


def client_config(connections: int = 10, **more: Any) -> Config:
    """How all clients wait and try again."""
    from botocore.config import Config

    return Config(
        max_pool_connections=connections,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        connect_timeout=10,
        read_timeout=30,
        **more,
    )


def session_of(environment: Environment, url: str | None, config: Config) -> Session:
    """The session of an environment; at a `url` on this machine the access key is the account.

    Raises:
        CouldNot: there is no such profile, or the role may not be taken on.
    """
    with asking("credentials"):
        if url is not None and is_loopback(url) and environment.profile is None:
            region = environment.region or DEFAULT_REGION
            session = keyed_session(environment.account or EMBEDDED_ACCOUNT, region)
        else:
            named = _new(environment.profile)
            found = environment.region or named.get_config_variable("region")
            session = Session(named, found or DEFAULT_REGION)
        return _assumed(session, environment.role_arn, url, config)


def own_region(profile: str | None) -> tuple[bool, str | None]:
    """Whether there are credentials of a profile (None: the person's own), and their region.

    Raises:
        CouldNot: there is no such profile.
    """
    with asking("credentials"):
        session = _new(profile)
        return session.get_credentials() is not None, session.get_config_variable("region")


def keyed_session(account: str, region: str) -> Session:
    """A session for endpoints on this machine, where the access key is the account."""
    session = _new()
    session.set_credentials(account, "embedded")  # nobody checks it
    return Session(session, region)


def _assumed(session: Session, role_arn: str | None, url: str | None, config: Config) -> Session:
    if role_arn is None:
        return session
    sts = session.client("sts", url=url if url and is_loopback(url) else None, config=config)
    keys = sts.assume_role(RoleArn=role_arn, RoleSessionName="mmctl")["Credentials"]
    assumed = _new()
    assumed.set_credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return Session(assumed, session.region)


def _new(profile: str | None = None) -> BotocoreSession:
    from botocore.session import Session as BotocoreSession

    session = BotocoreSession(profile=profile)
    session.register_component("data_loader", _loader(session.get_config_variable("data_path")))
    return session


@cache
def _loader(data_path: str | None) -> Loader:
    """The loader of service models, which each process needs but once.

    Whether botocore knows a service it would look up in hundreds of folders, every time.
    """
    from botocore.loaders import create_loader

    loader = create_loader(data_path)
    vars(loader)["list_available_services"] = lambda _type: list(_SERVICES)
    return loader
