"""AWS JSON 1.0, and the little STS that goes with it: bytes in, bytes out, for every face.

Nothing here knows where the bytes come from or go to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.resource import partition_of
from mmctl.emulator.service_error import ServiceError

if TYPE_CHECKING:
    from mmctl.emulator.core import MailManager

JSON: Final = "application/x-amz-json-1.0"
NAMESPACE: Final = "com.amazonaws.mailmanager"
CALLER: Final = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<GetCallerIdentityResult><Arn>arn:{partition}:iam::{account}:user/embedded</Arn>"
    "<UserId>embedded</UserId><Account>{account}</Account></GetCallerIdentityResult>"
    "<ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata>"
    "</GetCallerIdentityResponse>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer: status, content type and body."""

    status: int
    content_type: str
    body: bytes


def read_request(body: bytes) -> dict[str, Any]:
    """Read the parameters of a call.

    Raises:
        ServiceError: a SerializationException, the body is no JSON object.
    """
    try:
        parameters = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise _unreadable("the request body is no JSON") from error
    if not isinstance(parameters, dict):
        raise _unreadable("the request body is no JSON object")
    return parameters


def answer(
    service: MailManager, operation: str, parameters: dict[str, Any], *, account: str, region: str
) -> Answer:
    """Call an operation and put its answer or its error into bytes."""
    try:
        result = service.call(operation, parameters, account=account, region=region)
    except ServiceError as error:
        return error_answer(error)
    return Answer(status=200, content_type=JSON, body=_written(result))


def error_answer(error: ServiceError) -> Answer:
    """Put an error into bytes, under the names that clients know it by."""
    body = {"__type": f"{NAMESPACE}#{error.code}", "Message": error.message}
    return Answer(status=error.status, content_type=JSON, body=_written(body))


def caller_identity(*, account: str, region: str, request: str) -> Answer:
    """Answer STS GetCallerIdentity: the caller is the user `embedded` of the account."""
    text = CALLER.format(partition=partition_of(region), account=account, request=request)
    return Answer(status=200, content_type="text/xml", body=text.encode())


def _written(members: dict[str, Any]) -> bytes:
    return json.dumps(members, default=_seconds).encode()


def _seconds(value: object) -> float:
    """Times travel as seconds since 1970."""
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"expected a time, got {type(value).__name__}")


def _unreadable(message: str) -> ServiceError:
    return ServiceError("SerializationException", message, 400)
