"""Headers that are made to cost much are read by other ways, which say the same."""

from __future__ import annotations

from random import Random
from typing import Final

from mmctl.mail.addresses import of_any
from mmctl.mail.facts_in_headers import found_facts
from mmctl.mail.headers import LONGEST_RECORDS
from mmctl.mail.reader import read_email, written_in
from mmctl.model.enums import RuleVerdict

PIECES: Final = (
    *("a", "B", "X-A", ":", ": ", "\n", "\n", "\n ", "\n\t", " ", "\t", "\u00e9", "a: b\n", ":\n"),
    *("::", "\x01", "c", "A: d\n", "x y: z\n", "-\n", "\x0b", "\x85"),
)
MANY: Final = "\nF: x" * 600
NONE: Final = "the message has no headers"


def test_many_lines_are_read_as_few_are() -> None:
    random = Random(5)  # noqa: S311 - examples, not secrets
    for _ in range(4_000):
        text = "".join(random.choice(PIECES) for _ in range(random.randrange(1, 12)))
        text = text.lstrip("\n").partition("\n\n")[0].removesuffix("\n") or "a"
        few: list[str] = []
        many: list[str] = []
        expected, found = written_in(text, few), written_in(text + MANY, many)
        assert found.pop("f")[-600:] == [" x"] * 600
        assert list(found.items()) == [each for each in expected.items() if each[0] != "f"], text
        assert many == [defect for defect in few if defect != NONE], text


def test_bytes_that_are_not_utf_8_are_latin_1_beside_every_character() -> None:
    # Their third byte is that of a byte which is not UTF-8; no other character could be mistaken.
    odd = "".join(chr(plane + 0xDC90) for plane in range(0x10000, 0x110000, 0x10000))
    for valid in ("", "a", "\u00e9\u65e5", "\U0001f600", odd, "\ue090\U000e0001"):
        for invalid in (b"\x80", b"\xdc\xff", b"\xed\xb2\x80", bytes(range(0x80, 0xC0))):
            message = b"Subject: " + valid.encode() + invalid + valid.encode() + b"\r\n\r\n"
            expected = valid + invalid.decode("latin-1") + valid
            assert read_email(message).headers["subject"] == (expected,)


def test_comments_hide_addresses_however_deep_they_nest() -> None:
    for depth in range(1, 40):
        comment = "(a@b, " * depth + "x" + "\\)(c)" + ")" * depth
        assert of_any(f"{comment} u@v {comment}, w@x") == ("u@v", "w@x"), depth


def test_records_that_no_server_writes_are_no_records() -> None:
    longer = "x" * LONGEST_RECORDS
    headers = (
        f"Return-Path: <a@b> ({longer})\r\n"
        f"Delivered-To: u@v ({longer})\r\n"
        f"Received: from c ([192.0.2.1]) by d ({longer})\r\n"
        f"Authentication-Results: mx; spf=pass; x={longer}\r\n"
    )
    found = found_facts(read_email(f"From: a@b\r\n{headers}\r\n".encode()))
    assert found.sources == {}
    short = headers.replace(longer, "x")
    found = found_facts(read_email(f"From: a@b\r\n{short}\r\n".encode()))
    assert set(found.sources) == {"mail_from", "recipients", "source_ip", "helo", "spf"}


def test_records_count_from_the_top_as_far_as_servers_may_have_written_them() -> None:
    line = "Authentication-Results: mx; x=" + "y" * 1000 + "\r\n"
    few, many = line * 8, line * (LONGEST_RECORDS // 1000 + 1)
    below = "Authentication-Results: mx; spf=fail\r\n"
    for above, verdict in ((few, RuleVerdict.FAIL), (many, None)):
        message = f"From: a@b\r\n{above}{below}\r\n".encode()
        found = found_facts(read_email(message)).facts.spf
        assert found is verdict
