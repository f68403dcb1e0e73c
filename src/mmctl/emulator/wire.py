"""AWS JSON 1.0 and 1.1, and Smithy RPC v2 CBOR: bytes in, bytes out, for every face.

Nothing here depends on where the bytes come from or go to.
"""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator import cbor
from mmctl.emulator.archive.messages import DOWNLOAD, scope_of_download
from mmctl.emulator.bodies import TooManyValues, load_json
from mmctl.emulator.delivery import Delivery, Undelivered
from mmctl.emulator.import_jobs import UPLOAD, scope_of
from mmctl.emulator.operations import LOGS, MAIL_MANAGER, S3
from mmctl.emulator.service_error import ServiceError
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.emulator.core import MailManagerApi

_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """An HTTP answer: status, content type and body, and how it reaches the client."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = Delivery.WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """How members become bytes and bytes become members, and for which service.

    `one_status`: every client error has the status 400.
    """

    name: str
    content_type: str
    read: Callable[[bytes], Any]
    written: Callable[[Mapping[str, Any]], bytes]
    headers: tuple[tuple[str, str], ...] = ()
    service: str = MAIL_MANAGER
    namespace: str = "com.amazonaws.mailmanager"
    one_status: bool = False


def read_request(body: bytes, protocol: Protocol | None = None) -> dict[str, Any]:
    """Read the parameters of a call; an empty body means no parameters.

    Raises:
        ServiceError: a SerializationException, the body is not a JSON object or CBOR map, or has
            more values than any request.
    """
    protocol = protocol or JSON
    try:
        parameters = protocol.read(body) if body else {}
    except TooManyValues as error:
        raise _unreadable(f"the request body has {error}") from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(f"the request body is not {protocol.name}") from error
    if not isinstance(parameters, dict):
        raise _unreadable(f"the request body is not a {protocol.name} object")
    return parameters


def answer(
    service: MailManagerApi,
    operation: str,
    parameters: dict[str, Any],
    *,
    account: str,
    region: str,
    protocol: Protocol | None = None,
) -> HttpAnswer:
    """Call an operation and write its answer or its error as bytes."""
    protocol = protocol or JSON
    try:
        result = service.call(
            operation, parameters, account=account, region=region, service=protocol.service
        )
    except ServiceError as error:
        return error_answer(error, protocol)
    except Undelivered as undelivered:
        return replace(_outcome(undelivered.outcome, protocol), delivery=undelivered.delivery)
    return _outcome(result, protocol)


def upload_answer(service: MailManagerApi, url: str, body: bytes) -> HttpAnswer:
    """Take a file through a pre-signed URL, and answer like Amazon S3."""
    try:
        upload(service, url, body)
    except ServiceError as error:
        return _upload_outcome(error)
    except Undelivered as undelivered:
        error_ = undelivered.outcome if isinstance(undelivered.outcome, ServiceError) else None
        return replace(_upload_outcome(error_), delivery=undelivered.delivery)
    return _upload_outcome(None)


def upload(service: MailManagerApi, url: str, body: bytes) -> None:
    """Take a file through a pre-signed URL from an earlier answer.

    Raises:
        ServiceError: what Amazon S3 would answer instead; nothing was changed.
        Undelivered: a fault holds back the answer.
    """
    scope = scope_of(url)
    service.call(
        UPLOAD,
        {"Url": url, "Body": body},
        account=scope.account,
        region=scope.region,
        service=S3,
    )


def download_answer(service: MailManagerApi, url: str) -> HttpAnswer:
    """Answer with what a pre-signed URL leads to, like Amazon S3."""
    try:
        body = download(service, url)
    except ServiceError as error:
        return _upload_outcome(error)
    except Undelivered as undelivered:
        outcome = undelivered.outcome
        if isinstance(outcome, ServiceError):
            return replace(_upload_outcome(outcome), delivery=undelivered.delivery)
        body = (outcome or {}).get("Body", b"")
        return replace(_message(body), delivery=undelivered.delivery)
    return _message(body)


def download(service: MailManagerApi, url: str) -> bytes:
    """Return the bytes that a pre-signed URL from an earlier answer leads to.

    Raises:
        ServiceError: what Amazon S3 would answer instead.
        Undelivered: a fault holds back the answer.
    """
    scope = scope_of_download(url)
    answer = service.call(
        DOWNLOAD, {"Url": url}, account=scope.account, region=scope.region, service=S3
    )
    body: bytes = answer["Body"]
    return body


def _message(body: bytes) -> HttpAnswer:
    # A browser saves it and runs nothing in it: the message is from a stranger.
    headers = (
        ("Content-Disposition", 'attachment; filename="message.eml"'),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    )
    return HttpAnswer(status=200, content_type="message/rfc822", body=body, headers=headers)


def _upload_outcome(error: ServiceError | None) -> HttpAnswer:
    if error is None:
        return HttpAnswer(status=200, content_type="text/plain", body=b"")
    message = escape(error.message, quote=False)
    text = f"<Error><Code>{error.code}</Code><Message>{message}</Message></Error>"
    return HttpAnswer(status=error.status, content_type="application/xml", body=text.encode())


def error_answer(error: ServiceError, protocol: Protocol | None = None) -> HttpAnswer:
    """Write an error as bytes, under the names that clients know."""
    return _outcome(error, protocol or JSON)


def _outcome(outcome: Mapping[str, Any] | ServiceError | None, protocol: Protocol) -> HttpAnswer:
    if isinstance(outcome, ServiceError):
        ours = protocol.one_status and outcome.status < _SERVER_ERROR
        status = _CLIENT_ERROR if ours else outcome.status
        members = {"__type": f"{protocol.namespace}#{outcome.code}", "Message": outcome.message}
    else:
        status, members = 200, dict(outcome or {})
    return HttpAnswer(
        status=status,
        content_type=protocol.content_type,
        body=protocol.written(members),
        headers=protocol.headers,
    )


def _json(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, default=_seconds).encode()


def _seconds(value: object) -> float:
    """Times travel as seconds since 1970."""
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"expected a time, got {type(value).__name__}")


def _unreadable(message: str) -> ServiceError:
    return ServiceError("SerializationException", message, 400)


JSON: Final = Protocol(
    name="JSON", content_type="application/x-amz-json-1.0", read=load_json, written=_json
)
"""AWS JSON 1.0: the operation is in the header X-Amz-Target."""

LOGS_JSON: Final = Protocol(
    name="JSON",
    content_type="application/x-amz-json-1.1",
    read=load_json,
    written=_json,
    service=LOGS,
    namespace="com.amazonaws.logs.v20140328",
    one_status=True,
)
"""AWS JSON 1.1, as CloudWatch Logs speaks it."""

CBOR: Final = Protocol(
    name="CBOR",
    content_type="application/cbor",
    read=cbor.loads,
    written=cbor.dumps,
    headers=(("smithy-protocol", "rpc-v2-cbor"),),
)
"""Smithy RPC v2 CBOR: the operation is in the path."""
