"""Actions in the words of the language: their kinds, targets and effects.

Nothing is carried out here; `mmctl.judge.evaluator` does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.model.actions import STOP, Does, row_of
from mmctl.model.enums import ActionFailurePolicy
from mmctl.model.rules import AddHeaderAction, RuleAction

if TYPE_CHECKING:
    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import Rule

SHADOW_HEADER: Final = "X-Mmctl-Would"
"""The header that a shadow rule adds instead of acting."""


def kind_of(action: RuleAction, *, stop: bool = False) -> str:
    """The key of an action in the language; the drop of a rule that stops is `stop`."""
    row = row_of(action)
    return STOP if stop and row.does is Does.ENDS else row.key


def target_of(action: RuleAction) -> str | None:
    """Where an action takes the mail, or what it writes, in the words of the rule."""
    return row_of(action).target(action.value)


def names_target(stated: str, target: str | None) -> bool:
    """Whether a case means this target: by its full text, or by the last part of an ARN or path."""
    if target is None:
        return False
    return stated == target or stated in {
        target.rpartition(":")[2],
        target.rpartition("/")[2],
        target.partition("/")[0],
        target.partition(": ")[0],
    }


def is_label_of(label: str, kind: str, target: str | None) -> bool:
    """Whether `archive` or `archive:compliance-7y`, as cases say it, means an action."""
    stated_kind, colon, stated_target = label.partition(":")
    if stated_kind.strip() != kind:
        return False
    return not colon or names_target(stated_target.strip(), target)


def drops_on_failure(action: RuleAction) -> bool:
    """Whether the action says `on_failure: drop`; absent means continue."""
    policy = action.failure_policy
    return policy is ActionFailurePolicy.DROP


def actions_in_effect(rule: LogicalRule) -> tuple[RuleAction, ...]:
    """What a rule does: its actions, or for a shadow rule the header that names it."""
    if not rule.shadow:
        return rule.actions
    mark = AddHeaderAction(header_name=SHADOW_HEADER, header_value=rule.name)
    return (RuleAction(add_header=mark),)


def stops(rule: Rule) -> bool:
    """Whether the drop of a live rule is a `stop`: an action before it delivers or stores."""
    keeps = False
    for row in map(row_of, rule.actions):
        if row.does is Does.ENDS:
            return keeps
        keeps = keeps or row.keeps
    return False
