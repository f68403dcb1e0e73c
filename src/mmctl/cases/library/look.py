"""What tells of a message what it is about: its facts, and the project around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.own_domains import is_within
from mmctl.judge.add_ons import spelling
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.judge.submission import Submission

_ALIKE: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("1", "l"), ("0", "o"), ("3", "e"))
_ALSO: Final = {ord(one): two for one, two in zip("45аеорсхіѕ", "aseopcxis", strict=False)}  # noqa: RUF001 - letters that look alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What of the project its messages are compared with."""

    own: frozenset[str]
    """Its domains, in lower case."""
    executives: frozenset[str]
    """Names and local parts of executives, in lower case without spaces or dots."""
    listed: Mapping[str, Callable[[str], bool]]
    """`blocked` and `partner`: whether an address is on the list; absent: there is no list."""
    scans: bool
    """Whether an add-on scans content."""
    knows_networks: bool
    """Whether an add-on knows bad networks."""
    takes_ipv6: bool
    """Whether clients may connect over IPv6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLook:
    """One submission, and what it is compared with."""

    submission: Submission
    around: Around

    @property
    def sender(self) -> str | None:
        """The envelope sender; None: not stated."""
        return self.submission.envelope.mail_from

    def values(self, header: str) -> tuple[str, ...]:
        """The values of a header, decoded."""
        return self.submission.email.header_values(header, decoded=True)

    def raw(self, *headers: str) -> str:
        """The values of headers as they were sent."""
        email = self.submission.email
        return "\n".join(v for each in headers for v in email.header_values(each, decoded=False))

    def has(self, header: str, text: str = "") -> bool:
        """Whether a header is there with a text in it, in any case."""
        return any(text in value.lower() for value in self.values(header))

    def from_domains(self) -> tuple[str, ...]:
        """The domains of the header From."""
        addresses = self.submission.email.addresses("from")
        return tuple(address.rpartition("@")[2].lower() for address in addresses if "@" in address)

    def is_own(self, domain: str) -> bool:
        """Whether a domain is the project's."""
        return is_within(domain, self.around.own)

    def claims_us(self) -> bool:
        """Whether it is written in the project's name."""
        return any(map(self.is_own, self.from_domains()))

    def answers(self, field: str) -> tuple[str | bool, ...]:
        """What add-ons answer in a field."""
        return tuple(
            answer
            for fields in self.submission.facts.add_ons.values()
            for name, answer in fields.items()
            if spelling(name) == field
        )


def is_alike(domain: str, own: str) -> bool:
    """Whether people may take a domain for another one."""
    if domain.startswith(f"{own}.") or f"-{own}" in domain or f".{own}." in domain:
        return True
    one, two = _skeleton(domain.split(".", maxsplit=1)[0]), _skeleton(own.split(".", maxsplit=1)[0])
    return one == two or (len(two) > 3 and _one_edit_apart(one, two))  # noqa: PLR2004 - short words


def _skeleton(label: str) -> str:
    if label.startswith("xn--"):
        try:
            label = label.encode("ascii").decode("idna")
        except UnicodeError:
            return label
    text = label.translate(_ALSO)
    for sign, letter in _ALIKE:
        text = text.replace(sign, letter)
    return text.replace("i", "l")


def _one_edit_apart(one: str, two: str) -> bool:
    if abs(len(one) - len(two)) > 1:
        return False
    pairs = enumerate(zip(one, two, strict=False))
    start = next((at for at, (a, b) in pairs if a != b), min(len(one), len(two)))
    rests = ((start + 1, start + 1), (start + 1, start), (start, start + 1))
    return any(one[left:] == two[right:] for left, right in rests)
