"""Where a message is for one recipient, in one plain sentence, in names of the files."""

from __future__ import annotations

import shlex
from datetime import UTC
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.judge.actions import target_of
from mmctl.judge.policy import BY_DEFAULT, TOO_LARGE
from mmctl.language.project import Outcome
from mmctl.model.actions import KEEPS, WORDS, Does, row_of
from mmctl.operate.logs.naming import MessageNames
from mmctl.operate.logs.outcomes import WhyUnknown
from mmctl.operate.whereabouts.told import Noted, RecipientAt, WhereState

if TYPE_CHECKING:
    from datetime import datetime

    from mmctl.language.project import LogicalTrafficPolicy
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames, RuleName
    from mmctl.operate.logs.outcomes import LoggedEnd
    from mmctl.operate.logs.records import RuleRecord
    from mmctl.operate.whereabouts.told import NotedHandover

_HOLDS: Final = "archive"
_MAILDIR: Final = "maildir"


class WhereSentences:
    """Says where messages are."""

    def __init__(self, names: LogNames, environment: str | None) -> None:
        self._names = names
        self._environment = environment

    def of(self, message: LoggedMessage, ended: LoggedEnd, noted: Noted) -> RecipientAt:
        """Where a message is for one recipient."""
        record = self._deciding(message, ended)
        name = ended.by_rule
        if name is None and record is not None:
            own = (ended.recipient,) if ended.recipient in record.recipients else record.recipients
            name = MessageNames(message, self._names).of_rule(record.key, own)
        state = _state(ended, record)
        target = _target(record, name)
        handed = _last_for(noted.handed_on, ended.recipient, target)
        if handed is not None and _is_told_by(handed, state, target):
            state = handed.state
        by = ended.by if name is None or ended.by is not None else name.name
        release = self._release(message, ended, target, noted) if state is WhereState.HELD else None
        place = self._place(ended, name)
        said = _WhereSentence(
            state=state,
            by=by,
            name=name,
            place=place,
            target=target,
            record=record,
            handed=handed,
            ended=ended,
            message=message,
        )
        return RecipientAt(
            recipient=ended.recipient,
            state=state,
            by=by,
            place=place,
            target=target,
            sentence=said.sentence(),
            release=release,
            one_of=name.names if name is not None and name.is_open else (),
        )

    def _deciding(self, message: LoggedMessage, ended: LoggedEnd) -> RuleRecord | None:
        """The record of the action that decided: of the rule, the last that did so."""
        if ended.outcome is Outcome.REFUSED:
            return None
        if ended.why_unknown is WhyUnknown.DIVIDED:
            return next(each for each in reversed(message.acted) if _is_divided(each, message))
        wanted = _DOES.get(ended.outcome, frozenset())
        for record in reversed(message.acted):
            action = record.action
            row = None if action is None else WORDS.get(action.kind)
            if action is None or row is None or action.failed:
                continue
            by = ended.by_rule
            ours = by is None or _is_of(self._names.at(message.at).rule(record.key), by)
            if ours and row.does in wanted:
                return record
        if ended.outcome is Outcome.LOST and ended.failed:
            return ended.failed[-1]
        if ended.outcome in {Outcome.UNKNOWN, Outcome.DROPPED}:
            return next(
                (each for each in reversed(message.acted) if _is_open(each)),
                ended.failed[-1] if ended.failed else None,
            )
        return None

    def _place(self, ended: LoggedEnd, name: RuleName | None) -> str | None:
        if ended.outcome is Outcome.REFUSED:
            return self._statement_place(ended.by)
        position = None if name is None else name.position
        return None if position is None else f"{position.file}:{position.line}"

    def _statement_place(self, statement: str | None) -> str | None:
        """Where a statement is written, or the policy whose default or size refuses."""
        found = [
            place
            for policy in self._names.policies
            if (place := _place_in_policy(policy, statement)) is not None
        ]
        return found[0] if len(found) == 1 else None

    def _release(
        self, message: LoggedMessage, ended: LoggedEnd, archive: str | None, noted: Noted
    ) -> str:
        """The command that releases a message, or that finds it in its archive first."""
        env = () if self._environment is None else ("--env", self._environment)
        known = [each for each in noted.archived if archive in {None, each.archive}]
        if known:
            held = known[0]
            words = ("mmctl", "archive", "release", held.id, "--archive", held.archive, *env)
            return f"{shlex.join(words)} --via … --reason …"
        client = message.client
        sender = client.mail_from if client is not None else None
        since = f"{message.at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
        words = (
            *("mmctl", "archive", "search", *(() if archive is None else ("--archive", archive))),
            *env,
            *(("--mail-from", sender) if sender else ()),
            *("--rcpt", ended.recipient, "--since", since),
        )
        return shlex.join(words)


def _is_of(name: RuleName, by: RuleName) -> bool:
    """Whether a record is of the rule that decided."""
    if by.live is None:
        return name.name == by.name
    return (name.live, name.rule_set) == (by.live, by.rule_set)


_DOES: Final = {
    Outcome.DELIVERED: frozenset({Does.DELIVERS}),
    Outcome.BOUNCED: frozenset({Does.BOUNCES}),
    Outcome.DROPPED: frozenset({Does.ENDS}),
    Outcome.STORED: frozenset({Does.STORES}),
}


def _is_divided(record: RuleRecord, message: LoggedMessage) -> bool:
    return record.action is not None and (record.key, record.action.index) in message.divided


def _is_open(record: RuleRecord) -> bool:
    """Whether an action that delivers was recorded as neither done nor failed."""
    action = record.action
    if action is None or action.done or action.failed:
        return False
    row = WORDS.get(action.kind)
    return row is not None and row.does in KEEPS


def _state(ended: LoggedEnd, record: RuleRecord | None) -> WhereState:
    match ended.outcome:
        case Outcome.REFUSED:
            return WhereState.REFUSED
        case Outcome.DELIVERED:
            return WhereState.DELIVERED
        case Outcome.BOUNCED:
            return WhereState.BOUNCED
        case Outcome.DROPPED:
            return (
                WhereState.FAILED
                if ended.failed and _failed_last(ended, record)
                else WhereState.DROPPED
            )
        case Outcome.STORED:
            action = None if record is None else record.action
            return (
                WhereState.HELD
                if action is not None and action.kind == _HOLDS
                else WhereState.STORED
            )
        case Outcome.LOST:
            return WhereState.FAILED if ended.failed else WhereState.LOST
        case Outcome.UNKNOWN:
            if ended.why_unknown is WhyUnknown.IN_PROGRESS:
                return WhereState.WAITING
            return (
                WhereState.FAILED if ended.why_unknown is WhyUnknown.FAILED else WhereState.UNKNOWN
            )
        case never:
            assert_never(never)


def _failed_last(ended: LoggedEnd, record: RuleRecord | None) -> bool:
    """Whether a failed action dropped the message, and no drop of a rule."""
    return record in ended.failed


def _target(record: RuleRecord | None, name: RuleName | None) -> str | None:
    """Where an action takes the mail, in the words of the files."""
    action = None if record is None else record.action
    rule = None if name is None else name.acts
    if action is None or rule is None or action.index is None:
        return None
    if not 1 <= action.index <= len(rule.actions):
        return None
    found = rule.actions[action.index - 1]
    return target_of(found) if row_of(found).key == action.kind else None


def _last_for(
    handed: tuple[NotedHandover, ...], recipient: str, target: str | None
) -> NotedHandover | None:
    """The last that was noted for a recipient, of the target if that is known."""
    found = [each for each in handed if recipient in each.recipients or not each.recipients]
    of_target = [each for each in found if target is not None and each.target == target]
    return next(reversed(of_target or found), None)


def _is_told_by(handed: NotedHandover, state: WhereState, target: str | None) -> bool:
    """Whether the notes know better: of a failed action the log does not say for whom it failed."""
    if state in {WhereState.FAILED, WhereState.UNKNOWN}:
        return target is not None and handed.target == target
    return state in {WhereState.DELIVERED, WhereState.WAITING}


def _place_in_policy(policy: LogicalTrafficPolicy, statement: str | None) -> str | None:
    """File and line of a statement of a policy, or of the policy for what is not a statement."""
    position = policy.position
    if statement in {BY_DEFAULT, TOO_LARGE}:
        return f"{position.file}:{position.line}"
    for place, name in enumerate(policy.statement_names):
        if name is not None and name == statement:
            try:
                position = policy.positions.at(("PolicyStatements", place))
            except KeyError:
                continue
            return f"{position.file}:{position.line}"
    return None


class _WhereSentence:
    """What one sentence is made of."""

    def __init__(
        self,
        *,
        state: WhereState,
        by: str | None,
        name: RuleName | None,
        place: str | None,
        target: str | None,
        record: RuleRecord | None,
        handed: NotedHandover | None,
        ended: LoggedEnd,
        message: LoggedMessage,
    ) -> None:
        self._state = state
        self._by = by
        self._name = name
        self._place = place
        self._target = target
        self._record = record
        self._handed = handed
        self._ended = ended
        self._message = message

    def sentence(self) -> str:
        """The whole sentence, without a full stop."""
        match self._state:
            case WhereState.REFUSED:
                return f"was refused by {self._statement()}: the sender's server was told so"
            case WhereState.DELIVERED:
                return f"was delivered{self._where()}{self._when()}, by {self._rule()}"
            case WhereState.WAITING:
                return f"is waiting{self._where()}, by {self._rule()}{self._retry()}"
            case WhereState.FAILED:
                return f"was not delivered{self._why()}, by {self._rule()}"
            case WhereState.DROPPED:
                return f"was dropped by {self._rule()}"
            case WhereState.BOUNCED:
                return f"was bounced by {self._rule()}: the sender got a report"
            case WhereState.HELD:
                return f"is held in archive {self._named(self._target)}, by {self._rule()}"
            case WhereState.STORED:
                return f"was stored{self._where()} and not delivered, by {self._rule()}"
            case WhereState.LOST:
                last = f", and {self._rule()} ended it" if self._by else ""
                return f"was accepted and is lost: no rule delivered or kept it{last}"
            case WhereState.UNKNOWN:
                why = self._ended.why_unknown
                if why is WhyUnknown.NOT_ACCEPTED:
                    return f"may not have been accepted: {why}"
                return f"was accepted; where it is is unknown: {why or 'the log does not say'}"
            case _:
                assert_never(self._state)

    def _rule(self) -> str:
        place = f" ({self._place})" if self._place else ""
        named = None if self._by is None or self._name is None else self._name.quoted()
        return f"{named or f'rule {self._named(self._by)}'}{place}"

    def _statement(self) -> str:
        place = f" ({self._place})" if self._place else ""
        if self._by == BY_DEFAULT:
            return f"the default action of the traffic policy{place}"
        if self._by == TOO_LARGE:
            return f"the traffic policy{place} because it is larger than `max_message_size`"
        if self._by is None:
            return f"the traffic policy{place}"
        return f"statement {self._named(self._by)} of the traffic policy{place}"

    def _where(self) -> str:
        action = None if self._record is None else self._record.action
        kind = "" if action is None else action.kind.replace("_", " ")
        if self._target is None:
            return f" ({kind})" if kind else ""
        preposition = {"relay": "to relay", "archive": "in archive"}.get(kind, f"by {kind} to")
        host = self._handed.host if self._handed is not None else ""
        at = f" at {host}" if host and host != _MAILDIR else ""
        return f" {preposition} {self._named(self._target)}{at}"

    def _when(self) -> str:
        at = self._handed.at if self._handed is not None else None
        if at is None and self._record is not None:
            at = self._record.at
        return "" if at is None else f" at {clock(at)}"

    def _retry(self) -> str:
        handed = self._handed
        if handed is None:
            return ""
        again = "" if handed.next is None else f"; it is tried again at {handed.next}"
        return f"; the server said: {handed.reply}{again}"

    def _why(self) -> str:
        if self._handed is not None and self._handed.state is WhereState.FAILED:
            return f"{self._where()}: the server said: {self._handed.reply}"
        failed = self._ended.failed[-1] if self._ended.failed else self._record
        action = None if failed is None else failed.action
        if action is None:
            return ""
        why = f" ({action.failure})" if action.failure else ""
        return f": action `{action.kind}` failed{why}"

    @staticmethod
    def _named(name: str | None) -> str:
        return "without a name" if name is None else f"`{name}`"


def clock(at: datetime) -> str:
    """A time as people read it, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
