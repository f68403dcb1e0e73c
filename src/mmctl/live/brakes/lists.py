"""The brake `lists`: a list that loses many members, or gets a whole domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import plural
from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.brakes.large_domains import ascii_form, large_domains, wholly_included
from mmctl.live.brakes.looking import first_apply, listed
from mmctl.live.ordinary.named import ADDRESSED, admitted_domains, operands_by_list
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.live.plan.plan import Plan
    from mmctl.model.operands import Operand

MOST_PERCENT: Final = 30
"""A list that loses more than this share of its members is held."""
FEWEST: Final = 3
"""Fewer members than this may leave any list: a share of so few means nothing."""


def lists(plan: Plan) -> Iterator[Grip]:
    """A list shrinks a lot, or gets the project's own domains or large public ones."""
    if first_apply(plan):
        return
    for thing in plan.desired.of_kind(Kind.ADDRESS_LIST):
        yield from _shrinks(plan, thing)
        yield from _takes_in(plan, thing)


def _members(configuration: LiveConfiguration | None, name: str) -> frozenset[str] | None:
    """The members of a list; None: there is no list, or they come from elsewhere."""
    thing = None if configuration is None else configuration.find(Kind.ADDRESS_LIST, name)
    if thing is None or thing.members is None:
        return None
    return frozenset(map(ascii_form, thing.members))


def _shrinks(plan: Plan, thing: LiveObject) -> Iterator[Grip]:
    after, live = _members(plan.desired, thing.name), _members(plan.live, thing.name)
    if after is None or live is None or not live - after:
        return
    for before, since in ((live, ""), (_members(plan.yesterday, thing.name), " within 24 hours")):
        if before is None:
            continue
        gone = len(before - after)
        if gone >= FEWEST and gone * 100 > len(before) * MOST_PERCENT:
            empty = " and is empty" if not after else ""
            yield Grip(
                brake=Brake.LISTS,
                subject=thing.name,
                what=f"address list {thing.name} loses {gone} of {len(before)} members{since}"
                f"{empty}, more than {MOST_PERCENT} %",
                why="mail that the list blocked or let through is treated differently at once",
            )
            return


def _takes_in(plan: Plan, thing: LiveObject) -> Iterator[Grip]:
    after = _members(plan.desired, thing.name)
    uses = operands_by_list(plan.desired).get(thing.name, set())
    new = (after or frozenset()) - _in_the_same_role(plan, thing.name, uses)
    if not new:
        return
    own = () if uses and uses <= ADDRESSED else _own(plan)
    for what, domains in (("{} of your own", own), ("large public {}", sorted(large_domains()))):
        whole = wholly_included(new, domains)
        if whole:
            words = what.format(plural(len(whole), "domain"))
            yield Grip(
                brake=Brake.LISTS,
                subject=thing.name,
                what=f"address list {thing.name} takes in {len(whole)} {words} ({listed(whole)})",
                why="all mail of such a domain is treated as the list says",
            )


def _in_the_same_role(plan: Plan, name: str, uses: set[Operand]) -> frozenset[str]:
    """The members that the list already has, if rules look up senders in it as before."""
    before = operands_by_list(plan.live).get(name, set())
    if uses - ADDRESSED and not before - ADDRESSED:
        return frozenset()
    return _members(plan.live, name) or frozenset()


def _own(plan: Plan) -> tuple[str, ...]:
    domains = (*admitted_domains(plan.live), *admitted_domains(plan.desired))
    return tuple(dict.fromkeys(domains))
