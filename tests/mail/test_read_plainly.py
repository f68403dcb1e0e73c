"""What is read with little work is what is read plainly: see `read_plainly`."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

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
from mmctl.mail.reader import read_email

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


def value_of(dice: Random) -> str:
    return "".join(dice.choices(VALUE_PIECES, k=dice.choice((2, 4, 8, 16, 40))))


def message_of(dice: Random) -> bytes:
    pieces = dice.choices(SECTION_PIECES + VALUE_PIECES, k=dice.choice((3, 8, 20, 60)))
    return "".join(pieces).encode(dice.choice(("utf-8", "latin-1")), "ignore")


def same_value(text: str) -> None:
    """Hold every reader of one value to the plain one."""
    expected = read_plainly.addresses(text)
    assert addresses(text) == expected
    assert quick_addresses.of_any(text) == expected
    assert decode_words(text) == read_plainly.decode_words(text)
    assert method_results(text) == read_plainly.method_results(text)


def same_message(message: bytes) -> None:
    """Hold every reader of a message to the plain one."""
    email = read_email(message)
    headers, defects = read_plainly.headers(message)
    assert {name: list(values) for name, values in email.headers.items()} == headers
    assert list(email.defects) == defects
    assert email.notes == read_plainly.notes(headers, defects)
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
def test_real_mail_is_read_as_it_is_read_plainly() -> None:
    for _, message in messages([CORPUS / name for name in ARCHIVES]):
        email = read_email(message)
        same_message(message)
        for values in email.headers.values():
            for value in values:
                assert addresses(value) == read_plainly.addresses(value)
