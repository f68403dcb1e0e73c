"""S3, SNS and Lambda at endpoints on this machine, for what becomes of mail there.

Their clients need no credentials: the access key is the account, as everywhere on this machine.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from mmctl.live.aws.sessions import client_config, keyed_session
from mmctl.model.endpoints import EMBEDDED_ACCOUNT, EMBEDDED_REGION

if TYPE_CHECKING:
    from collections.abc import Callable

_TOO_MANY: Final = 429
_REFUSED: Final = range(400, 500)
LARGEST_ANSWER: Final = 1_000_000
"""Bytes of a function's answer that are read."""


class LocalServiceError(Exception):
    """A service on this machine did not do it; `passing`: it may later."""

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


class LocalServices:
    """Clients for endpoints on this machine, made when they are first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, str, str], Any] = {}

    def put_object(self, url: str, bucket: str, key: str, content: bytes) -> None:
        """Write an object.

        Raises:
            LocalServiceError: it was not written.
        """
        client = self._client("s3", url, EMBEDDED_ACCOUNT, EMBEDDED_REGION)
        _asked(lambda: client.put_object(Bucket=bucket, Key=key, Body=content))

    def publish(self, url: str, topic_arn: str, message: str) -> str:
        """Publish a message to a topic, and return its id.

        Raises:
            LocalServiceError: it was not published.
        """
        client = self._client("sns", url, *_owner(topic_arn))
        answer = _asked(lambda: client.publish(TopicArn=topic_arn, Message=message))
        return str(answer["MessageId"])

    def invoke(self, url: str, function_arn: str, event: bytes, *, waits: bool) -> bytes:
        """Call a function, and return its answer if it is waited for.

        Raises:
            LocalServiceError: it was not called, or it failed.
        """
        client = self._client("lambda", url, *_owner(function_arn))
        kind = "RequestResponse" if waits else "Event"
        answer = _asked(
            lambda: client.invoke(FunctionName=function_arn, InvocationType=kind, Payload=event)
        )
        said = bytes(answer["Payload"].read(LARGEST_ANSWER))
        if answer.get("FunctionError"):
            raise LocalServiceError(f"the function failed: {answer['FunctionError']}", passing=True)
        return said

    def _client(self, service: str, url: str, account: str, region: str) -> Any:
        place = (service, url, account, region)
        with self._lock:
            if place not in self._clients:
                session = keyed_session(account, region)
                config = client_config(s3={"addressing_style": "path"})
                self._clients[place] = session.client(service, url=url, config=config)
            return self._clients[place]


def _owner(arn: str) -> tuple[str, str]:
    """Account and region of a resource."""
    parts = arn.split(":")
    whole = len(parts) > 5 and parts[3] and parts[4]  # noqa: PLR2004 - the parts of an ARN
    return (parts[4], parts[3]) if whole else (EMBEDDED_ACCOUNT, EMBEDDED_REGION)


def _asked(ask: Callable[[], Any]) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        return ask()
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        passing = status not in _REFUSED or status == _TOO_MANY
        raise LocalServiceError(str(error), passing=passing) from None
    except BotoCoreError as error:
        raise LocalServiceError(str(error), passing=True) from None
