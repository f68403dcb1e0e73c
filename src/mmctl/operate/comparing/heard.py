"""The records of one message → what the evaluator follows, and what it is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.actions import actions_in_effect
from mmctl.judge.heard import Heard, HeardAction, HeardRule
from mmctl.model.actions import ACTIONS, added_header
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.trace import AddedHeader
    from mmctl.operate.comparing.gateways import NamedGateway
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.records import RuleKey, RuleRecord

_KIND_OF: Final = {row.key.replace("_", ""): row.key for row in ACTIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardMessage:
    """What the records of a message say, in places of the gateway's rules."""

    heard: Heard
    strangers: tuple[RuleRecord, ...] = ()
    """Records of rules that applied and that the gateway does not have."""


def heard_of(message: LoggedMessage, named: NamedGateway, *, whole: bool) -> HeardMessage:
    """What the records of a message say; `whole`: no more of them can come."""
    passed = (place_of(key, named) for key in message.passed)
    recipients: dict[int, set[str]] = {place: set() for place in passed if place is not None}
    actions: dict[int, dict[int, HeardAction]] = {}
    strangers: list[RuleRecord] = []
    for record in message.acted:
        place = place_of(record.key, named)
        if place is None:
            if record.recipients:
                strangers.append(record)
            continue
        recipients.setdefault(place, set()).update(record.recipients)
        done = record.action
        if done is not None and done.index is not None:
            # A later record of the same action says how it ended.
            actions.setdefault(place, {})[done.index - 1] = HeardAction(
                kind=kind_in_log(done.name), failed=done.failed
            )
    rules = {
        place: HeardRule(recipients=frozenset(found), actions=actions.get(place, {}))
        for place, found in recipients.items()
    }
    return HeardMessage(heard=Heard(rules=rules, whole=whole), strangers=tuple(strangers))


def added_headers(logged: LoggedMessage, named: NamedGateway) -> Iterator[AddedHeader]:
    """The headers that rules added, as the log says."""
    for record in logged.acted:
        done, place = record.action, place_of(record.key, named)
        if done is None or done.index is None or place is None or not record.recipients:
            continue
        actions = actions_in_effect(named.gateway.rules[place])
        if 0 < done.index <= len(actions):
            header = added_header(actions[done.index - 1])
            if header is not None:
                yield header


def place_of(key: RuleKey, named: NamedGateway) -> int | None:
    """The place of a record's rule in the gateway: by its name, else by its number."""
    if key.rule:
        return named.places.get(key.rule)
    place = (key.number or 0) - 1
    return place if 0 <= place < len(named.gateway.rules) else None


def kind_in_log(name: str) -> str:
    """An action's key in the language; a word that no action has stays as it is."""
    return _KIND_OF.get(name.replace("_", "").lower(), name)
