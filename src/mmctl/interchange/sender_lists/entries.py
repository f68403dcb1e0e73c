"""One text of a list of senders → members of an address list, a network, or why it is neither.

What a list cannot say is said with what can: a condition of a rule.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network, summarize_address_range
from typing import TYPE_CHECKING, Final

from mmctl.patterns import Pattern
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIMIT: Final = 320
_QUICK: Final = 64
"""Characters of an address in which no label can be too long."""
_LABELS: Final = range(2, 10)
"""Labels of a domain beside a star, as the service takes them."""
_LONGEST_LOCAL: Final = 19
"""Characters before the @ beside a star."""
_LOCAL: Final = Pattern(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_LABEL: Final = Pattern(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_INSIDE: Final = Pattern(r"<\s*([^<>\s]+@[^<>\s]+|@[^<>\s]+)\s*>")
_PREFIX: Final = Pattern(r"(?i)^(?:smtp|mailto|from|email|domain|sender|ip|ip4|ip6):\s*")
_NETWORK: Final = Pattern(r"(?i)[0-9a-f.:*/-]+")
_HASH: Final = Pattern(r"[0-9a-fA-F]{32,64}")
_URL: Final = Pattern(r"(?i)[a-z]+://|.*/")
_LOST: Final = Pattern(r"(?i).*(?:System\.Collections|Microsoft\.Exchange|System\.String\[\]).*")
_USUAL: Final = Pattern(r"[A-Za-z0-9._+-]+@[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z][A-Za-z0-9-]*)+")
"""An address as nearly all are, for speed."""
_BETWEEN: Final = Pattern(r"[\s;,|]+")
_AROUND_AT: Final = Pattern(r"(?<=[\w+-])\s+@\s+(?=\w)")
_CUT: Final = ("...", "…")
"""What PowerShell writes in place of the rest of a long list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderEntry:
    """What one text of a list says."""

    members: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    fault: str | None = None
    """Why it is nothing that a list takes, to follow the text in a message."""
    instead: str | None = None
    domain: bool = False
    """Whether it is a whole domain without its sub-domains."""


def texts_in(cell: str) -> Iterator[str]:
    """The entries in a cell: one, or several between spaces, commas, semicolons and braces."""
    inside = _INSIDE.search(cell) if "<" in cell else None
    if inside is not None and cell.count("@") == 1:
        yield inside[1]
        return
    if not _BETWEEN.search(cell) and not cell.startswith(("{", "[", "(")):
        yield cell
        return
    for part in _BETWEEN.split(_AROUND_AT.sub("@", cell.strip("{}[]() "))):
        text = part.strip("<>'\"")
        if text and _PREFIX.fullmatch(text) is None:
            yield text


def entry_of(text: str) -> SenderEntry:
    """What one text of a list says."""
    if len(text) < _QUICK and _USUAL.fullmatch(text) and "-." not in text:
        return SenderEntry(members=(text,))
    cut = next((mark for mark in _CUT if text.endswith(mark)), None)
    if cut is not None:
        return replace(
            entry_of(text.removesuffix(cut).rstrip(".")) if text.strip(".…") else SenderEntry(),
            fault="is cut off: the export left out what comes after it",
            instead="export again after `$FormatEnumerationLimit = -1`",
        )
    plain = _PREFIX.sub("", text.strip().strip("<>'\"")).rstrip(".,;")
    if _LOST.fullmatch(text):
        return _fault(
            "is the name of a type: the export lost its values",
            "export again with `Select-Object -ExpandProperty`, or join them with `-join ';'`",
        )
    if _NETWORK.fullmatch(plain) and any(char.isdigit() for char in plain):
        networks = _networks(plain)
        if networks:
            return SenderEntry(networks=networks)
    if _HASH.fullmatch(plain):
        return _fault("is the hash of a file, and no sender", None)
    if "@" not in plain and _URL.match(plain):
        return _fault("is an address of a web page, and no sender", None)
    if len(plain) > _LIMIT:
        return _fault(f"has {len(plain)} characters, expected 3 to {_LIMIT}", None)
    if plain.count("@") > 1:
        return _fault("has more than one @", "write one address in each row")
    return _address(plain) if "@" in plain else _domain(plain)


def _address(text: str) -> SenderEntry:
    local, _, domain = text.partition("@")
    if local in {"", "*"}:
        return _whole(domain)
    if domain in {"", "*"}:
        return _fault(
            "is at any domain, and a list has no such member",
            f'write `mail_from: {{starts_with: "{local}@"}}` in a rule',
        )
    encoded = _encoded(domain)
    if encoded is None or "." not in encoded or not _LOCAL.fullmatch(local):
        return _fault("is not an address", _ONE)
    if local.count("*") + encoded.count("*") > 1:
        return _fault("has more than one `*`", "write one member for each, with one `*`")
    if "*" in local and len(local) - 1 > _LONGEST_LOCAL:
        return _fault(
            f"has more than {_LONGEST_LOCAL} characters before the @ beside its `*`",
            f'write `mail_from: {{starts_with: "{local.partition("*")[0]}"}}` in a rule',
        )
    if "*" in encoded:
        return _starred(f"{local}@", encoded)
    return SenderEntry(members=(f"{local}@{encoded}",))


def _domain(text: str) -> SenderEntry:
    if text.startswith("."):
        return _starred("", f"*{text}")
    if text.startswith("*."):
        return _starred("", text)
    if "*" in text:
        return _wildcards(text)
    return _whole(text)


def _whole(domain: str) -> SenderEntry:
    """All addresses at a domain; `@.d` and `@*.d` are those at its sub-domains too."""
    if domain.startswith((".", "*.")):
        inner = domain.lstrip("*").lstrip(".")
        below = _starred("", f"*.{inner}")
        if below.fault is not None or domain.startswith("*"):
            return below
        return SenderEntry(members=(f"*@{_encoded(inner)}", *below.members))
    if "*" in domain:
        return _wildcards(domain)
    encoded = _encoded(domain)
    if encoded is None:
        return _fault("is neither an address nor a domain", _ONE)
    if "." not in encoded:
        return _fault(
            "is no domain of two labels, and a member of a list has two at least",
            f'write `mail_from: {{ends_with: ".{encoded}"}}` in a rule if it is a top-level '
            f'domain, `mail_from: {{starts_with: "{encoded}@"}}` if it is a user name',
        )
    return SenderEntry(members=(f"*@{encoded}",), domain=True)


def _starred(local: str, domain: str) -> SenderEntry:
    rest = domain.removeprefix("*.")
    encoded = _encoded(rest) if "*" not in rest else None
    if encoded is None:
        return _wildcards(local + domain)
    labels = encoded.count(".") + 1
    if labels not in _LABELS:
        if labels == 1 and not local:
            return _top_level(encoded)
        return _fault(
            f"has {labels} labels beside its `*`, expected {_LABELS[0]} to {_LABELS[-1]}",
            f'write `mail_from: {{ends_with: ".{encoded}"}}` in a rule',
        )
    return SenderEntry(members=(f"{local}*.{encoded}",))


def _top_level(domain: str) -> SenderEntry:
    return _fault(
        "has one label, and a member of a list has two at least",
        f'write `mail_from: {{ends_with: ".{domain}"}}` in a rule',
    )


def _wildcards(text: str) -> SenderEntry:
    """Stars at places where no list has them."""
    plain = text.strip("*")
    if plain and "*" not in plain and "?" not in plain:
        before, behind = text.startswith("*"), text.endswith("*")
        operator = {
            (True, True): "contains",
            (True, False): "ends_with",
            (False, True): "starts_with",
        }[before, behind]
        instead = f'write `mail_from: {{{operator}: "{plain}"}}` in a rule'
        return _fault("has its `*` where a list has none", instead)
    return _fault("has wildcards that a list does not have", "write each address or domain")


_ONE: Final = "write an address such as `someone@example.com`, a domain as `*@example.com`"


def _encoded(domain: str) -> str | None:
    """A domain as mail has it, in ASCII; None: it is not one. A star stays."""
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    labels = domain.split(".")
    valid = all(label == "*" or _LABEL.fullmatch(label) for label in labels)
    valid = valid and not labels[-1].isdigit()
    return domain if valid and len(domain) <= 255 else None  # noqa: PLR2004 - RFC 1035


def _fault(fault: str, instead: str | None) -> SenderEntry:
    return SenderEntry(fault=fault, instead=instead)


def _networks(text: str) -> tuple[str, ...]:
    """The networks that a text is: an address, a network, a range, or `192.0.2.*`."""
    try:
        if text.endswith(".*") and text.count(".") == 3:  # noqa: PLR2004 - of IPv4
            return (str(ip_network(f"{text[:-1]}0/24")),)
        first, dash, last = text.partition("-")
        if dash:
            ends = ip_address(first), ip_address(last)
            return tuple(map(str, summarize_address_range(*ends)))
        return (str(ip_network(text, strict=False)),)
    except (ValueError, TypeError):
        return ()
