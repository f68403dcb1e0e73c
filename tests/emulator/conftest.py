"""Real boto3 clients whose calls the embedded Mail Manager answers, and a clock to turn."""

from __future__ import annotations

import itertools
import os
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import boto3
import pytest
from botocore.config import Config

from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.hook import attach
from mmctl.emulator.service_error import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.model import ServiceModel

ACCOUNT = "111122223333"
REGION = "eu-west-1"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """The time of a test, which passes only when the test says so."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@dataclass
class Declared:
    """Passes calls on, and fails when an error comes that the operation does not declare."""

    embedded: EmbeddedMailManager
    session: boto3.Session

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        account: str,
        region: str,
        service: str = "mailmanager",
    ) -> dict[str, Any]:
        try:
            return self.embedded.call(
                operation, parameters, account=account, region=region, service=service
            )
        except ServiceError as error:
            model = self.session._session.get_service_model(service).operation_model(operation)
            declared = {shape.name for shape in model.error_shapes}
            if error.code not in declared:
                pytest.fail(f"{operation} does not declare {error.code}")
            raise


class MakeClient(Protocol):
    def __call__(
        self,
        name: str = "mailmanager",
        *,
        account: str = ACCOUNT,
        region: str = REGION,
        sends_anything: bool = False,
    ) -> Any: ...


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        yield


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    return boto3.Session(
        aws_access_key_id="unused", aws_secret_access_key="unused", region_name=REGION
    )


@pytest.fixture(scope="session")
def service_model(session: boto3.Session) -> ServiceModel:
    model: ServiceModel = session._session.get_service_model("mailmanager")
    return model


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_embedded(clock: Clock, service_model: ServiceModel) -> Iterator[Callable[..., Any]]:
    """Make embedded Mail Managers whose ids count up: 26 characters, the last ones a number."""
    numbers = itertools.count(1)
    with ExitStack() as stack:

        def make(path: object = ":memory:", **options: Any) -> EmbeddedMailManager:
            return stack.enter_context(
                EmbeddedMailManager(
                    str(path),
                    clock=clock,
                    ids=lambda: f"{next(numbers):026d}",
                    service_model=service_model,
                    **options,
                )
            )

        yield make


@pytest.fixture
def embedded(make_embedded: Callable[..., EmbeddedMailManager]) -> EmbeddedMailManager:
    return make_embedded(settle_seconds=60)


@pytest.fixture
def client_of(
    session: boto3.Session,
) -> Callable[[EmbeddedMailManager], MakeClient]:
    """Make clients of one embedded Mail Manager, in any account and region."""

    def of(embedded: EmbeddedMailManager) -> MakeClient:
        service = Declared(embedded, session)

        def make(
            name: str = "mailmanager",
            *,
            account: str = ACCOUNT,
            region: str = REGION,
            sends_anything: bool = False,
        ) -> Any:
            config = Config(
                retries={"total_max_attempts": 1}, parameter_validation=not sends_anything
            )
            client: Any = session.client(name, region_name=region, config=config)  # type: ignore[call-overload,unused-ignore]  # its stubs are not installed everywhere
            attach(client.meta.events, service, account=account, region=region)
            return client

        return make

    return of


@pytest.fixture
def make_client(
    embedded: EmbeddedMailManager, client_of: Callable[[EmbeddedMailManager], MakeClient]
) -> MakeClient:
    return client_of(embedded)


@pytest.fixture
def client(make_client: MakeClient) -> Any:
    return make_client()


@pytest.fixture
def lenient_client(make_client: MakeClient) -> Any:
    """A client that sends requests which botocore itself would refuse."""
    return make_client(sends_anything=True)


@pytest.fixture
def parts(client: Any) -> dict[str, str]:
    """The ids of a rule set and a traffic policy, as an ingress point names them."""
    rule_set = client.create_rule_set(RuleSetName="inbound", Rules=[])
    policy = client.create_traffic_policy(
        TrafficPolicyName="edge", DefaultAction="ALLOW", PolicyStatements=[]
    )
    return {
        "RuleSetId": rule_set["RuleSetId"],
        "TrafficPolicyId": policy["TrafficPolicyId"],
    }
