"""Exports are read in the encodings that Windows and Unix write."""

from __future__ import annotations

import pytest

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.decoding import decoded

TEXT = '{\n "Rule": "für Müller"\n}\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_usual_encoding_is_the_same_text(encoding: str) -> None:
    assert decoded("a.json", TEXT.encode(encoding)) == TEXT


def test_marks_of_utf_32_are_not_taken_for_utf_16() -> None:
    assert decoded("a.json", TEXT.encode("utf-32")) == TEXT


def test_line_ends_of_windows() -> None:
    assert decoded("a.json", b"a\r\nb\rc\n") == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (b"ok\nm\xfcller\n", "a.json:2:2", "the file is not UTF-8"),
        (b"\xff\xfea\0\0\xd8\0", "a.json:1:2", "the file is not UTF-16-LE"),
        (b"ok\n12\0\n", "a.json:2:3", "the file has a zero byte"),
    ],
)
def test_a_wrong_byte_is_named_by_place(content: bytes, place: str, message: str) -> None:
    with pytest.raises(ProblemsFound) as caught:
        decoded("a.json", content)
    (problem,) = caught.value.problems
    assert (str(problem.position), problem.message) == (place, message)
    assert problem.help == "export it again, and save it as UTF-8"


def test_an_empty_file_is_an_empty_text() -> None:
    assert decoded("a.json", b"") == ""
