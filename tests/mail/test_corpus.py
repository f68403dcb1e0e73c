"""Real mail: every message is read, and each difference from the standard library has a reason.

The corpus is real people's mail and no part of the repository: nothing of a message is shown,
only counts. Where the corpus is absent these tests are skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from read_whole import messages

from mmctl.mail.addresses import addresses
from mmctl.mail.encoded_words import decode_words
from mmctl.mail.facts_in_headers import found_facts
from mmctl.mail.reader import read_email

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from mmctl.mail.email import Email

CORPUS: Final = Path(__file__).parents[2].parent / "shared/corpus"
ARCHIVES: Final = ("real-mail.tar.xz", "nasty.tar.xz")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all((CORPUS / name).exists() for name in ARCHIVES),
        reason="the corpus of real mail is not on this machine",
    ),
]
SAME: Final = "the same"


def corpus() -> Iterator[tuple[bytes, Email]]:
    """Every message, as bytes and as read."""
    for _, message in messages([CORPUS / name for name in ARCHIVES]):
        yield message, read_email(message)


def test_every_message_is_read_and_can_be_asked_for_everything() -> None:
    count = 0
    for message, email in corpus():
        count += 1
        names = [*email.headers]
        values = [email.header_values(name, decoded=True) for name in names]
        assert len(values) == len(names)
        assert all(isinstance(spec, str) for name in names for spec in email.addresses(name))
        assert found_facts(email).sources.keys() <= {
            *("mail_from", "recipients", "source_ip", "helo", "tls"),
            *("spf", "dkim", "dmarc", "dmarc_policy"),
        }
        carried = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
        assert len(message) - 200 <= email.size <= len(carried)
        assert all(note.isprintable() for note in email.notes)
    assert count > 2_800


def of_compat32(parsed: Message[str, str]) -> dict[str, list[str]]:
    """The headers of the standard library, unfolded, 8-bit characters as we read them."""
    latin_1 = {0xDC00 + byte: byte for byte in range(0x80, 0x100)}
    headers: dict[str, list[str]] = {}
    for name, value in parsed.raw_items():
        text = re.sub(r"\r\n|\r|\n", "", str(value)).strip(" \t")
        text = text.encode("ascii", "surrogateescape").decode("utf-8", "surrogateescape")
        headers.setdefault(name.lower(), []).append(text.translate(latin_1))
    return headers


def is_start_of(less: dict[str, list[str]], more: dict[str, list[str]]) -> bool:
    """Whether headers are the first of others, so that reading stopped too early."""
    return all(more.get(name, [])[: len(values)] == values for name, values in less.items())


def header_difference(message: bytes, email: Email, theirs: dict[str, list[str]]) -> str:
    """Why the standard library reads other headers."""
    ours = {name: list(values) for name, values in email.headers.items()}
    if ours == theirs:
        return SAME
    if re.search(rb"^From[ \t]+:", message, re.MULTILINE):
        return "it takes `From :` for the line of an mbox"
    if is_start_of(theirs, ours):
        if message.startswith(b"\xef\xbb\xbf"):
            return "it takes a byte order mark for the end of the header"
        if any("not a header" in defect or "not headers" in defect for defect in email.defects):
            return "it ends the header at a line without colon"
        if re.search(rb"^[!-9;-~]+(?:\r?\n)?[ \t]+:", message, re.MULTILINE):
            return "it ends the header at white space before a colon"
    return "unexplained"


def test_headers_differ_from_compat32_for_known_reasons_alone() -> None:
    parser = BytesHeaderParser(policy=policy.compat32)
    kinds = Counter(
        header_difference(message, email, of_compat32(parser.parsebytes(message)))
        for message, email in corpus()
    )
    assert kinds.keys() == {
        SAME,
        "it takes `From :` for the line of an mbox",
        "it takes a byte order mark for the end of the header",
        "it ends the header at a line without colon",
        "it ends the header at white space before a colon",
    }
    assert kinds[SAME] > 0.99 * kinds.total()


def address_difference(value: str) -> str:
    """Why the standard library finds other addresses."""
    ours = [spec for spec in addresses(value) if "@" in spec]
    try:
        theirs = [spec for _, spec in getaddresses([value]) if "@" in spec]
    except RecursionError:
        return "it recurses once for each word"
    if ours == [re.sub(r"\s", "", spec) for spec in theirs]:
        return SAME
    if set(ours) < set(theirs):
        return "it takes a name for an address"
    if any(spec.count("@") > 1 for spec in ours):
        return "it cuts up an address with two @"
    if len(ours) > len(theirs):
        return "it loses an address in a broken list"
    return "both make something of a broken list"


def test_addresses_differ_from_the_standard_library_for_known_reasons_alone() -> None:
    kinds = Counter(
        address_difference(value)
        for _, email in corpus()
        for name in ("from", "sender", "to", "cc")
        for value in email.header_values(name, decoded=False)
    )
    assert kinds[SAME] > 0.98 * kinds.total()
    assert kinds["both make something of a broken list"] < 30


def word_difference(value: str) -> str:
    """Why the standard library decodes a text otherwise."""
    decoded = decode_words(value)
    try:
        theirs = str(make_header(decode_header(value)))
    except (LookupError, UnicodeError, ValueError):
        return "it raises"
    if decoded.text == theirs:
        return SAME
    if "".join(decoded.text.split()) == "".join(theirs.split()):
        return "it adds or drops white space"
    return "unexplained" if value.isascii() else "it escapes raw 8-bit text beside encoded words"


def test_encoded_words_differ_from_the_standard_library_for_known_reasons_alone() -> None:
    kinds = Counter(
        word_difference(value)
        for _, email in corpus()
        for name in ("from", "to", "subject")
        for value in email.header_values(name, decoded=False)
        if "=?" in value
    )
    assert kinds["unexplained"] == 0
    assert kinds[SAME] > 0.8 * kinds.total()
