"""Signatures of `--sign`, verified by what verifies mail here, with keys of a zone file."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from sending_to import endpoint, sent_to
from smtp_servers import sink

from mmctl.client.outgoing import outgoing, with_content
from mmctl.client.signing import signer_of
from mmctl.errors import UsageError
from mmctl.mail.records import ZoneRecords
from mmctl.mail.verify_dkim import dkim_signatures

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

MESSAGE = (
    b"From: A <a@example.org>\r\nTo: b@example.com\r\nSubject: hi\r\nX-Other: x\r\n\r\n"
    b".a line\r\n  two  spaces \r\n\r\n\r\n"
)


def pem_of(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def record_of(key: rsa.RSAPrivateKey) -> str:
    """The TXT record that publishes a key (RFC 6376 §3.6.1)."""
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def zone_of(name: str, text: str) -> ZoneRecords:
    pieces = " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))
    return ZoneRecords(f"{name}. TXT {pieces}\n")


def test_a_signature_arrives_and_verifies() -> None:
    key = rsa.generate_private_key(65537, 2048)
    signer = signer_of(pem_of(key), selector="s1", domain=None)
    message = outgoing("message", MESSAGE)
    signed = with_content(message, signer.signed(message))
    with sink() as server:
        assert sent_to(endpoint(server.port), signed.content).accepted
        arrived = server.arrived[0].content
    assert arrived == signed.content
    assert arrived.endswith(MESSAGE), "a signature is put on top, and changes nothing"
    zone = zone_of("s1._domainkey.example.org", record_of(key))
    (found,) = dkim_signatures(zone, arrived)
    assert (found.domain, found.result) == ("example.org", "pass")
    (broken,) = dkim_signatures(zone, arrived.replace(b"Subject: hi", b"Subject: ho"))
    assert broken.result == "fail"


def test_the_domain_is_that_of_from_unless_it_is_given() -> None:
    key = pem_of(rsa.generate_private_key(65537, 1024))  # noqa: S505 - quick, and nobody's
    message = outgoing("message", MESSAGE)
    own = signer_of(key, selector="s", domain=None).signed(message)
    other = signer_of(key, selector="s", domain="brand.example").signed(message)
    assert b"d=example.org" in own.replace(b" ", b"")
    assert b"d=brand.example" in other.replace(b" ", b"")
    nobody = outgoing("m", b"To: b@example.com\r\n\r\n", mail_from="a@example.org")
    with pytest.raises(UsageError, match="From"):
        signer_of(key, selector="s", domain=None).signed(nobody)


def test_keys_and_names_that_cannot_sign_are_refused() -> None:
    good = pem_of(rsa.generate_private_key(65537, 1024))  # noqa: S505 - quick, and nobody's
    others: list[PrivateKeyTypes] = [
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ]
    for pem in (b"", b"no key", *map(pem_of, others)):
        with pytest.raises(UsageError, match="--sign"):
            signer_of(pem, selector="s", domain=None)
    locked = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"x"),
    )
    with pytest.raises(UsageError, match="--sign"):
        signer_of(locked, selector="s", domain=None)
    for name in ("a b", "a\r\nb", "-", ""):
        with pytest.raises(UsageError):
            signer_of(good, selector=name, domain=None)
        with pytest.raises(UsageError):
            signer_of(good, selector="s", domain=name)
