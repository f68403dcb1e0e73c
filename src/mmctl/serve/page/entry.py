"""Who may see the page: whoever has the URL that the server printed, from this machine.

The URL holds a token. The first request exchanges it for a cookie that only requests of this page
carry. The cookie does not hold the token, and no other page can make use of either.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from mmctl.emulator.routes import is_for_this_machine
from mmctl.records import dataclass
from mmctl.serve.page.answers import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.emulator.routes import Request
    from mmctl.emulator.wire import HttpAnswer

_OWN: Final = frozenset({"same-origin", "none"})
"""Where a request may come from, as browsers say in Sec-Fetch-Site: this page, or the person."""
_ASKED_AS: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntry:
    """The token of one server, and the cookie that it is exchanged for."""

    token: str
    command: str = "mmctl emulate"
    """What printed the URL."""

    @property
    def _how(self) -> str:
        return (
            f"open the URL that `{self.command}` printed after `page:`; its token changes whenever"
            " the server starts"
        )

    @property
    def cookie(self) -> str:
        """What a browser sends back instead of the token."""
        return hmac.new(self.token.encode(), b"page", sha256).hexdigest()

    def refusal(
        self, request: Request, query: Mapping[str, Sequence[str]], *, asks: bool = False
    ) -> HttpAnswer | None:
        """Why a request gets no answer, or the way in; None: it may pass.

        `asks`: the page asks by POST too, as only its own script can.
        """
        headers = request.headers
        if not is_for_this_machine(headers.get("host", "")):
            return plain(403, "Host must be 127.0.0.1 or localhost")
        if request.method != "GET" and not (asks and request.method == "POST"):
            return plain(405, "the page only answers GET", ("Allow", "GET"))
        path, _, _ = request.path.partition("?")
        if path == "/" and request.method == "GET" and "token" in query:
            return self._exchange(headers.get("host", ""), query["token"])
        host = headers.get("host", "")
        own = headers.get("origin", f"http://{host}") == f"http://{host}"
        if not own or headers.get("sec-fetch-site", "none") not in _OWN:
            return plain(403, "another page asked for this")
        if not self._has_cookie(host, headers.get("cookie", "")):
            return plain(403, f"this page is for the person who started the server\n{self._how}")
        if request.method == "POST" and "origin" not in headers:
            return plain(403, "only the page itself may ask: the request has no Origin")
        if request.method == "POST" and headers.get("content-type") != _ASKED_AS:
            return plain(415, f"expected {_ASKED_AS}")
        return None

    def _exchange(self, host: str, tokens: Sequence[str]) -> HttpAnswer:
        if not _same("".join(tokens), self.token):
            return plain(403, f"the token is not that of this server\n{self._how}")
        cookie = f"{_name(host)}={self.cookie}; HttpOnly; SameSite=Strict; Path=/"
        return plain(303, "see /", ("Location", "/"), ("Set-Cookie", cookie))

    def _has_cookie(self, host: str, header: str) -> bool:
        pairs = (each.strip().partition("=") for each in header.split(";"))
        # Browsers send a cookie to every port of a host, so that its name tells the port.
        values = [value for name, _, value in pairs if name == _name(host)]
        return any(_same(value, self.cookie) for value in values[:10])


def _name(host: str) -> str:
    """The name of the cookie of a server."""
    port = host.rpartition(":")[2]
    return f"mmctl-page-{port if port.isdigit() else '80'}"


def _same(given: str, expected: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell how much of them is."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
