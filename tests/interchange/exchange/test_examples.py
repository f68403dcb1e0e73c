"""Messages of the report: each ends there as the report says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from interchange.exchange.test_bad_exports import only, rule_of

if TYPE_CHECKING:
    from mmctl.interchange.migration.differences import Example


def example_of(command: str) -> Example | None:
    """The message beside the difference of words, if the report shows one."""
    made = only(rule_of(command))
    [found] = [each for each in made.differences if each.code == "words-are-substrings"]
    return found.example


@pytest.mark.parametrize("words", ["'example'", "'example','com'", "'stranger','example'"])
def test_no_example_has_one_of_the_words_after_all(words: str) -> None:
    command = f"New-TransportRule -Name a -FromAddressContainsWords {words} -DeleteMessage $true"
    assert example_of(command) is None


def test_an_example_says_its_client_where_networks_are_exempted() -> None:
    found = example_of(
        "New-TransportRule -Name a -SubjectContainsWords 'prize' "
        "-ExceptIfSenderIpRanges '203.0.113.0/24' -DeleteMessage $true"
    )
    assert found is not None
    assert found.mail["session"] == {"source_ip": "192.0.2.200"}


def test_an_example_from_an_exempted_network_is_not_shown() -> None:
    found = example_of(
        "New-TransportRule -Name a -SubjectContainsWords 'prize' "
        "-ExceptIfSenderIpRanges '192.0.2.0/24' -DeleteMessage $true"
    )
    assert found is None
