"""What is read with little work is what is read plainly: see `read_plainly`."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
import read_plainly
from hypothesis import example, given, settings
from hypothesis import strategies as st
from read_whole import messages

from mmctl.mail import addresses as quick_addresses
from mmctl.mail.addresses import addresses
from mmctl.mail.authentication_results import aligned_domains, method_results
from mmctl.mail.encoded_words import decode_words
from mmctl.mail.facts_in_headers import found_facts
from mmctl.mail.picking import PickedHeaders, Picker
from mmctl.mail.reader import read_email

if TYPE_CHECKING:
    from mmctl.mail.email import Email

NASTY: Final = Path(__file__).parent / "nasty"
CORPUS: Final = Path(__file__).parents[2].parent / "shared/corpus"
ARCHIVES: Final = ("real-mail.tar.xz", "nasty.tar.xz")
VALUE_PIECES: Final = [
    *('"', "(", ")", "<", ">", "[", "]", "@", ",", ";", ":", ".", "\\", " ", "\t", "=", "?", "_"),
    *("=?utf-8?q?", "=?a?b?", "?=", "=?u?q?x?=", "=?u?q?x?= ", "=?utf-8?b?w6k=?=", "=?x?q?=C3?="),
    *("a", "root", "b.example", "a@b.example", "<a@b>", "(c)", "((c)", '"q"', '"j d"@e', "[1]"),
    *("\xe9", "\xa0", "\x1f", "<@", "<@a:", "()", '\\"', "from", " from ", "by", " by ", "from("),
    *("mx.example", "[192.0.2.1]", "([2001:db8::1])", "(HELO h)", "helo=", "TLS1.3", "192.0.2.7"),
    *("spf=pass", "dkim=fail", "dmarc=none", " header.d=b.example", "(p=reject)", "; ", " = "),
    *("smtp.mailfrom=a@b.example", "header.i=@b.example", "dkim/1=pass", "mx.example;", "d=1"),
]
SECTION_PIECES: Final = [
    *(f"{name}: " for name in ("From", "from", "To", "Cc", "Sender", "Subject", "X-A")),
    "From: x@a.b.example\n",
    *(f"{name}: " for name in ("Received", "Return-Path", "Delivered-To", "Envelope-To")),
    *(
        "Authentication-Results: mx; ",
        "Authentication-Results: mx; dkim=pass header.d=b.example; ",
        "Received-SPF: ",
        "From :",
        "X\n :",
        ":",
        "no colon",
    ),
    *("\r\n", "\n", "\r", "\r\n ", "\n\t", "\n\n", "\0", "\ufeff", "\xff\xfe", "From a\n"),
]


USUAL_NAMES: Final = (
    *("From", "from", "FROM", "To", "to", "Cc", "Sender", "Subject", "subject", "Date"),
    *("Received", "Received", "Return-Path", "Delivered-To", "Envelope-To", "X-Original-To"),
    *("Authentication-Results", "Received-SPF", "Disposition-Notification-To", "Reply-To"),
    *("X-A", "x-a", "X-A-B", "X-AB", "X", "X-Other", "List-Unsubscribe", "Subject ", "T", "Too"),
)
PICKERS: Final = (
    Picker(()),
    Picker(("to", "from")),
    Picker(
        (
            *("received", "return-path", "delivered-to", "envelope-to", "x-original-to"),
            *("authentication-results", "received-spf", "disposition-notification-to"),
            *("from", "sender", "to", "cc", "subject", "x", "x-a", "x-a-b", "x-ab"),
        )
    ),
)


def value_of(dice: Random) -> str:
    return "".join(dice.choices(VALUE_PIECES, k=dice.choice((2, 4, 8, 16, 40))))


def message_of(dice: Random) -> bytes:
    pieces = dice.choices(SECTION_PIECES + VALUE_PIECES, k=dice.choice((3, 8, 20, 60)))
    return "".join(pieces).encode(dice.choice(("utf-8", "latin-1")), "ignore")


def usual_message_of(dice: Random) -> bytes:
    """Fields one after the other with the same line ends; in one of three messages a fault."""
    ends = dice.choice(("\r\n", "\n"))
    fields = []
    for _ in range(dice.choice((1, 3, 8, 20))):
        name = dice.choice(USUAL_NAMES)
        pieces = dice.choices(VALUE_PIECES, k=dice.choice((0, 1, 4, 12)))
        if dice.random() < 0.2:
            pieces.insert(dice.randrange(len(pieces) + 1), f"{ends}\t")
        fields.append(":".join((name, dice.choice((" ", "", " \t")) + "".join(pieces))))
    text = ends.join(fields) + ends + ends + "Subject: body" + ends
    if dice.random() < 0.3:
        at = dice.randrange(len(text) + 1)
        text = text[:at] + dice.choice(SECTION_PIECES) + text[at:]
    return text.encode(dice.choice(("utf-8", "utf-8", "latin-1")), "ignore")


def same_value(text: str) -> None:
    """Hold every reader of one value to the plain one."""
    expected = read_plainly.addresses(text)
    assert addresses(text) == expected
    assert quick_addresses.of_any(text) == expected
    assert decode_words(text) == read_plainly.decode_words(text)
    assert method_results(text) == read_plainly.method_results(text)


def same_message(message: bytes) -> None:
    """Hold every reader of a message to the plain one."""
    same_email(read_email(message), message)
    headers, _ = read_plainly.headers(message)
    for picker in PICKERS:
        for name in picker.places:
            same_values(picker.read(message), headers.get(name, []), name)
        same_email(picker.read(message), message)


def same_values(picked: Email, expected: list[str], name: str) -> None:
    """Hold a header that is asked for first to the plain reading."""
    assert picked.headers.topmost(name) == (expected[0] if expected else None)
    assert bool(picked.headers.as_written(name)) is bool(expected)
    assert list(picked.header_values(name, decoded=False)) == expected


def same_email(email: Email, message: bytes) -> None:
    """Hold a message as it is read to the plain reading."""
    headers, defects = read_plainly.headers(message)
    assert email.size == read_email(message).size
    assert list(email.defects) == defects
    assert email.notes == read_plainly.notes(headers, defects)
    assert {name: list(values) for name, values in email.headers.items()} == headers
    for name, values in headers.items():
        plain = [read_plainly.decode_words(value).text for value in values]
        assert list(email.header_values(name, decoded=True)) == plain
    assert found_facts(email) == read_plainly.found_facts(email)


def test_every_value_is_read_as_it_is_read_plainly() -> None:
    dice = Random(12)  # noqa: S311 - the same ones each time
    for _ in range(6_000):
        same_value(value_of(dice))


@given(st.text())
@example('"\ud800" <a@b>')
def test_any_text_is_read_as_it_is_read_plainly(text: str) -> None:
    if text.isprintable() or not any("\ud800" <= each <= "\udfff" for each in text):
        same_value(text)
    else:
        assert all(spec.encode() for spec in addresses(text))


def test_every_message_is_read_as_it_is_read_plainly() -> None:
    dice = Random(12)  # noqa: S311 - the same ones each time
    for path in sorted(NASTY.iterdir()):
        same_message(path.read_bytes())
    for _ in range(3_000):
        same_message(message_of(dice))


def test_every_message_with_usual_fields_is_read_as_it_is_read_plainly() -> None:
    dice = Random(12)  # noqa: S311 - the same ones each time
    messages = [usual_message_of(dice) for _ in range(1_000)]
    for message in messages:
        same_message(message)
    picked = [type(PICKERS[2].read(message).headers) is PickedHeaders for message in messages]
    assert len(messages) // 3 < sum(picked) < len(messages)


def test_the_same_values_are_known_by_what_is_written() -> None:
    """A header that is written in the same way means the same, wherever its message came from."""
    dice = Random(12)  # noqa: S311 - the same ones each time
    known: dict[object, tuple[str, ...]] = {}
    for _ in range(1_000):
        message = usual_message_of(dice)
        for picker in PICKERS:
            for name in ("from", "to", "subject", "x-a"):
                headers = picker.read(message).headers
                written = headers.as_written(name)
                assert known.setdefault(written, headers.values_of(name)) == headers.values_of(name)


@settings(max_examples=300)
@given(st.binary())
def test_any_bytes_are_read_as_they_are_read_plainly(message: bytes) -> None:
    same_message(message)


def test_what_nests_deeply_is_read_as_it_is_read_plainly() -> None:
    for unit in ("((((a))))", "(((", "((((", ")))", '(("', "((\\", "(()", "(((a)b)c)"):
        for text in (unit * 20, unit * 20 + " a@b", f"x@y {unit * 20} <a@b>, c"):
            same_value(text)


@given(
    st.sets(st.sampled_from(["a", "b.a", "c.b.a", "xb.a", "d.c.b.a", "b", "", ".a", "a.", "a..b"])),
    st.sets(st.sampled_from(["a", "b.a", "c.b.a", "yb.a", "d.c.b.a", "b", "", ".a", "a.", "a..b"])),
)
def test_domains_are_aligned_in_pairs(signers: set[str], senders: set[str]) -> None:
    expected = {
        signer
        for signer in signers
        if any(read_plainly.are_aligned(signer, sender) for sender in senders)
    }
    assert aligned_domains(signers, senders) == expected


@pytest.mark.slow
@pytest.mark.skipif(
    not all((CORPUS / name).exists() for name in ARCHIVES),
    reason="the corpus of real mail is not on this machine",
)
@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.deep)])
def test_real_mail_is_read_as_it_is_read_plainly(step: int) -> None:
    for _, message in islice(messages([CORPUS / name for name in ARCHIVES]), 0, None, step):
        email = read_email(message)
        same_message(message)
        for values in email.headers.values():
            for value in values:
                assert addresses(value) == read_plainly.addresses(value)
