"""The certificate that this server shows: made by itself, kept in the data folder."""

from __future__ import annotations

import ipaddress
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mmctl.emulator.data_folder import PRIVATE_FILE, PRIVATE_FOLDER
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mmctl.emulator.data_folder import DataFolder

HOST_NAME: Final = "mmctl.localhost"
VALID: Final = timedelta(days=365)
RENEWED: Final = timedelta(days=30)
"""How long before its end it is made again."""
_EARLIER: Final = timedelta(hours=1)
"""How much slower the clock of a client may be."""


def server_certificate(folder: DataFolder, now: datetime) -> Path:
    """The file with key and certificate of this server, made or renewed if need be.

    `server.crt` beside it is what clients may trust.

    Raises:
        OSError: it cannot be written.
    """
    place = folder.root / "tls"
    place.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    path = place / "server.pem"
    if not _holds(path, now):
        key, certificate = _made(now)
        write_whole(path, key + certificate, mode=PRIVATE_FILE)
        write_whole(place / "server.crt", certificate, mode=PRIVATE_FILE)
    return path


def _holds(path: Path, now: datetime) -> bool:
    """Whether there is a certificate that is valid for some time; a damaged one is made again."""
    try:
        content = path.read_bytes()
        certificate = x509.load_pem_x509_certificate(content)
    except (OSError, ValueError):
        return False
    has_key = b"PRIVATE KEY-----" in content
    return (
        has_key
        and certificate.not_valid_before_utc <= now
        and now < certificate.not_valid_after_utc - RENEWED
    )


def _made(now: datetime) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST_NAME)])
    names = [
        x509.DNSName(HOST_NAME),
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(os.urandom(16), "big") >> 1)
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        certificate.public_bytes(Encoding.PEM),
    )
