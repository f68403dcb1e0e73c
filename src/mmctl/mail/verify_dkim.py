"""Verify DKIM: which domains have signed this message? (RFC 6376, by dkimpy).

dkimpy canonicalizes and does the arithmetic of RSA. Whether a signature and its key are
well-formed is verified here first, because it accepts too much: `h=` and `t=s` of keys, an
unsigned From, SHA-1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import dkim  # type: ignore[import-untyped] # dkimpy has no types

from mmctl.mail.dkim_keys import (
    ALGORITHMS,
    SMALLEST_KEY,
    BadTagsError,
    Ed25519Key,
    key_of,
    listed,
    tags_of,
)
from mmctl.mail.reader import as_carried
from mmctl.mail.records import UnansweredError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.mail.dkim_keys import RsaKey
    from mmctl.mail.records import Records

SIGNATURES_AT_MOST: Final = 10
"""How many signatures of a message are verified."""
KEYS_AT_MOST: Final = 4
"""How many records of one selector are tried; there should be one (§3.6.2.2)."""
LONGEST_SIGNATURE: Final = 8 * 1024
"""Bytes of a signature that is verified; real ones have some 1,000."""
COMPARISONS_AT_MOST: Final = 1_000_000
"""How many signed headers times headers of the message: dkimpy compares each with each."""
_BROKEN: Final = ("body hash mismatch", "x= value is past")
"""What dkimpy says about signatures that are well-formed but not valid."""
_REQUIRED: Final = ("v", "a", "b", "bh", "d", "h", "s")
_LINE_END: Final = b"\r\n"
_BLANK_LINE: Final = b"\r\n\r\n"
_BETWEEN_FIELDS: Final = re.compile(rb"\r\n(?![ \t])")
_FIELD: Final = re.compile(rb"([!-~]+?):")
_WHITE_SPACE: Final = re.compile(rb"[ \t]{2,}+|\t")
_HISTORIC: Final = "rsa-sha1"


class _Verifier(dkim.DKIM):  # type: ignore[misc] # dkimpy has no types
    """dkimpy's verifier, with what takes more than linear time there done here."""

    headers: list[list[bytes]]
    body: bytes

    def set_message(self, message: bytes) -> None:
        """Take a message apart, as dkimpy does.

        Raises:
            ValueError: its header section has defects.
        """
        super().set_message(None)
        self.headers, self._body = parsed(message)
        self.body = self._body

    def use_body(self, tags: Mapping[str, str]) -> None:
        """Prepare the body for a signature: dkimpy is slow with long white space."""
        relaxed = tags.get("c", "").partition("/")[2] == "relaxed"
        self.body = _WHITE_SPACE.sub(b" ", self._body) if relaxed else self._body


def parsed(message: bytes) -> tuple[list[list[bytes]], bytes]:
    """The fields of a message as carried, each with its line ends, and the body.

    Raises:
        ValueError: a line of the header section is not a field.
    """
    if not message or message.startswith(_LINE_END):
        return [], message.removeprefix(_LINE_END)
    section, _, body = message.partition(_BLANK_LINE)
    fields: list[tuple[bytes, list[bytes]]] = []
    for line in _BETWEEN_FIELDS.split(section.removesuffix(_LINE_END)):
        if found := _FIELD.match(line):
            fields.append((found[1], [line[found.end() :], _LINE_END]))
        elif line.startswith(b"From "):
            folds = line.partition(_LINE_END)[2]
            if folds:
                if not fields:
                    raise ValueError(line)
                fields[-1][1].extend((folds, _LINE_END))
        else:
            raise ValueError(line)
    return [[name, b"".join(parts)] for name, parts in fields], body


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One DKIM-Signature and its result."""

    domain: str
    """In lower case; empty if the signature has none."""
    result: str
    """`pass`, `fail`, `temperror`, `permerror`, or `policy` for one that does not count."""
    reason: str = ""
    """What is wrong with it or its key, or a remark about a valid one."""


def dkim_signatures(records: Records, message: bytes) -> tuple[Signature, ...]:
    """The signatures of a message from the top, each verified; never fails."""
    try:
        verifier = _Verifier(as_carried(message), minkey=SMALLEST_KEY)
    except Exception:  # noqa: BLE001 - dkimpy needs header sections without defects
        return (Signature(domain="", result="permerror"),)
    values = [value for name, value in verifier.headers if name.lower() == b"dkim-signature"]
    return tuple(
        _verified_signature(verifier, place, value.decode("utf-8", "replace"), records)
        for place, value in enumerate(values[:SIGNATURES_AT_MOST])
    )


def _verified_signature(verifier: _Verifier, place: int, value: str, records: Records) -> Signature:
    """One signature, verified in the order of RFC 6376 §6.1."""
    domain = ""
    try:
        tags = _tags(value)
        domain = tags.get("d", "").lower().rstrip(".")
        if tags.get("a") not in {*ALGORITHMS, _HISTORIC, None}:
            return Signature(domain=domain, result="policy", reason="unknown algorithm")
        identity = _identity(tags, domain, len(verifier.headers))
        result, reason = _verified(verifier, place, tags, identity, records)
    except BadTagsError as error:
        return Signature(domain=domain, result="permerror", reason=str(error))
    except UnansweredError:
        return Signature(domain=domain, result="temperror")
    return Signature(domain=domain, result=result, reason=reason)


def _tags(value: str) -> dict[str, str]:
    """The tags of a signature.

    Raises:
        BadTagsError: it has none, or is longer than any real one.
    """
    if len(value) > LONGEST_SIGNATURE:
        raise BadTagsError("too long")
    return tags_of(value)


def _identity(tags: Mapping[str, str], domain: str, headers: int) -> str:
    """The domain of `i=`, once the signature itself is validated (§6.1.1).

    `headers` is how many the message has.

    Raises:
        BadTagsError: the signature is not valid.
    """
    missing = [f"{name}=" for name in _REQUIRED if not tags.get(name)]
    if missing:
        raise BadTagsError(f"no {missing[0]}")
    if tags["v"] != "1":
        raise BadTagsError("another version")
    if tags["a"] == _HISTORIC:
        raise BadTagsError("SHA-1")  # permanently failed: RFC 8301 §3.1
    signed = listed(tags["h"])
    if "from" not in (name.lower() for name in signed):
        raise BadTagsError("From not signed")
    if len(signed) * headers > COMPARISONS_AT_MOST:
        raise BadTagsError("too many headers")
    identity = tags.get("i", domain).rpartition("@")[2].lower().rstrip(".")
    if identity != domain and not identity.endswith(f".{domain}"):
        raise BadTagsError("i= of another domain")
    return identity


def _verified(
    verifier: _Verifier, place: int, tags: Mapping[str, str], identity: str, records: Records
) -> tuple[str, str]:
    """The result of a well-formed signature, by the best of its keys.

    Raises:
        BadTagsError: there is no key for it, or it is not well-formed after all.
        UnansweredError: the DNS did not answer.
    """
    verifier.use_body(tags)
    prepared = _prepared(verifier, place)
    if isinstance(prepared, str):
        return prepared, ""
    domain = tags["d"].lower().rstrip(".")
    name = f"{tags['s']}._domainkey.{domain}"
    found = sorted(b"".join(record.strings) for record in records.ask(name, "TXT"))
    if not found:
        raise BadTagsError("no key")
    failed: tuple[str, str] | None = None
    refused: BadTagsError | None = None
    for record in found[:KEYS_AT_MOST]:
        try:
            key = key_of(
                record.decode("utf-8", "replace"),
                algorithm=tags["a"],
                domain=domain,
                identity=identity,
            )
            if _holds(verifier, key, prepared):
                return "pass", _unsigned_part(verifier, tags)
        except BadTagsError as error:
            refused = refused or error
            continue
        # A domain in testing mode is not bound by its signatures (§3.6.1).
        failed = ("policy", "key for tests") if key.is_test else ("fail", "")
    if failed is None and refused is not None:
        raise refused
    return failed or ("fail", "")


_Prepared = tuple[dict[bytes, bytes], list[bytes], tuple[bytes, bytes]]


def _prepared(verifier: _Verifier, place: int) -> _Prepared | str:
    """What dkimpy prepares before it needs a key; a text: the result is already known."""
    try:
        fields, headers, all_of_them = verifier.verify_headerprep(place)
    except dkim.ValidationError as error:
        if str(error).startswith(_BROKEN):
            return "fail"
        raise BadTagsError(_short(error)) from None
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is not a signature
        raise BadTagsError(_short(error)) from None
    return fields, headers, all_of_them[place]


def _holds(verifier: _Verifier, key: RsaKey | Ed25519Key, prepared: _Prepared) -> bool:
    """Whether a signature was made with a key."""
    fields, headers, header = prepared
    verifier.pk = key if isinstance(key, Ed25519Key) else key.numbers
    verifier.keysize, verifier.ktag, verifier.seqtlsrpt = key.bits, key.kind.encode(), False
    try:
        holds = verifier.verify_sig_process(fields, list(headers), header, None)
    except dkim.ValidationError as error:
        if str(error).startswith(_BROKEN):
            return False
        raise BadTagsError(_short(error)) from None
    except Exception as error:  # noqa: BLE001 - the same
        raise BadTagsError(_short(error)) from None
    return key.held if isinstance(key, Ed25519Key) else bool(holds)


def _unsigned_part(verifier: _Verifier, tags: Mapping[str, str]) -> str:
    """The part of the body that a signature does not cover.

    Raises:
        BadTagsError: it covers more than there is (§3.5).
    """
    if "l" not in tags:
        return ""
    policy = dkim.CanonicalizationPolicy.from_c_value(tags.get("c", "simple/simple").encode())
    rest = len(policy.canonicalize_body(verifier.body)) - int(tags["l"])
    if rest < 0:
        raise BadTagsError("l= exceeds the body")
    return f"{rest:,} bytes of the body are not signed" if rest else ""


def _short(error: Exception) -> str:
    """An error of dkimpy without the values that it repeats."""
    return str(error).partition("(")[0].partition(":")[0].strip()[:60]
