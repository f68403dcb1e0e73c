"""Rules of the module settings: mail that rspamd does not scan, by sender, recipient or client."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import SourceRule, Then, Unread
from mmctl.interchange.migration.tests import AllOf, Near, Negated, Unseen
from mmctl.interchange.patterns import InvalidPattern
from mmctl.interchange.rspamd import differing
from mmctl.interchange.rspamd.looking import LookedUpPart, SeenText, any_of, pattern_test
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.interchange.migration.source import OtherGateway
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.rspamd.ucl_values import UclEntry, UclValue

_OPERANDS: Final = {
    "from": ("mail_from",),
    "rcpt": ("recipient",),
    "from_mime": ("from",),
    "rcpt_mime": ("to", "cc"),
}
_UNSEEN: Final = {
    "user": "the user that has logged in",
    "authenticated": "whether a user has logged in",
    "local": "whether a client is in rspamd's own networks",
    "hostname": "the name of a client, which comes from DNS",
    "request_header": "what the mail server says about a message",
    "header": "headers by these patterns",
    "selector": "what a selector of rspamd extracts",
    "client_ip": "who asks rspamd",
    "client_ip_map": "who asks rspamd",
    "ip_map": "the map of these networks",
    "expression": "conditions in an expression",
}
_DOES: Final = frozenset(
    {"want_spam", "whitelist", "apply", "symbols", "id", "priority", "inverse"}
)
_NUMBER: Final = Pattern(r"[0-9]{1,4}")
_PRIORITIES: Final = {"high": 3, "medium": 2}


def settings_rules(sections: Sequence[UclValue], source: OtherGateway) -> list[SourceRule]:
    """The settings as rules, those with a higher priority first; what is none is listed."""
    found: list[tuple[int, SourceRule]] = []
    for section in sections:
        for entry in section.entries or ():
            if entry.value.entries is not None:
                found.append((_priority(entry.value), _rule(entry, source)))
            elif entry.key != "enabled":
                why = "it is no setting of mail: a setting is a section with conditions"
                source.unread.append(Unread(place=entry.place, text=entry.key, why=why))
    return [rule for _, rule in sorted(found, key=lambda each: -each[0])]


def _rule(entry: UclEntry, source: OtherGateway) -> SourceRule:
    node = entry.value
    tests: list[Test] = []
    for key in dict.fromkeys(each.key for each in node.entries or ()):
        if key in _OPERANDS:
            tests.append(_addresses(node, key, source))
        elif key == "ip":
            tests.append(_networks(node, source))
        elif key in _UNSEEN:
            tests.append(Unseen(difference=differing.not_seen(_UNSEEN[key])))
        elif key not in _DOES:
            tests.append(Unseen(difference=differing.not_seen(f"what `{key}` asks for")))
    whitelists = _whitelists(node)
    if not tests:
        tests.append(Unseen(difference=differing.not_seen("which mail has the id of settings")))
    test: Test = tests[0] if len(tests) == 1 else AllOf(tuple(tests))
    inverse = node.value("inverse")
    if inverse is not None and inverse.is_true:
        test = Negated(test)
    if not whitelists:
        test = AllOf((test, Unseen(difference=differing.SCORE_SETTINGS)))
    return SourceRule(
        name=entry.key,
        place=entry.place,
        text="settings: no scan" if whitelists else "settings of scores",
        test=test,
        then=Then.DELIVER if whitelists else Then.GO_ON,
    )


def _whitelists(node: UclValue) -> bool:
    apply = node.value("apply")
    values = [node.value("want_spam"), node.value("whitelist")]
    if apply is not None and apply.entries is not None:
        values = [apply.value("whitelist"), apply.value("want_spam")]
    return any(value is not None and value.is_true for value in values)


def _priority(node: UclValue) -> int:
    said = node.said("priority") or "low"
    if said in _PRIORITIES or not _NUMBER.fullmatch(said):
        return _PRIORITIES.get(said, 1)
    return int(said)


def _addresses(node: UclValue, key: str, source: OtherGateway) -> Test:
    tests: list[Test] = []
    for value in node.all_of(key):
        text = value.text or ""
        if text != text.lower() and not text.startswith(("/", "map:")):
            why = "rspamd compares settings with small letters alone, so no mail meets it"
            source.unread.append(Unread(place=value.place, text=text, why=why))
            continue
        for operand in _OPERANDS[key]:
            seen = SeenText(operand=operand, part=LookedUpPart.ADDRESS)
            try:
                tests.append(_address(text, seen))
            except InvalidPattern as error:
                why = f"rspamd cannot use this pattern: {error}"
                source.unread.append(Unread(place=value.place, text=text, why=why))
    test = any_of(tests)
    if key == "rcpt":
        return Near(test=test, difference=differing.EVERY_RECIPIENT)
    return test


def _address(text: str, seen: SeenText) -> Test:
    if text.startswith("map:"):
        return Unseen(difference=differing.MAP_ELSEWHERE)
    if text.startswith("/"):
        return pattern_test(text, seen)
    if text.startswith("@"):
        return seen.asked("ends_with", (text,))
    return (
        seen.asked("equals", (text,)) if "@" in text else seen.asked("starts_with", (f"{text}@",))
    )


def _networks(node: UclValue, source: OtherGateway) -> Test:
    seen = SeenText(operand="source_ip")
    values: list[str] = []
    others: list[Test] = []
    for value in node.all_of("ip"):
        text = value.text or ""
        if text.startswith("map:"):
            others.append(Unseen(difference=differing.MAP_ELSEWHERE))
            continue
        try:
            values.append(str(ip_network(text, strict=False)))
        except ValueError:
            why = "it is no address and no network"
            source.unread.append(Unread(place=value.place, text=text, why=why))
    return any_of((seen.asked("cidr_matches", values), *others))
