"""Messages as a company's gateway gets them: the same ones each time, and nobody's.

Names in several scripts, encoded words, long recipient lists, trace headers, signatures; bodies of
some 20 KB; most lines end with CRLF; a few messages are broken.
"""

from __future__ import annotations

import base64
import random
from typing import Final

_WORDS: Final = [
    "invoice",
    "order",
    "meeting",
    "report",
    "quarter",
    "budget",
    "team",
    "project",
    "release",
    "update",
    "security",
    "contract",
    "legal",
    "draft",
    "review",
    "customer",
    "support",
    "shipping",
    "newsletter",
    "offer",
    "account",
    "statement",
    "holiday",
]
_FOREIGN: Final = (
    "Überprüfung",
    "Résumé",
    "東京本社",
    "Привет",
    "日程のお知らせ",
    "Größe",
    "señor",
)
_FIRST: Final = [
    "anna",
    "bob",
    "carla",
    "dinesh",
    "emma",
    "farid",
    "gina",
    "hiro",
    "ivan",
    "jana",
    "kofi",
    "maria",
    "nils",
    "olga",
]
_LAST: Final = [
    "smith",
    "garcia",
    "khan",
    "mueller",
    "rossi",
    "tanaka",
    "novak",
    "silva",
    "dubois",
    "olsen",
    "kim",
    "brown",
]
_DOMAINS: Final = tuple(
    f"{word}{number}.example.{top}"
    for number in range(60)
    for word, top in (("dept", "com"), ("partner", "net"), ("news", "org"))
)
_LIST_LENGTHS: Final = (1, 1, 1, 2, 3, 8, 20)
_BODY_BYTES: Final = 18_000


def messages(count: int, seed: int = 1) -> list[bytes]:
    """So many messages."""
    return [_Writer(random.Random(f"{seed}/{n}")).message() for n in range(count)]  # noqa: S311


class _Writer:
    """Writes one message as the dice fall."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def message(self) -> bytes:
        header = [*self._trace(), *self._fields(), *self._marks()]
        broken = self.dice.random()
        if broken < 0.01:
            header.insert(3, "this line has no colon at all")
        elif broken < 0.02:
            header.insert(3, "Subject: raw " + self.dice.choice(_FOREIGN))
        elif broken < 0.03:
            header.insert(0, "From someone@example.com Tue Oct  6 12:00:00 2026")
        size = int(self.dice.lognormvariate(0, 1.0) * _BODY_BYTES / 1.65)
        text = "\n".join(header) + "\n\n" + self._body(size)
        ends = "\r\n" if self.dice.random() < 0.6 else "\n"
        return text.replace("\n", ends).encode()

    def _address(self) -> str:
        name = f"{self.dice.choice(_FIRST)}.{self.dice.choice(_LAST)}{self.dice.randrange(100)}"
        return f"{name}@{self.dice.choice(_DOMAINS)}"

    def _mailbox(self) -> str:
        name = f"{self.dice.choice(_FIRST).title()} {self.dice.choice(_LAST).title()}"
        kind = self.dice.random()
        if kind < 0.2:
            return self._address()
        if kind < 0.35:
            name = _base64(f"{self.dice.choice(_FOREIGN)} {name}")
        elif kind < 0.45:
            name = _quoted(f"{name} {self.dice.choice(_FOREIGN)}")
        elif kind < 0.65:
            name = f'"{name.partition(" ")[2]}, {name.partition(" ")[0]}"'
        return f"{name} <{self._address()}>"

    def _list(self) -> str:
        return ",\n\t".join(self._mailbox() for _ in range(self.dice.choice(_LIST_LENGTHS)))

    def _subject(self) -> str:
        text = " ".join(self.dice.choices(_WORDS, k=self.dice.randint(3, 10))).capitalize()
        kind = self.dice.random()
        if kind < 0.15:
            foreign = _base64(f"{self.dice.choice(_FOREIGN)} {text[:30]}")
            return foreign + "\n " + _base64(text[30:] or "x")
        return _quoted(f"{self.dice.choice(_FOREIGN)} {text}") if kind < 0.3 else text

    def _trace(self) -> list[str]:
        """What servers on the way added."""
        lines = [
            f"Received: from {self.dice.choice(_DOMAINS)} ({self.dice.choice(_DOMAINS)} "
            f"[192.0.2.{self.dice.randrange(256)}])\n\tby mx{self.dice.randrange(9)}.example.com "
            f"(Postfix) with ESMTPS id {self._hex(10)}\n\tfor <{self._address()}>; "
            "Tue, 6 Oct 2026 12:00:01 +0000 (UTC)"
            for _ in range(self.dice.randint(2, 7))
        ]
        for _ in range(self.dice.randint(0, 3)):
            signature = base64.b64encode(self.dice.randbytes(256)).decode()
            folded = "\n\t ".join(signature[at : at + 70] for at in range(0, 344, 70))
            lines.append(
                f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; "
                f"d={self.dice.choice(_DOMAINS)};\n\ts=s1; h=from:to:subject:date:message-id;\n"
                f"\tbh={base64.b64encode(self.dice.randbytes(32)).decode()};\n\tb={folded}"
            )
        return lines

    def _fields(self) -> list[str]:
        """What the sender wrote."""
        fields = [f"From: {self._mailbox()}", f"To: {self._list()}", f"Subject: {self._subject()}"]
        if self.dice.random() < 0.3:
            fields.append(f"Cc: {self._list()}")
        if self.dice.random() < 0.1:
            fields.append(f"Sender: {self._address()}")
        fields += [
            "Date: Tue, 6 Oct 2026 12:00:00 +0000",
            f"Message-ID: <{self._hex(24)}@{self.dice.choice(_DOMAINS)}>",
            "MIME-Version: 1.0",
            'Content-Type: multipart/alternative; boundary="b1"',
        ]
        return fields

    def _marks(self) -> list[str]:
        """What scanners and mail programs added."""
        marks = []
        if self.dice.random() < 0.5:
            marks += [f"X-Exchange-{name}: {self._hex(30)}" for name in ("Id", "Scl", "As", "Pcl")]
            blob = [base64.b64encode(self.dice.randbytes(54)).decode() for _ in range(12)]
            marks.append("X-Antispam-Message-Info:\n\t" + "\n\t".join(blob))
        if self.dice.random() < 0.4:
            marks += [f"X-Campaign-Id: c{self.dice.randrange(500)}", "X-Priority: 3"]
        return marks

    def _body(self, size: int) -> str:
        words = " ".join(self.dice.choices(_WORDS, k=12))
        return "\n".join([words[:74]] * (size // 75 + 1)) + "\n"

    def _hex(self, digits: int) -> str:
        return f"{self.dice.getrandbits(4 * digits):0{digits}x}"


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
