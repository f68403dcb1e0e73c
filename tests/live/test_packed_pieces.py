"""Hand edits of the pieces of a long rule are reported, and never as less than they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from live.planned import compiled
from live.test_packed_plans import changed_rules
from mmctl.live.compare.logical import logical_view
from mmctl.live.compare.recognizing import recognized
from mmctl.live.compare.repacking import repacked_edits
from mmctl.live.history.by_hand import marked
from mmctl.live.history.last_applied import LastApplied
from mmctl.model.kinds import Kind
from mmctl.model.rules import Rule, RuleSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.compiler.configuration import LiveConfiguration

LURES: Final = [f"lure {number:02}" for number in range(15)]
GATEWAY: Final = f"""\
version: 1
relays:
  exchange: {{server: mail.example.com, port: 25, authentication: none}}
rule_sets:
  inbound:
    rules:
      - phase: block
        rules:
          - name: block-lures
            conditions:
              - subject: {{contains: {LURES}}}
              - mail_from: {{ends_with: ["@example.net"]}}
            unless: [{{recipient: {{equals: [abuse@example.com]}}}}]
            actions: [drop]
      - name: deliver
        actions: [{{relay: {{to: exchange}}}}]
"""


def logical_rules(live: LiveConfiguration) -> list[Rule]:
    """The rules as people would have written them."""
    thing = logical_view(live).find(Kind.RULE_SET, "inbound")
    assert thing is not None
    assert isinstance(thing.shape, RuleSet)
    return list(thing.shape.rules)


def lures(rule: Rule) -> list[str]:
    values: list[str] = rule.to_api()["Conditions"][0]["StringExpression"]["Values"]
    return values


def by_hand(rules: Sequence[int], *, drop_values: bool = False) -> list[Rule]:
    """The logical rules after somebody brought the live ones into another order."""
    one = compiled(GATEWAY)

    def change(live: list[Rule]) -> list[Rule]:
        assert len(live) == 3
        made = [live[at] for at in rules]
        return (
            [made[0], made[1].changed(actions=live[2].actions), *made[2:]] if drop_values else made
        )

    return logical_rules(recognized(changed_rules(one, change), (one,)))


def test_a_piece_behind_the_rule_that_delivers_is_a_rule_of_its_own() -> None:
    for order in ([0, 2, 1], [1, 2, 0]):
        rest, deliver, piece = by_hand(order)
        assert deliver.name == "deliver"
        assert sorted((*lures(rest), *lures(piece))) == LURES
        assert rest.unless == piece.unless


def test_a_piece_that_does_something_else_is_a_rule_of_its_own() -> None:
    rest, piece, deliver = by_hand([0, 1, 2], drop_values=True)
    assert sorted((*lures(rest), *lures(piece))) == LURES
    assert rest.to_api()["Actions"] == [{"Drop": {}}]
    assert piece.to_api()["Actions"] == deliver.to_api()["Actions"]


def test_pieces_in_another_order_are_one_rule() -> None:
    rest, deliver = by_hand([1, 0, 2])
    assert (lures(rest), deliver.name) == (LURES, "deliver")


def test_a_piece_that_was_removed_takes_its_values_and_no_exceptions() -> None:
    rest, _ = by_hand([0, 2])
    assert 0 < len(lures(rest)) < len(LURES)
    assert rest.unless
    assert len(rest.to_api()["Conditions"]) == 2


def test_live_rules_under_other_names_are_known_as_done_by_hand() -> None:
    one = compiled(GATEWAY)

    def renamed(rules: list[Rule]) -> list[Rule]:
        return [rules[0].changed(name="mine"), *rules[1:]]

    live = recognized(changed_rules(one, renamed), (one,))
    last = LastApplied(at="2026-01-01T00:00:00Z", states=(one,))
    (edit,) = marked(repacked_edits(one, live), one, live, last)
    assert edit.by_hand is not None
    other = compiled(GATEWAY.replace("lure 00", "another lure"))
    for after in marked(repacked_edits(other, one), other, one, last):
        assert after.by_hand is None
