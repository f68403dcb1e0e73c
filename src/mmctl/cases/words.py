"""Parts of rules in one line, as files say them: for what is covered, changed, or not noticed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mmctl.judge.actions import kind_of, target_of
from mmctl.language.quoting import scalar
from mmctl.language.write_conditions import condition_to_file

if TYPE_CHECKING:
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleAction, RuleCondition

_SHOWN: Final = 3


def condition_words(condition: RuleCondition | PolicyCondition) -> str:
    """A condition as a file says it: `from: {ends_with: ["@a.example", "@b.example"]}`."""
    return _flow(condition_to_file(condition)).removeprefix("{").removesuffix("}")


def action_words(action: RuleAction, *, stop: bool = False) -> str:
    """An action with where it leads to: `relay exchange`."""
    target = target_of(action)
    kind = kind_of(action, stop=stop)
    return kind if target is None else f"{kind} {target}"


def _flow(value: Any) -> str:
    """A value on one line; of a long list the first few."""
    match value:
        case Mapping():
            items = (f"{scalar(str(key), flow=True)}: {_flow(item)}" for key, item in value.items())
            return "{" + ", ".join(items) + "}"
        case list():
            items = (_flow(item) for item in value[:_SHOWN])
            more = f", … {len(value) - _SHOWN} more" if len(value) > _SHOWN else ""
            return "[" + ", ".join(items) + more + "]"
        case bool():
            return "true" if value else "false"
        case _:
            return scalar(str(value), flow=True)
