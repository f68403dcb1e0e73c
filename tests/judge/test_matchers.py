"""Many texts or addresses are compared at once, and mean what they mean one by one."""

from __future__ import annotations

from random import Random
from typing import Final

from generated import ADDRESSES, ENTRIES, PARTS, WORDS

from mmctl.judge.compare import Members, values_met
from mmctl.judge.compared import Compared, Vocabulary, is_long
from mmctl.judge.contained import Contained, contained_one_by_one
from mmctl.judge.list_matcher import ListMatcher
from mmctl.judge.matchers import TextMatcher
from mmctl.language.readings import Readings
from mmctl.model.enums import RuleStringOperator

TEXTS: Final = (
    *ADDRESSES,
    *PARTS,
    *WORDS,
    "",
    "@",
    "a@",
    "@b.example.org",
    "x\ny",
    "Σ",
    "ΑΣ",
    "of\n",
)
ODD_ADDRESSES: Final = ("a@b@example.com", "x@b.", "x@.", "x@*.com", "*n@x.example.com", "ann@com")
WITH_ODD_ENTRIES: Final = (
    *ENTRIES,
    *("", "*", "@", "*@", "*.", "a@", "**@b.example.org", "a*n@*.example.com", "*n@x.example.com"),
    *("*.b*.example.org", "ann@*.com", "*n*@example.com", "x@*", "a@b@example.com", "*@*.com"),
    *("carl*1@example.com", "x@a.*.example.org", "*@a*.b.example.org", "ann@*"),
)
CASES: Final = ("sensitive", "insensitive")
READINGS_OF_LISTS: Final = [
    Readings()
    .choosing("address_list_case", case)
    .choosing("bare_domain_entry", bare)
    .choosing("star_domain_entry", star)
    for case in CASES
    for bare in ("that_domain", "that_domain_and_below")
    for star in ("below", "below_and_d")
]


def test_many_texts_meet_what_each_of_them_meets() -> None:
    dice = Random(12)  # noqa: S311 - the same ones each time
    for _ in range(300):
        values = [tuple(dice.sample(TEXTS, 2)) for _ in RuleStringOperator]
        texts = dice.sample(TEXTS, 3)
        for case in CASES:
            conditions = [
                (operator, each, 1 << place)
                for place, (operator, each) in enumerate(
                    zip(RuleStringOperator, values, strict=True)
                )
            ]
            wanted = sum(
                slot
                for operator, each, slot in conditions
                if values_met(operator, texts, each, case)
            )
            for plainly in (False, True):
                matcher = TextMatcher(conditions, case, plainly=plainly)
                assert matcher.met_by(texts) == wanted
                assert matcher.met_by(texts * 50) == wanted


def test_lists_include_of_many_addresses_what_they_include_of_each() -> None:
    dice = Random(12)  # noqa: S311 - the same ones each time
    for _ in range(300):
        lists = [Members.of(dice.sample(WITH_ODD_ENTRIES, 3)) for _ in range(3)]
        addresses = dice.sample(
            (*TEXTS, "carl1@example.com", "ann@x.example.com", "x@a.b.example.org", *ODD_ADDRESSES),
            4,
        )
        looked_up = [
            ListMatcher(
                [(members, 1 << place) for place, members in enumerate(lists)], plainly=plainly
            ).look_up(tuple(addresses * times))
            for plainly in (False, True)
            for times in (1, 50)
        ]
        for case in CASES:
            for bare in ("that_domain", "that_domain_and_below"):
                for star in ("below", "below_and_d"):
                    wanted = sum(
                        1 << place
                        for place, members in enumerate(lists)
                        if any(
                            members.include(each, case=case, bare_domain=bare, star_domain=star)
                            for each in addresses
                        )
                    )
                    for listed in looked_up:
                        found = listed.met(
                            case,
                            below_bare=bare == "that_domain_and_below",
                            apex=star == "below_and_d",
                        )
                        assert found == wanted


def test_a_domain_of_a_million_labels_is_looked_up_in_lists() -> None:
    address = "x@" + "a." * 1_000_000 + "below.example"
    for entry, included in (("*.below.example", True), ("below.example", False), ("*.b", False)):
        members = Members.of([entry])
        found = members.include(
            address, case="insensitive", bare_domain="that_domain", star_domain="below"
        )
        matcher = ListMatcher([(members, 1)])
        assert found is included
        for addresses in ((address,), (address,) * 101):
            listed = matcher.look_up(addresses)
            assert bool(listed.met("insensitive", below_bare=False, apex=False)) is included


def test_the_evaluator_compares_many_at_once_as_it_compares_each() -> None:
    dice = Random(12)  # noqa: S311 - the same ones each time
    for _ in range(300):
        texts = tuple(dice.sample((*TEXTS, *ODD_ADDRESSES), 3))
        lists = {name: Members.of(dice.sample(WITH_ODD_ENTRIES, 3)) for name in "ab"}
        vocabulary = Vocabulary(((operator, TEXTS) for operator in RuleStringOperator), lists)
        compared, many = Compared(), texts * 50
        assert is_long(many)
        for case in CASES:
            for operator in RuleStringOperator:
                found = compared.values_met(vocabulary, operator, many, TEXTS, case)
                assert found == values_met(operator, texts, TEXTS, case)
        for readings in READINGS_OF_LISTS:
            for name, members in lists.items():
                assert compared.included(vocabulary, name, many, readings) is members.include_any(
                    texts,
                    case=readings.address_list_case,
                    bare_domain=readings.bare_domain_entry,
                    star_domain=readings.star_domain_entry,
                )


def test_values_that_a_gateway_does_not_have_are_compared_too() -> None:
    vocabulary = Vocabulary([], {})
    texts = ("offer",) * 50
    for operator in RuleStringOperator:
        found = Compared().values_met(vocabulary, operator, texts, ("Offer", "x"), "insensitive")
        assert found == ("Offer",)


def test_a_value_at_every_place_of_a_long_text_hides_no_other() -> None:
    values = [*(f"value {number}" for number in range(20)), "a", "aa", "b\n", "last"]
    masks = {value: 1 << place for place, value in enumerate(values)}
    contained = Contained.of(masks)
    assert contained is not None
    for text in ("a" * 70_000, "a" * 16_383 + "value 7" + "a" * 70_000 + "b\n" * 9_000 + "last"):
        assert contained.within(text) == contained_one_by_one(masks, text)
