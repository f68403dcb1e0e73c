"""Parts of rules on one line, as files say them, for reports on coverage and mutants."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from mmctl.judge.actions import kind_of, target_of
from mmctl.language.text.quoting import scalar
from mmctl.language.writing.conditions import condition_to_file

if TYPE_CHECKING:
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleAction, RuleCondition

_SHOWN: Final = 3


def condition_words(condition: RuleCondition | PolicyCondition) -> str:
    """A condition as a file says it: `from: {ends_with: ["@a.example", "@b.example"]}`."""
    words = flow(condition_to_file(condition), most=_SHOWN)
    return words.removeprefix("{").removesuffix("}")


def action_words(action: RuleAction, *, stop: bool = False) -> str:
    """An action with its target: `relay exchange`."""
    target = target_of(action)
    kind = kind_of(action, stop=stop)
    return kind if target is None else f"{kind} {target}"


def flow(value: Any, *, most: int | None = None) -> str:
    """A value as YAML on one line; of a list at most the first `most`."""
    match value:
        case Mapping():
            items = (
                f"{scalar(str(key), flow=True)}: {flow(item, most=most)}"
                for key, item in value.items()
            )
            return "{" + ", ".join(items) + "}"
        case list():
            items = (flow(item) for item in value[:most])
            more = f", … {len(value) - most} more" if most and len(value) > most else ""
            return "[" + ", ".join(items) + more + "]"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
        case _:
            return scalar(str(value), flow=True)


def free_name(name: str, taken: set[str]) -> str:
    """Take a name, or the next one like it if it is taken."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    taken.add(free)
    return free
