"""DKIM, checked: which domains have signed this message? (RFC 6376, by dkimpy)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import dkim  # type: ignore[import-untyped] # dkimpy has no types

from mmctl.mail.reader import as_carried
from mmctl.mail.records import UnansweredError

if TYPE_CHECKING:
    from mmctl.mail.records import Records

SIGNATURES_AT_MOST: Final = 10
"""Further signatures of a message are not looked at."""
SMALLEST_KEY: Final = 1024
"""Bits; smaller RSA keys do not count (RFC 8301 §3.2)."""
_BROKEN: Final = ("body hash mismatch", "x= value is past")
"""What dkimpy says of signatures that are well made and do not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One DKIM-Signature and what became of it."""

    domain: str
    """In lower case; empty where the signature does not say it."""
    result: str
    """`pass`, `fail`, `temperror`, `permerror`, or `policy` for an algorithm nobody checks."""


def dkim_signatures(records: Records, message: bytes) -> tuple[Signature, ...]:
    """The signatures of a message from the top, each checked; never fails."""
    try:
        checker = dkim.DKIM(as_carried(message), minkey=SMALLEST_KEY)
    except Exception:  # noqa: BLE001 - dkimpy wants header sections that are free of defects
        return (Signature(domain="", result="permerror"),)
    values = [value for name, value in checker.headers if name.lower() == b"dkim-signature"]
    return tuple(
        Signature(domain=_domain(value), result=_result(checker, place, records))
        for place, value in enumerate(values[:SIGNATURES_AT_MOST])
    )


def _result(checker: dkim.DKIM, place: int, records: Records) -> str:
    keys: list[bytes] = []

    def key(name: bytes, timeout: int = 0) -> bytes | None:
        del timeout
        found = records.ask(name.decode("ascii", "replace"), "TXT")
        keys.extend(b"".join(record.strings) for record in found[:1])
        return keys[0] if keys else None

    try:
        holds = checker.verify(idx=place, dnsfunc=key)
    except UnansweredError:
        return "temperror"
    except dkim.ValidationError as error:
        return "fail" if str(error).startswith(_BROKEN) else "permerror"
    except (dkim.NaClNotFoundError, dkim.UnknownKeyTypeError):
        return "policy"
    except Exception:  # noqa: BLE001 - whatever is wrong with a signature, it is no signature
        return "permerror"
    if holds:
        return "pass"
    # Without a key nobody can tell (RFC 6376 §6.1.2).
    return "fail" if keys else "permerror"


def _domain(value: bytes) -> str:
    """The domain that signed."""
    try:
        domain: bytes = dkim.parse_tag_value(value)[b"d"]
    except (dkim.InvalidTagValueList, KeyError):
        return ""
    return domain.decode("ascii", "replace").lower().rstrip(".")
