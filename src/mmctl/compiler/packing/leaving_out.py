"""What has no effect is left out before anything is merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.actions import Does
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.language.project import LogicalRule
    from mmctl.language.readings import Readings


def without_idle_actions(rule: LogicalRule, readings: Readings) -> LogicalRule:
    """A rule without headers for mail that it drops at once: nobody ever sees them."""
    if readings.added_header_scope == "message":
        return rule
    if rule.shadow or not rule.does or rule.does[-1] is not Does.ENDS:
        return rule
    if any(does is not Does.MARKS for does in rule.does[:-1]):
        return rule
    return replace(rule, rule=rule.rule.changed(actions=rule.actions[-1:]))
