"""Single shapes of rules: what is split, guarded, named, listed, lost and refused."""

from __future__ import annotations

from typing import Any

import pytest

from mmctl.interchange.migration.differences import Deviation
from mmctl.interchange.migration.files import ImportTarget, project_texts, written
from mmctl.interchange.migration.lowered import LoweredGateway, Sameness
from mmctl.interchange.migration.lowering import lowered
from mmctl.interchange.migration.names import FreeNames, spelled
from mmctl.interchange.migration.source import OtherGateway, SourceRule, Then
from mmctl.interchange.migration.tests import (
    ALWAYS,
    NEVER,
    AllOf,
    EitherOf,
    Matches,
    Negated,
    Test,
    Unseen,
)
from mmctl.problem import Position
from mmctl.records import replace

BODY = Unseen(difference=Deviation(code="body", says="no rule sees the body", loses=True))
DROP: Any = {"actions": ("drop",), "then": Then.END}
MARK: Any = {"actions": ({"add_header": {"name": "X-A", "value": "1"}},)}


def asks(operand: str, operator: str, *values: str) -> Matches:
    return Matches(operand=operand, operator=operator, values=values)


def rule(test: Test, name: str = "a rule", **members: Any) -> SourceRule:
    return SourceRule(name=name, place=Position("a.txt", 3), text="its text", test=test, **members)


def made(*rules: SourceRule, **members: Any) -> LoweredGateway:
    return lowered(OtherGateway(system="Gate", rules=list(rules), **members))


A, B, C = (asks("subject", "contains", each) for each in "abc")
FROM = asks("from", "equals", "a@x.example")


def test_alternatives_of_one_operand_are_one_condition() -> None:
    [one] = made(rule(EitherOf((A, B, FROM)), **DROP)).rules
    assert [each["conditions"] for each in one.rules] == [
        [{"subject": {"contains": ["a", "b"]}}],
        [{"from": {"equals": "a@x.example"}}],
    ]
    assert one.status is Sameness.SAME
    assert one.names == ("a-rule", "a-rule.2")


def test_parts_of_a_rule_that_goes_on_do_not_overlap() -> None:
    [one] = made(rule(EitherOf((A, FROM)), **MARK)).rules
    assert one.rules[1]["unless"] == [{"subject": {"contains": "a"}}]
    [ends] = made(rule(EitherOf((A, FROM)), **DROP)).rules
    assert "unless" not in ends.rules[1]


def test_what_is_not_seen_narrows_a_rule_or_leaves_it_to_be_written() -> None:
    narrow, lost, kept = made(
        rule(EitherOf((A, BODY)), **DROP),
        rule(AllOf((A, Negated(BODY))), **DROP),
        rule(AllOf((EitherOf((A, BODY)), FROM)), **MARK),
    ).rules
    assert (narrow.status, lost.status, kept.status) == (
        Sameness.PARTLY,
        Sameness.NOT_POSSIBLE,
        Sameness.PARTLY,
    )
    assert [each.code for each in narrow.differences] == ["body", "goes-on"]
    assert [each.code for each in kept.differences] == ["body"]
    [todo] = lost.rules
    assert (todo["enabled"], todo["shadow"], todo["actions"]) == (False, True, ["drop"])
    assert "its text (a.txt:3)" in todo["description"]


def test_what_is_lost_does_not_say_how_its_actions_would_differ() -> None:
    close = Deviation(code="close", says="it differs")
    [one] = made(rule(BODY, differences=(close,), **MARK)).rules
    assert [each.code for each in one.differences] == ["body"]


def test_a_rule_that_never_applies_is_the_same_and_stays_off() -> None:
    [one] = made(rule(NEVER, **DROP)).rules
    assert one.status is Sameness.SAME
    assert one.rules[0]["enabled"] is False


def test_a_rule_that_delivers_is_followed_by_nothing() -> None:
    delivers, bounces, stores = made(
        rule(A, then=Then.DELIVER),
        rule(A, actions=({"bounce": {"sender": "a@x.example"}},), then=Then.END),
        rule(A, actions=({"archive": {"to": "held"}},), then=Then.END),
    ).rules
    assert delivers.rules[0]["actions"] == [{"relay": {"to": "mailboxes"}}, "stop"]
    assert bounces.rules[0]["actions"][-1] == "drop"
    assert stores.rules[0]["actions"][-1] == "stop"
    assert [each.rules[0].get("final") for each in (delivers, bounces, stores)] == [
        None,
        None,
        True,
    ]


def test_a_refusal_stays_one_until_a_rule_above_has_acted() -> None:
    old = asks("recipient", "equals", "old@example.com")
    refusal = rule(old, refuse=True, **DROP)
    first, _, later, by_subject = made(
        refusal, rule(A, then=Then.DELIVER), refusal, rule(A, refuse=True, **DROP)
    ).rules
    assert first.rules[0]["refuse"] is True
    assert first.status is Sameness.SAME
    assert "refuse" not in later.rules[0]
    assert [each.code for each in later.differences] == ["dropped-after-acceptance"]
    assert by_subject.status is Sameness.CLOSE


def test_many_addresses_and_domains_are_one_list() -> None:
    people = asks("recipient", "equals", *(f"u{number}@example.com" for number in range(20)))
    test = EitherOf((people, asks("recipient", "ends_with", "@old.example")))
    found = made(rule(test, **DROP), rule(Negated(test), "other", **DROP))
    one, other = found.rules
    assert one.rules[0]["conditions"] == [{"recipient": {"in_address_list": "a-rule"}}]
    assert other.rules[0]["unless"] == [{"recipient": {"in_address_list": "a-rule"}}]
    assert found.address_lists["a-rule"] == (*people.values, "*@old.example")
    below = EitherOf((people, asks("recipient", "ends_with", ".old.example")))
    assert made(rule(below, **DROP)).address_lists == {}


def test_too_many_parts_are_left_to_be_written() -> None:
    wide = AllOf(
        tuple(
            EitherOf((asks("subject", "contains", f"a{n}"), asks("from", "contains", f"b{n}")))
            for n in range(6)
        )
    )
    [one] = made(rule(wide, **DROP)).rules
    assert one.status is Sameness.NOT_POSSIBLE
    assert [each.code for each in one.differences] == ["too-many-parts", "goes-on"]
    many = AllOf(tuple(asks("subject", "contains", f"a{n}") for n in range(11)))
    assert made(rule(many, **DROP)).rules[0].differences[0].code == "too-many-conditions"


def test_what_excludes_itself_is_left_out() -> None:
    domain = asks("from", "ends_with", "@mail.x.example")
    above = Negated(asks("from", "ends_with", "x.example"))
    [one] = made(rule(EitherOf((AllOf((domain, above)), B)), **DROP)).rules
    assert len(one.rules) == 1
    inside = AllOf(
        (
            asks("source_ip", "cidr_matches", "192.0.2.128/25"),
            Negated(asks("source_ip", "cidr_matches", "192.0.2.0/24")),
        )
    )
    assert made(rule(inside, **DROP)).rules[0].rules[0]["enabled"] is False


def test_values_that_nothing_takes_are_not_seen() -> None:
    odd = made(
        rule(asks("subject", "contains", "a", "b\nc"), **DROP),
        rule(asks("source_ip", "cidr_matches", "192.0.2.0/24", "2001:db8::/32"), **DROP),
        rule(
            Matches(
                operand="header", operator="contains", values=("a",), beside=(("name", "List-Id"),)
            ),
            **DROP,
        ),
    ).rules
    assert [each.status for each in odd] == [Sameness.PARTLY, Sameness.CLOSE, Sameness.NOT_POSSIBLE]
    codes = [each.differences[0].code for each in odd]
    assert codes == ["value-not-taken", "ipv6-networks", "header-not-seen"]


def test_a_part_that_changes_what_the_next_looks_at_is_named() -> None:
    old = asks("recipient", "equals", "old@example.com")
    forwards = rule(EitherOf((old, A)), actions=({"replace_recipient": ["new@example.com"]},))
    assert [each.code for each in made(forwards).rules[0].differences] == ["asked-again"]


def test_shadow_and_disabled_rules_stay_so() -> None:
    off, watches = made(rule(A, enabled=False, **DROP), rule(A, shadow=True, **DROP)).rules
    assert off.rules[0]["enabled"] is False
    assert watches.rules[0]["shadow"] is True
    source = OtherGateway(system="Gate", rules=[rule(A, **DROP)])
    found = lowered(source, shadow=True, owner_of=lambda _: "mail team")
    assert found.rules[0].rules[0]["shadow"] is True
    assert found.rules[0].rules[0]["owner"] == "mail team"
    assert found.last is not None
    assert "shadow" not in found.last


def test_without_a_rest_nothing_follows_the_rules() -> None:
    assert made(rule(ALWAYS, **DROP), rest=()).last is None


def test_names_are_short_readable_and_stay() -> None:
    assert spelled("Blöcke: Straße & Co. (Œuvre)") == "blocke-strasse-co.-oeuvre"
    assert spelled("A rule with a name that is much too long") == "a-rule-with-a-name-that-is-much"
    assert len(spelled("x" * 50)) == 32
    names = FreeNames(("deliver",))
    given = [
        names.named(each, "rule-1") for each in ("A", "a", "deliver", "規則", "x" * 40, "x" * 40)
    ]
    assert given == ["a", "a-2", "deliver-2", "rule-1", "x" * 32, "x" * 30 + "-2"]


def test_no_file_has_the_name_of_a_device_of_windows() -> None:
    gate = OtherGateway(system="Gate", rules=[rule(A, **DROP)])
    gate.rules = [replace(each, place=Position("aux.txt", 3)) for each in gate.rules]
    gate.address_lists = {
        "con": tuple(f"a{number}@example.org" for number in range(30)),
        "com1.old": None,
    }
    found = lowered(gate)
    texts = project_texts(
        written(found, ImportTarget(project="mail")), found, ImportTarget(project="mail")
    )
    assert {"lists/con-.csv", "lists/samples/com1-.old.csv", "rules/imported/aux-.yaml"} <= set(
        texts
    )
    assert "members_file: ../../lists/con-.csv" in texts["rules/imported/resources.yaml"]


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (
            {"replace_recipient": [f"a{number}@example.com" for number in range(101)]},
            "at most 100",
        ),
        ({"replace_recipient": ["no address"]}, "ReplaceWith"),
        ({"add_header": {"name": "X-A", "value": "a" * 129}}, "at most 128 characters"),
        (
            {
                "bounce": {
                    "sender": f"{'a' * 250}@example.com",
                    "role": "${vars.bounce_role}",
                    "status_code": "5.7.1",
                    "smtp_reply_code": "550",
                    "diagnostic_message": "no",
                }
            },
            "at most 254 characters",
        ),
        (
            {"publish_to_sns": {"topic": f"arn:aws:sns:us-east-1:111122223333:{'a' * 257}"}},
            "TopicArn",
        ),
    ],
)
def test_a_rule_whose_action_the_service_does_not_take_is_to_be_written(
    action: Any, says: str
) -> None:
    [one] = made(rule(A, actions=(action, MARK["actions"][0]))).rules
    assert one.status is Sameness.NOT_POSSIBLE
    [difference] = one.differences
    assert difference.code == "action-not-taken"
    assert says in difference.says
    assert one.rules[0]["enabled"] is False
    assert one.rules[0]["actions"] == [*MARK["actions"]]


def test_variables_and_names_in_actions_are_not_measured() -> None:
    actions: Any = (
        {"relay": {"to": "partner"}},
        {"bounce": {"sender": "${vars.bounce_sender}", "role": "${vars.bounce_role}"}},
        {"replace_recipient": "b@example.com"},
        {"add_header": {"name": "X-A", "value": "$${" + "a" * 125}},
    )
    [one] = made(rule(A, actions=actions)).rules
    assert one.status is Sameness.SAME
