"""An archived message as text: whatever strangers wrote, bounded and in linear time."""

from __future__ import annotations

import pytest

from mmctl.operate.archive.message import ArchivedMessage
from mmctl.operate.archive.showing import MOST_FIELDS, MOST_TEXT, readable, words_of


def message(content: bytes) -> ArchivedMessage:
    return ArchivedMessage(
        id="m1",
        content=content,
        at=None,
        mail_from="a@example.org",
        recipients=("info@example.com",),
        helo=None,
        source_ip=None,
        tls_protocol=None,
        tls_cipher=None,
        ingress_point_id=None,
        traffic_policy_id=None,
        rule_set_id=None,
        source_arn=None,
    )


def test_html_is_shown_as_its_words_and_where_its_links_lead() -> None:
    html = (
        "<html><head><title>no</title><STYLE>p {}</STYLE></head><body><p>Hello&nbsp;<b>World</b>"
        "<br>\u0130 two <A HREF='http://example.net/?a&amp;b'>link</a><script>no()</script>"
        "<!-- no > no --> end &lt;b&gt;</p>"
    )
    assert words_of(html) == "Hello World\n\u0130 two <http://example.net/?a&b> link end <b>"


@pytest.mark.parametrize(
    "piece", ["<", "<!--", "<a href=", "<![CDATA[", "&#", "<script>", "<a ", "</", "<!", "<a b='"]
)
def test_hostile_html_takes_no_longer_than_other(piece: str) -> None:
    words_of(piece * 100_000)


def test_a_message_is_bounded() -> None:
    fields = b"".join(b"X-%d: =?utf-8?q?=C3=9C?=\r\n" % number for number in range(150))
    shown = readable(message(fields + b"\r\n" + b"x" * (MOST_TEXT + 10)))
    assert len(shown.fields) == MOST_FIELDS
    assert shown.fields[0] == ("X-0", "\u00dc")
    assert shown.notes == ("50 more fields are not shown",)
    assert (len(shown.text), shown.is_cut) == (MOST_TEXT, True)


def test_attachments_are_listed_with_their_size() -> None:
    content = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>Hi</p>\r\n"
        b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="=?utf-8?q?=C3=9C.pdf?="\r\n\r\nAAECAw==\r\n'
        b"--b--\r\n"
    )
    shown = readable(message(content))
    assert (shown.text, shown.from_html) == ("Hi", True)
    assert [(each.name, each.type, each.size) for each in shown.attached] == [
        ("\u00dc.pdf", "application/pdf", 4)
    ]


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"\r\n", b"\xff" * 100, b"Content-Type: x/y; ;;\r\n"]
)
def test_no_bytes_are_too_broken(content: bytes) -> None:
    assert readable(message(content)).message.content == content
