"""What the options of `mmctl send` say, as they were written."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mmctl.client.endpoint import DEFAULT_TIMEOUT, TlsMode
from mmctl.records import dataclass

DEFAULT_SELECTOR: Final = "mmctl"
DEFAULT_WAIT: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOptions:
    """The options; None and empty: not given."""

    paths: tuple[str, ...] = ()
    scenario: str | None = None
    to: str | None = None
    ingress_point: str | None = None
    data: Path | None = None
    mail_from: str | None = None
    rcpt: tuple[str, ...] = ()
    helo: str | None = None
    header: tuple[str, ...] = ()
    user: str | None = None
    password_env: str | None = None
    password_file: Path | None = None
    tls: TlsMode | None = None
    insecure: bool = False
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    source_address: str | None = None
    pipelining: bool = False
    sign: Path | None = None
    sign_selector: str | None = None
    sign_domain: str | None = None
    count: int | None = None
    concurrency: int | None = None
    timeout: float = DEFAULT_TIMEOUT
    wait: float | None = None
    logs: tuple[str, ...] = ()
    via: str | None = None
    """`staging`: the sender of the environment sends, not this machine."""
