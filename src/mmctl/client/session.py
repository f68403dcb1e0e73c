"""One SMTP session as a client has it: greeting, TLS, AUTH, messages, goodbye.

Its own class and not `smtplib`, for what a test client needs and that does not offer: a transcript,
the time of each stage, commands in one piece (RFC 2920), and bounds for servers that are hostile.
"""

from __future__ import annotations

import base64
import socket
from typing import TYPE_CHECKING, Final

from mmctl.client.dialogue import SECRET, Dialogue, Speaker, Stage, Stopwatch
from mmctl.client.endpoint import TlsMode
from mmctl.client.failure import FailureKind, SessionFailed, not_connected
from mmctl.client.reply import features_of
from mmctl.client.wire import Wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from mmctl.client.endpoint import Endpoint
    from mmctl.client.reply import Reply
    from mmctl.client.tls import Agreed

_PLAIN: Final = "PLAIN"
_LOGIN: Final = "LOGIN"
LONGEST_FACTS: Final = 64 * 1024


class SmtpSession:
    """A session with one server; `clock` counts seconds."""

    def __init__(
        self, endpoint: Endpoint, context: ssl.SSLContext | None, clock: Callable[[], float]
    ) -> None:
        self.endpoint = endpoint
        self.dialogue = Dialogue()
        self.times = Stopwatch(clock=clock)
        self.features: dict[str, str] = {}
        self.agreed: Agreed | None = None
        self.address: str | None = None
        """The address of this machine that the connection has."""
        self._context = context
        self._clock = clock
        self._wire: Wire | None = None

    @property
    def wire(self) -> Wire:
        """The connection."""
        if self._wire is None:
            raise ValueError("the session is not open")
        return self._wire

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._wire is not None

    def open(self) -> None:
        """Connect, agree on TLS, and authenticate, as the endpoint says.

        Raises:
            SessionFailed: one of them did not work.
            UsageError: a file of certificates cannot be used.
        """
        start = self._clock()
        self.features, self.agreed = {}, None
        if self._context is None and self.endpoint.tls is not TlsMode.NONE:
            from mmctl.client.tls import context_of  # noqa: PLC0415 - ssl is slow to import

            self._context = context_of(self.endpoint)
        sock = self._connected()
        self._wire = Wire(sock, self.dialogue, self._clock, self.endpoint.timeout)
        if self.endpoint.tls is TlsMode.WRAPPED:
            self._encrypt(wrapped=True)
        greeting = self.wire.reply("as its greeting")
        self.times.add(Stage.CONNECT, start)
        if not greeting.ok:
            raise _refused("greeted with", greeting)
        self._hello()
        self._start_tls()
        self._authenticate()

    @property
    def takes_facts(self) -> bool:
        """Whether the server is an embedded endpoint that takes facts."""
        return "XMMFACTS" in self.features

    def ask(self, line: str, doing: str, *, shown: str | None = None) -> Reply:
        """Send a command and read its reply."""
        self.wire.command(line, shown=shown)
        return self.wire.reply(doing)

    def state(self, facts: str) -> None:
        """State facts for the next message by `XMMFACTS`, which only an embedded endpoint takes.

        Raises:
            SessionFailed: it does not.
        """
        if not self.takes_facts:
            raise SessionFailed(
                FailureKind.NOT_OFFERED,
                "the endpoint takes no facts: it does not offer `XMMFACTS`",
                "the embedded Mail Manager does if it is started so: mmctl emulate --accept-facts",
            )
        if len(facts) > LONGEST_FACTS - len("XMMFACTS \r\n"):
            raise SessionFailed(
                FailureKind.NOT_OFFERED,
                f"the facts of a case take {len(facts):,} characters, at most "
                f"{LONGEST_FACTS:,} can be stated",
            )
        reply = self.ask(f"XMMFACTS {facts}", "to XMMFACTS", shown="XMMFACTS …")
        if not reply.ok:
            raise SessionFailed(
                FailureKind.NOT_OFFERED, f"the endpoint does not take the facts: {reply.whole}"
            )

    def reset(self) -> None:
        """Forget a transaction that was not finished."""
        self.ask("RSET", "to RSET")

    def close(self, *, politely: bool = True) -> None:
        """End the session; a server that does not answer is left alone."""
        if self._wire is None:
            return
        if politely:
            try:
                self.wire.command("QUIT")
                self.wire.reply("to QUIT", seconds=min(5.0, self.endpoint.timeout))
            except SessionFailed:
                pass
        self._wire.close()
        self._wire = None

    def _connected(self) -> socket.socket:
        endpoint = self.endpoint
        source = None if endpoint.source_address is None else (endpoint.source_address, 0)
        try:
            sock = socket.create_connection(
                (endpoint.host, endpoint.port), timeout=endpoint.timeout, source_address=source
            )
        except OSError as error:
            raise not_connected(error, endpoint.host, endpoint.port, endpoint.timeout) from None
        except UnicodeError:  # a name that DNS cannot hold
            raise SessionFailed(
                FailureKind.DNS, f"`{endpoint.host}` is no host name", "check the name"
            ) from None
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.address = str(sock.getsockname()[0])
        self.dialogue.add(Speaker.NOTE, f"connected to {endpoint.place}")
        return sock

    def _hello(self) -> None:
        name = self.endpoint.helo
        reply = self.ask(f"EHLO {name}", "to EHLO")
        if reply.ok:
            self.features = features_of(reply.lines)
            return
        self.features = {}
        reply = self.ask(f"HELO {name}", "to HELO")
        if not reply.ok:
            raise _refused("answered to HELO", reply)

    def _start_tls(self) -> None:
        mode = self.endpoint.tls
        if mode in {TlsMode.NONE, TlsMode.WRAPPED}:
            return
        if "STARTTLS" not in self.features:
            if mode is TlsMode.OPTIONAL:
                self.dialogue.add(Speaker.NOTE, "no TLS: the server does not offer STARTTLS")
                return
            raise SessionFailed(
                FailureKind.TLS_MISSING,
                "the server does not offer STARTTLS, and TLS is required",
                "`--tls optional` sends without TLS too; a server that speaks TLS from the first "
                "byte needs `--tls wrapped`",
            )
        reply = self.ask("STARTTLS", "to STARTTLS")
        if not reply.ok:
            raise SessionFailed(
                FailureKind.TLS_MISSING, f"the server refuses STARTTLS: {reply.whole}"
            )
        if self.wire.unread:
            raise SessionFailed(
                FailureKind.INJECTED,
                f"{self.wire.unread:,} bytes came after the reply to STARTTLS and before TLS: "
                "somebody may have put replies into the connection",
                "nothing was sent; look who can write into this connection",
            )
        self._encrypt(wrapped=False)
        self._hello()

    def _encrypt(self, *, wrapped: bool) -> None:
        from mmctl.client.tls import encrypted  # noqa: PLC0415 - ssl is slow to import

        start = self._clock()
        if self._context is None:
            raise ValueError("the session is not open")
        inside, agreed = encrypted(self.wire.sock, self._context, self.endpoint, wrapped=wrapped)
        self.times.add(Stage.TLS, start)
        self._wire = Wire(inside, self.dialogue, self._clock, self.endpoint.timeout)
        self.agreed = agreed
        verified = "certificate verified" if agreed.verified else "certificate not verified"
        self.dialogue.add(Speaker.NOTE, f"{agreed.protocol} {agreed.cipher}, {verified}")

    def _authenticate(self) -> None:
        credentials = self.endpoint.credentials
        if credentials is None:
            return
        if self.agreed is None and not self.endpoint.on_loopback:
            raise SessionFailed(
                FailureKind.AUTH_MISSING,
                "a password is sent only over TLS",
                "`--tls required` or `--tls wrapped`",
            )
        start = self._clock()
        offered = self.features.get("AUTH", "").upper().split()
        if _PLAIN in offered:
            reply = self._plain(credentials.user, credentials.password())
        elif _LOGIN in offered:
            reply = self._login(credentials.user, credentials.password())
        else:
            what = f"only {', '.join(offered)}" if offered else "no AUTH"
            raise SessionFailed(
                FailureKind.AUTH_MISSING,
                f"the server offers {what}, and a user is given",
                "leave out `--user`, or check that the port is that of an ingress point of type "
                "auth",
            )
        self.times.add(Stage.AUTH, start)
        if not reply.ok:
            raise SessionFailed(
                FailureKind.AUTH_REFUSED,
                f"user `{credentials.user}` is not authenticated: {reply.whole}",
                "the user of an ingress point is its id, inp-…; check the password",
            )

    def _plain(self, user: str, password: str) -> Reply:
        secret = _base64(f"\0{user}\0{password}")
        return self.ask(f"AUTH PLAIN {secret}", "to AUTH", shown=f"AUTH PLAIN {SECRET}")

    def _login(self, user: str, password: str) -> Reply:
        reply = self.ask("AUTH LOGIN", "to AUTH")
        for secret in (user, password):
            if not reply.goes_on:
                break
            reply = self.ask(_base64(secret), "to AUTH", shown=SECRET)
        return reply


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _refused(how: str, reply: Reply) -> SessionFailed:
    advice = "try again later" if reply.for_now else "look at the reply"
    return SessionFailed(
        FailureKind.SESSION_REFUSED,
        f"the server {how} {reply.whole}",
        f"{advice}; an ingress point that is closed, or does not take this address, answers so",
    )
