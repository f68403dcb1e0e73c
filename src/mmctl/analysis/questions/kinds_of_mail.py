"""Kinds of ordinary mail, as literals of a proof: mail that carries nothing that a rule looks for.

Texts are ones that nobody wrote into a rule (`unwritten`). The client is in no network that a rule
names, but for networks so wide that they are much of the internet. Verdicts are the best there are,
the size is that of most mail, and add-ons found nothing.
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.fields import (
    ADD_ON,
    DMARC_PASSED,
    HELO,
    MAIL_FROM,
    RECIPIENT,
)
from mmctl.analysis.encoding.surroundings import ANSWER
from mmctl.analysis.questions.unwritten import SOMEWHERE, UNWRITTEN, address, answered
from mmctl.judge.compare import network
from mmctl.judge.submission import LambdaAnswer
from mmctl.mail.email import Tls
from mmctl.model.enums import RuleDmarcPolicy, RuleStringOperator, RuleVerdict
from mmctl.model.facts import CC, FROM, SENDER, SUBJECT, TO, SessionFact, VerdictFact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.analysis.encoding.fields import FreeFields
    from mmctl.analysis.encoding.views import FieldView
    from mmctl.judge.compare import IpNetwork
    from mmctl.judge.submission import Gateway


class MailKind(StrEnum):
    """A kind of ordinary mail that has to get through."""

    FROM_OUTSIDE = "from outside"
    REPORT = "report"
    POSTMASTER = "postmaster"
    ABUSE = "abuse"
    OWN = "own"
    PLAIN_TEXT = "plain text"
    ANY = "any"
    """All mail, ordinary or not."""


ROLES: Final = {MailKind.POSTMASTER: "postmaster", MailKind.ABUSE: "abuse"}
"""Mailboxes that everybody may write to (RFC 5321 section 4.5.1, RFC 2142)."""
_REPLIES: Final = frozenset({"re:", "fw:", "fwd:", "aw:", "wg:", "sv:", "tr:", "antw:", ":"})
"""What replies begin with."""
_REPORTERS: Final = frozenset({"mailer-daemon", "mailer-daemon@", "postmaster", "postmaster@"})
"""Who writes delivery reports."""
_AROUND_ADDRESS: Final = frozenset({"<", ">", '"', " ", " <"})
"""What is around an address in many headers."""
_SERVERS: Final = frozenset({"mail", "mail.", "smtp", "smtp.", "mx", "mx.", "out", "mta"})
"""What the names of many mail servers have."""
SIZES: Final = (2_000, 250_000)
"""The sizes of most mail, in bytes: from a few lines to a document or two."""
_WIDE: Final = {4: 7, 6: 12}
"""A network with a prefix of at most so many bits is much of the internet."""
_NO_CLIENTS: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "224.0.0.0/3",
        ),
    )
)
"""No mail from the internet comes from there (RFC 6890)."""
_CLIENTS: Final = IPv6Network("2000::/3")
"""All that does over IPv6 comes from here (RFC 4291)."""
_PASSING: Final = {"ispassed": True, "islisted": False}
"""The answers of add-ons of which AWS says which ones are good."""


def recipient(view: FieldView, kind: MailKind, domain: str | None) -> Iterator[int]:
    """A recipient of a domain, with a name that is in no rule, or that of a role."""
    local = ROLES.get(kind, UNWRITTEN)
    yield from answered(view, (f"{local}@{domain or SOMEWHERE}",), common=False)


def addressed_to(fields: FreeFields, domain: str | None) -> Iterator[int]:
    """What the headers say about whom mail is for: a list, and Bcc, have another address there."""
    both = (address(domain), address())
    for view in fields.views.values():
        if view.look.field in {TO.key, CC.key}:
            yield from answered(view, both, left_open=_AROUND_ADDRESS)


def of_kind(fields: FreeFields, kind: MailKind, sender: str | None = None) -> Iterator[int]:
    """What mail of a kind is like, whomever it is for; `sender` is the domain of who writes it."""
    for view in fields.views.values():
        yield from _text(view, kind, sender)
    yield from (
        literal if name == FROM.key else -literal
        for name, literal in fields.headers.items()
        if name == FROM.key or _is_extra(name)
    )
    yield from _facts(fields, kind)
    yield from passing(fields)


def _is_extra(name: str) -> bool:
    """Whether mail has this header only from somebody who wants to say something special."""
    return name not in {FROM.key, SENDER.key, TO.key, CC.key, SUBJECT.key}


def _text(view: FieldView, kind: MailKind, sender: str | None) -> Iterator[int]:
    name = view.look.field
    if name == MAIL_FROM:
        if kind is MailKind.REPORT:
            yield -view.present
        else:
            yield view.present
            yield from answered(view, (address(sender),))
    elif name == HELO:
        yield from answered(view, (f"{UNWRITTEN}.{SOMEWHERE}",), left_open=_SERVERS)
    elif name in {FROM.key, SENDER.key}:
        reporters = _REPORTERS if kind is MailKind.REPORT else frozenset()
        if name == FROM.key:
            yield view.present
        yield from answered(view, (address(sender),), left_open=_AROUND_ADDRESS | reporters)
    elif name == SUBJECT.key:
        yield from answered(view, (UNWRITTEN,), left_open=_REPLIES)
    elif name not in {TO.key, CC.key} and not name.startswith((ADD_ON, RECIPIENT)):
        yield -view.present
        yield from (-literal for literal in view.tests.values())


def _facts(fields: FreeFields, kind: MailKind) -> Iterator[int]:
    for name, literal in fields.flags.items():
        if name == DMARC_PASSED:
            continue  # much mail is sent through services that DMARC does not know
        if not name.startswith(ADD_ON):
            yield -literal
        elif (good := _PASSING.get(name.rpartition(" ")[2])) is not None:
            yield literal if good else -literal
    for assumed, literal in fields.assumed.items():
        if not _is_of_recipient(assumed.field, assumed.address):
            yield -literal
    for name, choice in fields.choices.items():
        if name in {VerdictFact.SPF, VerdictFact.DKIM}:
            yield choice.is_(RuleVerdict.PASS)
        elif name == VerdictFact.DMARC_POLICY:
            yield from (-choice.is_(each) for each in _ASKING)
        elif name == SessionFact.TLS:
            plain = kind is MailKind.PLAIN_TEXT
            yield choice.is_(Tls.NONE) if plain else -choice.is_(Tls.NONE)


def addressed(fields: FreeFields) -> Iterator[int]:
    """Whom mail is for: somebody in a domain, as SMTP demands."""
    for view in tuple(fields.views.values()):
        if view.look.field == RECIPIENT:
            yield view.test(RuleStringOperator.CONTAINS, "@")


def passing(fields: FreeFields) -> Iterator[int]:
    """Functions that rules call let mail pass."""
    for name, choice in fields.choices.items():
        if name.startswith(ANSWER):
            yield choice.is_(LambdaAnswer.CONTINUE)


_ASKING: Final = (RuleDmarcPolicy.QUARANTINE, RuleDmarcPolicy.REJECT)
"""Policies that ask for something; `dmarc-policy-alone` looks at what rules do about them."""


def _is_of_recipient(field: str | None, written: str | None) -> bool:
    """Whether it is assumed of a recipient that an address list includes it."""
    return written is not None or (field is not None and field.startswith(RECIPIENT))


def nothing_found(fields: FreeFields) -> Iterator[int]:
    """What others say of ordinary mail, as long as nothing says the contrary.

    Add-ons found nothing that a rule names, and no list that nobody read has the recipient.
    """
    for view in fields.views.values():
        if view.look.field.startswith(ADD_ON):
            yield from (-literal for literal in view.tests.values())
    for name, choice in fields.choices.items():
        if name.startswith(ADD_ON):
            yield choice.is_(RuleVerdict.PASS)
    for name, literal in fields.flags.items():
        if name.startswith(ADD_ON) and name.rpartition(" ")[2] not in _PASSING:
            yield -literal
    for assumed, literal in fields.assumed.items():
        if _is_of_recipient(assumed.field, assumed.address):
            yield -literal


def usual_size(fields: FreeFields) -> tuple[int, ...]:
    """A size that most mail has."""
    least, most = SIZES
    return fields.size.at_least(least), -fields.size.at_least(most + 1)


def client(fields: FreeFields, named: Iterable[IpNetwork]) -> Iterator[int]:
    """A client of the internet that is in none of the networks that are not wide."""
    inside = fields.client.inside
    yield from (-inside(each) for each in _NO_CLIENTS)
    four = fields.client.version(4)
    yield fields.circuit.any_of((four, inside(_CLIENTS)))
    yield from (-inside(each) for each in named)


def narrow_networks(gateway: Gateway, *, policy: bool) -> tuple[IpNetwork, ...]:
    """The networks that rules name, or also the policy, that are not much of the internet.

    Those of one condition are taken together: two halves are the whole.
    """
    found: dict[IpNetwork, None] = {}
    for values in _values(gateway, policy=policy):
        read = [each for each in map(network, values) if each is not None]
        fours = [each for each in read if isinstance(each, IPv4Network)]
        sixes = [each for each in read if isinstance(each, IPv6Network)]
        together: tuple[IpNetwork, ...] = (*collapse_addresses(fours), *collapse_addresses(sixes))
        found.update((each, None) for each in together if each.prefixlen > _WIDE[each.version])
    return tuple(found)


def _values(gateway: Gateway, *, policy: bool) -> Iterator[tuple[str, ...]]:
    for rule in gateway.rules:
        for condition in (*rule.conditions, *rule.unless):
            if condition.ip_expression is not None:
                yield condition.ip_expression.values
    if policy and gateway.policy is not None:
        for statement in gateway.policy.policy_statements:
            for each in statement.conditions:
                for expression in (each.ip_expression, each.ipv_6_expression):
                    if expression is not None:
                        yield expression.values
