"""The in-process face: a boto3 session or client whose calls never leave the process.

A `before-send` handler answers what botocore has serialized and signed, so that its validation,
retries, paging and typed exceptions all work as they do against the service. Credentials of the
session are not checked; any will do.
"""

from __future__ import annotations

import io
import uuid
from typing import TYPE_CHECKING, Any, Final, Protocol, assert_never

from mmctl.emulator import sts, wire
from mmctl.emulator.delivery import Delivery
from mmctl.emulator.service_error import ServiceError
from mmctl.errors import CouldNot
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from mmctl.emulator.core import MailManagerApi

    Observe = Callable[[str, Mapping[str, Any]], None]


_PROTOCOLS: Final = {"mailmanager": wire.JSON, "cloudwatch-logs": wire.LOGS_JSON}
"""By service, as botocore's events name it."""


class Events(Protocol):
    """Where botocore registers handlers: `Session.events` of boto3, `meta.events` of a client."""

    def register(self, event_name: str, handler: Callable[..., Any]) -> object:
        """Call the handler for every event whose name begins with `event_name`."""
        ...


def attach(
    events: Events,
    embedded: MailManagerApi,
    *,
    account: str,
    region: str,
    observe: Observe | None = None,
) -> None:
    """Make the embedded Mail Manager answer all calls made through these events.

    `mailmanager` is answered whole, `logs` for its log deliveries and `sts` for GetCallerIdentity;
    a call of any other service raises CouldNot. Clients made from a session before this are not
    affected. `observe` is called with operation and parameters before each call of the first two,
    and may raise instead. An Undelivered answer looks to the client as it would on a real
    connection.
    """
    hook = _Hook(embedded=embedded, account=account, region=region, observe=observe)
    events.register("before-send", hook.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hook:
    embedded: MailManagerApi
    account: str
    region: str
    observe: Observe | None

    def answer(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        """Answer one request; the event is named before-send.SERVICE.OPERATION."""
        service, operation = event_name.split(".")[1:]
        number = str(uuid.uuid4())
        if service in _PROTOCOLS:
            answer = self._answer(request, operation, _PROTOCOLS[service])
            return _response(request.url, answer, number)
        if (service, operation) == ("sts", "GetCallerIdentity"):
            who = sts.caller_identity(account=self.account, region=self.region, request=number)
            return _response(request.url, who, number)
        raise CouldNot(
            "the embedded endpoint answers `mailmanager`, `logs` and `sts` `GetCallerIdentity`,"
            f" got `{service}` `{operation}`",
            help="use an environment whose endpoint is not `embedded`",
        )

    def _answer(
        self, request: AWSPreparedRequest, operation: str, protocol: wire.Protocol
    ) -> wire.HttpAnswer:
        target = request.headers.get("X-Amz-Target")
        if not target or request.headers.get("smithy-protocol"):
            raise CouldNot("the embedded endpoint speaks AWS JSON, got another protocol")
        try:
            parameters = wire.read_request(_body(request), protocol)
        except ServiceError as error:
            return wire.error_answer(error, protocol)
        if self.observe is not None:
            self.observe(operation, parameters)
        return wire.answer(
            self.embedded,
            operation,
            parameters,
            account=self.account,
            region=self.region,
            protocol=protocol,
        )


def _body(request: AWSPreparedRequest) -> bytes:
    body: Any = request.body
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def _response(url: str, answer: wire.HttpAnswer, number: str) -> AWSResponse:
    match answer.delivery:
        case Delivery.WHOLE:
            return _received(url, answer, answer.body, number)
        case Delivery.HALF_AND_CLOSED:
            # botocore does not compare the body with its Content-Length.
            return _received(url, answer, answer.body[: len(answer.body) // 2], number)
        case Delivery.RESET | Delivery.HALF_AND_RESET:
            from botocore.exceptions import (  # noqa: PLC0415 - see below
                ConnectionClosedError,
            )

            raise ConnectionClosedError(endpoint_url=url)
        case Delivery.NEVER:
            from botocore.exceptions import ReadTimeoutError  # noqa: PLC0415 - see below

            raise ReadTimeoutError(endpoint_url=url)
        case _:
            assert_never(answer.delivery)


def _received(url: str, answer: wire.HttpAnswer, body: bytes, number: str) -> AWSResponse:
    # Importing botocore is slow, and commands without an embedded endpoint do not need it.
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - see the line above
    from botocore.compat import HTTPHeaders  # noqa: PLC0415 - see the line above

    headers = HTTPHeaders()
    headers["Content-Type"] = answer.content_type
    headers["Content-Length"] = str(len(answer.body))
    headers["x-amzn-RequestId"] = number
    return AWSResponse(url, answer.status, headers, _Raw(body))


class _Raw(io.BytesIO):
    """A body in the form that botocore reads from the network."""

    def stream(self, **_: object) -> Iterator[bytes]:
        """Yield the rest of the body."""
        rest = self.read()
        if rest:
            yield rest
