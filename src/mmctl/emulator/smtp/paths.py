"""What MAIL and RCPT say: an address and parameters (RFC 5321 §4.1.2), read without libraries.

Brackets around an address may be missing, and white space may follow the colon: many clients write
so, and servers take it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_PATH: Final = 254
"""Octets of an address (RFC 5321 §4.5.3.1.3, without its brackets)."""
_PATH: Final = re.compile(
    r'[ \t]*(?:<(?P<path>(?:[^<>"\\\s]|"(?:[^"\\]|\\.)*"|\\.)*)>|(?P<bare>[^<>\s]+))'
    r"(?:[ \t]+(?P<parameters>.*))?"
)
_ROUTE: Final = re.compile(r"(?:@[^,:]+,)*@[^,:]+:")
_LOCAL: Final = re.compile(r'[^\s"@<>()\[\]\\,;:\x00-\x1f\x7f]+|"(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*"')
_DOMAIN: Final = re.compile(
    r"(?=.{1,255}\Z)[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*"
    r"|\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9A-Fa-f:.]+)\]",
    re.ASCII,
)
_WIDE_DOMAIN: Final = re.compile(_DOMAIN.pattern)
_PARAMETER: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\x80-\U0010ffff]+))?")
POSTMASTER: Final = "postmaster"
_MOST_DIGITS: Final = 20
"""Of a size (RFC 1870 §5)."""


class Malformed(Exception):
    """The text is no address with parameters; the message is the reply."""


class AddressPath(NamedTuple):
    """An address as it was written, without brackets and route, and its parameters."""

    address: str
    parameters: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderParameters:
    """What the parameters of MAIL say."""

    size: int | None = None
    smtputf8: bool = False


def path_of(text: str, keyword: str, command: str) -> AddressPath:
    """What stands after `MAIL` or `RCPT`.

    Raises:
        Malformed: it is not `FROM:<address>` or `TO:<address>` with parameters.
    """
    if text[: len(keyword)].upper() != keyword:
        raise Malformed(f"501 5.5.4 syntax: {command} {keyword}<address> [parameters]")
    found = _PATH.fullmatch(text, len(keyword))
    if found is None:
        raise Malformed(f"501 5.1.{7 if command == 'MAIL' else 3} malformed address")
    address = found["path"] if found["bare"] is None else found["bare"]
    if address[:1] == "@" and (route := _ROUTE.match(address)):
        address = address[route.end() :]
    return AddressPath(address, _parameters(found["parameters"] or ""))


def check_address(address: str, *, wide: bool, code: str) -> None:
    """Check an address that is not empty; `wide` allows characters beyond ASCII.

    Raises:
        Malformed: it is none.
    """
    if not wide and not address.isascii():
        raise Malformed("553 5.6.7 an address beyond ASCII needs SMTPUTF8")
    local, at, domain = address.rpartition("@")
    form = _WIDE_DOMAIN if wide else _DOMAIN
    if not at or not _LOCAL.fullmatch(local) or not form.fullmatch(domain):
        raise Malformed(f"553 {code} malformed address")
    octets = address if address.isascii() else address.encode("utf-8", "replace")
    if len(octets) > LONGEST_PATH:
        raise Malformed(f"553 {code} address longer than {LONGEST_PATH} octets")


def sender_parameters(found: Mapping[str, str | None], *, authenticated: bool) -> SenderParameters:
    """What the parameters of MAIL say.

    Raises:
        Malformed: one is unknown, or has no such value.
    """
    size, smtputf8 = None, False
    for name, value in found.items():
        if (
            name == "SIZE"
            and value
            and value.isascii()
            and value.isdigit()
            and len(value) <= _MOST_DIGITS
        ):
            size = int(value)
        elif name == "BODY" and value and value.upper() in {"7BIT", "8BITMIME"}:
            continue
        elif name == "SMTPUTF8" and value is None:
            smtputf8 = True
        elif name == "AUTH" and value and authenticated:
            continue
        elif name in {"SIZE", "BODY", "SMTPUTF8"}:
            raise Malformed(f"501 5.5.4 invalid parameter {name}")
        else:
            raise Malformed("555 5.5.4 unsupported parameter of MAIL")
    return SenderParameters(size=size, smtputf8=smtputf8)


def _parameters(text: str) -> dict[str, str | None]:
    if not text:
        return {}
    parameters: dict[str, str | None] = {}
    for word in text.split():
        found = _PARAMETER.fullmatch(word)
        if found is None or found[1].upper() in parameters:
            raise Malformed("501 5.5.4 malformed parameter")
        parameters[found[1].upper()] = found[2]
    return parameters
