"""Written-out messages: the same bytes each time, and read back as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.errors import UsageError
from mmctl.mail.compose import compose_email, read_composed
from mmctl.mail.reader import read_email
from mmctl.model.facts import HeaderName

FROM, SENDER, TO, CC, SUBJECT = (
    HeaderName.FROM,
    HeaderName.SENDER,
    HeaderName.TO,
    HeaderName.CC,
    HeaderName.SUBJECT,
)

TEXT = st.text(
    st.one_of(
        st.characters(min_codepoint=32, max_codepoint=126),
        st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]),
    ),
    max_size=200,
).map(str.strip)
NAMES = st.from_regex(r"X-[A-Za-z0-9-]{1,20}", fullmatch=True)


def test_a_written_out_message_is_what_it_says() -> None:
    message = compose_email(
        {FROM: "A <a@example.org>", TO: "b@example.com", SUBJECT: "Hello"},
        headers={"X-Spam": ["no", "maybe"]},
        body="text\nmore",
    )
    assert message == (
        b"From: A <a@example.org>\r\nTo: b@example.com\r\nSubject: Hello\r\n"
        b"X-Spam: no\r\nX-Spam: maybe\r\n\r\ntext\r\nmore\r\n"
    )


def test_nothing_written_is_an_empty_message() -> None:
    assert compose_email() == b"\r\n"


@given(TEXT.filter(lambda text: "=?" not in text))
def test_a_subject_is_read_back_as_written(subject: str) -> None:
    email = read_email(compose_email({SUBJECT: subject}))
    assert email.header_values("subject", decoded=True) == (subject,)
    assert email.notes == ()


@given(st.dictionaries(NAMES.map(str.title), st.lists(TEXT, min_size=1, max_size=3), max_size=3))
def test_headers_are_read_back_as_written(headers: dict[str, list[str]]) -> None:
    email = read_email(compose_email({SUBJECT: "s"}, headers=headers))
    for name, values in headers.items():
        plain = [value for value in values if "=?" not in value]
        read = email.header_values(name, decoded=True)
        assert [value for value in read if "=?" not in value][: len(plain)] == plain


@pytest.mark.parametrize(
    ("written", "sent", "addresses"),
    [
        ("a@example.com", "a@example.com", ["a@example.com"]),
        ("Team: a@example.com, b@example.com;", None, ["a@example.com", "b@example.com"]),
        ("Jörg <j@example.com>", "=?utf-8?b?SsO2cmc=?= <j@example.com>", ["j@example.com"]),
        ('"Müller, Jörg" <j@example.com>, b@example.com', "", ["j@example.com", "b@example.com"]),
        ("Ä Ö von Ü <j@example.com>", "", ["j@example.com"]),
        ("ü@exämple.example", None, ["ü@exämple.example"]),
        ("Ü <ü@exämple.example>", "", ["ü@exämple.example"]),
        ("=?utf-8?q?raw?= <a@example.com>", None, ["a@example.com"]),
    ],
)
def test_addresses_stay_and_names_are_encoded(
    written: str, sent: str | None, addresses: list[str]
) -> None:
    email = read_email(compose_email(dict.fromkeys((FROM, TO, CC, SENDER), written)))
    for name in ("From", "To", "Cc", "Sender"):
        assert email.addresses(name) == tuple(addresses)
        if sent != "":
            assert email.header_values(name, decoded=False) == (sent or written,)
        if "=?" not in written:
            decoded = email.header_values(name, decoded=True)
            assert decoded == (written.replace('"', ""),)


@given(st.text(max_size=50), st.integers(min_value=0, max_value=400))
def test_a_size_that_is_said_is_the_size_and_else_it_is_counted(body: str, more: int) -> None:
    message = compose_email({SUBJECT: "s"}, body=body)
    assert read_composed(message, None) == read_email(message)
    assert read_composed(message, len(message) + more).size == len(message) + more


def test_a_size_that_is_too_small_is_refused() -> None:
    with pytest.raises(UsageError, match="has 7 bytes, more than its `size` of 5"):
        read_composed(compose_email(body="abc"), 5)


@pytest.mark.parametrize("name", ["X Spam", "X:Spam", "", "X-Späm", "X\r\nBcc"])
def test_a_header_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="is not the name of a header"):
        compose_email(headers={name: ["a"]})


@pytest.mark.parametrize("value", ["a\nb", "a\r\nBcc: b@example.com", "a\rb"])
def test_a_line_break_cannot_smuggle_in_a_header(value: str) -> None:
    with pytest.raises(UsageError, match="has a line break"):
        compose_email({SUBJECT: value})
    with pytest.raises(UsageError, match="has a line break"):
        compose_email({TO: value})


def test_long_headers_are_folded_and_read_back_whole() -> None:
    recipients = ", ".join(f"user{number}@example.com" for number in range(200))
    message = compose_email({TO: recipients}, headers={"X-Words": ["word " * 500 + "end"]})
    assert max(map(len, message.split(b"\r\n"))) <= 998
    email = read_email(message)
    assert email.header_values("To", decoded=False) == (recipients,)
    assert email.header_values("X-Words", decoded=False) == ("word " * 500 + "end",)


def test_a_body_beyond_ascii_says_how_it_is_written() -> None:
    message = compose_email(body="Grüße")
    assert b"Content-Type: text/plain; charset=utf-8\r\n" in message
    assert message.endswith("\r\n\r\nGrüße\r\n".encode())
    given = compose_email(body="Grüße", headers={"content-type": ["text/html; charset=utf-8"]})
    assert b"text/plain" not in given
