"""The example of a whole company: three exports of one tenant say the same, and what came of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from interchange.exchange.company import EXAMPLE, rules
from interchange.exchange.company_exports import as_csv, as_json, xml
from mmctl.interchange.exchange.reading import read
from mmctl.interchange.migration.lowering import lowered
from mmctl.interchange.migration.source import Opened, SourceOptions

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import OtherGateway

ASKED = SourceOptions(domains=("example.com",), today="2026-11-29")


def source_of(*names: str) -> OtherGateway:
    named = {name: (EXAMPLE / name).read_bytes() for name in names}
    return read(Opened(named=named, beside=lambda _: None), ASKED)


def test_the_files_are_what_the_company_makes() -> None:
    made = rules()
    assert (EXAMPLE / "TransportRules.xml").read_bytes() == xml(made)
    assert (EXAMPLE / "TransportRules.json").read_bytes() == as_json(made)
    some = [rule for rule in made if str(rule["Name"]).startswith("OPS-")]
    assert (EXAMPLE / "TransportRules-operations.csv").read_bytes() == as_csv(some)


def test_the_company_has_300_rules_of_four_teams() -> None:
    names = [str(rule["Name"]) for rule in rules()]
    assert Counter(name[:3] for name in names) == {"SEC": 150, "OPS": 80, "AUD": 50, "COM": 20}
    assert len(set(names)) == 300


def test_most_of_it_comes_along() -> None:
    found = lowered(source_of("TransportRules.xml"))
    assert Counter(rule.status for rule in found.rules) == {
        "same": 100,
        "close": 113,
        "partly": 25,
        "not possible": 62,
    }


@pytest.mark.parametrize("name", ["TransportRules.json", "TransportRules-operations.csv"])
def test_other_exports_of_the_tenant_say_the_same(name: str) -> None:
    by_name = {rule.name: rule for rule in source_of("TransportRules.xml").rules}
    other = source_of(name).rules
    assert len(other) == (300 if name.endswith("json") else 80)
    order = [rule.name for rule in by_name.values()]
    assert [rule.name for rule in other] == [
        each for each in order if each in {r.name for r in other}
    ]
    for rule in other:
        first = by_name[rule.name]
        assert (rule.test, rule.actions, rule.then) == (first.test, first.actions, first.then)
        assert (rule.enabled, rule.shadow, rule.expires, rule.final) == (
            first.enabled,
            first.shadow,
            first.expires,
            first.final,
        )
        assert rule.differences == first.differences


def test_a_rule_that_two_files_have_is_read_once() -> None:
    source = source_of("TransportRules.xml", "TransportRules-operations.csv")
    assert len(source.rules) == 300
    assert len(source.unread) == 80
    assert "a rule of this name is in" in source.unread[0].why
