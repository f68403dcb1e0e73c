"""TLS as an ingress point wants it: versions, suites, and whether clients show certificates."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Final

from mmctl.emulator.smtp.server_certificate import server_certificate
from mmctl.model.enums import IngressPointType, TlsPolicy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mmctl.emulator.data_folder import DataFolder
    from mmctl.emulator.gateways import Served

_FIPS_SUITES: Final = "ECDHE+AESGCM:!aNULL"
_FIPS_CIPHER: Final = "AES"
_GCM: Final = "GCM"
_MOST_KEPT: Final = 64
_LOOKED_AFTER: Final = 3600.0
"""Seconds until it is looked again whether the server's certificate is valid for long enough."""


class TlsContexts:
    """The contexts of the ingress points, made when they are needed and kept.

    Raises:
        OSError: the server's certificate cannot be written.
    """

    def __init__(self, folder: DataFolder, *, clock: Callable[[], datetime]) -> None:
        self._folder, self._clock = folder, clock
        self._kept: dict[tuple[str, str | None], ssl.SSLContext] = {}
        self._pem = server_certificate(folder, clock())
        self._looked_at = clock().timestamp()

    def of(self, served: Served) -> ssl.SSLContext | None:
        """The context of an ingress point; None: its trust store cannot be used."""
        now = self._clock()
        if now.timestamp() - self._looked_at > _LOOKED_AFTER:
            self._looked_at = now.timestamp()
            self._pem = server_certificate(self._folder, now)
            self._kept.clear()
        is_mutual = served.type == IngressPointType.MTLS
        trusted = (served.credentials.trusted or "") if is_mutual else None
        key = (served.tls_policy, trusted)
        if key not in self._kept:
            try:
                made = self._made(served.tls_policy, trusted)
            except (ssl.SSLError, ValueError):
                return None
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = made
        return self._kept[key]

    def _made(self, policy: str, trusted: str | None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_RENEGOTIATION
        if policy == TlsPolicy.FIPS:
            context.set_ciphers(_FIPS_SUITES)
        context.load_cert_chain(self._pem)
        if trusted is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=trusted)
        return context


def is_allowed(policy: str, cipher: str) -> bool:
    """Whether a suite is one of the policy: TLS 1.3 has suites that no context leaves out."""
    return policy != TlsPolicy.FIPS or (_FIPS_CIPHER in cipher and _GCM in cipher)
