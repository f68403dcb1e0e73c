"""Messages of the report: those that show how a rule differs, from a client for which they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interchange.migration.test_lowering import made, rule
from interchange.postfix.imports import ImportedPostfix
from mmctl.interchange.migration.differences import Deviation, Example
from mmctl.interchange.migration.source import Then
from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Test

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Data

MAIN = "relay_domains = example.com\nheader_checks = pcre:checks\n"


def says(text: str) -> Matches:
    return Matches(operand="subject", operator="contains", values=(text,))


def client(*networks: str) -> Matches:
    return Matches(operand="source_ip", operator="cidr_matches", values=networks)


def near(test: Test, subject: str) -> Near:
    """A test that is not quite the source's, with a message that shows it."""
    example = Example(mail={"message": {"subject": subject}}, there="it is not taken")
    return Near(test=test, difference=Deviation(code="near", says="it is near", example=example))


def shown(test: Test) -> Data | None:
    """The message beside the difference of a rule."""
    members: dict[str, Any] = {"actions": ("drop",), "then": Then.END}
    [one] = made(rule(test, **members)).rules
    [found] = one.differences
    return None if found.example is None else found.example.mail


def test_a_message_that_an_exception_takes_is_not_shown() -> None:
    prize = near(says("prize"), "prizes")
    assert shown(AllOf((prize, Negated(says("win"))))) == {"message": {"subject": "prizes"}}
    assert shown(AllOf((prize, Negated(says("prizes"))))) is None


def test_a_message_that_another_alternative_takes_all_the_same_is_not_shown() -> None:
    assert shown(EitherOf((near(says("prize"), "prizes"), says("prizes")))) is None


def test_a_message_that_another_condition_does_not_take_is_not_shown() -> None:
    assert shown(AllOf((near(says("prize"), "prizes"), says("win")))) is None


def test_a_message_comes_from_a_client_that_no_exception_covers() -> None:
    prize = near(says("prize"), "prizes")
    documents = ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24")
    for networks, found in (
        (documents[:1], "198.51.100.7"),
        (documents, "203.0.114.0"),
        (("0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3", "224.0.0.0/3"), None),
    ):
        mail = shown(AllOf((prize, Negated(client(*networks)))))
        assert (mail and mail["session"]["source_ip"]) == found


def test_a_message_comes_from_a_client_that_a_condition_wants() -> None:
    mail = shown(AllOf((near(says("prize"), "prizes"), client("198.51.100.128/25"))))
    assert mail is not None
    assert mail["session"] == {"source_ip": "198.51.100.128"}


def test_a_rule_of_postfix_has_no_message_that_an_earlier_pattern_takes() -> None:
    checks = (
        "/^Subject:.*invoice [0-9]{6}/ WARN invoice\n/^Subject:.*urgent/ PREPEND X-Urgent: yes\n"
    )
    rules = ImportedPostfix.of({"main.cf": MAIN, "checks": checks}).lowered.rules
    found = [
        [each.example is not None for each in one.differences if "pattern" in each.code]
        for one in rules
    ]
    assert found == [[True], [False]]
