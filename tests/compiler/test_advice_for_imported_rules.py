"""What is advised for rules of another gateway: trials, pairs, domains and what is below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from test_advice import budget_for, cheapest, packed_with, project_of, rule

from mmctl.compiler.advice.actions import changes_of_actions
from mmctl.compiler.advice.change import KindOfChange
from mmctl.compiler.advice.one_rule import changes_of_pairs
from mmctl.compiler.compile import packings_of
from mmctl.model.conditions import values_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.language.project import LogicalRule

ENVIRONMENT = "local"
MAILBOXES = "{relay: {to: relay-0}}, stop"


def of_domains(field: str, domains_each: int = 5) -> list[str]:
    """Forty-one rules, each for some domains and what is below them."""
    made = []
    for at in range(41):
        domains = [f"d{at}-{number}.example.net" for number in range(domains_each)]
        ends = ", ".join(f'"@{each}", .{each}' for each in domains)
        made.append(rule(f"block-{at}", f"{{{field}: {{ends_with: [{ends}]}}}}", "drop"))
    return made


def to_mailboxes(targets: int) -> tuple[LogicalRule, ...]:
    project = project_of(
        rule(
            f"left-{at}",
            f"{{recipient: {{equals: person-{at}@example.com}}}}",
            f"{{replace_recipient: [box-{at % targets}@example.com]}}, {MAILBOXES}",
        )
        for at in range(12)
    )
    (change, *_) = changes_of_actions(project.rule_sets["inbound"], ENVIRONMENT, 1)
    return change.touched


def test_shadow_rules_take_a_live_rule_each_so_few_of_them_are_tried_at_a_time() -> None:
    rules = [
        rule(f"try-{at}", f"{{mail_from: {{equals: a-{at}@example.net}}}}", "drop", more)
        for at in range(45)
        for more in [", shadow: true"]
    ]
    found = budget_for(project_of(rules))
    answer = cheapest(found, {KindOfChange.SHADOW})
    assert answer is not None
    assert [len(each.rules) for each in answer.packings] == [11], "ten stay, and the delivery"
    (change,) = answer.changes
    assert [each.name for each in change.touched] == [f"try-{at}" for at in range(10, 45)]
    assert "10 others stay" in change.what


@pytest.mark.parametrize("field", ["mail_from", "from"])
def test_what_ends_like_a_subdomain_may_be_no_address_so_no_list_holds_it(field: str) -> None:
    rules = of_domains(field)
    (fitting,) = packings_of(project_of(of_domains(field, 1)))
    assert fitting.is_used, fitting.proof.why
    assert fitting.lists == ()
    (packing,) = packings_of(project_of(rules))
    assert not packing.fits
    assert packing.lists == ()
    answer = cheapest(budget_for(project_of(rules)), {KindOfChange.FEWER_VALUES})
    assert answer is not None
    assert [len(each.rules) for each in answer.packings] == [2], "proved, with one address list"
    (change,) = answer.changes
    assert "such as `@d0-0.example.net` alone" in change.what
    assert "`*@d0-0.example.net`, `*.d0-0.example.net`" in change.means


def pairs(rules: int) -> Sequence[str]:
    return [
        rule(
            f"trust-{at}",
            f'{{from: {{ends_with: "@p{at}.example"}}}},'
            f" {{source_ip: {{cidr_matches: 192.0.2.{at}/32}}}}",
            MAILBOXES,
        )
        for at in range(rules)
    ]


def test_a_few_rules_for_pairs_of_values_may_be_one_rule_for_all_of_them() -> None:
    project = project_of(pairs(4))
    rule_set = project.rule_sets["inbound"]
    (change,) = changes_of_pairs(rule_set, ENVIRONMENT)
    assert "make one rule of 4 rules" in change.what
    assert change.means == "it takes every pair of them, such as `@p0.example` with `192.0.2.1/32`"
    (changed,) = change.made(rule_set)
    assert [each.name for each in changed.rules] == ["trust-0", "deliver"]
    assert [len(values_of(each)) for each in changed.rules[0].conditions] == [4, 4]
    assert len(packed_with(project, changed).rules) == 2
    assert [*changes_of_pairs(project_of(pairs(11)).rule_sets["inbound"], ENVIRONMENT)] == []


def test_few_mailboxes_of_many_may_be_one_and_a_mailbox_for_each_stays() -> None:
    assert {each.name for each in to_mailboxes(2)} == {f"left-{at}" for at in range(1, 12, 2)}
    with pytest.raises(ValueError, match="not enough values"):
        to_mailboxes(12)


def test_of_many_changes_each_says_what_there_is_without_it() -> None:
    trials = [
        rule(f"try-{at}", f"{{subject: {{contains: t{at}}}}}", "drop", ", shadow: true")
        for at in range(38)
    ]
    marks = [
        rule(
            f"mark-{at}",
            f"{{recipient: {{equals: p{at}@example.com}}}}",
            f"{{add_header: {{name: X-Mark, value: m{at}}}}}",
        )
        for at in range(38)
    ]
    routes = [
        rule(
            f"route-{at}",
            f"{{recipient: {{equals: r{at}@example.com}}}}",
            f"{{relay: {{to: relay-{at}}}}}, stop",
        )
        for at in range(14)
    ]
    found = budget_for(project_of([*trials, *marks, *of_domains("mail_from"), *routes]))
    assert found.advice is not None
    answer = found.advice.answers[0]
    assert len(answer.changes) > 3
    without = dict(answer.without)
    assert {*without} == {*answer.changes}
    now = len(answer.packings[0].rules)
    shadow = next(each for each in without if each.kind is KindOfChange.SHADOW)
    assert without[shadow] > now
