"""Lines of a plan: they show what changes, and what something is called in the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mmctl.live.compare.wording import spaced, texts_change, value_change
from mmctl.render.text.plan import bare

if TYPE_CHECKING:
    from live.conftest import World

LONG = "x" * 200


@pytest.mark.parametrize("place", [0, 50, 80, 100, 150, 199])
def test_long_values_that_differ_anywhere_show_it(place: int) -> None:
    before = LONG[:place] + "a" + LONG[place:]
    after = LONG[:place] + "b" + LONG[place:]
    old, new = value_change(before, after).split("→")
    assert "a" in old
    assert "b" in new
    assert {"a", "b"} <= set(texts_change([before, "same"], [after, "same"]))


def lines(world: World) -> str:
    return spaced(bare(world.plan(), width=200).plain)


@pytest.mark.parametrize("before", [50, 90, 150])
def test_a_long_value_in_a_rule_shows_what_changes(world: World, before: int) -> None:
    long = "w" * before
    world.replace('"@exarnple.com"', f'"{long}old{long}@example.com"')
    world.apply()
    world.replace(f"{long}old{long}", f"{long}new{long}")
    shown = lines(world)
    assert "new" in shown
    assert "old" in shown


def test_a_new_live_name_is_shown(world: World) -> None:
    world.replace("retention: SEVEN_YEARS", "retention: SEVEN_YEARS, live_name: mail-v1")
    assert "+ archive compliance" in lines(world)
    assert "live_name: mail-v1" in lines(world)
    world.apply()
    world.replace("live_name: mail-v1", "live_name: mail-v2")
    assert "renamed from mail-v1 to mail-v2" in lines(world)


def test_a_new_live_name_of_a_rule_is_shown(world: World) -> None:
    world.apply()
    added = "      - {name: tail, live_name: the-end, actions: [drop]}\n"
    world.replace("ingress_points:", added + "ingress_points:")
    assert "live_name: the-end" in lines(world)
    world.apply(forced=("catch-all", "ordinary-mail"))
    world.replace("live_name: the-end", "live_name: the-very-end")
    assert "renamed from the-end to the-very-end" in lines(world)


def test_what_is_called_the_same_is_not_said_twice(world: World) -> None:
    assert "live_name" not in lines(world).replace("live_name: acme-mx", "")
