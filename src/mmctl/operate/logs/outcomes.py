"""How a logged message ended for each recipient, in the words of the project.

The log says which actions ran for whom, and whether they failed. What it does not say stays
unknown: why a rule matched, what a function answered, what a relay's server did later.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.language.project import Outcome
from mmctl.model.actions import ACTIONS, KEEPS, Does
from mmctl.operate.logs.names import drops_when_it_fails, replacements
from mmctl.operate.logs.naming import MessageNames
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames, RuleName
    from mmctl.operate.logs.records import ActionRecord, RuleRecord

DOES: Final[Mapping[str, Does]] = {row.key: row.does for row in ACTIONS}
"""What each action does, by its key in the language."""


class WhyUnknown(StrEnum):
    """Why the outcome of a recipient cannot be told from the log."""

    NO_RULES = "no record of its rules was read"
    IN_PROGRESS = "an action was still in progress"
    NOT_ACCEPTED = "admitted, but no record of its acceptance was read"
    DIVIDED = "an action was done for some of its recipients and failed for others"
    FAILED = "an action failed; the files do not say what follows"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEnd:
    """How it ended for one recipient, as far as the log says."""

    recipient: str
    outcome: Outcome
    by: str | None = None
    """The rule or statement that decided, in names of the files; or one of several rules."""
    by_rule: RuleName | None = None
    """The same, if it is a rule."""
    why_unknown: WhyUnknown | None = None
    waiting: bool = False
    """An action that delivers is in progress."""
    failed: tuple[RuleRecord, ...] = ()
    """The actions that failed for it."""


def endings(message: LoggedMessage, names: LogNames) -> tuple[LoggedEnd, ...]:
    """How a message ended, recipient by recipient."""
    refused = {record.recipient: record for record in message.refused}
    admitted = message.accepted.recipients if message.accepted else ()
    ended = []
    for recipient in message.recipients:
        if recipient in refused and recipient not in admitted:
            by = names.decided(refused[recipient])
            ended.append(LoggedEnd(recipient=recipient, outcome=Outcome.REFUSED, by=by))
        else:
            ended.append(_ended(message, recipient, names))
    return tuple(ended)


def _ended(message: LoggedMessage, recipient: str, names: LogNames) -> LoggedEnd:
    if message.id is None:
        why = WhyUnknown.NOT_ACCEPTED
        return LoggedEnd(recipient=recipient, outcome=Outcome.UNKNOWN, why_unknown=why)
    if not message.acted and not message.passed:
        why = WhyUnknown.NO_RULES
        return LoggedEnd(recipient=recipient, outcome=Outcome.UNKNOWN, why_unknown=why)
    way = _Way(message, recipient, names)
    for record in message.acted:
        way.go(record)
    return way.ended()


class _Way:
    """The way of one recipient through the actions of a message."""

    def __init__(self, message: LoggedMessage, recipient: str, names: LogNames) -> None:
        self._names = MessageNames(message, names)
        self._recipient = recipient
        self._envelope = frozenset(message.accepted.recipients if message.accepted else ())
        self._own = {recipient}
        """The addresses that stand for the recipient now."""
        self._open = False
        """Whether it was replaced with addresses that only the log can show."""
        self._by: dict[Does, RuleName] = {}
        self._stopped: RuleName | None = None
        self._ended = False
        self._waiting = False
        self._divided_actions = message.divided
        self._divided = False
        self._unknown = False
        self._failed: list[RuleRecord] = []
        self._kept_in: object = None
        """The rule that has delivered or stored: a drop after it is a stop."""

    def go(self, record: RuleRecord) -> None:
        """Follow one action."""
        action = record.action
        if action is None or not self._is_for_it(record.recipients):
            return
        name = self._names.of_rule(record.key, self._matched(record.recipients))
        does = DOES.get(action.kind)
        if does in KEEPS:
            self._kept_in = record.key
        if does in KEEPS and (record.key, action.index) in self._divided_actions:
            self._divided = True
        elif action.failed:
            self._failed.append(record)
            self._fail(name, action)
        elif action.done and does is not None:
            self._do(does, record, action, name)
        elif does is Does.DELIVERS:
            self._waiting = True

    def ended(self) -> LoggedEnd:
        """How it ended: the first that applies, in the order of the language."""
        outcome, by = self._outcome()
        why: WhyUnknown | None = None
        if outcome not in {Outcome.DELIVERED, Outcome.BOUNCED}:
            if self._divided:
                why = WhyUnknown.DIVIDED
            elif self._waiting:
                why = WhyUnknown.IN_PROGRESS
            elif self._unknown:
                why = WhyUnknown.FAILED
        return LoggedEnd(
            recipient=self._recipient,
            outcome=outcome if why is None else Outcome.UNKNOWN,
            by=by.name if why is None and by is not None else None,
            by_rule=by if why is None else None,
            why_unknown=why,
            waiting=self._waiting,
            failed=tuple(self._failed),
        )

    def _outcome(self) -> tuple[Outcome, RuleName | None]:
        for does, outcome in (
            (Does.DELIVERS, Outcome.DELIVERED),
            (Does.BOUNCES, Outcome.BOUNCED),
            (Does.ENDS, Outcome.DROPPED),
            (Does.STORES, Outcome.STORED),
        ):
            if does in self._by:
                return outcome, self._by[does]
        return Outcome.LOST, self._stopped

    def _is_for_it(self, recipients: Iterable[str]) -> bool:
        return bool(self._matched(recipients))

    def _matched(self, recipients: Iterable[str]) -> set[str]:
        """The addresses of a record that stand for the recipient."""
        found = set(recipients)
        return (found & self._own) or (found - self._envelope if self._open else set())

    def _fail(self, name: RuleName, action: ActionRecord) -> None:
        drops = drops_when_it_fails(name, action.index)
        if drops:
            self._by[Does.ENDS] = name
        elif drops is None and DOES.get(action.kind) in KEEPS:
            self._unknown = True

    def _do(self, does: Does, record: RuleRecord, action: ActionRecord, name: RuleName) -> None:
        self._unknown = False
        match does:
            case Does.DELIVERS | Does.STORES | Does.BOUNCES:
                self._by[does] = name
            case Does.ENDS:
                if self._kept_in == record.key:
                    self._stopped = name
                else:
                    self._by[does] = name
            case Does.REPLACES:
                known = replacements(name, action.index)
                self._own |= set(known or ())
                self._open = self._open or known is None
            case Does.MARKS | Does.PUBLISHES | Does.CALLS:
                pass
            case _:
                assert_never(does)
