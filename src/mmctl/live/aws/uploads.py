"""Files that go to a pre-signed URL: no credentials, no signature, one PUT.

Whoever has the URL may send; it comes from the service and is a secret for about an hour.
"""

from __future__ import annotations

from typing import Final

from mmctl.errors import CouldNot
from mmctl.live.aws.proxies import proxies_of
from mmctl.live.state.service import OutcomeUnknown

OPERATION: Final = "PutObject"
"""What Amazon S3 calls it."""
_FIRST_ERROR: Final = 300
_SERVER_ERROR: Final = 500


def put(url: str, body: bytes) -> None:
    """Send a file, through the proxy that the environment names, if any.

    Raises:
        OutcomeUnknown: it may have arrived.
        CouldNot: it was refused.
    """
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - slow to import
    from botocore.exceptions import HTTPClientError  # noqa: PLC0415 - slow to import
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415 - slow to import

    session = URLLib3Session(timeout=60, proxies=proxies_of(url))
    try:
        answer = session.send(AWSRequest(method="PUT", url=url, data=body).prepare())
    except HTTPClientError as error:
        raise OutcomeUnknown(OPERATION, _without(url, str(error))) from error
    finally:
        session.close()
    check_taken(answer.status_code, answer.text)


def check_taken(status: int, text: str) -> None:
    """Check the answer to a file that was sent.

    Raises:
        OutcomeUnknown: it may have arrived.
        CouldNot: it was refused.
    """
    if status >= _SERVER_ERROR:
        raise OutcomeUnknown(OPERATION, f"{status}: {text}")
    if status >= _FIRST_ERROR:
        raise CouldNot(f"{OPERATION}: {status}: {text}", help="try again; the URL may have expired")


def _without(url: str, text: str) -> str:
    """A message without the signature in it."""
    return text.replace(url, url.partition("?")[0])
