"""What rules and statements name, and what happens when it does not exist.

The service accepts rules that name relays, archives and lists that do not exist, and deletes them
while rules name them; the action or condition fails when mail arrives. Whether it always does so is
unknown. `loose` does what the service was seen to do and says so; `strict` refuses.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.service_error import conflict, invalid
from mmctl.model.kinds import NAMED_BY, Noun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.emulator.call import Call
    from mmctl.emulator.store import StoredResource


NAMING: Final = (Noun.RULE_SET, Noun.TRAFFIC_POLICY)
"""The kinds with rules or statements, which name other resources."""


class References(StrEnum):
    """What happens to a request that leaves rules naming something that does not exist."""

    LOOSE = "loose"
    """It is done, and noted."""
    STRICT = "strict"
    """It is refused."""


def check_named(call: Call, body: Mapping[str, Any]) -> None:
    """Check what the rules or statements of a request name, and the names of its rules.

    Raises:
        ServiceError: references are strict, and something is missing or two rules have one name.
    """
    for noun, named in dict.fromkeys(_named(body)):
        if not _is_there(call, noun, named):
            call.loose(call.missing(f"{noun} not found: {named}"))
    names = [rule["Name"] for rule in body.get("Rules", ()) if "Name" in rule]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        call.loose(invalid(f"Rule names must be unique: '{name}' comes more than once"))


def check_unnamed(call: Call, record: StoredResource) -> None:
    """Look for the rule sets and traffic policies that name what will be deleted.

    Raises:
        ServiceError: one does, and references are strict.
    """
    if _is_going(record):
        return
    for noun in NAMING:
        for user in call.store.all(call.scope, noun, call.now):
            named = {name for of, name in _named(user.body) if of == record.kind}
            if named & _names_of(record):
                used = f"{record.kind} {record.id} is in use by {noun} {user.id}"
                call.loose(conflict(used))


def _named(value: object) -> Iterator[tuple[Noun, str]]:
    match value:
        case dict():
            for member, item in value.items():
                if member in NAMED_BY and not isinstance(item, dict):
                    names = item if isinstance(item, list) else [item]
                    yield from ((NAMED_BY[member].row.referred.noun, name) for name in names)
                else:
                    yield from _named(item)
        case list():
            for item in value:
                yield from _named(item)
        case _:
            return


def _is_there(call: Call, noun: Noun, named: str) -> bool:
    place = (call.scope, noun)
    found = (
        call.store.by_id(*place, named, call.now)
        or call.store.by_arn(call.scope, named, call.now)
        or (call.store.by_name(*place, named, call.now) if noun is Noun.ARCHIVE else None)
    )
    return found is not None and found.kind == noun and not _is_going(found)


def _names_of(record: StoredResource) -> set[str | None]:
    """A rule can also name an archive by its name."""
    return {record.id, record.arn} | ({record.name} if record.kind == Noun.ARCHIVE else set())


def _is_going(record: StoredResource) -> bool:
    return Noun(record.kind).api.is_going(record.body)
