"""What a DKIM signature and its key must be like; messages are signed here, without dkimpy."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import time
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.mail.authentication_results import DKIM_VERDICTS
from mmctl.mail.ed25519 import is_key, is_signed
from mmctl.model.enums import RuleVerdict

pytest.importorskip("dkim", reason="the extra `authenticate` is not installed")
pytest.importorskip("dns.resolver")
pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")

import dkim  # type: ignore[import-untyped] # it has no types
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from mmctl.mail import verify_dkim
from mmctl.mail.records import ZoneRecords
from mmctl.mail.verify_dkim import dkim_signatures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.mail.verify_dkim import Signature

PASS, FAIL = RuleVerdict.PASS, RuleVerdict.FAIL
GRAY, BROKEN = RuleVerdict.GRAY, RuleVerdict.PROCESSING_FAILED
HEADERS = {"From": "x@good.example", "Subject": "Plans", "To": "b@example.com"}
BODY = b"hello\r\n"


@lru_cache
def rsa_key() -> Any:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@lru_cache
def other_key() -> Any:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def short_key(bits: int) -> str:
    """A public key of few bits (RFC 8017 A.1.1), which no library makes any more."""

    def item(kind: int, content: bytes) -> bytes:
        length = len(content)
        size = bytes([length]) if length < 128 else b"\x81" + bytes([length])
        return bytes([kind]) + size + content

    modulus = (2 ** (bits - 1) + 1).to_bytes(bits // 8 + 1, "big")
    return base64.b64encode(item(0x30, item(2, modulus) + item(2, b"\1\0\1"))).decode()


@lru_cache
def ed_key() -> Any:
    return ed25519.Ed25519PrivateKey.generate()


def public(key: Any) -> str:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
    else:
        raw = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    return base64.b64encode(raw).decode()


def signed(key: Any = None, tags: Mapping[str, str | None] | None = None) -> bytes:
    """A message with a signature over From and Subject; `tags` over the usual ones."""
    key = key or rsa_key()
    tags = tags or {}
    covered = BODY[: max(0, int(tags.get("l") or len(BODY)))]
    usual = {
        "v": "1",
        "a": "rsa-sha256",
        "c": "simple/simple",
        "d": "good.example",
        "s": "s1",
        "h": "from:subject",
        "bh": base64.b64encode(hashlib.sha256(covered).digest()).decode(),
    }
    listed = {name: value for name, value in {**usual, **tags}.items() if value is not None}
    header = "DKIM-Signature: " + "; ".join(f"{name}={value}" for name, value in listed.items())
    header += "; b="
    fields = {name.lower(): f"{name}: {value}\r\n" for name, value in HEADERS.items()}
    names = [name.strip().lower() for name in (listed.get("h") or "").split(":")]
    unsigned = dict(fields)
    content = ("".join(unsigned.pop(name, "") for name in names) + header).encode()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        signature = key.sign(hashlib.sha256(content).digest())
    else:
        signature = key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    header += base64.b64encode(signature).decode() + "\r\n"
    return header.encode() + "".join(fields.values()).encode() + b"\r\n" + BODY


def checked(message: bytes, *records: str) -> Signature:
    lines = "".join(
        "s1._domainkey.good.example. IN TXT "
        + " ".join(f'"{part}"' for part in re.findall(".{1,200}", record) or [""])
        + "\n"
        for record in records or (f"v=DKIM1; k=rsa; p={public(rsa_key())}",)
    )
    (signature,) = dkim_signatures(ZoneRecords(lines), message)
    return signature


def test_a_signature_that_holds_is_a_pass() -> None:
    found = checked(signed())
    assert (found.domain, found.result, found.reason) == ("good.example", "pass", "")


@pytest.mark.parametrize(
    ("record", "result", "reason"),
    [
        ("p={p}", "pass", ""),
        ("v=DKIM1; h=sha1:sha256; p={p}", "pass", ""),
        ("v=DKIM1; h=sha1; p={p}", "permerror", "key not for sha256"),
        ("v=DKIM1; h=; p={p}", "permerror", "key not for sha256"),
        ("v=DKIM1; s=email; p={p}", "pass", ""),
        ("v=DKIM1; s=tlsrpt:email; p={p}", "pass", ""),
        ("v=DKIM1; s=*; p={p}", "pass", ""),
        ("v=DKIM1; s=tlsrpt; p={p}", "permerror", "key not for mail"),
        ("v=DKIM1; s=other; p={p}", "permerror", "key not for mail"),
        ("v=DKIM1; t=s; p={p}", "pass", ""),
        ("v=DKIM1; t=y; p={p}", "pass", ""),
        ("v=DKIM1; n=some note; x=unknown; p={p}", "pass", ""),
        ("v=DKIM1; p=", "permerror", "key revoked"),
        ("v=DKIM1; k=rsa", "permerror", "record without a key"),
        ("v=DKIM1; p=AAAA", "permerror", "unreadable key"),
        ("v=DKIM1; p=A*A", "permerror", "unreadable key"),
        ("v=DKIM1; k=rsa; p={ed}", "permerror", "unreadable key"),
        ("v=DKIM1; k=ed25519; p={ed}", "permerror", "key for ed25519"),
        ("v=DKIM1; k=other; p={p}", "permerror", "key for other"),
        ("v=DKIM2; p={p}", "permerror", "key of another version"),
        ("p={p}; v=DKIM1", "permerror", "key of another version"),
        ("v=DKIM1; p={p}; p={p}", "permerror", "p= twice"),
        ("no list", "permerror", "no list of tags"),
        ("", "permerror", "record without a key"),
        ("v=DKIM1; p={other}", "fail", ""),
        ("v=DKIM1; t=y; p={other}", "policy", "key for tests"),
    ],
)
def test_a_key_counts_for_what_its_record_says(record: str, result: str, reason: str) -> None:
    text = record.format(p=public(rsa_key()), ed=public(ed_key()), other=public(other_key()))
    found = checked(signed(), text)
    assert (found.result, found.reason) == (result, reason)


@pytest.mark.parametrize(
    ("tags", "result", "reason"),
    [
        ({"i": "@good.example"}, "pass", ""),
        ({"i": "@News.Good.Example"}, "pass", ""),
        ({"i": "@other.example"}, "permerror", "i= of another domain"),
        ({"i": "@notgood.example"}, "permerror", "i= of another domain"),
        ({"h": "subject"}, "permerror", "From not signed"),
        ({"h": "From : Subject"}, "pass", ""),
        ({"h": "from:from:subject:subject"}, "pass", ""),
        ({"a": "rsa-sha1"}, "permerror", "SHA-1"),
        ({"a": "rsa-sha512"}, "policy", "unknown algorithm"),
        ({"a": "ed25519-sha256"}, "permerror", "key for rsa"),
        ({"a": None}, "permerror", "no a="),
        ({"v": "2"}, "permerror", "another version"),
        ({"v": None}, "permerror", "no v="),
        ({"d": None}, "permerror", "no d="),
        ({"s": ""}, "permerror", "no s="),
        ({"s": "s2"}, "permerror", "no key"),
        ({"q": "dns/txt"}, "pass", ""),
        ({"q": "carrier"}, "permerror", "q= value is not dns/txt"),
        ({"c": "relaxed/no"}, "permerror", "invalid c= value"),
        ({"x": "1000000000"}, "fail", ""),
        ({"t": "{future}"}, "permerror", "t= value is in the future"),
        ({"t": "{past}", "x": "{future}"}, "pass", ""),
        ({"t": "{future}", "x": "{past}"}, "permerror", "t= value is in the future"),
        ({"x": "soon"}, "permerror", "x= value is not a decimal integer"),
        ({"l": "5"}, "pass", "2 bytes of the body are not signed"),
        ({"l": "7"}, "pass", ""),
        ({"l": "8"}, "permerror", "l= exceeds the body"),
        ({"l": "-1", "bh": "AAAA"}, "permerror", "l= value is not a decimal integer"),
        ({"bh": "AAAA"}, "fail", ""),
        ({"d ": "good.example"}, "permerror", "d= twice"),
        ({"1": "x"}, "permerror", "no list of tags"),
    ],
)
def test_a_signature_is_what_the_standard_says(
    tags: dict[str, str | None], result: str, reason: str
) -> None:
    now = int(time.time())
    given = {
        name: value and value.format(future=now + 400_000, past=now - 400_000)
        for name, value in tags.items()
    }
    found = checked(signed(tags=given))
    assert (found.result, found.reason) == (result, reason)


def test_a_key_for_one_domain_alone_signs_for_none_below() -> None:
    record = f"v=DKIM1; t=y:s; p={public(rsa_key())}"
    assert checked(signed(tags={"i": "@good.example"}), record).result == "pass"
    assert checked(signed(tags={"i": "a@GOOD.example"}), record).result == "pass"
    below = checked(signed(tags={"i": "@news.good.example"}), record)
    assert (below.result, below.reason) == ("permerror", "key not for subdomains")


@pytest.mark.parametrize("bits", [512, 768, 1016])
def test_a_key_that_is_too_short_is_none(bits: int) -> None:
    found = checked(signed(), f"v=DKIM1; p={short_key(bits)}")
    assert (found.result, found.reason) == ("permerror", f"key of {bits} bits")
    assert checked(signed(), f"v=DKIM1; p={short_key(1024)}").result == "fail"


def test_of_several_records_the_one_that_holds_counts_in_any_order() -> None:
    good = f"v=DKIM1; p={public(rsa_key())}"
    other = f"v=DKIM1; p={public(other_key())}"
    revoked = "v=DKIM1; p="
    assert checked(signed(), good, other, revoked).result == "pass"
    assert checked(signed(), revoked, other, good).result == "pass"
    assert checked(signed(), other, revoked).result == "fail"
    assert checked(signed(), revoked, other).result == "fail"


def test_ed25519_is_checked_without_any_package_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nacl", None)
    record = f"v=DKIM1; k=ed25519; p={public(ed_key())}"
    message = signed(ed_key(), {"a": "ed25519-sha256"})
    assert checked(message, record).result == "pass"
    assert checked(message.replace(b"Plans", b"Plots"), record).result == "fail"
    assert checked(message.replace(b"hello", b"hallo"), record).result == "fail"
    for broken in ("AAAA", base64.b64encode(b"\xff" * 32).decode()):
        found = checked(message, f"v=DKIM1; k=ed25519; p={broken}")
        assert (found.result, found.reason) == ("permerror", "unreadable key")
    assert checked(message).reason == "key for rsa"


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        ("pass", PASS),
        ("fail", FAIL),
        ("policy", GRAY),
        ("permerror", BROKEN),
        ("temperror", BROKEN),
    ],
)
def test_each_result_has_its_verdict(result: str, verdict: RuleVerdict) -> None:
    assert DKIM_VERDICTS[result] is verdict


@given(st.binary(max_size=80), st.binary(min_size=32, max_size=32))
def test_ed25519_agrees_with_another_implementation(content: bytes, seed: bytes) -> None:
    private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    key = base64.b64decode(public(private))
    signature = private.sign(content)
    assert is_key(key)
    assert is_signed(key, signature, content)
    assert not is_signed(key, signature, content + b"x")
    for place in (0, 31, 32, 63):
        bad = bytearray(signature)
        bad[place] ^= 1
        assert not is_signed(key, bytes(bad), content)


# The first vectors of RFC 8032 §7.1.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("key", "content", "signature"), VECTORS)
def test_the_vectors_of_the_standard_hold(key: str, content: str, signature: str) -> None:
    parts = [bytes.fromhex(part) for part in (key, signature, content)]
    assert is_signed(*parts)
    assert not is_signed(parts[0], parts[1][:32] + bytes(32), parts[2])
    assert not is_signed(parts[0], parts[1][:32] + b"\xff" * 32, parts[2])
    assert not is_key(b"short")


def test_messages_are_taken_apart_as_dkimpy_does() -> None:
    dice = Random(5)  # noqa: S311 - the same ones each time
    pieces = [
        b"A: b",
        b"X:y",
        b"\r\n",
        b"\r\n ",
        b"\r\n\t",
        b"\r\n\r\n",
        b"From x",
        b" z",
        b"q",
        b":",
    ]
    for _ in range(5_000):
        message = b"".join(dice.choices(pieces, k=dice.randint(0, 12)))
        try:
            headers, body = dkim.rfc822_parse(message)
            expected = [[bytes(name), value] for name, value in headers], body
        except (IndexError, dkim.MessageFormatError):
            expected = None
        try:
            found = verify_dkim.parsed(message)
        except ValueError:
            found = None
        assert found == expected


def test_what_would_take_hours_is_not_a_signature() -> None:
    zone = ZoneRecords("")
    signature = b"DKIM-Signature: v=1; a=rsa-sha256; d=b; s=s; bh=YQ==; h=from:%b; b=%b\r\n"
    names = b":".join(b"x%d" % number for number in range(1_000))
    long = b"From: a@b\r\n" + signature % (b"to", b"YQ==" + b"\r\n " * 3_000 + b"!") + b"\r\n"
    many = b"From: a@b\r\n" + b"X:\r\n" * 2_000 + signature % (names, b"YQ==") + b"\r\n"
    folded = b"From: a@b\r\nX: a" + b"\r\n a" * 200_000 + b"\r\n" + signature % (b"x", b"YQ==")
    found = [verify_dkim.dkim_signatures(zone, each)[0].reason for each in (long, many, folded)]
    assert found[:2] == ["too long", "too many headers"]
    assert found[2] not in found[:2]
