"""The services on this machine that `mmctl emulate` delivers to, as the post office calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mmctl.emulator.delivering.services import ServiceBusy, ServiceFails, Services

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.emulator.delivering.services import Publish, WriteObject
    from mmctl.emulator.delivering.settings import DeliverySettings
    from mmctl.live.aws.local_services import LocalServices

T = TypeVar("T")


def services_of(settings: DeliverySettings) -> Services:
    """Ways to the endpoints that the command line names."""
    if not (settings.s3_url or settings.sns_url or settings.lambda_url):
        return Services()
    from mmctl.live.aws.local_services import LocalServices

    local = LocalServices()
    return Services(
        put_object=_to_s3(local, settings.s3_url) if settings.s3_url else None,
        publish=_to_sns(local, settings.sns_url) if settings.sns_url else None,
        invoke=_ToLambda(local, settings.lambda_url) if settings.lambda_url else None,
    )


def objects_of(settings: DeliverySettings) -> WriteObject | None:
    """Where exports of archives go: the S3 endpoint of the command line; None: a folder.

    What is returned raises OSError where the endpoint refuses.
    """
    put = services_of(settings).put_object
    if put is None:
        return None

    def put_object(bucket: str, key: str, content: bytes) -> None:
        try:
            put(bucket, key, content)
        except (ServiceBusy, ServiceFails) as error:
            raise OSError(str(error)) from error

    return put_object


def _to_s3(local: LocalServices, url: str) -> WriteObject:
    def put_object(bucket: str, key: str, content: bytes) -> None:
        return _done(lambda: local.put_object(url, bucket, key, content))

    return put_object


def _to_sns(local: LocalServices, url: str) -> Publish:
    def publish(topic_arn: str, message: str) -> str:
        return _done(lambda: local.publish(url, topic_arn, message))

    return publish


class _ToLambda:
    def __init__(self, local: LocalServices, url: str) -> None:
        self._local, self._url = local, url

    def __call__(self, function_arn: str, event: bytes, *, waits: bool) -> bytes:
        return _done(lambda: self._local.invoke(self._url, function_arn, event, waits=waits))


def _done(ask: Callable[[], T]) -> T:
    """What a service answers, with its errors in the words of the post office."""
    from mmctl.live.aws.local_services import LocalServiceError

    try:
        return ask()
    except LocalServiceError as error:
        kind = ServiceBusy if error.passing else ServiceFails
        raise kind(str(error)) from None
