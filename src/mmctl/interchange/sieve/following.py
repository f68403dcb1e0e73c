"""What may follow at a point of a script: enough to see whether a branch has settled its mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.sieve.doing import ACTING
from mmctl.interchange.sieve.syntax import calls_in
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.interchange.sieve.syntax import ScriptCall

FEW: Final = 8
"""Actions that may follow a redirection that goes on: each of them becomes twice as many rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatFollows:
    """What may follow at a point of the walk, in this script."""

    names: frozenset[str] = frozenset()
    count: int = 0
    """How many actions."""


def following(commands: tuple[ScriptCall, ...], after: WhatFollows) -> list[WhatFollows]:
    """For each command what may come at it or behind it."""
    found = [after]
    for call in reversed(commands):
        names, count = names_in(call), found[-1].count + _weight(call)
        known = found[-1].names
        found.append(WhatFollows(names=known if names <= known else known | names, count=count))
    found.reverse()
    return found


def _weight(call: ScriptCall) -> int:
    """How many rules a command may become, about."""
    if call.name == "include":
        return FEW + 1
    return sum(inner.name in ACTING or inner.name == "stop" for inner in calls_in((call,)))


def names_in(call: ScriptCall) -> set[str]:
    """The names of a command and of all commands in its block."""
    names = {call.name}
    waiting = list(call.block or ())
    while waiting:
        inner = waiting.pop()
        names.add(inner.name)
        waiting.extend(inner.block or ())
    return names
