"""The brake `destination`: mail goes to a place where this gateway sent none before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.brakes.large_domains import ascii_form
from mmctl.live.ordinary.named import rules_in
from mmctl.live.ordinary.treatment import server_of
from mmctl.model.actions import LEAVES, new_recipients, row_of
from mmctl.model.rules import RelayAction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.plan.plan import Plan
    from mmctl.model.rules import Rule, RuleAction


class _Place(NamedTuple):
    """Where mail goes."""

    noun: str
    name: str

    @property
    def text(self) -> str:
        """In words: `relay mx.example.com`."""
        return f"{self.noun} {self.name}"


def destination(plan: Plan) -> Iterator[Grip]:
    """A rule sends, copies or stores mail to a place where no live rule does.

    If no live rule does anything with mail yet, every place is new and none is held.
    """
    before = {where for rule in rules_in(plan.live) for where in _of_rule(rule, plan.live)}
    if not before:
        return
    said = set(before)
    for rule in rules_in(plan.desired):
        for where in _of_rule(rule, plan.desired):
            if where not in said and not _is_changed_relay(where, rule, plan):
                said.add(where)
                yield Grip(
                    brake=Brake.DESTINATION,
                    subject=where.name,
                    what=f"{where.text} of rule {rule.name or 'without a name'} is new",
                    why="no mail of this gateway went there before",
                )


def _of_rule(rule: Rule, configuration: LiveConfiguration) -> Iterator[_Place]:
    for action in rule.actions:
        yield from _of_action(action, configuration)


def _of_action(action: RuleAction, configuration: LiveConfiguration) -> Iterator[_Place]:
    row = row_of(action)
    for address in new_recipients(action):
        yield _Place("recipient-domain", ascii_form(address).rpartition("@")[2])
    if row.does not in LEAVES:
        return
    named, place = dict(row.named(action)), row.place
    if action.relay is not None:
        yield _relay(action.relay, configuration)
    else:
        yield _Place("action", row.key) if place is None else _Place(place.noun, named[place])


def _relay(action: RelayAction, configuration: LiveConfiguration) -> _Place:
    return _Place("relay", server_of(configuration, action.relay) or action.relay)


def _is_changed_relay(where: _Place, rule: Rule, plan: Plan) -> bool:
    """Whether it is a relay that is already live under its name and gets another server.

    The brake `relay-target` reports that.
    """
    return any(
        _Place("relay", server_of(plan.desired, action.value.relay) or "") == where
        and server_of(plan.live, action.value.relay)
        not in {None, server_of(plan.desired, action.value.relay)}
        for action in rule.actions
        if isinstance(action.value, RelayAction)
    )
