"""Credentials, region, and AWS clients made with them: the only place that makes clients.

A person's credentials, profiles, SSO and roles come from boto3 sessions. Endpoints on this machine
need no credentials: their clients come from botocore, which saves the import of boto3.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from mmctl.live.aws.answers import ATTEMPTS, asking
from mmctl.model.endpoints import EMBEDDED_ACCOUNT, EMBEDDED_REGION, is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable

    from boto3.session import Session as Boto3Session
    from botocore.config import Config
    from botocore.loaders import Loader
    from botocore.session import Session as BotocoreSession

    from mmctl.language.project import Environment

DEFAULT_REGION: Final = EMBEDDED_REGION
_FROM_NOWHERE: Final = (None, None, None, None)
_NOBODYS: Final[dict[str, tuple[Any, Any, Any, Any]]] = dict.fromkeys(
    ("profile", "config_file", "credentials_file"), _FROM_NOWHERE
)
"""Variables of a session that reads neither AWS_PROFILE nor the files of a person."""


class AwsSession:
    """Clients with one set of credentials, in one region."""

    def __init__(self, create: Callable[..., Any], region: str) -> None:
        self._create = create
        self.region = region

    def client(self, service: str, *, url: str | None = None, config: Config) -> Any:
        """A client of a service; `url` is an endpoint outside of AWS.

        What goes to this machine goes through no proxy, which would take it elsewhere.
        """
        if url is not None and is_loopback(url):
            from botocore.config import Config

            config = config.merge(Config(proxies={}))
        return self._create(service, region_name=self.region, endpoint_url=url, config=config)

    def in_region(self, region: str) -> AwsSession:
        """The same credentials in another region."""
        return AwsSession(self._create, region)


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


def session_of(environment: Environment, url: str | None, config: Config) -> AwsSession:
    """The session of an environment; at a `url` on this machine the access key is the account.

    Raises:
        CouldNot: there is no such profile, or the role may not be assumed.
    """
    with asking("credentials"):
        profile = environment.run_profile or environment.profile
        if url is not None and is_loopback(url) and profile is None:
            region = environment.region or DEFAULT_REGION
            session = keyed_session(environment.account or EMBEDDED_ACCOUNT, region)
        else:
            named = _named(profile)
            region = environment.region or named.region_name or DEFAULT_REGION
            session = AwsSession(named.client, region)
        role_arn = environment.role_arn if environment.run_profile is None else None
        return _assumed(session, role_arn, url, config)


def own_region(profile: str | None) -> tuple[bool, str | None]:
    """Whether a profile (None: the user's default) has credentials, and their region.

    Raises:
        CouldNot: there is no such profile.
    """
    with asking("credentials"):
        session = _named(profile)
        return session.get_credentials() is not None, session.region_name


def keyed_session(account: str, region: str) -> AwsSession:
    """A session for endpoints on this machine, where the access key is the account."""
    return _keyed(_new(), account, region)


def own_session(account: str, region: str) -> AwsSession:
    """A session for calls that never leave the process: a person's configuration is not read."""
    return _keyed(_new(variables=_NOBODYS), account, region)


def _assumed(
    session: AwsSession, role_arn: str | None, url: str | None, config: Config
) -> AwsSession:
    if role_arn is None:
        return session
    sts = session.client("sts", url=url if url and is_loopback(url) else None, config=config)
    keys = sts.assume_role(RoleArn=role_arn, RoleSessionName="mmctl")["Credentials"]
    assumed = _named(
        None,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    return AwsSession(assumed.client, session.region)


def _named(profile: str | None, **keys: str) -> Boto3Session:
    """A session of a profile (None: the user's default), or with keys."""
    from boto3.session import Session as Boto3Session

    return Boto3Session(botocore_session=_new(profile), **keys)


def _keyed(session: BotocoreSession, account: str, region: str) -> AwsSession:
    session.set_credentials(account, "embedded")  # nobody checks it
    return AwsSession(session.create_client, region)


def _new(
    profile: str | None = None, variables: dict[str, tuple[Any, Any, Any, Any]] | None = None
) -> BotocoreSession:
    from botocore.session import Session as BotocoreSession

    session = BotocoreSession(variables, profile=profile)
    session.register_component("data_loader", _loader(session.get_config_variable("data_path")))
    return session


@cache
def _loader(data_path: str | None) -> Loader:
    """The loader of service models, which each process needs only once.

    It accepts every service name, and reports one without a model only when it is loaded: botocore
    would first list hundreds of folders, every time. Login needs other services, such as `sso`.
    """
    from botocore.loaders import create_loader

    loader = create_loader(data_path)
    vars(loader)["list_available_services"] = lambda _type: _EveryService()
    return loader


class _EveryService(list[str]):
    """A list of service names that contains every name."""

    def __contains__(self, name: object) -> bool:
        return True
