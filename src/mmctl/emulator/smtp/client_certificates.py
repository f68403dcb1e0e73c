"""Certificates of clients: what rules see of one, and whether the trust store has revoked it.

Whether a certificate is signed by the trust store, and valid now, is checked in the handshake.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import NameOID

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

_CRL: Final = re.compile(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", re.DOTALL)

_NAMES: Final[dict[type[x509.GeneralName], str]] = {
    x509.RFC822Name: "SAN_RFC822_NAME",
    x509.DNSName: "SAN_DNS_NAME",
    x509.UniformResourceIdentifier: "SAN_UNIFORM_RESOURCE_IDENTIFIER",
    x509.IPAddress: "SAN_IP_ADDRESS",
}
"""Names whose value is a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """What is known of a certificate."""

    attributes: dict[str, tuple[str, ...]]
    """Values under the names of `RuleClientCertificateAttribute`."""
    details: dict[str, str]
    """Issuer and validity, as log records have them."""
    revoked: bool


def read_certificate(der: bytes, *, trusted: str | None, revoked: str | None) -> ClientCertificate:
    """What a client's certificate says; `trusted` and `revoked` are PEM texts of the trust store.

    Raises:
        ValueError: it cannot be read.
    """
    certificate = x509.load_der_x509_certificate(der)
    return ClientCertificate(
        attributes=_attributes(certificate),
        details={
            "issuer": certificate.issuer.rfc4514_string(),
            "not_before": certificate.not_valid_before_utc.isoformat(),
            "not_after": certificate.not_valid_after_utc.isoformat(),
        },
        revoked=_is_revoked(certificate, trusted or "", revoked or ""),
    )


def _attributes(certificate: x509.Certificate) -> dict[str, tuple[str, ...]]:
    names = [
        str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    ]
    serial = f"{certificate.serial_number:X}"
    found = {"CN": tuple(names), "SERIAL_NUMBER": (serial.zfill(len(serial) + len(serial) % 2),)}
    for name, value in _alternatives(certificate):
        found[name] = (*found.get(name, ()), value)
    return {name: values for name, values in found.items() if values}


def _alternatives(certificate: x509.Certificate) -> Iterator[tuple[str, str]]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return
    for each in extension.value:
        if isinstance(each, x509.DirectoryName):
            yield "SAN_DIRECTORY_NAME", each.value.rfc4514_string()
        elif isinstance(each, x509.RegisteredID):
            yield "SAN_REGISTERED_ID", each.value.dotted_string
        else:
            name = next((name for kind, name in _NAMES.items() if isinstance(each, kind)), None)
            if name is not None:
                yield name, str(each.value)


def _is_revoked(certificate: x509.Certificate, trusted: str, revoked: str) -> bool:
    """Whether a list of the certificate's issuer names it; a list that nobody signed is ignored."""
    lists = [x509.load_pem_x509_crl(each) for each in _CRL.findall(revoked.encode())]
    if not lists:
        return False
    issuers = [
        each
        for each in x509.load_pem_x509_certificates(trusted.encode())
        if each.subject == certificate.issuer
    ]
    return any(
        each.issuer == certificate.issuer
        and any(_signed_by(each, issuer.public_key()) for issuer in issuers)
        and each.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
        for each in lists
    )


def _signed_by(revoked: x509.CertificateRevocationList, key: Any) -> bool:
    if not isinstance(
        key,
        rsa.RSAPublicKey
        | ec.EllipticCurvePublicKey
        | ed25519.Ed25519PublicKey
        | ed448.Ed448PublicKey,
    ):
        return False
    try:
        return bool(revoked.is_signature_valid(key))
    except (InvalidSignature, TypeError, ValueError):
        return False
