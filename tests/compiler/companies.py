"""Gateways of made-up companies: rules in phases, as teams write them, one for each occasion.

A company has a few destinations, archives and marks, and hundreds of reasons to use them. Its rules
are small: a domain, a person, a subject. Everything follows from the seed.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NAMES: Final = [
    "ada",
    "bo",
    "cai",
    "dee",
    "eli",
    "fay",
    "gus",
    "hal",
    "ida",
    "jon",
    "kim",
    "leo",
    "mia",
    "ned",
    "ola",
    "pia",
    "rex",
    "sue",
    "tom",
    "uma",
]
WORDS: Final = [
    "parcel",
    "refund",
    "voucher",
    "prize",
    "lottery",
    "wallet",
    "crypto",
    "toner",
    "pills",
    "casino",
    "loan",
    "visa",
]
DEEDS: Final = [
    "claim",
    "confirm",
    "unlock",
    "renew",
    "verify",
    "collect",
    "release",
    "upgrade",
    "restore",
    "activate",
]
PAPERS: Final = [
    "contract",
    "invoice",
    "payslip",
    "merger",
    "tender",
    "patent",
    "lawsuit",
    "audit",
    "budget",
    "bonus",
]
RELAYS: Final = ("exchange", "plants", "helpdesk", "capture", "partners")
"""The destinations: no company has more than five."""
DOMAIN: Final = "company.example"
ROLE: Final = "arn:aws:iam::111122223333:role/mail"

SETTINGS: Final = """\
version: 1
project: company
environments:
  local: {endpoint: embedded}
default_environment: local
"""
RESOURCES: Final = """\
version: 1
relays:
  exchange: {server: mail.company.example, port: 25, authentication: none}
  plants: {server: mail.plants.example, port: 25, authentication: none}
  helpdesk: {server: mail.helpdesk.example, port: 25, authentication: none}
  capture: {server: mail.capture.example, port: 25, authentication: none}
  partners: {server: mail.partners.example, port: 25, authentication: none}
archives:
  all-mail: {retention: ONE_YEAR}
  legal-hold: {retention: TEN_YEARS}
  trading: {retention: SEVEN_YEARS}
  quarantine: {retention: THREE_MONTHS}
"""
SHARES: Final = {"block": 45, "hold": 8, "refuse": 4, "mark": 4, "copy": 13, "route": 26}
"""Of a hundred rules."""


def company(seed: int, rules: int = 300, *, duplicates: bool = True) -> dict[str, str]:
    """The files of a project whose rule set `inbound` has so many rules.

    `duplicates`: two equal copies of a message are worth one.
    """
    lines = _rule_set(duplicates=duplicates)
    return _files([*lines, *_Company(seed, rules).lines()])


def group(seed: int, sites: Sequence[str], rules: int = 1000) -> dict[str, str]:
    """The files of a group of companies: one rule set, compiled for the ingress point of each."""
    lines = _rule_set(duplicates=True)
    lines.insert(-1, "    per_ingress_point: true")
    ingress: list[str] = []
    policies: list[str] = []
    for number, site in enumerate(sites):
        domain = f"{site}.example"
        lines += _Company(seed * 100 + number, rules // len(sites), domain).lines(site)
        own = f'recipient: {{ends_with: ["@{domain}", ".{domain}"]}}'
        policies += [f"  {site}:", "    default: deny", f"    statements: [{{allow: [{{{own}}}]}}]"]
        point = f"type: open, traffic_policy: {site}, rule_set: inbound, tls_policy: optional"
        ingress.append(f"  {site}: {{{point}, network: {{public: ipv4}}}}")
    return _files([*lines, "traffic_policies:", *policies, "ingress_points:", *ingress])


def _rule_set(*, duplicates: bool) -> list[str]:
    lines = ["version: 1", "rule_sets:", "  inbound:", "    must_reach: delivered"]
    return [*lines, *["    duplicates: ignore"] * duplicates, "    rules:"]


def _files(gateway: Sequence[str]) -> dict[str, str]:
    return {
        "mmctl.yaml": SETTINGS,
        "rules/resources.yaml": RESOURCES,
        "rules/gateway.yaml": "\n".join(gateway) + "\n",
    }


ORDER: Final = {"refuse": "file_order", "hold": "file_order"}
"""What phases say about rules that overlap; the others say that none may."""
QUARANTINE: Final = ("archive: {to: quarantine}", "stop")
BOUNCE: Final = (
    f"bounce: {{sender: postmaster@{DOMAIN}, role: {ROLE}, status_code: 5.1.6,"
    ' smtp_reply_code: "550", diagnostic_message: This mailbox was closed.}'
)


class _Rule(NamedTuple):
    """A rule as it is written."""

    conditions: tuple[str, ...]
    actions: tuple[str, ...]

    def lines(self, name: str, indent: int = 10) -> Iterator[str]:
        """Its lines in a file."""
        yield f"{' ' * indent}- name: {name}"
        inner = " " * (indent + 2)
        if self.conditions:
            yield f"{inner}conditions:"
            yield from (f"{inner}  - {each}" for each in self.conditions)
        yield f"{inner}actions:"
        yield from (f"{inner}  - {each}" for each in self.actions)


class _Company:
    """One company: what its teams write, and what about."""

    def __init__(self, seed: int, rules: int, domain: str = DOMAIN) -> None:
        self._random = Random(seed)  # noqa: S311 - examples, not secrets
        self._rules = rules
        self._domain = domain
        self._used: set[str] = set()

    def lines(self, site: str = "") -> Iterator[str]:
        """The phases and rules; those of a site are about its own recipients alone."""
        counts = {phase: self._rules * share // 100 for phase, share in SHARES.items()}
        counts["block"] += self._rules - 2 - sum(counts.values())
        writes: dict[str, Callable[[int], _Rule]] = {
            "block": self._block,
            "hold": self._hold,
            "refuse": self._refuse,
            "mark": self._mark,
            "copy": self._copy,
            "route": self._route,
        }
        own = f'recipient: {{ends_with: ["@{self._domain}", ".{self._domain}"]}}'
        after = f"-{site}" if site else ""
        conditions = (own,) if site else ()
        yield from _Rule(conditions, ("archive: {to: all-mail}",)).lines(f"record{after}", 6)
        for phase, count in counts.items():
            yield f"      - phase: {phase}{after}"
            yield f"        on_overlap: {ORDER.get(phase, 'error')}"
            yield from [f"        conditions: [{{{own}}}]"] * bool(site)
            if phase in {"block", "hold"}:
                yield f'        unless: [{{recipient: {{equals: "abuse@{self._domain}"}}}}]'
            yield "        rules:"
            for number in range(count):
                yield from writes[phase](number).lines(f"{phase}-{number}{after}")
        yield from _Rule(conditions, ("relay: {to: exchange}",)).lines(f"deliver{after}", 6)

    # What the teams write

    def _block(self, number: int) -> _Rule:
        match number % 12:
            case 0 | 1 | 2 | 3:
                conditions = [f"mail_from: {{ends_with: {self._some(self._bad_domain)}}}"]
            case 4 | 5 | 6:
                conditions = [f"from: {{ends_with: {self._some(self._bad_domain)}}}"]
            case 7:
                conditions = [f"mail_from: {{equals: {self._some(self._bad_sender)}}}"]
            case 8:
                conditions = [
                    f"from: {{ends_with: {self._some(self._brand)}}}",
                    "spf: {not_equals: PASS}",
                    "dkim: {not_equals: PASS}",
                ]
            case 9:
                conditions = [f"helo: {{equals: {self._some(self._host, most=1)}}}"]
            case 10:
                conditions = [f"source_ip: {{cidr_matches: {self._some(self._network, most=1)}}}"]
            case _:
                lure = f"subject: {{contains: {self._some(self._lure, most=1)}}}"
                conditions = [lure, "spf: {equals: FAIL}"]
        return _Rule(tuple(conditions), ("drop",))

    def _hold(self, number: int) -> _Rule:
        match number % 3:
            case 0:
                lure = f"subject: {{contains: {self._some(self._lure, most=1)}}}"
                return _Rule((lure, "dkim: {not_equals: PASS}"), QUARANTINE)
            case 1:
                name = f"from: {{starts_with: {self._some(self._executive, most=1)}}}"
                mailer = 'from: {ends_with: ["@free.example", "@webmail.example"]}'
                return _Rule((name, mailer), QUARANTINE)
            case _:
                sender = f"mail_from: {{ends_with: {self._some(self._bad_domain)}}}"
                return _Rule((sender, "spf: {not_equals: PASS}"), QUARANTINE)

    def _refuse(self, number: int) -> _Rule:
        gone = f"recipient: {{equals: {self._some(self._mailbox)}}}"
        if number % 2:
            return _Rule((gone,), ("drop",))
        return _Rule((gone, "spf: {equals: PASS}"), (BOUNCE, "drop"))

    def _mark(self, number: int) -> _Rule:
        kind = ("outside", "bulk")[number % 2]
        sender = f"from: {{ends_with: {self._some(self._sender)}}}"
        return _Rule((sender,), (f"add_header: {{name: X-{kind}, value: yes}}",))

    def _copy(self, number: int) -> _Rule:
        match number % 4:
            case 0:
                paper = f"subject: {{contains: {self._some(self._paper, most=1)}}}"
                return _Rule((paper,), ("archive: {to: legal-hold}",))
            case 1:
                whom = f"recipient: {{equals: {self._some(self._mailbox)}}}"
                return _Rule((whom,), ("archive: {to: trading}",))
            case 2:
                sender = f"mail_from: {{ends_with: {self._some(self._sender)}}}"
                return _Rule((sender,), ("archive: {to: legal-hold}",))
            case _:
                whom = f"recipient: {{equals: {self._some(self._mailbox)}}}"
                return _Rule((whom, "tls: false"), ("archive: {to: trading}",))

    def _route(self, number: int) -> _Rule:
        relay = RELAYS[number % len(RELAYS)]
        match number % 7:
            case 0 | 1 | 2 | 3:
                conditions = [f"recipient: {{equals: {self._some(self._mailbox)}}}"]
            case 4 | 5:
                conditions = [f'recipient: {{ends_with: "@{self._new("unit")}.{self._domain}"}}']
            case _:
                whom = f'recipient: {{ends_with: "@{self._new("desk")}.{self._domain}"}}'
                conditions = [whom, 'subject: {starts_with: "[large]"}']
                relay = "capture"
        return _Rule(tuple(conditions), (f"relay: {{to: {relay}, mail_from: preserve}}", "stop"))

    # What they write about

    def _some(self, one: Callable[[], str], most: int = 3) -> str:
        """A list of a few."""
        return "[" + ", ".join(f'"{one()}"' for _ in range(self._random.randint(1, most))) + "]"

    def _new(self, kind: str) -> str:
        """A name of a kind that nothing else has."""
        while True:
            first, second = self._random.choice(WORDS), self._random.choice(WORDS)
            name = f"{kind}-{first}-{second}-{self._random.randrange(100)}"
            if name not in self._used:
                self._used.add(name)
                return name

    def _bad_domain(self) -> str:
        return f"@{self._new('scam')}.example"

    def _bad_sender(self) -> str:
        return f"{self._random.choice(NAMES)}@{self._new('hacked')}.example"

    def _brand(self) -> str:
        return f"@{self._new('bank')}.example"

    def _sender(self) -> str:
        return f"@{self._new('shop')}.example"

    def _host(self) -> str:
        return f"mx.{self._new('bot')}.example"

    def _network(self) -> str:
        return f"198.18.{self._random.randrange(256)}.{16 * self._random.randrange(16)}/28"

    def _lure(self) -> str:
        return f"{self._random.choice(DEEDS)} your {self._random.choice(WORDS)}"

    def _executive(self) -> str:
        return f"{self._random.choice(NAMES)}.{self._random.choice(WORDS)}@"

    def _mailbox(self) -> str:
        return f"{self._new(self._random.choice(NAMES))}@{self._domain}"

    def _paper(self) -> str:
        return f"{self._random.choice(PAPERS)} {self._random.choice(WORDS)}"
