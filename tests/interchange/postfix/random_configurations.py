"""Configurations of Postfix and messages for them, by chance: small words, so that they meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from interchange.postfix.real_postfix import Mail

if TYPE_CHECKING:
    import random

LOCAL = ("ann", "bob", "ann+x", "spam")
OUTSIDE = ("example.org", "sub.example.org", "a.sub.example.org", "spam.example")
OWN = ("example.com", "example.net")
RECIPIENTS = (*OWN, "sub.example.com")
CLIENTS = ("198.51.100.7", "198.51.100.9", "203.0.113.5", "203.0.114.5", "192.0.2.1")
GREETINGS = ("mx.example.org", "example.org", "host", "mail.spam.example")
SUBJECTS = ("hello", "cheap pills now", "weekly report", "Re: pills", "report pills")
ACTIONS = (
    "OK", "OK", "DUNNO", "DUNNO", "REJECT", "550", "450", "DISCARD", "HOLD", "PREPEND", "WARN",
    "strict", "REDIRECT", "permit_mynetworks, reject",
)  # fmt: skip
NETWORKS = (
    "198.51.100.0/24", "198.51.100.7", "203.0.112.0/22", "203.0.113.5", "192.0.2.0/24",
    "!203.0.113.0/24",
)  # fmt: skip
ON_SENDERS = (
    "/@example\\.org$/", "/^ann/", "/spam/", "/^(ann|bob)@sub\\./", "!/example/", "/^<>$/",
)  # fmt: skip
ON_RECIPIENTS = ("/^ann@/", "/@sub\\.example\\.com$/", "/^spam@example\\.(com|net)$/")
ON_HEADERS = (
    "/^Subject:.*pills/", "/^Subject: weekly/", "/^(From|To): .*spam/", "/^X-Test: yes/",
    "/^Subject:.*report$/", "/^Received:.*zzz/", "/^From:.*@example\\.org/",
)  # fmt: skip


@dataclass
class RandomPostfix:
    """A configuration by chance: parameters, and tables by name."""

    dice: random.Random
    ports: list[int]
    """Of the servers that it relays to."""
    main: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    _number: int = 0

    def make(self) -> None:
        """Throw the dice."""
        dice = self.dice
        self.main = {
            "relay_domains": ", ".join(OWN),
            "relay_transport": f"relay:[127.0.0.1]:{self.ports[0]}",
            "relayhost": f"[127.0.0.1]:{self.ports[0]}",
            "recipient_delimiter": dice.choice(("", "+")),
            "mynetworks": dice.choice(("127.0.0.0/8", "127.0.0.0/8, 192.0.2.0/24")),
            "smtpd_restriction_classes": "strict",
        }
        self._restrict()
        self._check_headers()
        self._route()

    def _restrict(self) -> None:
        dice = self.dice
        senders = [f"{local}@{domain}" for local in LOCAL for domain in OUTSIDE]
        senders += [*OUTSIDE, "ann@", "spam@", "org", "<>"]
        known = [f"{local}@{domain}" for local in LOCAL for domain in RECIPIENTS]
        by_client = [
            f"check_client_access {self._table('client.cidr', NETWORKS, 3, kind='cidr')}",
            f"check_client_access {self._table('client', ('198.51.100', *CLIENTS, '203.0'), 3)}",
            "permit_mynetworks",
        ]
        by_helo = [
            f"check_helo_access {self._table('helo', (*GREETINGS, 'org'), 2)}",
            "reject_non_fqdn_helo_hostname",
        ]
        by_sender = [
            f"check_sender_access {self._table('sender', senders, 5)}",
            f"check_sender_access {self._table('sender.re', ON_SENDERS, 3, kind=self._regexp())}",
        ]
        by_recipient = [
            f"check_recipient_access {self._table('rcpt', (*known, *RECIPIENTS, 'ann@'), 4)}",
            f"check_recipient_access {self._table('rcpt.re', ON_RECIPIENTS, 3, kind='pcre')}",
        ]
        plain = ("REJECT", "OK", "DUNNO", "HOLD")
        self.main["strict"] = dice.choice(
            (
                f"check_sender_access {self._table('strict', senders, 3, actions=plain)}, reject",
                "reject_non_fqdn_helo_hostname, permit",
            )
        )
        everything = [*by_client, *by_helo, *by_sender, *by_recipient]
        for name, choices, least, most in (
            ("client", by_client, 0, 2),
            ("helo", by_helo, 0, 1),
            ("sender", [*by_sender, *by_client], 0, 2),
            ("recipient", everything, 1, 4),
        ):
            chosen = dice.sample(choices, dice.randint(least, most))
            self.main[f"smtpd_{name}_restrictions"] = ", ".join(chosen)

    def _check_headers(self) -> None:
        actions = ("REJECT", "DISCARD", "DUNNO", "HOLD", "PREPEND", "WARN", "IGNORE")
        if self.dice.random() < 0.6:
            table = self._table("headers", ON_HEADERS, 4, kind="pcre", actions=actions)
            self.main["header_checks"] = table

    def _route(self) -> None:
        dice = self.dice
        own = [f"{local}@{domain}" for local in LOCAL for domain in OWN]
        if dice.random() < 0.7:
            hops = (
                f"smtp:[127.0.0.1]:{self.ports[1]}", f"relay:[127.0.0.1]:{self.ports[2]}",
                "error:5.1.1 gone", "discard:", ":", f":[127.0.0.1]:{self.ports[1]}",
            )  # fmt: skip
            keys = dice.sample([*own, *OWN, ".example.com", "*"], 4)
            self.files["transport"] = _lines(
                (key, dice.choice(hops[:2] if key == "*" else hops)) for key in keys
            )  # what is discarded for all domains discards bounces too, which nobody could see
            self.main["transport_maps"] = "texthash:{folder}/etc/transport"
        if dice.random() < 0.7:
            keys = [*dice.sample(own, 3), *dice.sample(["@example.net"], dice.randint(0, 1))]
            targets = [*own, "carl@example.com", "dora@example.net"]
            self.files["virtual"] = _lines(
                (key, ", ".join(dice.sample(targets, dice.randint(1, 2)))) for key in keys
            )
            self.main["virtual_alias_maps"] = "texthash:{folder}/etc/virtual"

    def _regexp(self) -> str:
        return self.dice.choice(("pcre", "regexp"))

    def _table(
        self,
        name: str,
        keys: tuple[str, ...] | list[str],
        count: int,
        *,
        kind: str = "texthash",
        actions: tuple[str, ...] = ACTIONS,
    ) -> str:
        chosen = self.dice.sample(list(dict.fromkeys(keys)), count)
        self.files[name] = _lines((key, self._action(actions)) for key in chosen)
        return f"{kind}:{{folder}}/etc/{name}"

    def _action(self, actions: tuple[str, ...]) -> str:
        self._number += 1
        word = self.dice.choice(actions)
        told = {
            "REJECT": f"REJECT t{self._number}",
            "550": f"550 5.7.1 t{self._number}",
            "450": f"450 4.1.1 t{self._number}",
            "PREPEND": f"PREPEND X-P: t{self._number}",
            "WARN": "WARN seen",
            "REDIRECT": "REDIRECT boss@example.com",
        }
        return told.get(word, word)

    def mails(self, count: int) -> list[Mail]:
        """Messages that meet its tables now and then."""
        dice = self.dice
        return [
            Mail(
                sender="" if dice.random() < 0.15 else self._address(OUTSIDE),
                recipient=self._address((*OWN, *OWN, *RECIPIENTS, "other.example")),
                client=dice.choice(CLIENTS),
                helo=dice.choice(GREETINGS),
                headers=(
                    ("From", self._address(OUTSIDE)),
                    ("To", "list@example.com"),
                    ("Subject", dice.choice(SUBJECTS)),
                    ("X-Test", dice.choice(("yes", "no"))),
                ),
            )
            for _ in range(count)
        ]

    def _address(self, domains: tuple[str, ...]) -> str:
        return f"{self.dice.choice(LOCAL)}@{self.dice.choice(domains)}"


def _lines(entries: object) -> bytes:
    return "".join(f"{key} {value}\n" for key, value in entries).encode()  # type: ignore[attr-defined]
