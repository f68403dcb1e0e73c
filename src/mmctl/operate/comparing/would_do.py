"""How a logged message would have ended for a recipient if its shadow rules had acted.

A shadow rule leaves its mark and lets the mail go on. The first that would have ended it decides;
what others would have delivered or stored before counts too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.project import Outcome
from mmctl.model.actions import Does, row_of
from mmctl.operate.logs.naming import MessageNames
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.language.project import LogicalRule
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.outcomes import LoggedEnd

_MARK: Final = "add_header"
_OUTCOMES: Final = (
    (Does.DELIVERS, Outcome.DELIVERED),
    (Does.BOUNCES, Outcome.BOUNCED),
    (Does.ENDS, Outcome.DROPPED),
    (Does.STORES, Outcome.STORED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldEnd:
    """How it would have ended, and the rule that decides."""

    outcome: Outcome
    name: str | None
    """The rule or statement that decides."""
    rule: LogicalRule | None
    by_shadow: bool = False


def would_end(message: LoggedMessage, names: LogNames, ended: LoggedEnd) -> WouldEnd:
    """How a recipient would have ended; as it did, if no shadow rule marked it."""
    decides: dict[Does, LogicalRule] = {}
    stopped: LogicalRule | None = None
    for rule in _marked_by(message, names, ended.recipient):
        kept = False
        for action in rule.actions:
            does = row_of(action).does
            if does is Does.ENDS:
                stopped = rule
            if does is not Does.ENDS or not kept:
                decides.setdefault(does, rule)
            kept = kept or does in {Does.DELIVERS, Does.STORES}
        if stopped is not None or Does.BOUNCES in decides:
            break
    by = next(((outcome, decides[does]) for does, outcome in _OUTCOMES if does in decides), None)
    if by is None:
        known = None if ended.by_rule is None else ended.by_rule.rule
        return WouldEnd(outcome=ended.outcome, name=ended.by, rule=known)
    outcome, rule = by
    is_over = stopped is not None or Does.BOUNCES in decides
    if not is_over and ended.outcome is Outcome.DELIVERED and outcome is not Outcome.DELIVERED:
        known = None if ended.by_rule is None else ended.by_rule.rule
        return WouldEnd(outcome=ended.outcome, name=ended.by, rule=known)
    return WouldEnd(outcome=outcome, name=rule.name, rule=rule, by_shadow=True)


def _marked_by(message: LoggedMessage, names: LogNames, recipient: str) -> list[LogicalRule]:
    """The shadow rules that marked a recipient, in order."""
    names_here = MessageNames(message, names)
    found: dict[str, LogicalRule] = {}
    for record in message.acted:
        action = record.action
        if action is None or action.kind != _MARK or recipient not in record.recipients:
            continue
        rule = names_here.of(record, recipient).rule
        if rule is not None and rule.shadow:
            found[rule.name] = rule
    return list(found.values())
