"""Whatever is packed does to every message what the rules do that are written."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest
from companies import company
from random_rule_sets import holding, jumbled, project_of, rule, written_mail

from mmctl.analysis.encoding.confirming import copies_of
from mmctl.analysis.questions.ends import are_alike, treatment_of
from mmctl.analysis.questions.equality import Equality
from mmctl.compiler.packing import pack
from mmctl.compiler.packing.pack import packed, packed_gateway
from mmctl.judge.submission import Scenario, gateway_of_rule_set
from mmctl.language.parsing.load import read_text
from mmctl.model.conditions import values_of
from mmctl.model.quotas import VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.questions.ends import Treated
    from mmctl.compiler.packing.packed import Packing
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.language.project import Project

DROP = "drop"
RELAY = "{relay: {to: 'id:r-1'}}, stop"
MARK = "{add_header: {name: X-Seen, value: here}}"
ARCHIVE = "{archive: {to: 'id:a-1'}}"
REST = rule("rest", "", "{relay: {to: 'id:r-9'}}")


def pressed(project: Project, monkeypatch: pytest.MonkeyPatch) -> Packing:
    """The packing with all steps taken that there are, whether or not it fits before."""
    rule_set = project.rule_sets["inbound"]
    with monkeypatch.context() as patch:
        patch.setattr(pack, "is_within", lambda *_: False)
        made = pack.pack_without_proof(project, rule_set)
    return pack.proved(rule_set, gateway_of_rule_set(project, "inbound"), made)


def treated(gateway: Gateway, message: Submission) -> Treated:
    """What becomes of a message for its first recipient."""
    copies = copies_of(gateway, message, Scenario(), listed={}, deleted={})
    assert copies is not None
    return treatment_of(copies, message.envelope.recipients[0])


def differing(project: Project, packing: Packing, random: Random, count: int) -> Iterator[str]:
    """Messages that are treated differently by the rules as written and by those that are live."""
    logical = gateway_of_rule_set(project, packing.rule_set)
    live = packed_gateway(logical, packing)
    for message in written_mail(random, count):
        before, after = treated(logical, message), treated(live, message)
        if not are_alike(before, after, Equality.MULTISET):
            yield f"{message.envelope}: {before.described} / {after.described}"


def mail_is_treated_alike(seeds: range, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count what the steps did in rule sets of some seeds."""
    counts: Counter[str] = Counter()
    wrong = []
    for seed in seeds:
        project = project_of(jumbled(seed))
        packing = pressed(project, monkeypatch)
        random = Random(seed)  # noqa: S311 - no secret
        wrong += [f"seed {seed}: {each}" for each in differing(project, packing, random, 100)]
        if packing.bounds.rules > len(packing.rules):
            wrong.append(f"seed {seed}: the bound is {packing.bounds.rules}")
        counts["logical"] += len(project.rule_sets["inbound"].rules)
        counts["live"] += len(packing.rules)
        counts["not proved"] += not packing.proof.proved
        counts["left out"] += len(packing.left_out)
        counts["lists"] += len(packing.lists)
        counts["guarded"] += sum(len(each.rule.unless) > 1 for each in packing.rules)
    assert wrong == []
    return counts


def test_jumbled_rule_sets_do_the_same_when_they_are_packed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = mail_is_treated_alike(range(12), monkeypatch)
    assert counts["live"] < 0.75 * counts["logical"]
    assert counts["not proved"] == 0
    assert counts["left out"] > 0
    assert counts["guarded"] > 0


@pytest.mark.deep
@pytest.mark.slow
def test_many_jumbled_rule_sets_do_the_same_when_they_are_packed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = mail_is_treated_alike(range(12, 100), monkeypatch)
    assert counts["not proved"] <= 4


def test_the_rules_of_a_company_fit() -> None:
    project, _ = read_text(company(3))
    packing = packed(project, project.rule_sets["inbound"])
    assert packing.fits
    assert packing.proof.proved
    assert len(packing.rules) == packing.bounds.rules
    assert packing.handed_on == packing.bounds.handed_on
    assert {rule.name for rule in project.rule_sets["inbound"].rules} == {
        *(name for held in holding(packing).values() for name in held),
        *(each.rule.name for each in packing.left_out),
    }


def test_a_rule_that_only_the_union_of_others_covers_is_not_in_the_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = project_of(
        [
            rule("one", "{from: {contains: alpha}}", DROP),
            rule("both", "{from: {contains: [alpha, beta]}}, {subject: {contains: urgent}}", DROP),
            rule("two", "{from: {contains: beta}}", DROP),
            REST,
        ]
    )

    packing = pressed(project, monkeypatch)

    assert [each.rule.name for each in packing.rules] == ["mm.one.etc", "rest"]
    assert packing.bounds.rules == len(packing.rules) == 2


def packed_rules(*rules: str, more: str = "") -> Packing:
    """The packing of some rules, and of as many others as it takes that they do not fit."""
    filling = [
        rule(f"fill-{at:02}", f"{{helo: {{equals: h{at}.example.net}}}}", DROP) for at in range(41)
    ]
    project = project_of([*rules, *filling, REST], more=more)
    return packed(project, project.rule_sets["inbound"])


def test_forty_one_drops_by_sender_become_one_rule_with_one_list() -> None:
    project = project_of(
        [
            *(
                rule(f"block-{at}", f"{{mail_from: {{equals: bad{at}@example.org}}}}", DROP)
                for at in range(41)
            ),
            REST,
        ]
    )
    packing = packed(project, project.rule_sets["inbound"])
    assert [each.rule.name for each in packing.rules] == ["mm.block-0.etc", "rest"]
    assert len(packing.rules[0].sources) == 41
    (made,) = packing.lists
    assert made.members == tuple(sorted(f"bad{at}@example.org" for at in range(41)))
    assert packing.proof.proved


def test_addresses_and_domains_of_a_field_are_one_list() -> None:
    packing = packed_rules(
        rule("one", "{mail_from: {equals: a@example.org}}", RELAY),
        rule("two", "{mail_from: {ends_with: '@example.net'}}", RELAY),
    )
    assert holding(packing)["mm.one.etc"] == ("one", "two")
    assert [each.members for each in packing.lists] == [("*@example.net", "a@example.org")]


def test_no_list_is_made_of_whole_headers() -> None:
    project = project_of(
        [
            *(
                rule(f"r{at}", f"{{from: {{equals: bad{at}@example.org}}}}", DROP)
                for at in range(41)
            ),
            REST,
        ],
        project=(
            "version: 1\nproject: acme\nenvironments:\n  local: {endpoint: embedded}\n"
            "default_environment: local\nsemantics: {address_fields: whole_header}\n"
        ),
    )
    packing = packed(project, project.rule_sets["inbound"])
    assert packing.lists == ()
    assert len(packing.rules) == 6
    assert packing.proof.proved


def test_what_is_done_without_an_end_is_not_done_twice_or_once_too_seldom() -> None:
    two = (
        rule("one", "{subject: {contains: red}}", ARCHIVE),
        rule("two", "{subject: {contains: blue}}", ARCHIVE),
    )
    apart = holding(packed_rules(*two))
    assert {"one", "two"} < set(apart)
    together = packed_rules(*two, more="    duplicates: ignore\n")
    assert holding(together)["mm.one.etc"] == ("one", "two")
    disjoint = packed_rules(
        rule("one", "{recipient: {equals: a@example.com}}", ARCHIVE),
        rule("two", "{recipient: {equals: b@example.com}}", ARCHIVE),
    )
    assert holding(disjoint)["mm.one.etc"] == ("one", "two")


def test_a_long_list_of_subjects_is_done_once_however_many_of_them_a_message_has() -> None:
    values = ", ".join(f"word-{at:02}" for at in range(25))
    packing = packed_rules(rule("long", f"{{subject: {{contains: [{values}]}}}}", ARCHIVE))
    pieces = [each for each in packing.rules if each.sources[0].name == "long"]
    assert [each.rule.name for each in pieces] == ["mm.long.1", "mm.long.2", "mm.long.3"]
    assert [len(each.rule.unless) for each in pieces] == [0, 1, 2]
    assert packing.proof.proved


def test_each_piece_names_the_rules_whose_values_it_has() -> None:
    packing = packed_rules(
        *(rule(f"s{at:02}", f"{{subject: {{contains: word-{at:02}}}}}", RELAY) for at in range(15))
    )
    pieces = [each for each in packing.rules if each.rule.name.startswith("mm.s")]
    assert sorted(name for each in pieces for name in holding(packing)[each.rule.name]) == [
        f"s{at:02}" for at in range(15)
    ]
    assert all(
        len(each.sources) == len(values_of(each.rule.conditions[0])) <= VALUES.most
        for each in pieces
    )


def test_a_header_on_mail_that_is_dropped_at_once_does_not_keep_rules_apart() -> None:
    packing = packed_rules(
        rule("one", "{mail_from: {equals: a@example.org}}", f"{MARK}, drop"),
        rule("two", "{mail_from: {equals: b@example.org}}", DROP),
    )
    assert holding(packing)["mm.one.etc"] == ("one", "two")


def test_a_value_that_another_one_covers_takes_no_room() -> None:
    values = ", ".join([*(f"word-{at:02}" for at in range(10)), "word-03-more"])
    packing = packed_rules(rule("long", f"{{subject: {{contains: [{values}]}}}}", ARCHIVE))
    (live,) = [each for each in packing.rules if each.sources[0].name == "long"]
    assert live.rule.name == "long"
    assert len(values_of(live.rule.conditions[0])) == VALUES.most


def test_a_rule_that_is_counted_on_its_own_stays_on_its_own() -> None:
    counted = rule("own", "{mail_from: {equals: a@example.org}}", DROP)[:-1] + ", count: own}"
    packing = packed_rules(counted, rule("two", "{mail_from: {equals: b@example.org}}", DROP))
    held = holding(packing)
    assert held["own"] == ("own",)
    assert held["two"] == ("two",)


def test_more_than_a_rule_asks_for_can_be_left_out() -> None:
    packing = packed_rules(
        rule("one", "{subject: {contains: red}}", DROP),
        rule("two", "{subject: {contains: red}}, {helo: {equals: x}}", DROP),
    )
    assert [(each.rule.name, each.why) for each in packing.left_out] == [
        ("two", "it never applies")
    ]


def test_the_same_files_give_the_same_packing() -> None:
    one, other = (
        packed(project, project.rule_sets["inbound"])
        for project in (project_of(jumbled(5)), project_of(jumbled(5)))
    )
    assert [(each.rule.name, each.rule.rule) for each in one.rules] == [
        (each.rule.name, each.rule.rule) for each in other.rules
    ]
    assert one.lists == other.lists
