"""Where and how a client connects: values only."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.model.hosts import is_this_machine
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mmctl.model.enums import IngressPointType

DEFAULT_TIMEOUT: Final = 30.0
LONGEST_TIMEOUT: Final = 3600.0
_PORTS: Final = 65_535


class TlsMode(StrEnum):
    """How a session is encrypted."""

    REQUIRED = "required"
    """By STARTTLS, or nothing is sent."""
    OPTIONAL = "optional"
    """By STARTTLS if the server offers it."""
    NONE = "none"
    WRAPPED = "wrapped"
    """From the first byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpLogin:
    """A user, and what finds the password when it is needed."""

    user: str
    password: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A server, and how to talk to it."""

    host: str
    port: int
    helo: str
    tls: TlsMode = TlsMode.REQUIRED
    tls_version: str | None = None
    """`TLS1_2` or `TLS1_3`: no other version is offered."""
    verify: bool = True
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    credentials: SmtpLogin | None = None
    source_address: str | None = None
    pipelining: bool = False
    timeout: float = DEFAULT_TIMEOUT
    ingress_point: str | None = None
    """Its name in the project, if it is one."""
    kind: IngressPointType | None = None

    @property
    def place(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def on_loopback(self) -> bool:
        """Whether it is on this machine."""
        return is_this_machine(self.host)


def host_and_port(text: str) -> tuple[str, int]:
    """`HOST:PORT` or `[ADDRESS]:PORT`.

    Raises:
        UsageError: it is something else.
    """
    host, colon, port = text.rpartition(":")
    inside = host.removeprefix("[").removesuffix("]")
    bracketed = inside != host
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= len("65535") else 0
    if not colon or not inside or not 1 <= number <= _PORTS or (":" in inside and not bracketed):
        raise UsageError(
            f"got `--to {text}`", help="expected HOST:PORT, such as 127.0.0.1:2525 or [::1]:2525"
        )
    if not inside.isprintable() or " " in inside:
        raise UsageError(f"got `--to {text}`", help="expected the name or address of a host")
    return inside, number
