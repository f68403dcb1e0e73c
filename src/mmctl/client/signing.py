"""DKIM signatures on messages that are sent: by dkimpy, with a private RSA key in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.mail.reader import read_email
from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.client.outgoing import Outgoing

_NAME: Final = Pattern(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9-]+)*")
_SIGNED: Final = (
    b"from",
    b"sender",
    b"reply-to",
    b"subject",
    b"date",
    b"message-id",
    b"to",
    b"cc",
    b"mime-version",
    b"content-type",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Signs messages as a domain."""

    key: bytes
    """In the PEM that dkimpy takes."""
    selector: str
    domain: str | None
    """None: that of each message's From."""

    def signed(self, message: Outgoing) -> bytes:
        """The bytes of a message with a signature on top.

        Raises:
            UsageError: it cannot be signed.
        """
        import dkim  # type: ignore[import-untyped]  # noqa: PLC0415 - only signing needs it

        domain = self.domain or domain_of(message)
        try:
            header: bytes = dkim.sign(
                message.content,
                self.selector.encode(),
                domain.encode("idna"),
                self.key,
                canonicalize=(b"relaxed", b"relaxed"),
                signature_algorithm=b"rsa-sha256",
                include_headers=[name for name in _SIGNED if _has(message, name)],
            )
        except (dkim.DKIMException, UnicodeError, ValueError) as error:
            raise UsageError(
                f"`{message.name}` cannot be signed: {error}",
                help="a message needs a From header, and its key 1,024 bits or more",
            ) from None
        return header + message.content


def signer_of(pem: bytes, *, selector: str, domain: str | None) -> Signer:
    """What signs with a private key in PEM.

    Raises:
        UsageError: the packages for it are missing, or the key, selector or domain is unusable.
    """
    try:
        import dkim  # noqa: F401, PLC0415 - whether it is installed
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            f"messages cannot be signed: package `{error.name}` is not installed",
            help="install it: pip install 'mmctl[authenticate]'",
        ) from None
    for option, name in (("--sign-selector", selector), ("--sign-domain", domain)):
        if name is not None and not _NAME.fullmatch(name):
            raise UsageError(f"got `{option} {name}`", help="expected a name as in DNS")
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise UsageError(
            "the key of `--sign` cannot be used",
            help="expected a private key in PEM without a passphrase",
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise UsageError("the key of `--sign` is not an RSA key", help="openssl genrsa 2048")
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return Signer(key=text, selector=selector, domain=domain)


def domain_of(message: Outgoing) -> str:
    """The domain that a message is from.

    Raises:
        UsageError: no From header names one.
    """
    first = next(iter(read_email(message.content).addresses("from")), "")
    domain = first.rpartition("@")[2]
    if "@" not in first or not domain:
        raise UsageError(
            f"`{message.name}` has no From header to sign for", help="--sign-domain DOMAIN"
        )
    return domain


def _has(message: Outgoing, name: bytes) -> bool:
    return bool(read_email(message.content).header_values(name.decode(), decoded=False))
