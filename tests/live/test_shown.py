"""The plan as people read it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mmctl.model.kinds import Kind
from mmctl.render.documents.plan_markdown import markdown
from mmctl.render.documents.review import Review
from mmctl.render.text import history as render_history
from mmctl.render.text.plan import human

if TYPE_CHECKING:
    from live.conftest import World

NEW_RULE = """      - name: block-file
        conditions:
          - subject: {contains: invoice}
        actions: [drop]
      - name: scan
"""


def changed(world: World) -> World:
    world.apply()
    world.replace("      - name: scan\n", NEW_RULE)
    world.replace('"@exarnple.com"', '"@example.net", "@example.org"')
    world.replace(
        "      - name: deliver\n        actions:\n          - relay: {to: exchange}\n", ""
    )
    world.replace(
        "      - name: block-lookalike\n",
        "      - name: deliver\n        actions:\n          - relay: {to: exchange}\n"
        "      - name: block-lookalike\n",
    )
    return world


def without_ids(text: str) -> list[str]:
    lines = text.splitlines()
    return [
        line.split(" (")[0] if line.startswith(("rule set", "relay")) else line for line in lines
    ]


def test_a_plan_says_where_then_each_edit_then_how_much(world: World) -> None:
    plan = changed(world).plan()
    lines = without_ids(human(plan).plain)
    assert lines[:9] == [
        "EMBEDDED, not AWS",
        "local  account 000000000000  us-east-1  as user/embedded",
        "rule set inbound",
        "  > deliver               moved 5 → 1                          rules/all.yaml:23",
        '  ~ block-lookalike       from ends_with: + "@example.net" + "@example.org"',
        '                          - "@exarnple.com"                    rules/all.yaml:26',
        "  + block-file            after block-feed                     rules/all.yaml:36",
        "traffic policy edge  no change",
        "ingress point mx  no change",
    ]
    before, after = plan.digest_before[:4], plan.digest_after[:4]
    assert lines[-3:] == [
        "budget: 6 rules in 6 of 40 live rules",
        f"plan: 1 to add, 1 to change, 1 to move                        digest {before}…→{after}…",
        "EMBEDDED, not AWS",
    ]


def test_a_plan_shows_the_order_of_its_steps_when_asked(world: World) -> None:
    lines = without_ids(human(world.plan(), verbose=True).plain)
    assert lines[-10:] == [
        "1/9 create address list partners",
        "2/9 add members to address list partners: *@partner.example, one@vendor.example",
        "3/9 create address list feed",
        "4/9 create archive compliance",
        "5/9 create relay exchange",
        "6/9 create add-on vade",
        "7/9 create traffic policy edge",
        "8/9 create rule set inbound",
        "9/9 create ingress point mx",
        "EMBEDDED, not AWS",
    ]


def test_a_narrow_plan_fits_80_columns_and_a_wide_one_uses_its_room(world: World) -> None:
    plan = changed(world).plan()
    assert max(map(len, human(plan).plain.splitlines())) <= 80
    wide = human(plan, width=120).plain.splitlines()
    one_line = next(line for line in wide if "~ block-lookalike" in line)
    assert '+ "@example.net" + "@example.org" - "@exarnple.com"  ' in one_line
    assert one_line.endswith("rules/all.yaml:26")
    assert len(one_line) == 120


def test_places_and_digests_stand_apart_from_the_words_before_them_whatever_the_width(
    world: World,
) -> None:
    plan = changed(world).plan()
    for right, many in {"rules/all.yaml": 3, "digest ": 1}.items():
        gaps = set()
        for width in range(56, 130):
            lines = human(plan, width=width).plain.splitlines()
            placed = [line for line in lines if right in line]
            assert len(placed) == many
            for line in placed:
                words, _, _ = line.partition(right)
                if words.strip():
                    assert len(line) == width
                    gaps.add(len(words) - len(words.rstrip()))
        assert min(gaps) == 2


def test_a_plan_names_every_object_whether_it_is_made_kept_or_deleted(world: World) -> None:
    objects = world.desired()[0].objects
    assert {thing.kind for thing in objects} == set(Kind)

    def unsaid(before: str, after: str = "") -> list[str]:
        lines = [" ".join(line.split()) for line in human(world.plan()).plain.splitlines()]
        return [
            thing.name
            for thing in objects
            if not any(
                line.startswith(f"{before}{thing.kind.noun}")
                and f" {thing.name}" in line
                and line.endswith(after)
                for line in lines
            )
        ]

    assert unsaid("+ ") == []
    world.apply()
    assert unsaid("", " no change") == []
    world.text = "version: 1\n"
    assert unsaid("- ", " needs --allow-delete") == []


def test_what_needs_a_flag_says_which(world: World) -> None:
    world.apply()
    world.text = "version: 1\n"
    shown = human(world.plan()).plain
    assert "- relay exchange        needs --allow-delete" in shown
    assert "plan: 8 to delete" in shown


def test_an_empty_plan_says_so(world: World) -> None:
    world.apply()
    plan = world.plan()
    assert f"plan: no changes{' ' * 52}digest {plan.digest_after[:4]}…" in human(plan).plain


def test_markdown_for_a_pull_request_has_a_row_for_each_edit(world: World) -> None:
    text = markdown(Review(plan=changed(world).plan()))
    assert text.startswith("### mmctl plan: local\n\n**EMBEDDED, not AWS**\n")
    assert "| `>` | rule set `inbound` | `deliver` | `moved 5 → 1` | `rules/all.yaml:23` |" in text
    assert "**1 to add, 1 to change, 1 to move**" in text


def test_the_history_is_newest_first(world: World) -> None:
    assert render_history.human(()).plain == "nothing was applied yet"
    changed(world)
    world.apply(forced=("ordinary-mail",))
    world.rollback()
    lines = render_history.human(world.history.entries()).plain.splitlines()
    assert [line.split()[1:3] for line in lines] == [
        ["rollback", "done"],
        ["apply", "done"],
        ["apply", "done"],
    ]
    assert lines[0].endswith("(it was wrong)")


def test_a_call_of_the_history_is_done_or_has_no_answer(world: World) -> None:
    changed(world)
    entry = world.history.entries()[-1]
    journal = world.history.journal(entry.id)
    lines = render_history.one(entry, journal).plain.splitlines()[4:]
    assert {line.split()[-1] for line in lines} == {"done"}
    cut_off = render_history.one(entry, journal[:1]).plain.splitlines()
    assert cut_off[-1].endswith("no answer recorded")


@pytest.mark.parametrize(
    ("endpoint", "named"),
    [
        ("https://mail-manager.us-east-1.amazonaws.com", False),
        ("https://mail-manager.us-east-1.amazonaws.com.example.com", True),
        ("https://mail-manager.us-east-1.amazonaws.com@example.com", True),
        ("https://mail-manager.us-east-1.amazonaws.com:8443", True),
        ("https://mail-manager-fips.us-east-1.amazonaws.com", True),
        ("http://127.0.0.1:4579", True),
    ],
)
def test_every_endpoint_but_the_usual_one_is_named(
    world: World, endpoint: str, named: bool
) -> None:
    plan = world.plan()
    elsewhere = replace(plan.target.identity, endpoint=endpoint)
    shown = replace(plan, target=replace(plan.target, identity=elsewhere))
    assert (f"  at {endpoint}" in human(shown).plain) is named
    assert (endpoint in markdown(Review(plan=shown))) is named
