"""CBOR against the examples of RFC 8949, appendix A."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.emulator.cbor import dumps, loads

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(), inner, max_size=30),
    max_leaves=30,
)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("1903e8", 1000),
        ("1a000f4240", 1_000_000),
        ("1bffffffffffffffff", 18_446_744_073_709_551_615),
        ("20", -1),
        ("3903e7", -1000),
        ("3bffffffffffffffff", -18_446_744_073_709_551_616),
        ("fb3ff199999999999a", 1.1),
        ("f4", False),
        ("f5", True),
        ("f6", None),
        ("60", ""),
        ("6449455446", "IETF"),
        ("62c3bc", "ü"),
        ("80", []),
        ("8301820203820405", [1, [2, 3], [4, 5]]),
        ("a26161016162820203", {"a": 1, "b": [2, 3]}),
    ],
)
def test_examples_of_the_rfc_are_read_and_written(written: str, value: object) -> None:
    assert loads(bytes.fromhex(written)) == value
    assert dumps(value).hex() == written


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("f93c00", 1.0),
        ("fa47c35000", 100_000.0),
        ("f7", None),
        ("c11a514b67b0", 1_363_896_240),
        ("4401020304", b"\x01\x02\x03\x04"),
        ("7f657374726561646d696e67ff", "streaming"),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
    ],
)
def test_other_forms_of_the_rfc_are_read(written: str, value: object) -> None:
    assert loads(bytes.fromhex(written)) == value


def test_a_time_is_written_as_tagged_seconds() -> None:
    assert dumps(datetime(2013, 3, 21, 20, 4, 0, 500_000, tzinfo=UTC)).hex() == (
        "c1fb41d452d9ec200000"
    )


@pytest.mark.parametrize(
    "written",
    ["", "18", "0000", "ff", "1c", "61", "62c328", "9f", "a1", "a10102", "7f4101ff", "f8ff", "81"],
)
def test_what_is_no_cbor_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"expected CBOR|more than one value|codec can't decode"):
        loads(bytes.fromhex(written))


@pytest.mark.parametrize("value", [object(), 2**64, {"a": {1}}, -(2**64) - 1])
def test_what_has_no_form_is_not_written(value: object) -> None:
    with pytest.raises(TypeError, match="cannot write"):
        dumps(value)


@given(VALUES)
def test_what_is_written_is_read_again(value: object) -> None:
    assert loads(dumps(value)) == value


@given(st.binary())
def test_any_bytes_end_in_a_value_or_a_refusal(data: bytes) -> None:
    try:
        assert loads(data) is not Ellipsis
    except ValueError as error:
        assert str(error)  # noqa: PT017 - most bytes are no CBOR, some are
