"""Rules of the module multimap: what each map asks, the symbol that it inserts, what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.source import Unread
from mmctl.interchange.migration.tests import NEVER, Near, Unseen
from mmctl.interchange.rspamd import differing
from mmctl.interchange.rspamd.looking import (
    LookedUpPart,
    SeenText,
    any_of,
    keys_test,
    networks_test,
)
from mmctl.interchange.rspamd.maps import map_of
from mmctl.problem import Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.interchange.migration.source import Opened
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.rspamd.maps import MapLine, RspamdMap
    from mmctl.interchange.rspamd.ucl_values import UclEntry, UclValue

_KNOWN: Final = frozenset(
    {
        "type",
        "map",
        "url",
        "filter",
        "regexp",
        "glob",
        "multi",
        "symbol",
        "symbols",
        "action",
        "message",
        "score",
        "description",
        "extract_from",
        "header",
        "prefilter",
        "require_symbols",
        "group",
        "one_shot",
        "dynamic_symbols",
        "disable_multisymbol",
        "enabled",
    }
)
"""Members of which this reader knows what they mean, or that they mean nothing for mail."""
_PARTS: Final = {
    None: LookedUpPart.ANY,
    "email": LookedUpPart.ADDRESS,
    "email:addr": LookedUpPart.ADDRESS,
    "email:domain": LookedUpPart.DOMAIN,
    "email:domain:tld": LookedUpPart.REGISTERED,
    "email:user": LookedUpPart.USER,
}
_HEADERS_OF_ADDRESSES: Final = frozenset({"from", "sender", "to", "cc"})
_NETWORKS: Final = "write their networks as `source_ip`"
_UNSEEN: Final = {
    "hostname": ("the name of a client, which comes from DNS", _NETWORKS),
    "dnsbl": ("lists in DNS of client addresses", "an add-on, or the traffic policy"),
    "asn": ("the network operator of a client", _NETWORKS),
    "country": ("the country of a client", _NETWORKS),
    "received": ("Received headers", "`source_ip` is the last hop"),
    "url": ("the links in a message", None),
    "filename": ("the names of attachments", None),
    "content": ("the text of a message", None),
    "user": ("the user that has logged in", "an ingress point for them alone"),
    "selector": ("what a selector of rspamd extracts", None),
    "mempool": ("variables of rspamd", None),
    "symbol_options": ("options of symbols", None),
    "combined": ("maps that are combined", "write each map and `require_symbols`"),
    "regexp_rules": ("rules of SpamAssassin", None),
}
"""Types of maps that rules do not see, and what people do instead."""


@dataclass(slots=True, kw_only=True)
class MultimapRule:
    """One map with what it asks, by symbol."""

    name: str
    symbol: str
    node: UclValue
    kind: str
    tests: dict[str, Test] = field(default_factory=dict)
    """For each symbol that it inserts the test that it does."""
    requires: str | None = None
    """The expression over other symbols that must be true besides."""
    unread: list[Unread] = field(default_factory=list)

    @property
    def test(self) -> Test:
        """The test that it matches, whatever the symbol is."""
        return any_of(self.tests.values())

    @property
    def about(self) -> str:
        """What it looks at, for the text of a rule."""
        part = self.node.said("filter")
        header = ", ".join(self.node.texts("header"))
        return " ".join(each for each in (self.kind, header, part) if each)


def multimap_rule(entry: UclEntry, opened: Opened) -> MultimapRule:
    """Read a rule of the module.

    Raises:
        ProblemsFound: it has no type or no map, at its place; or a map is no text.
    """
    node = entry.value
    kind = node.said("type")
    source = node.value("map") or node.value("url")
    if kind is None or (source is None and kind not in _UNSEEN):
        lacking = "type" if kind is None else "map"
        raise _broken(entry, f"the rule `{entry.key}` has no `{lacking}`")
    rule = MultimapRule(
        name=entry.key,
        symbol=node.said("symbol") or entry.key,
        node=node,
        kind=kind,
        requires=node.said("require_symbols"),
    )
    for each in node.entries or ():
        if each.key not in _KNOWN and kind not in _UNSEEN:
            rule.unread.append(
                Unread(
                    place=each.place,
                    text=f"{entry.key}: {each.key}",
                    why="what this member means for mail is unknown",
                )
            )
    what, instead = _UNSEEN.get(kind, (None, None))
    if what is not None or source is None:
        deviation = differing.not_seen(what or "this map", instead)
        rule.tests[rule.symbol] = Unseen(difference=deviation)
        return rule
    found = map_of(source, _kind_of_keys(node, kind), opened)
    rule.unread += found.missing
    _put_tests(rule, found)
    return rule


def _kind_of_keys(node: UclValue, kind: str) -> str:
    if kind == "ip" or node.said("filter") == "ip_addr":
        return "radix"
    for flag in ("regexp", "glob"):
        value = node.value(flag)
        if value is not None and value.is_true:
            return flag
    return "hash"


def _put_tests(rule: MultimapRule, found: RspamdMap) -> None:
    allowed = set(rule.node.texts("symbols"))
    single = rule.node.value("disable_multisymbol")
    by_symbol: dict[str, list[MapLine]] = {rule.symbol: []}
    for line in found.lines:
        symbol = line.symbol
        if symbol is None or (allowed and symbol not in allowed):
            symbol = rule.symbol
        if not allowed and single is not None and single.is_true:
            symbol = rule.symbol
        by_symbol.setdefault(symbol, []).append(line)
    for symbol, lines in by_symbol.items():
        test = _asked(rule, found, lines)
        if found.missing and symbol == rule.symbol:
            test = any_of((test, Unseen(difference=differing.MAP_ELSEWHERE)))
        if lines or symbol == rule.symbol:
            rule.tests[symbol] = test


def _asked(rule: MultimapRule, found: RspamdMap, lines: Sequence[MapLine]) -> Test:
    """What some lines of the map ask of mail."""
    if not lines:
        return NEVER
    if rule.kind == "ip":
        return networks_test(lines, rule.unread)
    seen = _seen(rule)
    if isinstance(seen, Unseen):
        return seen
    tests: list[Test] = []
    idle: list[Unread] = []
    for text in seen:
        idle = []
        tests.append(keys_test(found.kind, lines, text, idle))
    rule.unread += idle
    test = any_of(tests)
    if found.inline and test != NEVER:
        test = Near(test=test, difference=differing.LETTER_CASE)
    if any(text.operand == "recipient" for text in seen) and test != NEVER:
        test = Near(test=test, difference=differing.EVERY_RECIPIENT)
    return test


def _seen(rule: MultimapRule) -> list[SeenText] | Unseen:
    """What the map looks at; unseen: rules do not see it."""
    how = rule.node.said("filter")
    match rule.kind:
        case "from" | "rcpt":
            if how not in _PARTS:
                what = "display names" if how == "email:name" else f"what `{how}` extracts"
                return Unseen(difference=differing.not_seen(what))
            part = _PARTS[how]
            return [SeenText(operand=each, part=part) for each in _operands(rule)]
        case "helo" if how in {None, "tld"}:
            return [SeenText(operand="helo", registered=how == "tld")]
        case "helo":
            return Unseen(difference=differing.not_seen(f"what `{how}` extracts"))
        case "header":
            return _headers(rule, how)
        case kind:
            return Unseen(difference=differing.not_seen(f"what a map of the type `{kind}` sees"))


def _operands(rule: MultimapRule) -> tuple[str, ...]:
    where = rule.node.said("extract_from") or "default"
    smtp, mime = {
        "from": (("mail_from",), ("from",)),
        "rcpt": (("recipient",), ("to", "cc")),
    }[rule.kind]
    return {"mime": mime, "both": (*smtp, *mime)}.get(where, smtp)


def _headers(rule: MultimapRule, how: str | None) -> list[SeenText] | Unseen:
    seen: list[SeenText] = []
    for name in rule.node.texts("header"):
        lower = name.lower()
        if how is not None and how in _PARTS and lower in _HEADERS_OF_ADDRESSES:
            seen.append(SeenText(operand=lower, part=_PARTS[how]))
        elif how is not None:
            return Unseen(difference=differing.not_seen(f"what `{how}` extracts from `{name}`"))
        elif lower == "subject":
            seen.append(SeenText(operand="subject"))
        elif lower.startswith("x-"):
            seen.append(SeenText(operand="header", beside=(("name", name),)))
        elif lower in _HEADERS_OF_ADDRESSES:
            instead = '`filter = "email:addr"` says what is meant'
            what = f"the whole header `{name}` with the names in it"
            return Unseen(difference=differing.not_seen(what, instead))
        else:
            return Unseen(difference=differing.not_seen(f"the header `{name}`"))
    return seen or Unseen(difference=differing.not_seen("a header without name"))


def _broken(entry: UclEntry, message: str) -> ProblemsFound:
    problem = Problem(
        check="wrong-text",
        severity=Severity.ERROR,
        position=entry.place,
        message=message,
        help="add it: rspamd leaves out such a rule",
    )
    return ProblemsFound("cannot read the configuration", (problem,))
