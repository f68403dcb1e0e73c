"""Encryption of a session: which certificates are accepted and shown, and what was agreed on."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Final

from mmctl.client.failure import FailureKind, SessionFailed, closed, was_cut
from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    import socket

    from mmctl.client.endpoint import Endpoint

_VERSIONS: Final = {"TLS1_2": ssl.TLSVersion.TLSv1_2, "TLS1_3": ssl.TLSVersion.TLSv1_3}
FACT_OF: Final = {"TLSv1.2": "TLS1_2", "TLSv1.3": "TLS1_3"}
"""What rules call the versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What client and server agreed on."""

    protocol: str
    """`TLSv1.3`."""
    cipher: str
    verified: bool
    wrapped: bool


def context_of(endpoint: Endpoint) -> ssl.SSLContext:
    """What an endpoint's session accepts and shows.

    Raises:
        UsageError: a file of certificates cannot be used.
    """
    try:
        context = ssl.create_default_context(
            cafile=None if endpoint.authority is None else str(endpoint.authority)
        )
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            f"`--ca {endpoint.authority}` cannot be used: {_reason(error)}",
            help="expected certificates in PEM",
        ) from None
    if not endpoint.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if endpoint.tls_version is not None:
        version = _VERSIONS[endpoint.tls_version]
        context.minimum_version = context.maximum_version = version
    if endpoint.certificate is not None:
        try:
            # With a password, OpenSSL never asks for one on the terminal.
            context.load_cert_chain(endpoint.certificate, endpoint.key, password="")
        except (OSError, ssl.SSLError) as error:
            raise UsageError(
                f"`--cert {endpoint.certificate}` cannot be used: {_reason(error)}",
                help="expected a certificate and its private key in PEM, without a passphrase",
            ) from None
    return context


def encrypted(
    sock: socket.socket, context: ssl.SSLContext, endpoint: Endpoint, *, wrapped: bool
) -> tuple[ssl.SSLSocket, Agreed]:
    """The connection, encrypted.

    Raises:
        SessionFailed: the handshake failed, or the certificate is not the host's.
    """
    sock.settimeout(endpoint.timeout)
    try:
        inside = context.wrap_socket(sock, server_hostname=endpoint.host)
    except ssl.SSLCertVerificationError as error:
        raise SessionFailed(
            FailureKind.CERTIFICATE,
            f"the certificate of {endpoint.host} is not trusted: {error.verify_message.lower()}",
            "connect by the name in the certificate; `--ca FILE` trusts the authority that issued "
            "it, `--insecure` any certificate",
        ) from None
    except TimeoutError:
        raise SessionFailed(
            FailureKind.TIMEOUT, f"TLS was not agreed on within {endpoint.timeout:g} s"
        ) from None
    except OSError as error:
        if was_cut(error) and not isinstance(error, ssl.SSLError):
            raise closed("while TLS was agreed on") from None
        raise SessionFailed(
            FailureKind.TLS_FAILED,
            f"TLS was not agreed on: {_reason(error)}",
            "a server that offers STARTTLS needs `--tls required`; one with an ingress point of "
            "type mtls needs `--cert` and `--key`",
        ) from None
    except ValueError as error:  # a name that cannot be in a certificate
        raise SessionFailed(FailureKind.TLS_FAILED, f"TLS was not agreed on: {error}") from None
    cipher = inside.cipher()
    agreed = Agreed(
        protocol=inside.version() or "",
        cipher=cipher[0] if cipher else "",
        verified=endpoint.verify,
        wrapped=wrapped,
    )
    return inside, agreed


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return str(error.reason or error).replace("_", " ").lower()
    return (error.strerror or str(error)).lower()
