"""Brakes: what is refused, with numbers, why, and the flag that goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from live.conftest import EVERY_KIND
from mmctl.errors import Refused, UsageError
from mmctl.live.apply.yesterday import in_names_of, oldest_of_the_day
from mmctl.live.brakes.brake import HOLDS_ROLLBACK, brakes_named
from mmctl.live.brakes.catalogue import grips
from mmctl.live.brakes.plan_key import plan_key
from mmctl.live.compare.edits import EditKind
from mmctl.live.history.entries import Doing, EntryResult
from mmctl.live.plan.trust import Trust
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from live.conftest import World


ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:smtp"


def many_rules(count: int, value: str = "malware") -> str:
    rules = "".join(
        f"      - name: rule-{number}\n"
        f"        conditions: [{{subject: {{contains: word-{number}}}}}]\n"
        f"        actions: [{{add_header: {{name: X-A, value: {value}}}}}]\n"
        for number in range(count)
    )
    return f"version: 1\nrule_sets:\n  inbound:\n    rules:\n{rules}"


def refusal(world: World) -> Refused:
    with pytest.raises(Refused) as refused:
        world.apply()
    assert world.history.entries()[-1].id.startswith("0001")
    return refused.value


def test_a_deleted_rule_needs_a_flag(world: World) -> None:
    world.text = many_rules(3)
    world.apply()
    world.text = many_rules(2)
    error = refusal(world)
    assert error.message == "deletes: 1 to delete (rule rule-2)"
    assert error.why
    assert error.help == "to go on: --allow-delete"
    world.apply(allow_delete=True)
    assert world.plan().empty


def test_the_environment_may_allow_some_deletions(world: World) -> None:
    world.main = world.main.replace("embedded}", "embedded, brakes: {max_deletes: 1}}")
    world.text = many_rules(3)
    world.apply()
    world.text = many_rules(2)
    world.apply()
    assert world.plan().empty


def test_a_change_of_most_of_ten_or_more_rules_needs_a_flag(world: World) -> None:
    world.text = many_rules(10)
    world.apply()
    world.text = many_rules(10).replace("malware", "virus", 4)
    error = refusal(world)
    assert error.message == "size: 4 of 10 rules change, more than 30 %"
    assert error.help is not None
    assert error.help.startswith("to go on: --force size, or set `brakes: {max_change_percent")
    world.apply(forced=("size",))
    assert world.plan().empty


@pytest.mark.parametrize(("count", "changed"), [(10, 3), (9, 9)])
def test_a_change_of_few_rules_or_of_a_small_rule_set_does_not(
    world: World, count: int, changed: int
) -> None:
    world.text = many_rules(count)
    world.apply()
    world.text = many_rules(count).replace("malware", "virus", changed)
    world.apply()
    assert world.plan().empty


@pytest.mark.parametrize("action", ["drop", "bounce"])
def test_a_new_rule_that_ends_all_mail_needs_a_flag(world: World, action: str) -> None:
    role = "arn:aws:iam::111122223333:role/mail"
    written = {
        "drop": "drop",
        "bounce": f"{{bounce: {{sender: a@example.com, role: {role}, status_code: 5.7.1, "
        "smtp_reply_code: 550, diagnostic_message: no}}",
    }
    world.text = many_rules(1)
    world.apply()
    world.text += f"      - {{name: all, actions: [{written[action]}]}}\n"
    error = refusal(world)
    assert error.message == (
        f"catch-all: rule all of inbound is new and would {action} every message that reaches it"
    )
    world.apply(forced=("catch-all",))
    assert world.plan().empty


def test_a_rule_whose_condition_got_lost_is_a_new_catch_all(world: World) -> None:
    world.apply()
    world.replace("        conditions:\n          - mail_from: {in_address_list: feed}\n", "")
    assert "rule block-feed of inbound" in refusal(world).message


def test_a_stop_after_a_delivery_is_no_catch_all(world: World) -> None:
    world.text = many_rules(1)
    world.apply()
    world.text += (
        "      - {name: all, actions: [{relay: {to: exchange}}, stop]}\n"
        "relays:\n  exchange: {server: mail.example.com, port: 25, authentication: none}\n"
    )
    assert grips(world.plan()) == ()


def test_a_catch_all_that_only_moves_is_no_new_one(world: World) -> None:
    world.text = many_rules(2) + "      - {name: all, actions: [drop]}\n"
    world.apply(forced=("catch-all",))
    world.text = world.text.replace("name: all", "name: everything")
    assert grips(world.plan()) == ()


@pytest.mark.parametrize(
    ("old", "new", "brake"),
    [
        ("default: deny", "default: allow", "default-action"),
        ("server: mail.corp.example.com", "server: other.example.com", "relay-target"),
        ("type: open", f"type: auth\n    auth: {{secret_arn: {ARN!r}}}", "endpoint-replacement"),
    ],
)
def test_what_decides_on_all_mail_needs_a_flag(
    world: World, old: str, new: str, brake: str
) -> None:
    world.apply()
    if brake == "endpoint-replacement":
        world.replace("tls_policy: required", "tls_policy: fips")
    world.replace(old, new)
    assert [grip.brake for grip in grips(world.plan())] == [brake]
    error = refusal(world)
    assert error.message.startswith(f"{brake}: ")
    assert error.help == f"to go on: --force {brake}"


@pytest.mark.parametrize(
    ("before", "after", "anew"),
    [
        ("required", "fips", True),
        ("fips", "optional", True),
        ("required", "optional", False),
        ("optional", "required", False),
    ],
)
def test_a_change_of_tls_to_or_from_fips_alone_makes_an_endpoint_anew(
    world: World, before: str, after: str, anew: bool
) -> None:
    world.replace("tls_policy: required", f"tls_policy: {before}")
    world.apply()
    world.replace(f"tls_policy: {before}", f"tls_policy: {after}")
    plan = world.plan()
    assert [edit.kind for edit in plan.edits if edit.kind is EditKind.REPLACED] == (
        [EditKind.REPLACED] * anew
    )
    assert [grip.brake for grip in grips(plan)] == ["endpoint-replacement"] * anew


def test_another_server_is_told_in_the_words_of_the_files(world: World) -> None:
    world.apply()
    world.replace("server: mail.corp.example.com", "server: other.example.com")
    (grip,) = grips(world.plan())
    assert grip.what.endswith(": server: mail.corp.example.com → other.example.com")


def test_an_archive_that_goes_cannot_come_back(world: World) -> None:
    world.apply()
    world.replace("  compliance: {retention: SEVEN_YEARS}", "  other: {retention: PERMANENT}")
    world.replace("archive: {to: compliance,", "archive: {to: other,")
    error = refusal(world)
    assert error.message.split("; ") == [
        "deletes: 1 to delete (archive compliance (made 2026-11-20, the mail in it, retention "
        "SEVEN_YEARS))",
        "irreversible: archive compliance is deleted (made 2026-11-20, the mail in it, "
        "retention SEVEN_YEARS)",
        "destination: archive other of rule archive-all is new",
        "ordinary-mail: mail for example.com: delivered: archive compliance → archive other",
    ]
    assert error.help == (
        "to go on: --allow-delete --force destination=other --force irreversible "
        "--force ordinary-mail=example.com"
    )


def test_failed_cases_hold_an_apply(world: World) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    one = replace(world.plan(), failed_cases=1)
    with pytest.raises(Refused, match="cases: 1 case fails"):
        world.apply(one)
    plan = replace(one, failed_cases=2)
    with pytest.raises(Refused, match="cases: 2 cases fail"):
        world.apply(plan)
    world.apply(plan, forced=("cases",))
    assert world.plan().empty


def test_a_brake_that_does_not_exist_is_said() -> None:
    with pytest.raises(UsageError, match="there is no brake `everything`"):
        brakes_named(["everything"])


def test_a_protected_environment_without_a_base_to_compare_with_needs_a_flag(world: World) -> None:
    held = Trust(held="there is nothing to compare with", fetch="git fetch origin main")
    plan = world.plan()
    assert grips(replace(plan, trust=held)) == ()
    unreadable = replace(held, unreadable=True)
    assert grips(replace(plan, trust=unreadable)) == ()
    elsewhere = replace(plan.target.identity, endpoint="https://mail-manager.us-east-1.api.aws")
    abroad = replace(plan, target=replace(plan.target, identity=elsewhere))
    assert grips(replace(abroad, trust=held)) == ()
    assert [grip.brake for grip in grips(replace(abroad, trust=unreadable))] == ["trust"]
    protected = replace(plan, target=replace(plan.target, protected=True))
    assert grips(replace(protected, trust=Trust(base="main"))) == ()
    (grip,) = grips(replace(protected, trust=held))
    assert grip.brake == "trust"
    assert "there is nothing to compare with" in grip.what
    assert grip.help == "to go on: --force trust, or fetch it: git fetch origin main"


def test_a_key_for_plans_is_the_one_of_the_last_apply_that_wrote_and_was_not_rebuilt(
    world: World,
) -> None:
    world.apply()
    (entry,) = world.history.entries()
    mine = replace(entry, plan_key="mine")
    others = [
        replace(entry, plan_key="other", result=EntryResult.NOTHING),
        replace(entry, plan_key="other", rebuilt=True),
        replace(entry, plan_key="other", kind=Doing.ROLLBACK),
    ]
    plan = world.plan()
    signed = replace(plan, target=replace(plan.target, plan_key="mine"))
    for other in others:
        assert list(plan_key(signed, [mine, other])) == []
        (grip,) = plan_key(signed, [other, replace(mine, plan_key="former"), other])
        assert "former when 0001-" in grip.what
    assert list(plan_key(signed, others)) == []
    changed = [replace(mine, plan_key="former")]
    assert list(plan_key(replace(signed, goes_back_to=entry.id), changed)) == []


def test_a_plan_is_held_against_the_oldest_state_of_a_day(world: World) -> None:
    world.text = EVERY_KIND.replace(
        '["*@partner.example", "one@vendor.example"]',
        str([f"a{number}@vendor.example" for number in range(10)]),
    )
    world.apply()

    world.text = world.text.replace(", 'a7@vendor.example', 'a8@vendor.example'", "")
    world.apply()
    world.text = world.text.replace(", 'a5@vendor.example', 'a6@vendor.example'", "")
    error = refusal_after(world)
    assert error.message == (
        "lists: address list partners loses 4 of 10 members within 24 hours, more than 30 %"
    )
    world.clock.sleep(25 * 3600)
    world.apply()
    assert world.plan().empty


def refusal_after(world: World) -> Refused:
    with pytest.raises(Refused) as refused:
        world.apply()
    return refused.value


def test_a_state_of_the_day_that_has_other_names_is_compared_by_ids(world: World) -> None:
    world.apply()
    past = world.plan().live
    world.text = world.text.replace("exchange", "postfix").replace(
        "  postfix: {server", "  postfix: {was: exchange, server"
    )
    world.apply()
    live = world.plan().live
    found = in_names_of(past, live)
    assert {thing.key for thing in found.objects} == {thing.key for thing in live.objects}
    rules = next(found.of_kind(Kind.RULE_SET)).shape.to_api()["Rules"]
    assert rules[-1]["Actions"][0]["Relay"]["Relay"] == "postfix"


def test_a_snapshot_of_the_day_that_cannot_be_read_is_passed_over(world: World) -> None:
    world.apply()
    world.replace("cidr_matches: [192.0.2.0/24]", "cidr_matches: [192.0.2.0/25]")
    world.apply()
    first, second = world.history.entries()
    live = world.plan().live
    world.history.store.put(f"{first.id}.snapshot.json", "{")
    found = oldest_of_the_day(world.history, world.clock.now(), live)
    assert found == world.history.snapshot(second.id).configuration


def test_no_new_brake_stands_in_the_way_of_a_rollback(world: World) -> None:
    text = world.text
    world.text = (
        text.replace("name: deliver\n", "name: deliver\n        shadow: true\n")
        .replace('"*@partner.example"', '"*@gmail.com"')
        .replace("tls_policy: required", "tls_policy: required\n    status: closed")
    )
    world.apply()
    world.text = text
    world.apply(forced=("ordinary-mail", "lists", "entrance", "destination", "size"))
    plan = world.plan_rollback()
    said = {grip.brake for grip in grips(plan)}
    assert {"ordinary-mail", "lists", "entrance"} <= said
    assert said.isdisjoint(HOLDS_ROLLBACK)
    world.rollback()
