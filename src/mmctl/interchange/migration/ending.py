"""How a rule ends mail here: what follows its own actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Then
from mmctl.model.actions import KEEPS, WORDS, Does

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.interchange.migration.source import Action, SourceRule

_ENDS: Final = frozenset({"drop", "stop"})


def kind_of(action: Action) -> str:
    """The word of an action: `relay`."""
    return action if isinstance(action, str) else next(iter(action))


def delivers(action: Action) -> bool:
    """Whether an action hands mail over to a server or a mailbox."""
    kind = kind_of(action)
    return kind in WORDS and WORDS[kind].does is Does.DELIVERS


def holds(actions: Sequence[Action]) -> bool:
    """Whether actions keep mail from being delivered on purpose: stored, and then the end."""
    return "stop" in actions and not any(map(delivers, actions))


def ends_here(rule: SourceRule) -> bool:
    """Whether no other rule sees the mail of this one."""
    return rule.then is not Then.GO_ON


def with_rest(rule: SourceRule, rest: tuple[Action, ...]) -> tuple[Action, ...]:
    """What a rule does; if its mail goes where all mail goes, that too."""
    if rule.then is not Then.DELIVER:
        return rule.actions
    return (*rule.actions, *(each for each in rest if each not in rule.actions))


def with_ending(rule: SourceRule, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Actions with what ends the mail after them, if the rule ends it and they do not.

    `stop` follows what delivers or stores; a bounce alone does not end mail here, so a `drop` does.
    """
    kinds = [kind_of(each) for each in actions]
    if rule.then is Then.GO_ON or any(kind in _ENDS for kind in kinds):
        return actions
    keeps = any(kind in WORDS and WORDS[kind].does in KEEPS for kind in kinds)
    return (*actions, "stop" if keeps else "drop")
