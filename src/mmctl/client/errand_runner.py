"""Does an errand, on a machine that has Python and these modules alone.

Called as `python -m mmctl.client.errand_runner JOB RESULT`: two files, both JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmctl.client.endpoint import TlsMode
from mmctl.client.errand import (
    VERSION,
    FirstLook,
    endpoint_of,
    look_document,
    message_of,
    sent_document,
)
from mmctl.client.failure import SessionFailed
from mmctl.client.sending import Sender
from mmctl.client.session import SmtpSession
from mmctl.client.tls import context_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from mmctl.client.endpoint import Endpoint


def done(errand: Mapping[str, Any], clock: Callable[[], float]) -> dict[str, Any]:
    """Do an errand and return what became of it.

    Raises:
        ValueError: it is an errand of another version.
    """
    if errand.get("version") != VERSION:
        raise ValueError(f"an errand of version {errand.get('version')}, expected {VERSION}")
    looks = [look_document(_look(endpoint_of(each), clock)) for each in errand["looks"]]
    sent: list[dict[str, Any]] = []
    sender: Sender | None = None
    last: Endpoint | None = None
    for each in errand["sends"]:
        endpoint = endpoint_of(each["endpoint"])
        if sender is None or endpoint != last:
            if sender is not None:
                sender.close()
            sender = Sender(SmtpSession(endpoint, _context(endpoint), clock))
            last = endpoint
        sent.append(sent_document(sender.send(message_of(each["message"]))))
    if sender is not None:
        sender.close()
    return {"version": VERSION, "looks": looks, "sent": sent}


def _look(endpoint: Endpoint, clock: Callable[[], float]) -> FirstLook:
    session = SmtpSession(endpoint, _context(endpoint), clock)
    failure = None
    try:
        session.open()
    except SessionFailed as failed:
        failure = failed.failure
    address, encrypts = session.address, session.agreed is not None
    session.close()
    return FirstLook(failure=failure, address=address, encrypts=encrypts)


def _context(endpoint: Endpoint) -> ssl.SSLContext | None:
    return None if endpoint.tls is TlsMode.NONE else context_of(endpoint)


def main(job: str, result: str) -> None:
    """Read an errand from a file, do it, and write what became of it into another."""
    errand = json.loads(Path(job).read_text(encoding="utf-8"))
    Path(result).write_text(json.dumps(done(errand, time.monotonic)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
