"""What a write was about: an object by its id or name, and the rules that it changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.model.kinds import API, Kind, Noun
from mmctl.operate.trail.events import LOG_WRITES, TAGGING
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmctl.compiler.configuration import LiveObject
    from mmctl.operate.trail.events import TrailEvent

_VERBS: Final = ("Create", "Update", "Delete")
_ARN: Final = "ResourceArn"
_LOGGING: Final = "log delivery"
_MOST_RULES: Final = 1_000
"""Rules of one call that are looked at; the service takes 40."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailChange:
    """A write, what it was about, and the entry of the history that made it."""

    event: TrailEvent
    noun: str
    """What was changed, in words: `rule set`."""
    name: str
    """Its logical name, else its live name, its id, or empty."""
    key: tuple[Kind, str] | None = None
    """Kind and logical name, where the object is known."""
    rules: tuple[str, ...] | None = None
    """The live rules that it changed; None: the trail does not say which."""
    address: str | None = None
    """The member of an address list that came or went."""
    entry: str | None = None
    """The id of the apply or rollback that made this call."""

    @property
    def by_hand(self) -> bool:
        """Whether it took effect and no apply or rollback of the history made it."""
        return self.entry is None and self.event.error is None


def changes_of(events: Iterable[TrailEvent], objects: Sequence[LiveObject]) -> list[TrailChange]:
    """What each event was about; `objects` are those that are or were live, under their names."""
    known = _KnownObjects(objects)
    before: dict[str, Mapping[str, str]] = {}
    found = []
    for event in events:
        noun = _noun(event)
        change = known.change(event, noun)
        if noun is Noun.RULE_SET and event.error is None:
            id_ = _id(event, Noun.RULE_SET)
            now = _rules(event)
            change = _with_rules(change, before.get(id_ or ""), now)
            if id_ is not None and now is not None:
                before[id_] = now
        found.append(change)
    return found


def _with_rules(
    change: TrailChange, before: Mapping[str, str] | None, now: Mapping[str, str] | None
) -> TrailChange:
    """The change with the rules that differ from the call before it."""
    from mmctl.records import replace  # noqa: PLC0415 - hardly ever needed

    if now is None or before is None:
        return change
    touched = [name for name in (*now, *before) if now.get(name) != before.get(name)]
    return replace(change, rules=tuple(dict.fromkeys(touched)))


class _KnownObjects:
    """The objects that may be meant, by id, ARN and live name."""

    def __init__(self, objects: Sequence[LiveObject]) -> None:
        self._ids = {
            id_: thing
            for thing in reversed(objects)
            for id_ in (thing.id, thing.subscription_id)
            if id_
        }
        self._names = {(thing.kind, thing.live_name): thing for thing in reversed(objects)}

    def change(self, event: TrailEvent, noun: Noun | None) -> TrailChange:
        """What an event was about."""
        if noun is None:
            is_log = event.name in LOG_WRITES
            said = event.said("Name") or event.said("DeliverySourceName") or event.said("Id")
            return TrailChange(
                event=event, noun=_LOGGING if is_log else "object", name=said or _of_arn(event)
            )
        kind = _kind(noun)
        id_, live_name = _id(event, noun), event.said(API[noun].name_member)
        thing = self._ids.get(id_ or "") or self._names.get((kind, live_name or ""))
        name = live_name or id_ or "" if thing is None else thing.name
        return TrailChange(
            event=event,
            noun=kind.noun,
            name=name,
            key=None if thing is None else thing.key,
            address=event.said("Address"),
        )


def _noun(event: TrailEvent) -> Noun | None:
    """What kind of thing an operation is about; None: its name does not say."""
    name = event.name
    if name in TAGGING:
        arn = event.said(_ARN) or ""
        return next((noun for noun in Noun if f":{API[noun].arn_part}/" in arn), None)
    if name in LOG_WRITES:
        return None
    if "AddressList" in name:
        return Noun.ADDRESS_LIST
    verb = next((each for each in _VERBS if name.startswith(each)), "")
    return next((noun for noun in Noun if noun.value == name.removeprefix(verb)), None)


def _kind(noun: Noun) -> Kind:
    return next(kind for kind in Kind if noun in {row.noun for row in kind.row.resources})


def _id(event: TrailEvent, noun: Noun) -> str | None:
    """The id in a request, in what was answered, or in the ARN that tags are for."""
    member = noun.id_member
    for members in (event.request, event.answer):
        value = members.get(member)
        if isinstance(value, str):
            return value
    return _of_arn(event) or None


def _of_arn(event: TrailEvent) -> str:
    return (event.said(_ARN) or "").rpartition("/")[2]


def _rules(event: TrailEvent) -> dict[str, str] | None:
    """The rules of a request, each as JSON by its name; None: it has none, or they were cut."""
    rules = event.request.get("Rules")
    if not isinstance(rules, list) or len(rules) > _MOST_RULES:
        return None
    return {name: json.dumps(rule, sort_keys=True) for name, rule in _named(rules)}


def _named(rules: list[Any]) -> Iterator[tuple[str, Any]]:
    for place, rule in enumerate(rules, 1):
        name = rule.get("Name") if isinstance(rule, dict) else None
        yield (name if isinstance(name, str) and name else f"rule {place}"), rule
