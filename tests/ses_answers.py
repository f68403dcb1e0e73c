"""What SES answers of identities and of the account, by its API v2, on a port of this machine.

moto has no `GetAccount`, and calls every identity verified.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

_IDENTITY: Final = "/v2/email/identities/"
_ACCOUNT: Final = "/v2/email/account"


class SesAnswers:
    """The state of SES: a test changes it between two commands."""

    def __init__(self) -> None:
        self.sandbox = True
        self.verified: set[str] = set()
        """The domains that are verified."""
        self.all_are_verified = False
        self.unknown_are_all = False
        """Whether nobody has made any identity yet."""
        self.denied = False
        """Whether the caller may read nothing."""

    def of(self, path: str) -> tuple[int, dict[str, Any]]:
        """The answer to a read: status and document."""
        if self.denied:
            return 403, {"__type": "AccessDeniedException", "message": "not authorized"}
        if path == _ACCOUNT:
            return 200, {"ProductionAccessEnabled": not self.sandbox, "SendingEnabled": True}
        domain = unquote(path.removeprefix(_IDENTITY))
        if not path.startswith(_IDENTITY) or self.unknown_are_all:
            return 404, {"__type": "NotFoundException", "message": f"no identity {domain}"}
        verified = self.all_are_verified or domain in self.verified
        return 200, {
            "IdentityType": "DOMAIN",
            "VerifiedForSendingStatus": verified,
            "VerificationStatus": "SUCCESS" if verified else "PENDING",
            "DkimAttributes": {"Tokens": [f"token{each}" for each in "abc"], "Status": "PENDING"},
        }


@contextmanager
def ses_answers(patched: pytest.MonkeyPatch) -> Iterator[SesAnswers]:
    """Serve them meanwhile; every command asks there for SES."""
    answers = SesAnswers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, document = answers.of(self.path)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if status != 200:
                self.send_header("x-amzn-ErrorType", document["__type"])
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    patched.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{server.server_address[1]}")
    try:
        yield answers
    finally:
        server.shutdown()
        thread.join(timeout=120)
        server.server_close()
