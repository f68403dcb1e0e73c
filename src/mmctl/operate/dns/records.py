"""A record that an environment wants, as one line of a zone file. Nothing is asked here."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from mmctl.records import dataclass

USUAL_TTL: Final = 3600
"""Seconds that a record is kept by others, where nothing is about to change."""
SHORT_TTL: Final = 300
"""The same while mail moves from one server to another."""
_HOST: Final = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)+"
)
_STRING_AT_MOST: Final = 255
"""Bytes of one string of a TXT record (RFC 1035 §3.3)."""


class RecordType(StrEnum):
    """The types of records that are wanted."""

    MX = "MX"
    TXT = "TXT"
    CNAME = "CNAME"


class RecordRole(StrEnum):
    """What a record is for."""

    MX = "MX"
    SPF = "SPF"
    DKIM = "DKIM"
    DMARC = "DMARC"
    MTA_STS = "MTA-STS"
    TLS_RPT = "TLS-RPT"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRecord:
    """One name and type, and what it is to say."""

    domain: str
    """The mail domain that it is for."""
    name: str
    """Its owner, without a final dot; empty where only SES can say it."""
    type: RecordType
    role: RecordRole
    values: tuple[str, ...]
    """As in a zone file, without quotes; empty: unknown as yet, and `why` says why."""
    why: str
    """What it is for, in one sentence."""
    needed: bool = True
    """Whether mail needs it; False: it is good to have."""

    @property
    def is_known(self) -> bool:
        """Whether it can be published now."""
        return bool(self.name and self.values)

    def lines(self, ttl: int = USUAL_TTL) -> tuple[str, ...]:
        """Its lines in a zone file; none where it is unknown."""
        if not self.is_known:
            return ()
        return tuple(zone_line(self.name, ttl, self.type, value) for value in self.values)


def zone_line(name: str, ttl: int, type_: RecordType, value: str) -> str:
    """One record of a zone file (RFC 1035 §5.1)."""
    data = value
    if type_ is RecordType.TXT:
        data = " ".join(f'"{_quoted(part)}"' for part in _strings(value))
    elif type_ is RecordType.MX:
        preference, _, host = value.partition(" ")
        data = f"{preference} {host}."
    else:
        data = f"{value}."
    return f"{name}. {ttl} IN {type_} {data}"


def host_of(text: object) -> str | None:
    """A host name of an answer or a file, in lower case; None: it is none, and goes nowhere."""
    if not isinstance(text, str):
        return None
    name = text.lower().removesuffix(".")
    return name if _HOST.fullmatch(name) else None


def _strings(value: str) -> list[str]:
    return [
        value[start : start + _STRING_AT_MOST]
        for start in range(0, max(len(value), 1), _STRING_AT_MOST)
    ]


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
