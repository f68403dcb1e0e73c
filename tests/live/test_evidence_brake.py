"""The brake `evidence`: what holds a plan, and that no file takes the requirement away unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from live.planned import GATEWAY, planned
from mmctl.live.brakes.evidence import evidence
from mmctl.live.history.entries import Doing, EntryResult, HistoryEntry
from mmctl.live.plan.promotion_values import (
    Promotion,
    UsedEvidence,
    ValueChange,
    promotion_document,
    promotion_of,
    value_changes,
)
from mmctl.render.documents.plan_markdown import markdown
from mmctl.render.documents.review import Review
from mmctl.render.html.plan_page import page
from mmctl.render.text.plan import human

if TYPE_CHECKING:
    from mmctl.live.plan.plan import Plan

USED: Final = UsedEvidence(
    name="evidence-1.json",
    seal="s",
    at="2026-11-29T00:00:00Z",
    who="ci",
    history="0001",
    passed=5,
    as_stated=4,
    own_facts=1,
    not_sendable=2,
)
GOOD: Final = Promotion(
    environment="staging",
    account="111122223333",
    region="us-east-1",
    min_cases=5,
    rules="a" * 64,
    evidence=USED,
)


def entry(number: int, **members: Any) -> HistoryEntry:
    """An apply that required evidence."""
    given: dict[str, Any] = {
        "id": f"{number:04d}-20261129T000000Z",
        "kind": Doing.APPLY,
        "result": EntryResult.DONE,
        "rules": "a" * 64,
        "gate": GOOD.gate,
        **dict.fromkeys(("at", "who", "environment", "account", "region"), ""),
        **dict.fromkeys(("digest_before", "digest_after", "state_before"), ""),
        "summary": {},
    }
    return HistoryEntry(**given | members)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return replace(planned(GATEWAY, GATEWAY.replace("25MB", "26MB")), promotion=GOOD)


def test_only_evidence_that_is_missing_holds_a_plan(plan: Plan) -> None:
    assert list(evidence(plan, ())) == []
    assert list(evidence(replace(plan, promotion=None), ())) == []
    lacks = replace(GOOD, evidence=None, missing=("it is old",), untested=("rule a", "rule b"))
    (grip,) = evidence(replace(plan, promotion=lacks), ())
    assert grip.what == "from staging: it is old; staging does not run rule a, rule b"
    assert grip.help.startswith(
        "to go on: --force evidence --reason TEXT, or make the evidence: "
        "mmctl send --env staging --expect --record-evidence, or let staging run it"
    )
    for free in ({"goes_back_to": "0001"}, {"partial": True}):
        assert list(evidence(replace(plan, promotion=lacks, **free), ())) == []


def test_no_file_takes_the_requirement_away_unseen(plan: Plan) -> None:
    before = [entry(1)]
    table: tuple[tuple[Promotion | None, list[HistoryEntry], str | None], ...] = (
        (GOOD, before, None),
        (replace(GOOD, min_cases=6), before, None),
        (replace(GOOD, min_cases=4), before, "has min_cases 4"),
        (replace(GOOD, environment="test"), before, "has environment test"),
        (replace(GOOD, account="444455556666"), before, "has account 444455556666"),
        (replace(GOOD, region="eu-west-1"), before, "has region eu-west-1"),
        (None, before, "is gone"),
        (None, [entry(1, gate={})], None),
        (None, [*before, entry(2, gate={})], None),
        (None, [*before, entry(2, gate={}, rules=None)], "is gone"),
        (None, [*before, entry(2, gate={}, kind=Doing.ROLLBACK)], "is gone"),
        (None, [*before, entry(2, gate={}, result=EntryResult.NOTHING)], "is gone"),
        # Staging could not be asked at the second apply: the first says where it was.
        (
            replace(GOOD, account="444455556666"),
            [*before, entry(2, gate={"environment": "staging", "min_cases": "5"})],
            "has account 444455556666",
        ),
        (replace(GOOD, account=None, region=None), before, None),
    )
    faults = []
    for number, (promotion, entries, says) in enumerate(table):
        found = [grip.what for grip in evidence(replace(plan, promotion=promotion), entries)]
        if bool(found) != bool(says) or (says and says not in found[0]):
            faults.append(f"{number}: expected {says}, got {found}")
    assert faults == []


def test_a_promotion_is_the_same_after_it_was_a_document() -> None:
    for each in (GOOD, replace(GOOD, evidence=None, missing=("a",), untested=("b",))):
        assert promotion_of(promotion_document(each)) == each


def test_values_that_changed_are_told_by_what_came_and_went() -> None:
    before = {"vars.a": '["x", "y"]', "vars.b": "1", "vars.c": "same"}
    after = {"vars.a": '["y", "z"]', "vars.c": "same", "vars.d": "2"}
    assert [change.text for change in value_changes(before, after)] == [
        'vars.a: + "z" - "x"',
        "vars.b: 1 → not set",
        "vars.d: not set → 2",
    ]
    swapped = ValueChange(name="vars.a", before='["x", "y"]', after='["y", "x"]')
    assert swapped.text == "vars.a: in another order"


def test_what_strangers_wrote_of_evidence_is_shown_escaped(plan: Plan) -> None:
    hostile = "\x1b[2K</li><script>\n::error::x"
    promotion = replace(GOOD, evidence=replace(USED, at=hostile), missing=(hostile,))
    changed = (ValueChange(name="vars.a", before=None, after=hostile),)
    shown = replace(plan, promotion=promotion, changed_values=changed)
    text, marked = human(shown, width=200).plain, markdown(Review(plan=shown))
    html = page(Review(plan=shown))
    for written in (text, marked, html):
        assert "\x1b" not in written
        assert "\n::error" not in written
    assert "</li><script>" not in html
    lines = text.splitlines()
    assert "1 value changed since the last apply" in lines[1] or "1 value changed" in lines[2]
