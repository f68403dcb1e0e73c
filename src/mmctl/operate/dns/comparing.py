"""Wanted records against what is published. What is published was written by strangers."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol, assert_never

from mmctl.operate.dns.records import RecordRole, RecordType, WantedRecord, host_of
from mmctl.operate.dns.spf import MOST_LOOKUPS, SpfRecords
from mmctl.operate.dns.wanted import SES_SENDS
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MOST: Final = 20
"""Published values that are shown."""
_LONGEST: Final = 300
_RANK: Final = 6
"""A preference has fewer digits."""
_NONE: Final = "nothing is published"
_BEGINNINGS: Final = {
    RecordRole.SPF: "v=spf1",
    RecordRole.DMARC: "v=dmarc1",
    RecordRole.MTA_STS: "v=stsv1",
    RecordRole.TLS_RPT: "v=tlsrptv1",
}
"""What a text begins with that is meant for a role, in lower case."""


class RecordMatch(StrEnum):
    """How what is published compares with what is wanted."""

    RIGHT = "right"
    MISSING = "missing"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Published(Protocol):
    """Where published records come from: a zone file, or a resolver."""

    def ask(self, name: str, kind: str) -> tuple[Any, ...]:
        """The records of a name and kind, in the form of dnspython; empty: there are none.

        Raises:
            Exception: nobody answered; `unanswered` of `compared` says which.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordState:
    """One wanted record, and what is published under its name."""

    record: WantedRecord
    published: tuple[str, ...] | None
    """None: nobody answered, or nobody was asked."""
    match: RecordMatch
    sentence: str
    command: str | None = None
    """What shows how to correct it."""

    @property
    def is_finding(self) -> bool:
        """Whether mail is harmed, or a good habit is missing."""
        return self.match in {RecordMatch.MISSING, RecordMatch.DIFFERS}


def compared(
    wanted: Sequence[WantedRecord],
    published: Published,
    *,
    unanswered: type[Exception],
    environment: str,
) -> tuple[RecordState, ...]:
    """Each wanted record with what is published."""
    return tuple(_compared(each, published, unanswered, environment) for each in wanted)


def _compared(
    wanted: WantedRecord, published: Published, unanswered: type[Exception], environment: str
) -> RecordState:
    command = f"mmctl dns --env {environment} --steps"
    if not wanted.is_known:
        return RecordState(
            record=wanted, published=None, match=RecordMatch.UNKNOWN, sentence=wanted.why
        )
    try:
        found = published.ask(wanted.name, wanted.type)
        # A resolver gives them in any order, and each time in another one.
        texts = tuple(text for text in sorted(_texts(wanted.type, found), key=_order) if text)
        match, sentence = _looked(wanted, texts, published)
    except unanswered:
        return RecordState(
            record=wanted,
            published=None,
            match=RecordMatch.UNKNOWN,
            sentence="nobody answered",
        )
    meant = _of_role(wanted, texts)
    first = (*meant, *(text for text in texts if text not in meant))
    return RecordState(
        record=wanted,
        published=tuple(text[:_LONGEST] for text in first[:_MOST]),
        match=match,
        sentence=sentence,
        command=None if match is RecordMatch.RIGHT else command,
    )


def _looked(wanted: WantedRecord, texts: tuple[str, ...], published: Published) -> Looked:
    if wanted.role is RecordRole.SPF:
        return _spf(wanted, texts, published)
    return _LOOKS[wanted.role](wanted, texts)


def _texts(type_: RecordType, records: Sequence[Any]) -> list[str]:
    return [_text(type_, each) for each in records]


def _text(type_: RecordType, record: Any) -> str:
    """A record of dnspython as a value of ours: `10 mx.example.com`."""
    match type_:
        case RecordType.MX:
            host = str(record.exchange).lower().removesuffix(".")
            return f"{int(record.preference)} {host}"
        case RecordType.TXT:
            return b"".join(record.strings).decode("ascii", "replace")
        case RecordType.CNAME:
            return str(record.target).lower().removesuffix(".")
        case never:
            assert_never(never)


def _order(text: str) -> tuple[int, str]:
    """Records of MX by their preference, all others by their text."""
    rank = text.partition(" ")[0]
    return (int(rank) if rank.isascii() and rank.isdecimal() and len(rank) < _RANK else 0, text)


Looked = tuple[RecordMatch, str]


def _mx(wanted: WantedRecord, texts: tuple[str, ...]) -> Looked:
    if not texts:
        return RecordMatch.MISSING, f"{_NONE}: mail for the domain goes nowhere"
    ours = {value.partition(" ")[2] for value in wanted.values}
    there = {text.partition(" ")[2]: int(text.partition(" ")[0]) for text in texts}
    absent = sorted(ours - there.keys())
    others = sorted(there.keys() - ours)
    if len(absent) == len(ours):
        return RecordMatch.DIFFERS, f"mail goes to {_listed(others)}, and not here"
    if others:
        first = min(there[host] for host in ours & there.keys())
        before = sorted(host for host in others if there[host] <= first)
        where = f"{_listed(before)} before here" if before else f"{_listed(others)} if not here"
        return RecordMatch.DIFFERS, f"mail goes to {where}"
    if absent:
        return RecordMatch.DIFFERS, f"{_listed(absent)} is missing"
    return RecordMatch.RIGHT, "mail comes here"


def _spf(wanted: WantedRecord, texts: tuple[str, ...], published: Published) -> Looked:
    of_role = _of_role(wanted, texts)
    if not of_role:
        return RecordMatch.MISSING, _NONE
    if len(of_role) > 1:
        return RecordMatch.DIFFERS, "there are several, so none of them counts (RFC 7208 §4.5)"

    def of_name(name: str) -> tuple[str, ...]:
        found = _texts(RecordType.TXT, published.ask(name, RecordType.TXT))
        return tuple(_of_role(wanted, found))

    records = SpfRecords(of_name)
    answer = records.answer(of_role[0])
    if answer.everybody:
        return RecordMatch.DIFFERS, "by its `all` everybody may send"
    if records.lookups > MOST_LOOKUPS:
        many = f"it and what it includes ask the DNS more than {MOST_LOOKUPS} times"
        return RecordMatch.DIFFERS, f"{many}, so that it counts for nothing (RFC 7208 §4.6.4)"
    if not answer.ses:
        return RecordMatch.DIFFERS, f"`{SES_SENDS}` is missing: add it to the record, before `all`"
    return RecordMatch.RIGHT, "SES may send"


def _dkim(wanted: WantedRecord, texts: tuple[str, ...]) -> Looked:
    if not texts:
        return RecordMatch.MISSING, _NONE
    if texts != wanted.values:
        return RecordMatch.DIFFERS, "it leads elsewhere"
    return RecordMatch.RIGHT, "SES signs by it"


def _dmarc(wanted: WantedRecord, texts: tuple[str, ...]) -> Looked:
    of_role = _of_role(wanted, texts)
    if not of_role:
        return RecordMatch.MISSING, _NONE
    if len(of_role) > 1:
        return RecordMatch.DIFFERS, "there are several, so none of them counts (RFC 7489 §6.6.3)"
    policy = _tags(of_role[0]).get("p", "")
    if policy not in {"none", "quarantine", "reject"}:
        return RecordMatch.DIFFERS, f"its policy is `{policy[:40]}`, expected `p=none` or more"
    return RecordMatch.RIGHT, f"its policy is `{policy}`"


def _mta_sts(wanted: WantedRecord, texts: tuple[str, ...]) -> Looked:
    of_role = _of_role(wanted, texts)
    if not of_role:
        return RecordMatch.MISSING, _NONE
    if len(of_role) > 1:
        return RecordMatch.DIFFERS, "there are several, so none of them counts (RFC 8461 §3.1)"
    if _tags(of_role[0]).get("id") == _tags(wanted.values[0])["id"]:
        return RecordMatch.RIGHT, "senders know the policy of mmctl"
    if not _tags(of_role[0]).get("id", "").isalnum():
        return RecordMatch.DIFFERS, "its id is not letters and digits"
    return (
        RecordMatch.UNKNOWN,
        "there is a policy of another id: `--policy FILE` looks whether it allows the hosts",
    )


def _tls_rpt(wanted: WantedRecord, texts: tuple[str, ...]) -> Looked:
    of_role = _of_role(wanted, texts)
    if not of_role:
        return RecordMatch.MISSING, _NONE
    if not _tags(of_role[0]).get("rua"):
        return RecordMatch.DIFFERS, "it names nobody who takes reports"
    return RecordMatch.RIGHT, "reports have a receiver"


_LOOKS: Final[dict[RecordRole, Callable[[WantedRecord, tuple[str, ...]], Looked]]] = {
    RecordRole.MX: _mx,
    RecordRole.DKIM: _dkim,
    RecordRole.DMARC: _dmarc,
    RecordRole.MTA_STS: _mta_sts,
    RecordRole.TLS_RPT: _tls_rpt,
}


def _of_role(wanted: WantedRecord, texts: Sequence[str]) -> list[str]:
    beginning = _BEGINNINGS.get(wanted.role)
    return [text for text in texts if text.lower().split(";")[0].split()[:1] == [beginning]]


def _tags(text: str) -> dict[str, str]:
    """The tags of `v=DMARC1; p=none`."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}


def _listed(hosts: Sequence[str]) -> str:
    return ", ".join(f"`{host}`" if host_of(host) else "an invalid name" for host in hosts)
