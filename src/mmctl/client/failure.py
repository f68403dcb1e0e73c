"""How sending fails where no reply says it: each kind with its words and what to do about it."""

from __future__ import annotations

import errno
import socket
from enum import StrEnum
from typing import Final

from mmctl.records import dataclass

_SMTP: Final = 25
_NO_ROUTE: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)
_CUT: Final = (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED)


class FailureKind(StrEnum):
    """What went wrong between this machine and a server."""

    DNS = "dns"
    REFUSED = "refused"
    BLOCKED = "blocked"
    """Port 25 gives no answer: most networks let none of it out."""
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    CLOSED = "closed"
    """The server closed the connection part-way."""
    NOT_SMTP = "not_smtp"
    TOO_LONG = "too_long"
    TLS_MISSING = "tls_missing"
    TLS_FAILED = "tls_failed"
    CERTIFICATE = "certificate"
    INJECTED = "injected"
    AUTH_MISSING = "auth_missing"
    AUTH_REFUSED = "auth_refused"
    NOT_OFFERED = "not_offered"
    """The message or its envelope needs an extension that the server does not offer."""
    SESSION_REFUSED = "session_refused"
    """The server answered and took no mail at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFailure:
    """Why a session did not go on."""

    kind: FailureKind
    message: str
    help: str | None = None

    @property
    def answered(self) -> bool:
        """Whether the server itself said no, so that the answer is known."""
        return self.kind is FailureKind.SESSION_REFUSED


class SessionFailed(Exception):
    """A session cannot go on."""

    def __init__(self, kind: FailureKind, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.failure = SendFailure(kind=kind, message=message, help=help)


def not_connected(error: OSError, host: str, port: int, seconds: float) -> SessionFailed:
    """What an error of connecting means, and what to do."""
    where = f"{host}:{port}"
    if isinstance(error, socket.gaierror):
        return SessionFailed(
            FailureKind.DNS,
            f"the name `{host}` has no address: {_reason(error)}",
            "check the name; an A record of a new ingress point takes some minutes to appear",
        )
    if isinstance(error, ConnectionRefusedError):
        return SessionFailed(
            FailureKind.REFUSED,
            f"{where} refuses connections: nothing listens there",
            "check host and port; the embedded Mail Manager is started with `mmctl emulate`",
        )
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        if port == _SMTP:
            return SessionFailed(
                FailureKind.BLOCKED,
                f"port 25 of {host} did not answer within {seconds:g} s: outbound port 25 is "
                "blocked, as from most offices, clouds and CI runners, or the host is down",
                "send from a network that may use port 25, or to port 587 of an ingress point "
                "with authentication",
            )
        return SessionFailed(
            FailureKind.TIMEOUT,
            f"{where} did not answer within {seconds:g} s",
            "check host, port, firewalls and security groups; `--timeout SECONDS` waits longer",
        )
    if error.errno in _NO_ROUTE:
        return SessionFailed(
            FailureKind.UNREACHABLE,
            f"{where} cannot be reached: {_reason(error)}",
            "check the network, and `--source-address` if it is given",
        )
    return SessionFailed(FailureKind.UNREACHABLE, f"{where} cannot be reached: {_reason(error)}")


def was_cut(error: OSError) -> bool:
    """Whether an error means that the other side closed the connection."""
    return error.errno in _CUT or isinstance(error, ConnectionError)


def closed(doing: str) -> SessionFailed:
    """The server went away while something was going on."""
    return SessionFailed(
        FailureKind.CLOSED,
        f"the server closed the connection {doing}",
        "look at the server's log; it may limit connections, or take no mail from this address",
    )


def _reason(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()
