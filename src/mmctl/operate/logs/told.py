"""A logged message with all names in names of the files, as it is shown and written."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from mmctl.model.actions import KEEPS, STOP, Does
from mmctl.operate.logs.naming import MessageNames
from mmctl.operate.logs.outcomes import DOES, endings
from mmctl.records import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from mmctl.mail.email import Tls
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames, RuleName
    from mmctl.operate.logs.outcomes import LoggedEnd
    from mmctl.operate.logs.records import ActionRecord, RuleKey, RuleRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAction:
    """One action of a rule that matched, and for whom."""

    at: datetime
    kind: str
    """Its key in the language: a drop after what delivers or stores is `stop`."""
    action: ActionRecord
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRule:
    """One rule that matched."""

    name: RuleName
    recipients: tuple[str, ...]
    actions: tuple[ToldAction, ...]

    @property
    def is_shadow(self) -> bool:
        """Whether it only left its mark."""
        rule = self.name.rule
        only_marks = all(each.kind == "add_header" for each in self.actions)
        return rule is not None and rule.shadow and only_marks


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldMessage:
    """What a log says of one message."""

    at: datetime
    id: str | None
    point: str | None
    rule_set: str | None
    mail_from: str | None
    helo: str | None
    source_ip: str | None
    tls: Tls | None
    size: int | None
    ends: tuple[LoggedEnd, ...]
    rules: tuple[ToldRule, ...]
    passed: tuple[str, ...]
    """The rules that did not match, by name."""


def told(message: LoggedMessage, names: LogNames) -> ToldMessage:
    """A message in names of the files."""
    client, accepted = message.client, message.accepted
    named = MessageNames(message, names)
    key = next((record.key for record in message.acted), next(iter(message.passed), None))
    return ToldMessage(
        at=message.at,
        id=message.id,
        point=None if accepted is None else names.point(accepted.ingress_point),
        rule_set=None if key is None else names.rule_set(key.rule_set),
        mail_from=None if client is None else client.mail_from,
        helo=None if client is None else client.helo,
        source_ip=None if client is None else client.source_ip,
        tls=None if client is None else client.tls,
        size=None if accepted is None else accepted.size,
        ends=endings(message, names),
        rules=tuple(
            _rule(named, key, tuple(records))
            for key, records in groupby(message.acted, key=lambda record: record.key)
        ),
        passed=named.passed(),
    )


def _rule(names: MessageNames, key: RuleKey, records: tuple[RuleRecord, ...]) -> ToldRule:
    recipients = tuple(
        dict.fromkeys(recipient for record in records for recipient in record.recipients)
    )
    actions: list[ToldAction] = []
    for record in records:
        if record.action is not None:
            stops = any(DOES.get(each.kind) in KEEPS for each in actions)
            actions.append(_action(record, record.action, stops=stops))
    return ToldRule(
        name=names.of_rule(key, recipients),
        recipients=recipients,
        actions=tuple(actions),
    )


def _action(record: RuleRecord, action: ActionRecord, *, stops: bool) -> ToldAction:
    ends = DOES.get(action.kind) is Does.ENDS
    return ToldAction(
        at=record.at,
        kind=STOP if ends and stops else action.kind,
        action=action,
        recipients=record.recipients,
    )
