"""What was done by hand since the last apply: which lines of a plan undo it, and the brake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from mmctl.errors import Refused
from mmctl.live.history.by_hand import with_marks
from mmctl.live.state.logs import LOGS_TAG
from mmctl.model.kinds import Kind, Noun
from mmctl.render.documents.plan_markdown import markdown
from mmctl.render.documents.review import Review
from mmctl.render.text.plan import bare

if TYPE_CHECKING:
    from collections.abc import Callable

    from live.conftest import World
    from mmctl.live.compare.edits import Edit


def live_id(world: World, kind: Kind, name: str) -> str:
    found = world.plan().live.find(kind, name)
    assert found is not None
    return str(found.id)


def rules(world: World) -> list[dict[str, Any]]:
    answer = world.service().get(Noun.RULE_SET, live_id(world, Kind.RULE_SET, "inbound"))
    assert answer is not None
    return list(answer["Rules"])


def set_rules(world: World, new: list[dict[str, Any]]) -> None:
    id = live_id(world, Kind.RULE_SET, "inbound")  # noqa: A001 - the id of what is changed
    world.service().update(Noun.RULE_SET, id, {"Rules": new})


def marks(world: World) -> list[tuple[str, str, str]]:
    """The lines that undo what was done by hand."""
    plan = with_marks(world.plan(), world.history)
    return [(e.kind.value, e.name, e.path) for e in plan.edits if e.by_hand]


def unmarked(world: World) -> list[tuple[str, str, str]]:
    plan = with_marks(world.plan(), world.history)
    return [(e.kind.value, e.name, e.path) for e in plan.edits if not e.by_hand]


# By hand, of every sort


def add_member(world: World) -> None:
    id = live_id(world, Kind.ADDRESS_LIST, "partners")  # noqa: A001 - as above
    world.service().add_member(id, "*@evil.example")


def remove_member(world: World) -> None:
    id = live_id(world, Kind.ADDRESS_LIST, "partners")  # noqa: A001 - as above
    world.service().remove_member(id, "one@vendor.example")


def add_rule(world: World) -> None:
    block = {
        "Name": "emergency",
        "Conditions": [
            {
                "StringExpression": {
                    "Evaluate": {"Attribute": "FROM"},
                    "Operator": "ENDS_WITH",
                    "Values": ["@evil.example"],
                }
            }
        ],
        "Actions": [{"Drop": {}}],
    }
    set_rules(world, [block, *rules(world)])


def change_rule(world: World) -> None:
    new = rules(world)
    new[0]["Conditions"][0]["StringExpression"]["Values"].append("@evil.example")
    set_rules(world, new)


def narrow_rule(world: World) -> None:
    new = rules(world)
    new[0]["Conditions"][0]["StringExpression"]["Values"].remove("@exarnple.com")
    set_rules(world, new)


def remove_rule(world: World) -> None:
    set_rules(world, [rule for rule in rules(world) if rule["Name"] != "block-feed"])


def move_rule(world: World) -> None:
    new = rules(world)
    set_rules(world, [new[1], new[0], *new[2:]])


def rename_rule(world: World) -> None:
    new = rules(world)
    new[0]["Name"] = "other"
    set_rules(world, new)


def change_action(world: World) -> None:
    new = rules(world)
    new[2]["Actions"][0]["AddHeader"]["HeaderValue"] = "other"
    set_rules(world, new)


def change_relay(world: World, name: str = "exchange") -> None:
    relay = live_id(world, Kind.RELAY, name)
    world.service().update(Noun.RELAY, relay, {"ServerPort": 26})


def rename_relay(world: World) -> None:
    relay = live_id(world, Kind.RELAY, "exchange")
    world.service().update(Noun.RELAY, relay, {"RelayName": "elsewhere"})


def change_policy(world: World) -> None:
    policy = live_id(world, Kind.TRAFFIC_POLICY, "edge")
    found = world.service().get(Noun.TRAFFIC_POLICY, policy) or {}
    statements = list(reversed(found["PolicyStatements"]))
    world.service().update(Noun.TRAFFIC_POLICY, policy, {"PolicyStatements": statements})


def close_entrance(world: World) -> None:
    mx = live_id(world, Kind.INGRESS_POINT, "mx")
    world.service().update(Noun.INGRESS_POINT, mx, {"StatusToUpdate": "CLOSED"})


def lengthen_retention(world: World) -> None:
    archive = live_id(world, Kind.ARCHIVE, "compliance")
    new = {"Retention": {"RetentionPeriod": "PERMANENT"}}
    world.service().update(Noun.ARCHIVE, archive, new)


def make_relay(world: World) -> None:
    members = {"ServerName": "x.example.com", "ServerPort": 25}
    made = {"RelayName": "spare", "Authentication": {"NoAuthentication": {}}, **members}
    tags = [{"Key": "mmctl:project", "Value": "acme"}]
    world.service().create(Noun.RELAY, {**made, "Tags": tags}, "token")


def delete_archive(world: World) -> None:
    archive = live_id(world, Kind.ARCHIVE, "compliance")
    world.service().delete(Noun.ARCHIVE, archive)


def tag(world: World) -> None:
    arn = world.service().identity.arn(Kind.RELAY.api_noun, live_id(world, Kind.RELAY, "exchange"))
    world.service().tag(arn, {"team": "night"})


BY_HAND: Final = (
    (add_member, ("changed", "partners", "members")),
    (remove_member, ("changed", "partners", "members")),
    (add_rule, ("removed", "emergency", "")),
    (change_rule, ("changed", "block-lookalike", "conditions[0].values")),
    (narrow_rule, ("changed", "block-lookalike", "conditions[0].values")),
    (remove_rule, ("added", "block-feed", "")),
    (move_rule, ("moved", "block-lookalike", "")),
    (rename_rule, ("renamed", "block-lookalike", "")),
    (change_action, ("changed", "scan", "actions[0].add_header.header_value")),
    (change_relay, ("changed", "exchange", "server_port")),
    (rename_relay, ("renamed", "exchange", "")),
    (close_entrance, ("changed", "mx", "status")),
    (lengthen_retention, ("changed", "compliance", "retention.retention_period")),
    (make_relay, ("removed", "spare", "")),
    (delete_archive, ("added", "compliance", "")),
    (tag, ("changed", "exchange", "tags")),
)
OTHERS: Final = ("destination", "entrance", "lists", "ordinary-mail", "retention")
"""Brakes that speak of what becomes of mail, and may hold as well."""
EACH: Final = pytest.mark.parametrize(
    ("hand", "line"), BY_HAND, ids=lambda each: getattr(each, "__name__", str(each))
)


@EACH
def test_a_line_that_undoes_it_is_marked_and_held(
    world: World, hand: Callable[[World], None], line: tuple[str, str, str]
) -> None:
    world.apply()
    world.clock.sleep(3600)
    hand(world)
    world.replace("tags: {team: mail}", "tags: {team: security}")
    assert marks(world)[0] == line
    assert len(marks(world)) == 1 + (hand is delete_archive)  # which a rule named
    assert unmarked(world) == [("changed", "partners", "tags.team")]
    others = ("irreversible", "relay-target", "size", *OTHERS)
    with pytest.raises(Refused) as refused:
        world.apply(allow_delete=True, forced=others)
    assert re.match(r"drift: [12] changes? made by hand would be undone \(", refused.value.message)
    assert refused.value.help == (
        "to go on: --force drift, or write them into the files: mmctl drift --write --env local"
    )
    world.apply(allow_delete=True, forced=("drift", *others))
    assert world.plan().empty


def test_both_lines_of_an_order_that_was_changed_by_hand_are_marked(world: World) -> None:
    world.apply()
    change_policy(world)
    assert len(marks(world)) == 2
    assert unmarked(world) == []


def test_what_the_files_say_as_well_is_no_undoing(world: World) -> None:
    world.apply()
    add_member(world)
    change_rule(world)
    world.replace('"*@partner.example", ', '"*@partner.example", "*@evil.example", ')
    world.replace('"@exarnple.com"]', '"@exarnple.com", "@evil.example"]')
    assert world.plan().empty
    world.replace('"*@evil.example", ', '"*@evil.example", "new@partner.example", ')
    world.replace('"@evil.example"]', '"@evil.example", "@examp1e.net"]')
    assert marks(world) == []
    world.apply()
    assert world.plan().empty


def test_what_the_files_took_over_is_theirs_after_an_apply_with_nothing_to_do(world: World) -> None:
    world.apply()
    add_member(world)
    world.replace('"*@partner.example", ', '"*@partner.example", "*@evil.example", ')
    assert world.apply() is None
    world.replace('"*@evil.example", ', "")
    assert marks(world) == []
    assert len(unmarked(world)) == 1


def test_a_change_beside_one_by_hand_in_the_same_list_is_marked_for_what_it_takes(
    world: World,
) -> None:
    world.apply()
    add_member(world)
    world.replace('"*@partner.example", ', '"*@partner.example", "new@partner.example", ')
    assert marks(world) == [("changed", "partners", "members")]


def test_a_change_of_the_files_alone_is_not_marked(world: World) -> None:
    world.apply()
    world.replace('"*@partner.example", ', "")
    world.replace('"@exarnple.com"', '"@example.net"')
    world.replace("port: 25,", "port: 2525,")
    assert marks(world) == []
    assert len(unmarked(world)) == 3


def test_another_logical_name_in_the_files_makes_nothing_be_by_hand(world: World) -> None:
    world.apply()
    world.replace("  exchange: {", "  mailhost: {live_name: exchange, ")
    world.replace("relay: {to: exchange}", "relay: {to: mailhost}")
    world.replace('"@exarnple.com"', '"@example.net"')
    assert marks(world) == []
    change_relay(world, "mailhost")
    assert marks(world) == [("changed", "mailhost", "server_port")]


def test_without_a_history_nothing_is_known_to_be_by_hand(world: World) -> None:
    world.apply()
    add_rule(world)
    for name in world.history.store.names(""):
        world.history.store.delete(name)
    assert marks(world) == []
    world.apply(allow_delete=True)
    assert world.plan().empty


def edit(world: World) -> Edit:
    plan = with_marks(world.plan(), world.history)
    return next(each for each in plan.edits if each.by_hand)


def test_it_is_said_when_as_the_service_tells_it_or_after_the_last_apply(world: World) -> None:
    entry = world.apply()
    assert entry is not None
    world.clock.sleep(3600)
    change_rule(world)
    changed = world.plan().live.find(Kind.RULE_SET, "inbound")
    assert changed is not None
    assert edit(world).by_hand == changed.changed_at
    assert changed.changed_at is not None
    assert changed.changed_at > entry.at
    world.apply(forced=("drift",))
    delete_archive(world)
    assert edit(world).by_hand == f"after {world.history.entries()[-1].at}"


def test_the_mark_is_shown_for_people_and_in_markdown(world: World) -> None:
    world.apply()
    world.clock.sleep(3600)
    change_rule(world)
    plan = with_marks(world.plan(), world.history)
    text = " ".join(bare(plan, width=100).plain.split())
    assert '- "@evil.example" by hand 2026-11-20T10:' in text
    assert "by hand 2026-11-20T10:" in markdown(Review(plan=plan))


def test_a_log_that_was_sent_elsewhere_by_hand_is_marked(world: World) -> None:
    group = "arn:aws:logs:us-east-1:000000000000:log-group:mail"
    other = "arn:aws:logs:us-east-1:000000000000:log-group:other"
    world.replace("  inbound:\n", f"  inbound:\n    logging: {{destination: {group}}}\n")
    world.apply()
    arn = world.service().identity.arn(
        Kind.RULE_SET.api_noun, live_id(world, Kind.RULE_SET, "inbound")
    )
    assert LOGS_TAG in world.service().tags(arn)
    logs = world.service().logs
    (source,) = list(logs.sources([arn]))
    (delivery,) = list(logs.deliveries([source["name"]]))
    logs.delete_delivery(delivery["id"])
    logs.put_destination("by-hand", other, {"a": "b"})
    destination = logs.destination("by-hand")
    assert destination is not None
    logs.create_delivery(source["name"], destination["arn"], {"mmctl:project": "acme"})
    assert [line[:2] for line in marks(world)] == [("changed", "inbound")]
