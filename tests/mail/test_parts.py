"""The parts of a message: where they are, what is in them, and that hostile ones cost little."""

from __future__ import annotations

import sys
from email.message import EmailMessage

import pytest

from mmctl.mail.parameters import parameters
from mmctl.mail.part_content import decoded, file_name, text_of
from mmctl.mail.parts import DEEPEST, MOST_PARTS, MimePart, parts_of


def composed() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Rüben"
    message.set_content("Grüße\n", charset="iso-8859-1")
    message.add_alternative("<p>Grüße <img src='cid:logo'></p>", subtype="html")
    message.add_attachment(b"\0\1", maintype="image", subtype="png", filename="räume.png")
    return message.as_bytes().replace(b"\n", b"\r\n")


def test_parts_are_found_as_another_writer_wrote_them() -> None:
    content = composed()
    found = parts_of(content)
    assert [(part.path, part.type) for part in found.parts] == [
        ("1.1", "text/plain"),
        ("1.2", "text/html"),
        ("2", "image/png"),
    ]
    assert found.text is not None
    assert found.html is not None
    assert text_of(content, found.text) == "Grüße\n"
    assert text_of(content, found.html).startswith("<p>Grüße")
    (attachment,) = found.attachments
    assert (attachment.name, decoded(content, attachment)) == ("räume.png", b"\0\1")
    assert found.fields[0][0] == "Subject"


def test_parameters_are_read_in_all_their_forms() -> None:
    table = {
        "text/plain": ("text/plain", {}),
        "Text/HTML ; Charset = utf-8": ("text/html", {"charset": "utf-8"}),
        'a/b; name="x;y\\"z"': ("a/b", {"name": 'x;y"z'}),
        "a/b; name*=utf-8''r%C3%A4.pdf; name=plain": ("a/b", {"name": "rä.pdf"}),
        "a/b; name*0=one; name*1=two": ("a/b", {"name": "onetwo"}),
        'a/b; name="=?utf-8?q?r=C3=A4?="': ("a/b", {"name": "rä"}),
        "a/b; name*=unknown-set'x'%E4": ("a/b", {"name": "\ufffd"}),
        'a/b; name="open': ("a/b", {"name": "open"}),
        "": ("", {}),
    }
    assert {text: parameters(text) for text in table} == table


def test_names_of_downloads_are_safe_everywhere() -> None:
    table = {
        "report.pdf": "report.pdf",
        "../../etc/passwd": "passwd",
        "C:\\x\\run.exe": "run.exe",
        ".bashrc": "bashrc",
        "a\r\nSet-Cookie: b": "a_Set-Cookie_ b",
        "\u202efdp.exe": "_fdp.exe",
        "rä.pdf": "rä.pdf",
        "": "part-2.bin",
        "...": "part-2.bin",
        f"{'a' * 300}.pdf": f"{'a' * 116}.pdf",
    }
    made = {
        name: file_name(MimePart(path="2", type="a/b", start=0, end=0, name=name)) for name in table
    }
    assert made == table


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "7bit", "x-unknown", "BASE64"])
def test_any_bytes_are_decoded_somehow(encoding: str) -> None:
    for body in (b"", b"=", b"=3", b"aGFsbG8", b"a", b"\xff\0=\r\n=zz", b"aGFs\r\nbG8=trailing"):
        content = b"Content-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n" + body
        (part,) = parts_of(content).parts
        text = text_of(content, part)
        assert text.encode().decode() == text


def test_a_character_set_that_is_wrong_or_unknown_still_gives_text() -> None:
    for charset in ("utf-8", "us-ascii", "utf-16", "utf-7", "idna", "x-none", "../../x", ""):
        content = f'Content-Type: text/plain; charset="{charset}"\r\n\r\n'.encode() + b"caf\xe9"
        (part,) = parts_of(content).parts
        text = text_of(content, part)
        assert text.encode().decode() == text
    assert text == "café"


def test_many_and_deep_parts_are_bounded_and_said() -> None:
    head = b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n"
    many = parts_of(head % b"X" + b"--X\r\n\r\na\r\n" * 10_000)
    assert len(many.parts) == MOST_PARTS
    assert many.notes == (f"only the first {MOST_PARTS} parts are shown",)
    deep = b"".join(head % (b"b%d" % level) + b"--b%d\r\n" % level for level in range(3000))
    assert parts_of(deep).notes == (f"parts are nested more than {DEEPEST} levels deep",)
    mail = parts_of(b"Content-Type: message/rfc822\r\n\r\n" * 3000)
    assert len(mail.parts) == DEEPEST + 1


def test_the_work_grows_with_the_size_and_not_faster() -> None:
    """Counted in lines of Python, which is what grows where something is done for each byte."""
    head = b"Content-Type: multipart/mixed; boundary=X\r\n\r\n"
    shapes = [b"\n--X\n", b"\n--Xy", b"X: a\r\n", b"aaaa\r\n", b"\r", b"--X\r\n\r\n", b' ; a="\\']
    for shape in shapes:
        one, four = (_lines(head + shape * count) for count in (20_000, 80_000))
        assert four <= 5 * one, shape
        assert four < 300_000, shape


def _lines(content: bytes) -> int:
    count = 0

    def trace(_frame: object, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        parts_of(content)
    finally:
        sys.settrace(before)
    return count


def test_a_boundary_ends_what_is_in_it() -> None:
    content = (
        b"Content-Type: multipart/mixed; boundary=X\r\n\r\npreamble\r\n--X\r\n\r\none\r\n"
        b"--Xy is text\r\n--X  \r\n\r\ntwo\n--X--\r\nepilogue\r\n--X\r\n\r\nthree"
    )
    found = parts_of(content)
    assert [decoded(content, part) for part in found.parts] == [b"one\r\n--Xy is text", b"two"]
