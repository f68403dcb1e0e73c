"""What is read from each message of `nasty/`, which were written byte by byte to be hard."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from mmctl.mail.reader import read_email

NASTY: Final = Path(__file__).parent / "nasty"
SKIPPED_AT_TOP: Final = "a line that is not a header was skipped at the top"
NO_HEADERS: Final = "the message has no headers"
BLANK_LINES: Final = "blank lines before the header were skipped"
BARE_CR: Final = "a bare CR in the header counts as a line end"
A: Final = ("a@example.com",)

# Addresses under the header's name, `subject` decoded, headers that must or must not be there,
# notes (none unless named), size where it differs from the bytes of the file.
EXPECTED: Final[dict[str, dict[str, Any]]] = {
    "bare-cr-inside": {
        "from": A,
        "subject": ("one",),
        "there": {"x-hidden": "yes"},
        "absent": ("x-body",),
        "notes": (BARE_CR,),
        "size": 72,
    },
    "bare-cr-only": {
        "from": A,
        "subject": ("bare folded",),
        "there": {"x-a": "1"},
        "absent": ("x-body",),
        "notes": (BARE_CR,),
        "size": 67,
    },
    "broken-encoded-words": {
        "from": ("a@example.com", "b@example.com"),
        "subject": ("=?no-such-charset?q?x?= =?utf-8?b?A?= \ufffd =?utf-8?x?y?= end",),
        "notes": (
            "header `subject`: unknown character set `no-such-charset` of an encoded word",
            "header `subject`: an encoded word is not base64",
            "header `subject`: an encoded word has bytes that are not `utf-8`",
        ),
    },
    "comments-in-from": {
        "from": ("john@example.com",),
        "to": ("b@example.com",),
        "cc": ("sad@example.com",),
    },
    "eight-bit-latin1": {
        "from": ("j@example.com",),
        "subject": ("Grüße für",),
        "there": {"x-mixed": "é"},
        "notes": ("bytes of the header that are not UTF-8 are decoded as Latin-1",),
    },
    "eight-bit-utf8": {"from": ("jörg@example.com",), "subject": ("Grüße",)},
    "empty": {"notes": (NO_HEADERS,)},
    "encoded-address-in-name": {"from": ("mallory@example.net",)},
    "encoded-word-with-line-break": {
        "from": A,
        "subject": ("helloa\nb",),
        "absent": ("bcc",),
        "notes": (
            "header `from`: an encoded word has a line break",
            "header `subject`: an encoded word has a line break",
        ),
    },
    "encoded-word-with-specials": {"from": ("john@example.com",)},
    "encoded-words-joined": {"from": A, "subject": ("üöä é and what?",)},
    "folding-oddities": {
        "from": A,
        "subject": ("spaced    \tmore",),
        "there": {"x-empty": "", "x-fold": "a  b\tc"},
        "absent": ("leading",),
        "notes": (SKIPPED_AT_TOP,),
    },
    "from-line-in-the-middle": {
        "from": A,
        "subject": ("still here",),
        "notes": ("a line that is not a header was skipped after header `from`",),
    },
    "group-syntax": {
        "from": ("a@example.com", "b@example.com", "d@example.com"),
        "to": (),
        "cc": (),
        "subject": ("groups",),
    },
    "header-without-colon": {
        "from": A,
        "to": ("b@example.com",),
        "subject": ("space before colon",),
        "absent": ("", " nor has its continuation", "two words"),
        "notes": ("3 lines that are not headers were skipped, the first after header `from`",),
    },
    "huge-header": {
        "from": A,
        "to": tuple(f"r{number}@example.com" for number in range(2000)),
        "there": {"x-huge": '("=?<,' * 20_000},
    },
    "many-headers": {"from": A, "subject": ("many",), "there": {"x-same": "0"}},
    "mbox-from-line": {"from": ("b@example.com",), "subject": ("mbox",), "size": 52},
    "mixed-line-ends": {
        "from": A,
        "to": ("b@example.com",),
        "subject": ("one two\tthree",),
        "size": 97,
    },
    "no-address": {"from": (), "sender": (), "to": ("root",), "cc": (), "subject": ("",)},
    "no-headers": {
        "notes": (
            BLANK_LINES,
            "2 lines that are not headers were skipped, the first at the top",
            NO_HEADERS,
        )
    },
    "nul-bytes": {
        "from": ("a\0b@example.com",),
        "subject": ("a\0b",),
        "there": {"x-after": "yes"},
        "notes": (
            "the header has NUL bytes",
            "2 lines that are not headers were skipped, the first after header `from`",
        ),
    },
    "obsolete-spaces": {
        "from": ("john.doe@example.com",),
        "to": ("a@[192.0.2.1]", "b@[IPv6:2001:db8::1]"),
    },
    "only-blank-lines": {"notes": (BLANK_LINES, NO_HEADERS), "size": 8},
    "only-headers": {"from": A, "subject": ("no body",)},
    "quoted-local-parts": {
        "from": ('"john doe"@example.com',),
        "to": ("b@example.com", '"d\\"e"@example.com'),
    },
    "read-receipt": {"from": A, "there": {"disposition-notification-to": "a@example.com"}},
    "source-routes": {
        "from": ("user@example.com",),
        "to": ("a@example.com", "b@example.com"),
        "cc": A,
    },
    "two-from": {
        "from": ("first@example.com", "second@example.org"),
        "subject": ("one", "two"),
    },
    "unbalanced": {
        "from": A,
        "to": ("b@example.com", "c@example.com", "d@example.com"),
        "cc": ("b@example.com", "c@example.com"),
        "sender": ("j@example.com",),
    },
    "unicode-local-part": {
        "from": ("用户@例え.example",),
        "to": ("ü+tag@bücher.example",),
        "subject": ("日本",),
    },
    "utf16": {
        "from": A,
        "subject": ("Grüße",),
        "notes": ("the message is decoded as UTF-16",),
        "size": 55,
    },
    "utf7-and-odd-codecs": {
        "from": A,
        "subject": ("\ufffd =?unicode_escape?q?=5Cx?= =?idna?q?xn--?= =?zip?q?x?= 日本",),
        "notes": (
            "header `subject`: unknown character set `unicode_escape` of an encoded word",
            "header `subject`: unknown character set `idna` of an encoded word",
            "header `subject`: unknown character set `zip` of an encoded word",
            "header `subject`: an encoded word has bytes that are not `utf-7`",
        ),
    },
    "utf8-bom": {
        "from": A,
        "subject": ("bom",),
        "notes": ("a byte order mark before the header was skipped",),
    },
}


def test_every_nasty_message_has_its_row_in_the_table() -> None:
    assert {path.stem for path in NASTY.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_nasty_message_is_read_as_the_table_says(name: str) -> None:
    expected = EXPECTED[name]
    message = (NASTY / f"{name}.eml").read_bytes()
    email = read_email(message)
    for header in ("from", "sender", "to", "cc"):
        assert email.addresses(header) == expected.get(header, ())
    if "subject" in expected:
        assert email.header_values("Subject", decoded=True) == expected["subject"]
    for header, value in expected.get("there", {}).items():
        assert email.header_values(header, decoded=True)[0] == value
    for header in expected.get("absent", ()):
        assert email.header_values(header, decoded=True) == ()
    assert email.notes == expected.get("notes", ())
    assert email.size == expected.get("size", len(message))


def test_all_instances_of_a_header_are_kept_in_order() -> None:
    email = read_email((NASTY / "many-headers.eml").read_bytes())
    values = email.header_values("X-SAME", decoded=False)
    assert values == tuple(str(number) for number in range(3000))


def test_addresses_are_also_given_header_by_header() -> None:
    email = read_email((NASTY / "two-from.eml").read_bytes())
    assert email.addresses_by_header("From") == (
        ("first@example.com",),
        ("second@example.org",),
        (),
    )


def test_a_read_receipt_is_seen_in_the_header_that_asks_for_it() -> None:
    asks = {
        path.stem
        for path in NASTY.iterdir()
        if read_email(path.read_bytes()).read_receipt_requested
    }
    assert asks == {"read-receipt"}
