"""Messages as a company's gateway gets them: the same ones each time, and nobody's.

Names in several scripts, encoded words, long recipient lists, trace headers, attachments. Most
senders and subjects come again, as newsletters, customers and machines do; others are new. A few
messages are malformed. Envelope and client are in the header, as the last server writes them.
"""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Each = TypeVar("Each")

_WORDS: Final = (
    "invoice order meeting report quarter budget team project release update security payroll "
    "contract legal draft review customer support ticket shipping urgent newsletter offer account "
    "password reset verify payment statement holiday schedule roadmap"
)
_FIRST: Final = "anna bob carla dinesh emma farid gina hiro ivan jana kofi li maria nils olga pedro"
_LAST: Final = (
    "smith garcia khan mueller rossi tanaka novak silva dubois olsen kim patel brown lopez"
)
WORDS: Final = tuple(_WORDS.split())
FIRST_NAMES: Final = tuple(_FIRST.split())
LAST_NAMES: Final = tuple(_LAST.split())
OWN_DOMAINS: Final = tuple(
    f"{unit}.{place}.example.com"
    for unit in ("corp", "legal", "trading", "shop", "works")
    for place in ("eu", "us", "asia", "uk", "fr", "de", "it", "in")
)
OTHER_DOMAINS: Final = tuple(
    f"{word}{number}.example.{top}"
    for number in range(130)
    for word, top in (("dept", "com"), ("partner", "net"), ("news", "org"))
)
MAILERS: Final = ("Outlook 16", "Apple Mail", "MassMail 3", "Thunderbird", "PHPMailer 6")
CLIENT_NETWORKS: Final = ("192.0.2", "198.51.100", "203.0.113")
MALFORMED: Final = 0.03
"""The share of messages with a fault in the header."""

_FOREIGN: Final = (
    "Überprüfung",
    "Résumé",
    "東京本社",
    "Привет",
    "日程のお知らせ",
    "Größe",
    "señor",
)
_RECIPIENTS: Final = (1, 1, 1, 1, 2, 3, 7, 20)
_TO: Final = (1, 1, 1, 2, 3, 8, 20)
_KNOWN_SENDERS: Final = 600
_KNOWN_SUBJECTS: Final = 300
_MAILBOXES: Final = 1500
_DAY: Final = "Tue, 6 Oct 2026 12:00:00 +0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message."""

    content: bytes
    malformed: bool


def mail(count: int, *, one_recipient: bool = False, seed: int = 1) -> Iterator[Mail]:
    """So many messages; with one recipient each, they are the same but for the envelope."""
    company = _Company(seed)
    for number in range(count):
        dice = random.Random(f"{seed}/{number}")  # noqa: S311 - examples, not secrets
        yield _Writer(dice, company, one_recipient=one_recipient).mail()


def mailboxes(seed: int = 1) -> list[str]:
    """The mailboxes of the company, the most frequent first."""
    return list(dict.fromkeys(_Company(seed).mailboxes))


class _Company:
    """Who writes to it again and again, and of what; and its mailboxes."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(f"{seed}/company")  # noqa: S311
        self.senders = [
            (address, _display_name(dice))
            for address in (_address(dice, OTHER_DOMAINS) for _ in range(_KNOWN_SENDERS))
        ]
        self.subjects = [_subject(dice) for _ in range(_KNOWN_SUBJECTS)]
        self.mailboxes = [_address(dice, OWN_DOMAINS) for _ in range(_MAILBOXES)]
        self.text = "\n".join(" ".join(dice.choices(WORDS, k=11))[:76] for _ in range(4000))
        self.binary = base64.encodebytes(dice.randbytes(150_000)).decode()


@dataclass(slots=True)
class _Writer:
    """Writes one message as the dice fall."""

    dice: random.Random
    company: _Company
    one_recipient: bool

    def mail(self) -> Mail:
        dice = self.dice
        sender, name = self._sender()
        count = dice.choice(_RECIPIENTS)
        recipients = [self._frequent(self.company.mailboxes) for _ in range(count)]
        recipients = list(dict.fromkeys(recipients))[: 1 if self.one_recipient else None]
        header = [
            f"Return-Path: <{sender}>",
            "Envelope-To: " + ",\n\t".join(recipients),
            *self._trace(sender, recipients[0]),
            *self._fields(sender, name),
            *self._marks(),
        ]
        body = self._content(header)
        malformed = dice.random() < MALFORMED
        text = "\n".join(self._spoilt(header) if malformed else header) + "\n\n" + body
        ends = "\r\n" if dice.random() < 0.6 else "\n"
        return Mail(content=text.replace("\n", ends).encode(), malformed=malformed)

    def _sender(self) -> tuple[str, str]:
        """One who wrote before, or for one in three a new one."""
        if self.dice.random() < 0.67:
            return self._frequent(self.company.senders)
        return _address(self.dice, OTHER_DOMAINS), _display_name(self.dice)

    def _frequent(self, known: list[Each]) -> Each:
        return known[int(len(known) * self.dice.random() ** 2.5)]

    def _trace(self, sender: str, recipient: str) -> list[str]:
        """What servers on the way added."""
        dice = self.dice
        domain = sender.partition("@")[2]
        client = f"{dice.choice(CLIENT_NETWORKS)}.{dice.randrange(256)}"
        lines = [f"X-Client: {''.join(f'{int(part):02x}' for part in client.split('.'))}"]
        for hop in range(dice.randint(2, 8)):
            address = f"192.0.2.{dice.randrange(256)}" if hop else client
            lines.append(
                f"Received: from {domain} (mta{hop}.{domain} [{address}])\n"
                f"\tby mx{dice.randrange(9)}.example.com (Postfix) with ESMTPS id {self._hex(10)}\n"
                f"\tfor <{recipient}>; {_DAY} (UTC)"
            )
        for _ in range(dice.randint(0, 2)):
            signature = base64.b64encode(dice.randbytes(256)).decode()
            folded = "\n\t ".join(signature[at : at + 70] for at in range(0, 344, 70))
            lines.append(
                f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain};\n"
                f"\ts=s{dice.randrange(9)}; h=from:to:subject:date:message-id:mime-version;\n"
                f"\tbh={base64.b64encode(dice.randbytes(32)).decode()};\n\tb={folded}"
            )
        verdict = dice.choice(("pass", "pass", "fail", "none"))
        lines.append(
            f"Authentication-Results: mx.example.com; spf=pass smtp.mailfrom={sender};\n"
            f"\tdkim={verdict} header.d={domain}; dmarc={verdict}"
        )
        return lines

    def _fields(self, sender: str, name: str) -> list[str]:
        """What the sender wrote."""
        dice = self.dice
        fields = [f"From: {name} <{sender}>", f"To: {self._list(dice.choice(_TO))}"]
        if dice.random() < 0.3:
            fields.append(f"Cc: {self._list(dice.choice((1, 2, 4)))}")
        if dice.random() < 0.1:
            fields.append(f"Sender: {_address(dice, OTHER_DOMAINS)}")
        known = dice.random() < 0.4
        fields += [
            f"Subject: {self._frequent(self.company.subjects) if known else _subject(dice)}",
            f"Date: {_DAY}",
            f"Message-ID: <{self._hex(24)}@{sender.partition('@')[2]}>",
            "MIME-Version: 1.0",
        ]
        return fields

    def _list(self, count: int) -> str:
        return ",\n\t".join(
            f"{_display_name(self.dice)} <{_address(self.dice, OWN_DOMAINS + OTHER_DOMAINS[:40])}>"
            for _ in range(count)
        )

    def _marks(self) -> list[str]:
        """What scanners and mail programs added."""
        dice = self.dice
        marks = []
        if dice.random() < 0.5:
            marks += [f"X-Exchange-{name}: {self._hex(30)}" for name in ("Id", "Scl", "As", "Pcl")]
            blob = [
                base64.b64encode(dice.randbytes(54)).decode() for _ in range(dice.randint(5, 25))
            ]
            marks.append("X-Antispam-Message-Info:\n\t" + "\n\t".join(blob))
        if dice.random() < 0.4:
            marks += [f"X-Mailer: {dice.choice(MAILERS)}", f"X-Priority: {dice.randint(1, 5)}"]
            marks.append(f"X-Campaign-Id: c{dice.randrange(500)}")
        if dice.random() < 0.3:
            spam, score = dice.choice(("Yes", "No")), dice.uniform(-5, 15)
            marks.append(f"X-Junk-Status: {spam}, score={score:.1f}")
            marks.append(f"List-Unsubscribe: <https://news.example.org/u/{self._hex(40)}>")
        return marks

    def _content(self, header: list[str]) -> str:
        """The body; its headers go to the others."""
        dice = self.dice
        size = int(min(100_000, max(1_000, dice.lognormvariate(9.1, 1.0))))
        text = self.company.text
        start = dice.randrange(len(text) - size)
        written = text[start : start + size]
        kind, bound = dice.random(), f"b{self._hex(20)}"
        if kind < 0.35:
            header.append("Content-Type: text/plain; charset=utf-8")
            return written + "\n"
        plain = f"--{bound}\nContent-Type: text/plain; charset=utf-8\n\n{written[: size // 3]}\n"
        if kind < 0.7:
            header.append(f'Content-Type: multipart/alternative; boundary="{bound}"')
            page = f"<html><body><p>{written[size // 3 :]}</p></body></html>"
            return f"{plain}--{bound}\nContent-Type: text/html\n\n{page}\n--{bound}--\n"
        header.append(f'Content-Type: multipart/mixed;\n boundary="{bound}"')
        packed = max(size, 16_000) // 77 * 77
        start = dice.randrange((len(self.company.binary) - packed) // 77) * 77
        attached = self.company.binary[start : start + packed]
        return (
            f"{plain}--{bound}\nContent-Type: application/pdf; name=a.pdf\n"
            f"Content-Transfer-Encoding: base64\n\n{attached}--{bound}--\n"
        )

    def _spoilt(self, header: list[str]) -> list[str]:
        """The header with a fault."""
        dice = self.dice
        at = next(place for place, line in enumerate(header) if line.startswith("From: "))
        match dice.randrange(6):
            case 0:
                return [*header[:at], f"Subject: again {_subject(dice)}", *header[at:]]
            case 1:
                return [*header[:at], f"Subject: raw {dice.choice(_FOREIGN)}", *header[at:]]
            case 2:
                return [*header[:at], "this line has no colon at all", *header[at:]]
            case 3:
                return [*header[:at], *header[at + 1 :]]
            case 4:
                return [f"From someone@example.com {_DAY}", *header]
            case _:
                broken = "Subject: =?utf-8?B?not*base64?= =?nope-charset?Q?x?="
                return [*header[:at], broken, *header[at:]]

    def _hex(self, digits: int) -> str:
        return f"{self.dice.getrandbits(4 * digits):0{digits}x}"


def _address(dice: random.Random, domains: tuple[str, ...]) -> str:
    name = f"{dice.choice(FIRST_NAMES)}.{dice.choice(LAST_NAMES)}{dice.randrange(100)}"
    return f"{name}@{dice.choice(domains)}"


def _display_name(dice: random.Random) -> str:
    first, last = dice.choice(FIRST_NAMES).title(), dice.choice(LAST_NAMES).title()
    kind = dice.random()
    if kind < 0.15:
        return _base64(f"{dice.choice(_FOREIGN)} {first} {last}")
    if kind < 0.25:
        return _quoted(f"{first} {last} {dice.choice(_FOREIGN)}")
    return f'"{last}, {first}"' if kind < 0.45 else f"{first} {last}"


def _subject(dice: random.Random) -> str:
    text = " ".join(dice.choices(WORDS, k=dice.randint(3, 10))).capitalize()
    kind = dice.random()
    if kind < 0.15:
        foreign = _base64(f"{dice.choice(_FOREIGN)} {text[:30]}")
        return foreign + "\n " + _base64(text[30:] or "x")
    return _quoted(f"{dice.choice(_FOREIGN)} {text[:40]}") if kind < 0.3 else text


def _base64(text: str) -> str:
    return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


def _quoted(text: str) -> str:
    kept = (
        chr(byte)
        if chr(byte).isalnum() and byte < 0x80
        else "_"
        if byte == 0x20
        else f"={byte:02X}"
        for byte in text.encode()
    )
    return f"=?utf-8?Q?{''.join(kept)}?="
