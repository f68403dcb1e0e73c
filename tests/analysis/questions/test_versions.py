"""Two versions of a project: the ways in that are compared, what becomes wrong, and JSON of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.questions.behavior import KeptMessage
from mmctl.analysis.questions.behavior_json import behavior_document, behavior_of
from mmctl.analysis.questions.counting import change_of
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.questions.versions import behavior
from mmctl.analysis.questions.ways import ways_into
from mmctl.api import load
from mmctl.language.project import Outcome
from mmctl.render.text.behavior import behavior_lines

if TYPE_CHECKING:
    import pytest

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.behavior import Behavior
    from mmctl.judge.ingress import Way
    from mmctl.language.project import Project

GATEWAY: Final = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
  legacy: {server: old.example.com, port: 25, authentication: none}
archives:
  all-mail: {retention: SEVEN_YEARS}
rule_sets:
  inbound:
    rules:
      - {name: spam, conditions: [{subject: {equals: offer}}], actions: [drop]}
      - name: deliver
        unless: [{helo: {equals: old.example.org}}]
        actions: [{relay: {to: exchange}}]
"""
SPAM: Final = "      - {name: spam, conditions: [{subject: {equals: offer}}], actions: [drop]}\n"
UNLESS: Final = "        unless: [{helo: {equals: old.example.org}}]\n"
POINTS: Final = """
traffic_policies:
  edge: {default: deny, statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]}
ingress_points:
  mx-in: {type: open, traffic_policy: edge, rule_set: inbound}
"""
INVARIANTS: Final = """
invariants:
  - name: the board gets its mail
    when: [{recipient: {equals: board@example.com}}]
    never: dropped
  - {name: only the exchange, only: {relay: [exchange]}}
"""


def project(text: str = GATEWAY) -> Project:
    return load({"rules.yaml": text})


def between(before: str, after: str, equality: Equality = Equality.MULTISET) -> list[Behavior]:
    """How two texts compare; messages are kept nowhere."""

    def kept(name: str, _witness: Witness, _way: Way) -> KeptMessage:
        return KeptMessage(path=f"{name}.eml", command=f"mmctl why {name}.yaml", facts=("a", "b"))

    return list(behavior(project(before), project(after), equality, kept))


def ways(*texts: str) -> list[str]:
    return [each.name for each in ways_into(*map(project, texts))]


def test_versions_are_compared_where_both_have_a_way_in() -> None:
    with_points = GATEWAY + POINTS
    assert ways(with_points) == ["ingress point mx-in"]
    assert ways(with_points, with_points) == ["ingress point mx-in"]
    assert ways(with_points, GATEWAY) == ways(GATEWAY, with_points) == ["rule set inbound"]
    assert ways(with_points, with_points.replace("  mx-in:", "  other:")) == ["rule set inbound"]
    assert ways(GATEWAY, GATEWAY.replace("inbound:", "other:")) == []


def test_the_same_rules_need_no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmctl.analysis.questions.versions.Proof", None)
    moved = "\n\n\n" + GATEWAY
    assert [each.alike for each in between(GATEWAY, moved)] == [True]


def test_a_change_tells_what_it_makes_wrong_and_only_that() -> None:
    was = GATEWAY + INVARIANTS
    table = {
        "a drop of mail to somebody": (
            was.replace("equals: offer", "contains: offer"),
            {("the board gets its mail", Outcome.DELIVERED, Outcome.DROPPED)},
        ),
        "another relay": (
            was.replace("{to: exchange}", "{to: legacy}"),
            {("only the exchange", Outcome.DELIVERED, Outcome.DELIVERED)},
        ),
        "lost mail": (
            was.replace("equals: old.example.org", "ends_with: .example.org"),
            {(None, Outcome.DELIVERED, Outcome.LOST)},
        ),
        "less lost mail": (was.replace(UNLESS, ""), set()),
        "what was dropped is lost": (
            was.replace(SPAM, ""),
            set(),
        ),
        "an archive": (was.replace("[{relay", "[{archive: {to: all-mail}}, {relay"), set()),
    }
    for name, (text, wanted) in table.items():
        (found,) = between(was, text)
        assert {(e.invariant, e.before, e.after) for e in found.harms} == wanted, name
        assert found.unproved == (), name


def test_what_was_wrong_before_is_no_harm_of_a_change() -> None:
    was = GATEWAY + INVARIANTS.replace("never: dropped", "never: lost")
    (found,) = between(was, was.replace("equals: offer", "contains: offer"))
    assert found.harms == ()
    assert found.differences


def test_behavior_as_json_is_read_back() -> None:
    was = GATEWAY + INVARIANTS
    for text in (
        was,
        was.replace("equals: offer", "contains: offer"),
        was.replace("[{relay", "[{add_header: {name: X-A, value: b}}, {relay"),
        was.replace("equals: old.example.org", "ends_with: .example.org"),
    ):
        for found in between(was, text):
            assert behavior_of(behavior_document(found)) == found


def test_a_kind_of_difference_tells_archived_twice_from_once() -> None:
    twice = GATEWAY.replace(
        "[{relay", "[{archive: {to: all-mail}}, {archive: {to: all-mail}}, {relay"
    )
    once = GATEWAY.replace("[{relay", "[{archive: {to: all-mail}}, {relay")
    (found,) = between(twice, once)
    assert [change_of(each).described for each in found.differences] == [
        "delivered: - archive:all-mail"
    ]
    assert [each.alike for each in between(twice, once, Equality.SET)] == [True]


def test_what_moves_mail_away_from_its_reader_comes_first() -> None:
    moved = GATEWAY.replace("{subject: {equals: offer}}", "{subject: {equals: party}}")
    for before, after in ((GATEWAY, moved), (moved, GATEWAY)):
        (found,) = between(before, after)
        assert [
            (each.before.ends[-1].outcome.value, each.after.ends[-1].outcome.value)
            for each in found.differences
        ] == [
            ("delivered", "dropped"),
            ("dropped", "lost"),
            ("lost", "dropped"),
            ("dropped", "delivered"),
        ]


def test_what_is_meant_anyway_is_no_difference_and_other_settings_are_named() -> None:
    topic = (
        "{topic: 'arn:aws:sns:us-east-1:111122223333:seen', "
        "role: 'arn:aws:iam::111122223333:role/mail'"
    )
    was = GATEWAY.replace(
        "[{relay: {to: exchange}}]", f"[{{publish_to_sns: {topic}}}}}, {{relay: {{to: exchange}}}}]"
    )
    spelled_out = was.replace("to: exchange}", "to: exchange, on_failure: continue}").replace(
        "role/mail'", "role/mail', encoding: utf-8, payload: content, on_failure: continue"
    )
    (found,) = between(was, spelled_out.replace("equals: offer", "equals: [offer, offer]"))
    assert found.alike, found
    (found,) = between(was, was.replace("to: exchange}", "to: exchange, on_failure: drop}"))
    told = behavior_lines([found]).plain
    assert "~ the same, with other settings" in told, told
