"""Actions that change mail and go on: HOLD, REDIRECT, FILTER, PREPEND, BCC (access(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation, Then
from mmctl.interchange.migration.usual import quarantined
from mmctl.interchange.postfix.relays import next_hop
from mmctl.patterns import Pattern
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import OtherGateway, SourceRule
    from mmctl.interchange.postfix.access import Verb

HELD: Final = "held"
"""The archive of what the source would hold."""
COPIES: Final = "copies"
"""The archive of what the source would copy to an address."""
_HEADER: Final = Pattern(r"([Xx]-[A-Za-z0-9-]{1,62}):\s*(.{1,128})")
_ADDRESS: Final = Pattern(r"[a-zA-Z0-9._+-]+@[a-zA-Z0-9.-]+")
_ADDRESS_AT_MOST: Final = 254
_LOOPBACK: Final = Pattern(r"\[?(?:127\.|localhost|::1|unix:|/)|inet:\[?(?:127\.|localhost)")

WHOLE_MESSAGE: Final = Deviation(
    code="whole-message",
    says="the source does this to the message for all of its recipients; here only for the "
    "recipients that match",
)
COPIED: Final = Deviation(
    code="copy-into-archive",
    says="the source sends a copy to an address; here the copy is in an archive",
    instead="search the archive, or let the mail server behind copy",
)


def effect_of(
    rule: SourceRule, verb: Verb, source: OtherGateway, *, by_recipient: bool
) -> SourceRule:
    """A rule with what stands for an action of a table, and what differs."""
    made = _effect(rule, verb, source)
    if by_recipient and verb.word in {"HOLD", "REDIRECT", "FILTER", "PREPEND"}:
        made = replace(made, differences=(*made.differences, WHOLE_MESSAGE))
    return made


def _effect(rule: SourceRule, verb: Verb, source: OtherGateway) -> SourceRule:
    match verb.word:
        case "HOLD":
            source.archives.setdefault(HELD, {"retention": "THREE_MONTHS"})
            return replace(
                rule,
                actions=({"archive": {"to": HELD}},),
                then=Then.END,
                final=True,
                differences=(quarantined("the hold queue, until somebody releases it"),),
            )
        case "PREPEND":
            return _prepended(rule, verb)
        case "REDIRECT":
            return redirected(rule, verb.text)
        case "BCC":
            source.archives.setdefault(COPIES, {"retention": "ONE_YEAR"})
            return replace(rule, actions=({"archive": {"to": COPIES}},), differences=(COPIED,))
        case "FILTER":
            return _filtered(rule, verb, source)
        case _:
            return lost(rule, f"`{verb.word}` has no action here", "leave it out")


def _prepended(rule: SourceRule, verb: Verb) -> SourceRule:
    found = _HEADER.fullmatch(verb.text)
    if found is None or "$" in verb.text or not verb.text.isprintable():
        return lost(
            rule,
            f"the header `{verb.text[:60]}` cannot be added: rules add headers that start with "
            "`X-`, with a fixed value of up to 128 characters",
            "add an `X-` header, and let the mail server behind read that",
        )
    header = {"name": f"X{found[1][1:]}", "value": found[2].strip()}
    return replace(rule, actions=({"add_header": header},))


def redirected(rule: SourceRule, address: str) -> SourceRule:
    """A rule that gives mail another recipient."""
    if not is_fixed_address(address):
        return lost(
            rule,
            f"mail cannot be redirected to `{address[:60]}`: a fixed address is expected",
            "redirect it on the mail server behind",
        )
    return replace(rule, actions=({"replace_recipient": [address]},))


def is_fixed_address(text: str) -> bool:
    """Whether a text is an address that a rule can give mail to."""
    return len(text) <= _ADDRESS_AT_MOST and _ADDRESS.fullmatch(text) is not None


def _filtered(rule: SourceRule, verb: Verb, source: OtherGateway) -> SourceRule:
    transport, _, destination = verb.text.partition(":")
    relay = next_hop(destination, source) if transport in {"smtp", "relay", "esmtp"} else None
    if relay is None or _LOOPBACK.match(destination):
        return lost(
            rule,
            f"mail goes through `{verb.text[:60]}`, another program, which no rule calls",
            "subscribe to an add-on (Vade, Trend Micro), or call a Lambda function in a rule",
        )
    return replace(
        rule,
        actions=({"relay": {"to": relay, "mail_from": "preserve"}},),
        then=Then.END,
        differences=(
            Deviation(
                code="filter-is-a-relay",
                says="the source sends mail through this server as a filter; here the server is "
                "where the mail goes",
                instead="let that server deliver, or use an add-on",
            ),
        ),
    )


def lost(
    rule: SourceRule, says: str, instead: str, code: str = "action-not-possible"
) -> SourceRule:
    """A rule whose action no rule here can do."""
    differences = (*rule.differences, Deviation(code=code, says=says, instead=instead, loses=True))
    return replace(rule, actions=(), then=Then.GO_ON, differences=differences)
