"""Bodies are bounded before they are read: few bytes can be many values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.emulator import bodies, cbor
from mmctl.emulator.bodies import load_json

if TYPE_CHECKING:
    from collections.abc import Callable

JSONS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.characters(codec="utf-8"))),
    lambda each: st.one_of(st.lists(each), st.dictionaries(st.text(), each)),
)


@pytest.fixture
def at_most_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_VALUES", 10)
    monkeypatch.setattr(cbor, "MOST_VALUES", 10)


@pytest.mark.parametrize("read", [load_json, cbor.loads])
@pytest.mark.parametrize("value", [[[]] * 20, [{}] * 20, [0] * 20, {str(n): n for n in range(20)}])
@pytest.mark.usefixtures("at_most_ten")
def test_a_body_of_too_many_values_is_refused(
    read: Callable[[bytes], object], value: object
) -> None:
    body = json.dumps(value).encode() if read is load_json else cbor.dumps(value)
    with pytest.raises(ValueError, match="more than 10 values"):
        read(body)


@pytest.mark.usefixtures("at_most_ten")
def test_pieces_of_a_cbor_text_are_counted_too() -> None:
    with pytest.raises(ValueError, match="more than 10 values"):
        cbor.loads(b"\x7f" + b"\x60" * 20 + b"\xff")


@pytest.mark.parametrize("text", [",[{" * 20, '",[' * 20, "\\" * 40 + ",,," * 20, '\\",' * 20])
@pytest.mark.usefixtures("at_most_ten")
def test_commas_and_brackets_in_texts_are_no_values(text: str) -> None:
    value = [text, {text: text}]
    assert load_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize("body", ["[]".encode("utf-16"), b"\xff", b"[\xff]", b"\xef\xbb\xbf[]"])
def test_json_is_utf_8(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"utf-8|UTF-8"):
        load_json(body)


@given(JSONS)
def test_whatever_is_json_is_read_as_it_is(value: object) -> None:
    assert load_json(json.dumps(value, ensure_ascii=False).encode()) == value
