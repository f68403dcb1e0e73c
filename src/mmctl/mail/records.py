"""The DNS records that SPF, DKIM and DMARC need: from the DNS itself, or from a zone file.

Needs the extra `authenticate`. Only `DnsRecords` queries the DNS.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final, Protocol

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import dns.zone

from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

Record = Any
"""One record's data, in dnspython's form."""

LONGEST_NAME: Final = 253
"""Characters of a name (RFC 1035 §2.3.4); a longer one has no records."""
_CNAMES_AT_MOST: Final = 10
_KEPT_AT_MOST: Final = 10_000
_DIRECTIVES: Final = ("$ORIGIN", "$TTL")
_TTL: Final = "$TTL 3600\n"
"""Put before a zone file, so that its records need no TTL."""
_PLACE: Final = re.compile(r"^<string>:\d+: ")


class UnansweredError(Exception):
    """The DNS did not answer: the query may succeed later."""


class Records(Protocol):
    """Where records come from."""

    def ask(self, name: str, kind: str) -> tuple[Record, ...]:
        """The records of a name and kind (`TXT`, `A`); empty: there are none.

        Raises:
            UnansweredError: nobody answered.
        """


def texts(records: Records, name: str) -> tuple[str, ...]:
    """The TXT records of a name, each as one text; what is not ASCII is replaced."""
    return tuple(
        b"".join(record.strings).decode("ascii", "replace") for record in records.ask(name, "TXT")
    )


class ZoneRecords:
    """Records of a zone file (RFC 1035 §5), such as the output of `dig +noall +answer`."""

    def __init__(self, text: str, *, unanswered: Iterable[str] = ()) -> None:
        """Read a zone file; queries for names below `unanswered` get no answer.

        Raises:
            UsageError: the text is not a zone file; the message names the line.
        """
        self._records: dict[tuple[str, str], tuple[Record, ...]] = {}
        self._seconds: dict[tuple[str, str], int] = {}
        self._unanswered = tuple(_plain(name) for name in unanswered)
        try:
            zone = _zone(text)
        except (dns.exception.DNSException, ValueError) as error:
            reason = _PLACE.sub("", str(error)).rstrip(".")
            reason = reason[:1].lower() + reason[1:]
            raise UsageError(f"line {_first_bad_line(text)}: {reason}") from None
        for name, node in zone.nodes.items():
            for found_set in node.rdatasets:
                key = (_plain(name.to_text()), dns.rdatatype.to_text(found_set.rdtype))
                self._records[key] = tuple(found_set)
                self._seconds[key] = int(found_set.ttl)
        self._names = {name for name, _ in self._records}

    def ask(self, name: str, kind: str) -> tuple[Record, ...]:
        """The records of a name and kind; CNAMEs are followed, and `*` matches any label."""
        name = _plain(name)
        if len(name) > LONGEST_NAME:
            return ()
        for _ in range(_CNAMES_AT_MOST):
            if any(name == each or name.endswith(f".{each}") for each in self._unanswered):
                raise UnansweredError(name)
            owner = self._owner(name)
            found = self._records.get((owner, kind), ())
            alias = self._records.get((owner, "CNAME"), ())
            if found or not alias:
                return found
            name = _plain(alias[0].target.to_text())
        return ()

    def seconds_kept(self, name: str, kind: str) -> int | None:
        """The TTL of the records of a name and kind; None: there are none."""
        return self._seconds.get((_plain(name), kind))

    def _owner(self, name: str) -> str:
        """The name itself, else the wildcard that matches it (RFC 4592)."""
        if name in self._names:
            return name
        parent = name
        while "." in parent:
            parent = parent.partition(".")[2]
            if f"*.{parent}" in self._names:
                return f"*.{parent}"
            if parent in self._names:
                break
        return name


class _AnyZone(dns.zone.Zone):
    """Records of any zones: the start of authority of each says nothing about mail."""

    def writer(self, replacement: bool = False) -> Any:
        made: Any = super().writer(replacement)
        add = made.add

        def add_others(*given: Any) -> None:
            if getattr(given[-1], "rdtype", None) != dns.rdatatype.SOA:
                add(*given)

        made.add = add_others
        return made


def _zone(text: str) -> dns.zone.Zone:
    """The records of a text; a directive that makes records without end is refused."""
    return dns.zone.from_text(
        _TTL + text,
        origin=".",
        relativize=False,
        zone_factory=_AnyZone,
        check_origin=False,
        allow_directives=_DIRECTIVES,
    )


def _first_bad_line(text: str) -> int:
    """The first line that makes a zone file invalid; dnspython may report a later one."""
    lines = text.split("\n")

    def is_bad(count: int) -> bool:
        try:
            _zone("\n".join(lines[:count]) + "\n")
        except (dns.exception.DNSException, ValueError):
            return True
        return False

    return bisect_left(range(len(lines)), True, key=is_bad)


class DnsRecords:
    """Records that this machine's resolver finds; each query is sent once."""

    def __init__(self, *, seconds: float = 5.0, server: str | None = None) -> None:
        """How many seconds to wait for an answer; `server`: whom to ask instead of the usual."""
        self._seconds = seconds
        self._server = server
        self._resolver: dns.resolver.Resolver | None = None
        self._known: dict[tuple[str, str], tuple[Record, ...] | None] = {}

    def __getstate__(self) -> tuple[float, str | None]:
        return self._seconds, self._server

    def __setstate__(self, state: tuple[float, str | None]) -> None:
        seconds, server = state
        self.__init__(seconds=seconds, server=server)  # type: ignore[misc] # a separate process queries for itself

    def ask(self, name: str, kind: str) -> tuple[Record, ...]:
        """The records of a name and kind."""
        key = (_plain(name), kind)
        if len(key[0]) > LONGEST_NAME:
            return ()
        if key not in self._known:
            if len(self._known) >= _KEPT_AT_MOST:
                del self._known[next(iter(self._known))]
            self._known[key] = self._asked(*key)
        found = self._known[key]
        if found is None:
            raise UnansweredError(name)
        return found

    def servers(self) -> tuple[str, ...]:
        """The addresses of those who are asked; none: this machine has no resolver."""
        try:
            return tuple(str(each) for each in self._made().nameservers)
        except dns.resolver.NoResolverConfiguration:
            return ()

    def _made(self) -> dns.resolver.Resolver:
        if self._resolver is None:
            self._resolver = dns.resolver.Resolver(configure=self._server is None)
            if self._server is not None:
                self._resolver.nameservers = [self._server]
        return self._resolver

    def _asked(self, name: str, kind: str) -> tuple[Record, ...] | None:
        """What the resolver answers; None: nobody answered."""
        try:
            answer = self._made().resolve(
                dns.name.from_text(name),
                kind,
                lifetime=self._seconds,
                raise_on_no_answer=False,
                search=False,
            )
        except dns.resolver.NXDOMAIN:
            return ()
        except (dns.exception.Timeout, dns.resolver.NoResolverConfiguration):
            return None
        except dns.resolver.NoNameservers:
            return None
        except (dns.exception.DNSException, ValueError):
            # An invalid name or answer has no records.
            return ()
        return tuple(answer.rrset or ())


def _plain(name: str) -> str:
    return name.lower().rstrip(".")
