"""A packed rule set changes without a gap: mail is judged as before or as afterwards."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import TYPE_CHECKING

import pytest

from live.judged_moments import Moments, gaps, messages_of, treated
from live.many_rules import blocked, few, gateway, many
from live.stopping import Killed, at_write
from mmctl.live.history.by_hand import with_marks
from mmctl.model.kinds import Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from live.conftest import World
    from mmctl.compiler.configuration import LiveConfiguration


def changed() -> list[str]:
    """The many rules, one longer, one gone, one new."""
    rules = many()
    rules[3] = blocked(3, "@more.example")
    del rules[40]
    return [blocked(99), *rules]


def states_of(world: World, change: Callable[[], object]) -> list[LiveConfiguration]:
    """What is live before each write of a change, and at its end."""
    moments = Moments(world)
    world.observe = moments.observe
    change()
    world.observe = None
    moments.look()
    assert len(moments.writes) > 2
    return moments.states


def test_a_gap_is_found_where_there_is_one(world: World) -> None:
    """What the test below looks for: a rule set that looks in a list before it is complete."""
    world.text = gateway(many())
    packed = world.desired()[0]
    emptied = tuple(
        replace(thing, members=thing.members[:5]) if thing.members is not None else thing
        for thing in packed.objects
    )
    found = gaps([packed, replace(packed, objects=emptied), packed])
    assert len(found) > 30
    assert gaps([packed, packed, packed]) == []


@pytest.mark.slow
@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.deep)])
def test_an_apply_that_ends_at_any_call_goes_on_where_it_was(world: World, step: int) -> None:
    world.text = gateway(few())
    world.apply()
    rest = partial(world.apply, allow_delete=True, forced=("size",))
    for text, back in ((gateway(many()), gateway(few())), (gateway(changed()), gateway(many()))):
        world.text = back
        rest()
        for number in count(1, 17 * step):
            world.text = text
            world.observe = at_write(number, Killed)
            try:
                rest()
            except Killed:
                pass
            else:
                break
            world.observe = None
            plan = with_marks(world.plan(), world.history)
            assert [edit.name for edit in plan.edits if edit.by_hand] == []
            rest()
            assert world.plan().empty
            assert _members(world.plan().live) == _members(world.plan().desired)
            world.text = back
            rest()
        assert number > 17 * step
        world.observe = None


def _members(configuration: LiveConfiguration) -> list[tuple[str, tuple[str, ...] | None]]:
    lists = configuration.of_kind(Kind.ADDRESS_LIST)
    return sorted((thing.name, thing.members) for thing in lists)


def test_a_first_packing_has_no_gap_and_neither_has_its_rollback(world: World) -> None:
    world.text = gateway(few())
    world.apply()
    world.text = gateway(many())
    assert gaps(states_of(world, partial(world.apply, forced=("size",)))) == []
    assert gaps(states_of(world, partial(world.rollback, allow_delete=True))) == []
    assert [*world.plan().live.of_kind(Kind.ADDRESS_LIST)] == []
    world.text = gateway(few())
    assert world.plan().empty


@pytest.mark.slow
def test_at_no_moment_is_mail_judged_neither_as_before_nor_as_afterwards(world: World) -> None:
    world.text = gateway(few())
    world.apply()
    rest = partial(world.apply, allow_delete=True, forced=("size",))
    steps: list[tuple[str, Callable[[], object]]] = [
        (gateway(many()), rest),
        (gateway(changed()), rest),
        (gateway(few()), rest),
        (gateway(many()), rest),
        (gateway(many()), partial(world.rollback, allow_delete=True)),
    ]
    for text, change in steps:
        world.text = text
        states = states_of(world, change)
        assert gaps(states) == []
        messages = messages_of(*states)
        ends = [treated(each, messages) for each in (states[0], states[-1])]
        assert any(not was.same(now) for was, now in zip(*ends, strict=True))
        assert world.plan().empty is (change is not steps[-1][1])
