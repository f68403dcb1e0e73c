"""Comparing addresses with lists, and client addresses with networks."""

from __future__ import annotations

from typing import Literal

import pytest

from mmctl.judge.compare import (
    Members,
    client_address,
    networks_around,
    number_matches,
    same_family,
)
from mmctl.model.enums import RuleNumberOperator


def include(
    entry: str,
    address: str,
    *,
    case: Literal["insensitive", "sensitive"] = "insensitive",
    bare_domain: Literal["that_domain", "that_domain_and_below"] = "that_domain",
    star_domain: Literal["below", "below_and_d"] = "below",
) -> bool:
    members = Members.of([entry, "somebody@else.example"])
    return members.include(address, case=case, bare_domain=bare_domain, star_domain=star_domain)


@pytest.mark.parametrize(
    ("entry", "address", "included"),
    [
        ("ann@example.org", "ann@example.org", True),
        ("ann@example.org", "ANN@Example.ORG", True),
        ("ann@example.org", "ann+news@example.org", False),
        ("ann@example.org", "joann@example.org", False),
        ("*@example.org", "ann@example.org", True),
        ("*@example.org", "ann@news.example.org", False),
        ("user*@example.org", "user@example.org", True),
        ("user*@example.org", "user+tag@example.org", True),
        ("user*@example.org", "username@example.org", True),
        ("user*@example.org", "auser@example.org", False),
        ("*-bounces@example.org", "list-bounces@example.org", True),
        ("ann@*.example.org", "ann@a.b.example.org", True),
        ("ann@*.example.org", "ann@example.org", False),
        ("*.example.org", "ann@a.example.org", True),
        ("*.example.org", "ann@a.b.example.org", True),
        ("*.example.org", "ann@example.org", False),
        ("*.example.org", "ann@notexample.org", False),
        ("example.org", "ann@example.org", True),
        ("example.org", "ann@a.example.org", False),
        ("example.org", "example.org", False),
        ("@example.org", "ann@example.org", False),
        ("ann", "ann@example.org", False),
        ("*", "ann@example.org", False),
        ("ann@example.org", "", False),
        ("ann@example.org", "ann", False),
    ],
)
def test_which_addresses_an_entry_is_for(entry: str, address: str, included: bool) -> None:
    assert include(entry, address) is included


def test_letters_count_where_the_reading_says_so() -> None:
    assert include("Ann@example.org", "Ann@example.org", case="sensitive")
    assert not include("Ann@example.org", "ann@example.org", case="sensitive")


def test_a_bare_domain_may_be_read_as_the_domains_below_too() -> None:
    assert include("example.org", "ann@a.b.example.org", bare_domain="that_domain_and_below")


@pytest.mark.parametrize("entry", ["*.example.org", "ann@*.example.org"])
def test_a_starred_domain_may_be_read_as_the_domain_itself_too(entry: str) -> None:
    assert include(entry, "ann@example.org", star_domain="below_and_d")


def test_networks_hold_addresses_of_their_own_family() -> None:
    address = client_address("203.0.113.7")
    assert address is not None
    values = ("203.0.113.0/25", "203.0.113.128/25", "2001:db8::/32", "203.0.113.7/24")
    assert networks_around(address, values) == ("203.0.113.0/25", "203.0.113.7/24")
    assert not same_family(address, ("2001:db8::/32",))


def test_an_ipv4_address_written_as_ipv6_is_ipv4() -> None:
    assert str(client_address("::ffff:192.0.2.1")) == "192.0.2.1"
    assert str(client_address("[2001:db8::1]")) == "2001:db8::1"


@pytest.mark.parametrize("text", ["", "nonsense", "192.0.2", "192.0.2.1/24", "1.2.3.4.5"])
def test_a_text_that_is_no_address_is_none(text: str) -> None:
    assert client_address(text) is None


def test_a_text_that_is_no_network_holds_nothing() -> None:
    address = client_address("192.0.2.1")
    assert address is not None
    assert networks_around(address, ("999.0.2.0/24", "....", "192.0.2.0/99")) == ()


def test_each_number_operator_means_what_it_says() -> None:
    met = {
        operator.value: [size for size in (9, 10, 11) if number_matches(operator, size, 10.0)]
        for operator in RuleNumberOperator
    }
    assert met == {
        "EQUALS": [10],
        "NOT_EQUALS": [9, 11],
        "LESS_THAN": [9],
        "GREATER_THAN": [11],
        "LESS_THAN_OR_EQUAL": [9, 10],
        "GREATER_THAN_OR_EQUAL": [10, 11],
    }
