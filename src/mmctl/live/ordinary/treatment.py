"""What happens to one ordinary message: how it ends, where it goes, and which rules did that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.trace import distinct_actions
from mmctl.language.project import Outcome
from mmctl.model.actions import CANNOT_FAIL
from mmctl.model.kinds import Kind
from mmctl.model.resources import Relay
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.judge.trace import ActionTrace, RecipientTrace

Place = tuple[str, str]
"""Where mail goes, and for which recipient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """How a message ends for its recipient."""

    outcome: Outcome
    possible: tuple[Outcome, ...]
    by: str | None
    places: dict[Place, int]
    """Where it goes, and the position of the rule that did it."""
    deciding: frozenset[int]
    """The positions of the rules that decided the outcome; empty if the policy did."""

    @property
    def refused(self) -> bool:
        """Whether it is not admitted."""
        return self.outcome is Outcome.REFUSED

    def same(self, other: Treatment) -> bool:
        """Whether mail ends alike and goes to the same places."""
        return (
            self.outcome is other.outcome
            and self.possible == other.possible
            and self.places.keys() == other.places.keys()
        )


def treatment_of(trace: RecipientTrace, named: Callable[[str], str]) -> Treatment:
    """The short form of a judgement; `named` gives a relay the name that both sides use."""
    places: dict[Place, int] = {}
    for rule, action in distinct_actions(trace.rules):
        if action.done and action.kind not in CANNOT_FAIL:
            places.setdefault((_place(action, named), action.recipient.lower()), rule.index)
    return Treatment(
        outcome=trace.outcome,
        possible=trace.possible,
        by=trace.by,
        places=places,
        deciding=frozenset(_deciding(trace)),
    )


def _place(action: ActionTrace, named: Callable[[str], str]) -> str:
    relay = action.action.relay
    if relay is not None:
        return f"{action.kind} {named(relay.relay)}"
    return action.kind if action.target is None else f"{action.kind} {action.target}"


def _deciding(trace: RecipientTrace) -> Iterator[int]:
    """The rules with the name that decided, and those that ended the evaluation."""
    ended = {copy.ended_by for copy in trace.copies}
    for rule in trace.rules:
        if rule.applied and (rule.rule == trace.by or rule.rule in ended):
            yield rule.index


def relay_names(base: LiveConfiguration, own: LiveConfiguration) -> Callable[[str], str]:
    """The names of one side's relays in a comparison: by server and port.

    A relay that was already there under its name keeps its old server: the brake `relay-target`
    reports that it changed.
    """

    def named(relay: str) -> str:
        return server_of(base, relay) or server_of(own, relay) or relay

    return named


def server_of(configuration: LiveConfiguration, relay: str) -> str | None:
    """Server and port of a relay that is known here."""
    found = configuration.find(Kind.RELAY, relay)
    if found is None or not isinstance(found.shape, Relay):
        return None
    return f"{found.shape.server_name}:{found.shape.server_port}"


def difference(before: Treatment, after: Treatment) -> str:
    """What is different, in words."""
    by = f" by {after.by}" if after.by and after.outcome is not Outcome.DELIVERED else ""
    if before.outcome is not after.outcome:
        return f"{before.outcome} → {after.outcome}{by}"
    lost = _all(set(before.places) - set(after.places), set(after.places))
    gained = _all(set(after.places) - set(before.places), set(before.places))
    if lost and gained:
        return f"{after.outcome}: {lost} → {gained}"
    if lost:
        return f"{after.outcome}, without {lost}"
    return f"{after.outcome}, and also {gained}" if gained else f"{after.outcome}{by}"


def _all(places: set[Place], others: set[Place]) -> str:
    """Destinations in words; with the recipient if the same destination is then for another one."""
    elsewhere = {where for where, _ in others}
    return ", ".join(
        f"{where} for {recipient}" if where in elsewhere else where
        for where, recipient in sorted(places)
    )
