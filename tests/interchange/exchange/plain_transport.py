"""Transport rules as Microsoft's pages describe them, interpreted one after the other.

Written from "Mail flow rules", "Conditions and exceptions", "Actions" and "New-TransportRule",
and from nothing of the reader that is tested. `named` are differences that a report names, by
rule: with them a rule does what the report says it does here instead.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Rule = dict[str, Any]
OWN: Final = "example.com"
GROUPS: Final = {
    "Sales Staff": ("anna@partner.example", "sales@example.com"),
    "Board": ("boss@example.com", "cfo@example.com"),
}
"""Groups and their members."""
_WORD: Final = "[^\\W_]"
"""A letter or a digit: what makes two words one. All else is space or punctuation."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message, from outside: nobody authenticated."""

    sender: str
    mail_from: str
    recipients: tuple[str, ...]
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    subject: str = "hello"
    body: str = "hello"
    headers: tuple[tuple[str, str], ...] = ()
    size: int = 1000
    client: str = "203.0.113.9"
    spf: str = "pass"
    """What the header `Authentication-Results` says of SPF."""


@dataclass(kw_only=True)
class Copy:
    """The message for one recipient, on its way through the rules."""

    letter: Letter
    to: tuple[str, ...]
    headers: list[tuple[str, str]]
    score: str | None = None
    route: str | None = None
    ended: str | None = None
    stopped: bool = False

    @property
    def ending(self) -> tuple[Any, ...]:
        """How it ended: what happened, who gets it, and the headers it has."""
        if self.ended:
            return (self.ended, (), ())
        way = f"routed to {self.route}" if self.route else "delivered"
        return (way, self.to, tuple(sorted(self.headers)))


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Rules in the order of their priorities."""

    rules: Sequence[Rule]
    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Codes of differences by the name of the rule."""

    def endings(self, letter: Letter) -> dict[str, tuple[Any, ...]]:
        """How the message ends for each recipient."""
        return {each: self._one(letter, each).ending for each in letter.recipients}

    def _one(self, letter: Letter, recipient: str) -> Copy:
        copy = Copy(letter=letter, to=(recipient,), headers=list(letter.headers))
        for rule in self.rules:
            if copy.stopped or copy.ended:
                break
            named = self.named.get(rule["Name"], frozenset())
            if _acts(rule) and not named & _ACT_NOT and applies(rule, copy, named):
                _act(rule, copy, named)
        return copy


_ACT_NOT: Final = frozenset({"(not possible)", "(only marks)"})


def _acts(rule: Rule) -> bool:
    return rule.get("Enabled", True) is True and rule.get("Mode", "Enforce") == "Enforce"


def applies(rule: Rule, copy: Copy, named: frozenset[str] = frozenset()) -> bool:
    """All conditions, and no exception."""
    asked = [name for name in _TESTS if name in rule]
    unless = [name for name in _TESTS if f"ExceptIf{name}" in rule]
    return all(_test(rule, name, "", copy, named) for name in asked) and not any(
        _test(rule, name, "ExceptIf", copy, named) for name in unless
    )


def _test(rule: Rule, name: str, before: str, copy: Copy, named: frozenset[str]) -> bool:
    value = rule[before + name]
    values = value if isinstance(value, list) else [value]
    return _TESTS[name](AskedOf(values=values, rule=rule, before=before, copy=copy, named=named))


@dataclass(frozen=True, kw_only=True)
class AskedOf:
    """One condition, or exception, asked of one copy of a message."""

    values: list[str]
    rule: Rule
    before: str
    copy: Copy
    named: frozenset[str]

    @property
    def senders(self) -> list[str]:
        """Where the rule looks for the sender."""
        letter = self.copy.letter
        return {
            "Header": [letter.sender],
            "Envelope": [letter.mail_from],
            "HeaderOrEnvelope": [letter.sender, letter.mail_from],
        }[self.rule.get("SenderAddressLocation", "Header")]

    @property
    def any_recipients(self) -> tuple[str, ...]:
        """Conditions on any recipient are about all of the message."""
        alone = "one-recipient-not-all" in self.named
        return self.copy.to if alone else self.copy.letter.recipients

    @property
    def texts(self) -> list[str]:
        """Subject and body."""
        both = [self.copy.letter.subject, self.copy.letter.body]
        return both[:1] if "body-not-seen" in self.named else both


def word_in(word: str, text: str, named: frozenset[str]) -> bool:
    """Whether a text has a whole word, in any letter case."""
    if "words-are-substrings" in named:
        return word.lower() in text.lower()
    before = f"(?<!{_WORD})" if word[0].isalnum() else ""
    after = f"(?!{_WORD})" if word[-1].isalnum() else ""
    return re.search(before + re.escape(word) + after, text, re.IGNORECASE) is not None


def _words(values: list[str], texts: Sequence[str], named: frozenset[str]) -> bool:
    return any(word_in(value, text, named) for value in values for text in texts)


def _patterns(values: list[str], texts: Sequence[str]) -> bool:
    return any(re.search(value, text, re.IGNORECASE) for value in values for text in texts)


def _equal(values: list[str], texts: Sequence[str]) -> bool:
    return any(value.lower() == text.lower() for value in values for text in texts)


def _in_domains(values: list[str], texts: Sequence[str]) -> bool:
    found = [text.rpartition("@")[2].lower() for text in texts]
    return any(
        domain == value.lower() or domain.endswith(f".{value.lower()}")
        for value in values
        for domain in found
    )


def _members(values: list[str], texts: Sequence[str]) -> bool:
    return any(text.lower() in GROUPS[value] for value in values for text in texts)


def _in_networks(values: list[str], client: str) -> bool:
    address = ipaddress.ip_address(client)
    for value in values:
        low, _, high = value.partition("-")
        if high:
            first, last = ipaddress.ip_address(low), ipaddress.ip_address(high)
            if int(first) <= int(address) <= int(last):
                return True
        elif address in ipaddress.ip_network(value, strict=False):
            return True
    return False


def _bytes(text: str) -> int:
    number, unit = text.split()
    return int(number) * {"B": 1, "KB": 1024, "MB": 1024**2}[unit]


def _header(asked: AskedOf, kind: str) -> list[str]:
    name = asked.rule[f"{asked.before}Header{kind}MessageHeader"].lower()
    copy = asked.copy
    if name == "subject":
        return [copy.letter.subject]
    if name == "authentication-results":
        return [f"spf={copy.letter.spf} smtp.mailfrom=x"]
    return [value for header, value in copy.headers if header.lower() == name]


_TESTS: Final[dict[str, Callable[[AskedOf], bool]]] = {
    "From": lambda a: _equal(a.values, a.senders),
    "FromMemberOf": lambda a: _members(a.values, a.senders),
    "FromScope": lambda a: a.values == ["NotInOrganization"],
    "FromAddressContainsWords": lambda a: _words(a.values, a.senders, a.named),
    "FromAddressMatchesPatterns": lambda a: _patterns(a.values, a.senders),
    "SenderDomainIs": lambda a: _in_domains(a.values, a.senders),
    "SenderIpRanges": lambda a: _in_networks(a.values, a.copy.letter.client),
    "SentTo": lambda a: _equal(a.values, a.copy.to),
    "SentToMemberOf": lambda a: _members(a.values, a.copy.to),
    "SentToScope": lambda a: (
        any(each.lower().endswith(f"@{OWN}") for each in a.copy.to)
        is (a.values == ["InOrganization"])
    ),
    "RecipientAddressContainsWords": lambda a: _words(a.values, a.copy.to, a.named),
    "RecipientAddressMatchesPatterns": lambda a: _patterns(a.values, a.copy.to),
    "RecipientDomainIs": lambda a: _in_domains(a.values, a.copy.to),
    "AnyOfRecipientAddressContainsWords": lambda a: _words(a.values, a.any_recipients, a.named),
    "AnyOfToHeader": lambda a: _equal(a.values, a.copy.letter.to),
    "AnyOfCcHeader": lambda a: _equal(a.values, a.copy.letter.cc),
    "AnyOfToCcHeader": lambda a: _equal(a.values, (*a.copy.letter.to, *a.copy.letter.cc)),
    "AnyOfToCcHeaderMemberOf": lambda a: _members(a.values, (*a.copy.letter.to, *a.copy.letter.cc)),
    "SubjectContainsWords": lambda a: _words(a.values, [a.copy.letter.subject], a.named),
    "SubjectMatchesPatterns": lambda a: _patterns(a.values, [a.copy.letter.subject]),
    "SubjectOrBodyContainsWords": lambda a: _words(a.values, a.texts, a.named),
    "MessageSizeOver": lambda a: a.copy.letter.size >= _bytes(a.values[0]),
    "HeaderContainsWords": lambda a: _words(a.values, _header(a, "Contains"), a.named),
    "HeaderMatchesPatterns": lambda a: _patterns(a.values, _header(a, "Matches")),
    "BetweenMemberOf1": lambda a: any(
        _members(one, [a.copy.letter.sender]) and _members(other, a.copy.to)
        for one, other in (
            (a.values, a.rule[f"{a.before}BetweenMemberOf2"]),
            (a.rule[f"{a.before}BetweenMemberOf2"], a.values),
        )
    ),
}
"""The conditions."""


def _act(rule: Rule, copy: Copy, named: frozenset[str]) -> None:
    if "SetHeaderName" in rule:
        name, value = rule["SetHeaderName"], rule["SetHeaderValue"]
        if "header-added-not-set" not in named:
            copy.headers = [each for each in copy.headers if each[0].lower() != name.lower()]
        copy.headers.append((name, value))
    if "SetSCL" in rule and "spam-score-is-a-header" in named:
        copy.headers.append(("X-Exchange-Rule-SCL", rule["SetSCL"]))
    if "audit-is-a-header" in named:
        copy.headers.append(("X-Exchange-Rule-Audit", rule.get("SetAuditSeverity", "Audit")))
    if "RejectMessageReasonText" in rule:
        copy.ended = "rejected"
    elif rule.get("DeleteMessage"):
        copy.ended = "deleted"
    elif rule.get("Quarantine"):
        copy.ended = "quarantined"
    elif "RedirectMessageTo" in rule:
        copy.to = tuple(rule["RedirectMessageTo"])
    elif "RouteMessageOutboundConnector" in rule:
        copy.route = rule["RouteMessageOutboundConnector"]
    if rule.get("StopRuleProcessing") or "no-rules-after" in named:
        copy.stopped = True
