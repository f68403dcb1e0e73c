"""What went wrong with a stack, in words for a person: causes, and the actions nobody allowed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.live.state.stacks import StackEvent, StackResource

_DENIED: Final = re.compile(
    r"not authorized to perform:? (?:the )?(?:action )?`?([a-z0-9-]+:[A-Za-z]+)"
)
_LONGEST: Final = 300
_SHOWN: Final = 20


def actions_missing(reasons: Iterable[str | None]) -> tuple[str, ...]:
    """The IAM actions that the reasons say are not allowed, each once."""
    found = (action for each in reasons for action in _DENIED.findall(each or ""))
    return tuple(dict.fromkeys(found))


def missing_line(actions: Sequence[str]) -> tuple[str, ...]:
    """The line that names missing permissions, if there are any."""
    return (f"missing permissions: {', '.join(actions)}",) if actions else ()


def causes(failed: Iterable[StackEvent | StackResource]) -> tuple[str, ...]:
    """One line for each thing that failed, and why."""
    lines = [f"{_name(each)} ({each.type}): {short(each.reason or each.status)}" for each in failed]
    more = len(lines) - _SHOWN
    return (*lines[:_SHOWN], *((f"and {more} more",) if more > 0 else ()))


def _name(each: StackEvent | StackResource) -> str:
    return str(getattr(each, "resource", None) or getattr(each, "name", ""))


def short(text: str) -> str:
    """A text of the service in one line, cut where it is long."""
    plain = visible(" ".join(text.split()))
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
