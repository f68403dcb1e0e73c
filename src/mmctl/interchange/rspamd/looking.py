"""What a map of rspamd looks at, and its keys → the test that one of them is there.

Addresses have parts: a key is compared with the address, its domain or its user, as the filter
says; without one with each of them (the module multimap of rspamd).
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Unread
from mmctl.interchange.migration.tests import NEVER, EitherOf, Matches, Near, Unseen
from mmctl.interchange.patterns import Flavor, InvalidPattern, LookedAt, converted
from mmctl.interchange.rspamd import differing
from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.rspamd.maps import MapLine


class LookedUpPart(StrEnum):
    """The part of an address that is looked up."""

    ANY = "any"
    ADDRESS = "address"
    DOMAIN = "domain"
    REGISTERED = "registered domain"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenText:
    """What a map looks at, as rules here see it."""

    operand: str
    part: LookedUpPart | None = None
    """Of an address; None: it is a text."""
    beside: tuple[tuple[str, str], ...] = ()
    registered: bool = False
    """Whether a host name is looked up by its registered domain."""

    def asked(self, operator: str, values: Iterable[str]) -> Test:
        """A condition on it; without values it is never true."""
        unique = tuple(dict.fromkeys(values))
        if not unique:
            return NEVER
        return Matches(operand=self.operand, operator=operator, values=unique, beside=self.beside)


_IDLE_STAR: Final = Pattern(r"\*?[.@].*|.*[*?].*")
_DELIMITED: Final = Pattern(r"(?s)/(.*)/([a-zA-Z]*)")
_OTHER_DELIMITER: Final = Pattern(r"(?s)m([^\w\s\\])(.*)([^\w\s\\])([a-zA-Z]*)")
_GLOB_CHARS: Final = {"*": ".*", "?": ".?", "+": ".+"}
_ESCAPED: Final = frozenset("[]{}()\\.,^$|#- \t")
_ALL_ALONE: Final = Pattern(r"(?:[^\\^$|]|\\[^bBAzZG<>KQE])*")
"""A pattern that asks nothing of what is around: what it finds in a part it finds in the whole."""
_WITH_AT: Final = Pattern(r"[^|\[(]*@(?![?*{])[^|]*")
"""A pattern that wants an @: it is found in a whole address alone."""


def keys_test(kind: str, lines: Sequence[MapLine], seen: SeenText, idle: list[Unread]) -> Test:
    """The test that one of some keys is met; keys that nothing meets are added to `idle`."""
    if kind == "hash":
        return _hashed(lines, seen, idle)
    return any_of(_pattern(kind, line, seen, idle) for line in lines)


def any_of(tests: Iterable[Test]) -> Test:
    """The test that one of some is true; those that never are are left out."""
    kept = tuple(dict.fromkeys(each for each in tests if each != NEVER))
    return kept[0] if len(kept) == 1 else EitherOf(kept)


def networks_test(lines: Sequence[MapLine], idle: list[Unread]) -> Test:
    """The test of a client whose address is in one of the networks of a map."""
    values: list[str] = []
    for line in lines:
        for text in line.key.replace(";", ",").split(","):
            address, slash, length = text.strip().partition("/")
            plain = address.removeprefix("[").removesuffix("]")
            try:
                values.append(str(ip_network(f"{plain}{slash}{length}", strict=False)))
            except ValueError:
                why = "it is no address and no network"
                instead = "write networks, such as `192.0.2.0/24`; of a range, each of its networks"
                idle.append(Unread(place=line.place, text=line.key, why=why, instead=instead))
    return SeenText(operand="source_ip").asked("cidr_matches", values)


def pattern_test(text: str, seen: SeenText) -> Test:
    """The test of a regular expression as rspamd writes it: bare, or `/…/flags`.

    Raises:
        InvalidPattern: it is none.
    """
    pattern, flags = _taken_apart(text)

    def asked(pattern: str) -> Test:
        return converted(
            pattern,
            flavor=Flavor.PCRE,
            looked=LookedAt(operand=seen.operand, beside=seen.beside),
            ignores_case="i" in flags,
            extended="x" in flags,
        ).as_test()

    match seen.part:
        case None | LookedUpPart.ADDRESS:
            return asked(pattern)
        case LookedUpPart.ANY:
            whole = asked(pattern)
            if _ALL_ALONE.fullmatch(pattern) or _WITH_AT.fullmatch(pattern):
                return whole
            return Near(test=whole, difference=differing.PARTS_TOO)
        case LookedUpPart.DOMAIN | LookedUpPart.REGISTERED:
            test = _of_part(pattern, "^", "@(?:{})", "@[^@]*(?:{})", asked)
            if seen.part is LookedUpPart.DOMAIN:
                return test
            return Near(test=test, difference=differing.REGISTERED)
        case LookedUpPart.USER:
            return _of_part(pattern, "$", "(?:{})@", "(?:{})[^@]*@", asked)


def _of_part(
    pattern: str, anchor: str, at_edge: str, inside: str, asked: Callable[[str], Test]
) -> Test:
    """A pattern for the domain or the user, as one for the address around it."""
    body = pattern.removeprefix("^") if anchor == "^" else pattern.removesuffix("$")
    bare = body.replace(f"[{anchor}", "[").replace(f"\\{anchor}", "")
    edge = body != pattern and "|" not in body
    if anchor in bare or (body != pattern and not edge):
        return Unseen(
            difference=differing.not_seen(f"where the pattern `{pattern}` begins or ends")
        )
    return asked((at_edge if edge else inside).replace("{}", body))


def _hashed(lines: Sequence[MapLine], seen: SeenText, idle: list[Unread]) -> Test:
    keys: list[str] = []
    for line in lines:
        if seen.part is None or _fits(line.key, seen.part):
            keys.append(line.key)
        else:
            idle.append(_idle(line, _why_idle(line.key, seen.part)))
    whole = [key for key in keys if "@" in key]
    bare = [key for key in keys if "@" not in key]
    match seen.part:
        case None if seen.registered:
            return _registered(keys, seen, "")
        case None | LookedUpPart.ADDRESS:
            return seen.asked("equals", keys)
        case LookedUpPart.DOMAIN:
            return seen.asked("ends_with", (f"@{key}" for key in bare))
        case LookedUpPart.USER:
            return seen.asked("starts_with", (f"{key}@" for key in bare))
        case LookedUpPart.REGISTERED:
            return _registered(bare, seen, "@")
        case LookedUpPart.ANY:
            return _any_part(whole, bare, seen)


def _any_part(whole: list[str], bare: list[str], seen: SeenText) -> Test:
    domains = seen.asked("ends_with", (f"@{key}" for key in bare))
    users = seen.asked("starts_with", (f"{key}@" for key in bare if "." not in key))
    if any("." in key for key in bare):
        domains = Near(test=domains, difference=differing.DOMAIN_OR_USER)
    return any_of((seen.asked("equals", whole), domains, users))


def _registered(keys: list[str], seen: SeenText, before: str) -> Test:
    if not keys:
        return NEVER
    itself = seen.asked("ends_with" if before else "equals", (f"{before}{key}" for key in keys))
    below = seen.asked("ends_with", (f".{key}" for key in keys))
    return Near(test=EitherOf((itself, below)), difference=differing.REGISTERED)


def _fits(key: str, part: LookedUpPart) -> bool:
    if _IDLE_STAR.fullmatch(key) or any(char.isspace() for char in key):
        return False
    if part is LookedUpPart.ANY:
        return True
    return ("@" in key) is (part is LookedUpPart.ADDRESS)


def _why_idle(key: str, part: LookedUpPart) -> str:
    looked_up = "address, domain or user" if part is LookedUpPart.ANY else part.value
    if _IDLE_STAR.fullmatch(key):
        return f"rspamd looks up the {looked_up} as a whole, so no mail meets this key"
    return f"rspamd looks up the {looked_up}, so no mail meets this key"


def _pattern(kind: str, line: MapLine, seen: SeenText, idle: list[Unread]) -> Test:
    text = line.key
    if kind == "glob":
        text = f"^(?:{''.join(map(_glob_char, text))})$"
    try:
        return pattern_test(text, seen) if kind == "regexp" else _glob_test(text, seen)
    except InvalidPattern as error:
        idle.append(_idle(line, f"rspamd cannot use this pattern: {error}"))
        return NEVER


def _glob_test(pattern: str, seen: SeenText) -> Test:
    if seen.part not in {LookedUpPart.ANY, LookedUpPart.DOMAIN, LookedUpPart.REGISTERED}:
        return pattern_test(pattern, seen)
    body = pattern.removeprefix("^(?:").removesuffix(")$")
    whole = _as_address(seen)
    if seen.part is LookedUpPart.ANY and "@" in body:
        return pattern_test(pattern, whole)
    domain = pattern_test(f"@(?:{body})$", whole)
    match seen.part:
        case LookedUpPart.DOMAIN:
            return domain
        case LookedUpPart.REGISTERED:
            return Near(test=domain, difference=differing.REGISTERED)
        case _:
            test = domain if "." in body[:1] else any_of((pattern_test(pattern, whole), domain))
            return Near(test=test, difference=differing.DOMAIN_OR_USER)


def _as_address(seen: SeenText) -> SeenText:
    return SeenText(operand=seen.operand, part=LookedUpPart.ADDRESS, beside=seen.beside)


def _glob_char(char: str) -> str:
    if char in _GLOB_CHARS:
        return _GLOB_CHARS[char]
    return f"\\{char}" if char in _ESCAPED else char


def _taken_apart(text: str) -> tuple[str, str]:
    """The pattern and its flags."""
    slashed = _DELIMITED.fullmatch(text)
    if slashed is not None:
        return slashed[1], slashed[2]
    if text.startswith("/"):
        raise InvalidPattern("it does not end with `/`", len(text))
    other = _OTHER_DELIMITER.fullmatch(text)
    if other is not None and other[3] == ("}" if other[1] == "{" else other[1]):
        return other[2], other[4]
    return text, ""


def _idle(line: MapLine, why: str) -> Unread:
    return Unread(place=line.place, text=line.key, why=why, instead=_INSTEAD)


_INSTEAD: Final = "correct the map if it is meant: with `glob = true`, `*` stands for any text"
