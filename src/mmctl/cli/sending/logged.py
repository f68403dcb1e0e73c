"""What the service's own log says of messages that were sent, in the words of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli import world
from mmctl.cli.packed_rules import log_names
from mmctl.client.expecting import SeenEnd
from mmctl.language.project import Outcome
from mmctl.model.actions import KEEPS, STOP, Does
from mmctl.operate.logs.asked import AskedMessages
from mmctl.operate.logs.naming import MessageNames
from mmctl.operate.logs.outcomes import DOES, endings
from mmctl.operate.logs.reading import Log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmctl.cli.run import Run
    from mmctl.client.expecting import CaseSending
    from mmctl.language.project import Project
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames, RuleName
    from mmctl.operate.logs.outcomes import LoggedEnd
    from mmctl.operate.logs.records import RuleRecord
    from mmctl.operate.logs.sources import RecordSource

_EVERY = 2.0


def ends_logged(
    run: Run,
    project: Project,
    sources: Sequence[RecordSource],
    sendings: Sequence[CaseSending],
    seconds: float,
) -> Mapping[str, dict[str, SeenEnd]]:
    """How messages ended by their ids and recipients; logs that come late are waited for.

    What has not come within `seconds` is not in the answer.

    Raises:
        UsageError, CouldNot: a source cannot be read.
    """
    by_id = {each.sent.message_id: each for each in sendings if each.sent.message_id}
    names = log_names(run, project)
    found: dict[str, dict[str, SeenEnd]] = {}
    until = world.elapsed() + seconds
    while by_id:
        missing = tuple(id_ for id_ in by_id if not _is_whole(found.get(id_), by_id[id_]))
        for message in Log(sources=sources).messages(AskedMessages(message_ids=missing), names):
            if message.id in by_id:
                found[message.id] = _ends(message, by_id[message.id], names)
        left = until - world.elapsed()
        if left <= 0 or all(_is_whole(found.get(id_), each) for id_, each in by_id.items()):
            break
        world.sleep(min(_EVERY, left))
    return found


def _is_whole(found: Mapping[str, SeenEnd] | None, sending: CaseSending) -> bool:
    """Whether the log says how the message ended for everybody it was taken for."""
    return found is not None and all(
        (end := found.get(each.lower())) is not None and end.outcome is not None
        for each in sending.sent.taken_for
    )


def _ends(message: LoggedMessage, sending: CaseSending, names: LogNames) -> dict[str, SeenEnd]:
    """How a message ended, by recipient in lower case."""
    ends: dict[str, SeenEnd] = {}
    named = MessageNames(message, names)
    for end in endings(message, names):
        if end.recipient not in sending.sent.taken_for:
            continue
        key = end.recipient.lower()
        if end.outcome is Outcome.UNKNOWN:
            ends[key] = SeenEnd()
            continue
        own = sending.addresses_of(end.recipient)
        records = [each for each in message.acted if own & set(map(str.lower, each.recipients))]
        rules = [named.of_rule(each.key, _within(each, own)) for each in records]
        ends[key] = _seen(end, rules, tuple(_actions(records)))
    return ends


def _within(record: RuleRecord, own: frozenset[str]) -> tuple[str, ...]:
    """The recipients of a record that are some addresses."""
    return tuple(each for each in record.recipients if each.lower() in own)


def _seen(end: LoggedEnd, rules: Sequence[RuleName], actions: tuple[str, ...]) -> SeenEnd:
    """How it ended for a recipient."""
    by = end.by_rule
    open_ = by is not None and by.is_open
    return SeenEnd(
        outcome=end.outcome,
        by=end.by,
        by_one_of=by.names if by is not None and open_ else (),
        rules=tuple(dict.fromkeys(rule.name for rule in rules)),
        live=tuple(dict.fromkeys(rule.names for rule in rules))
        if any(rule.held is not None for rule in rules)
        else None,
        actions=actions,
    )


def _actions(records: Iterable[RuleRecord]) -> Iterator[str]:
    """The kinds of the actions that were done, once each; a drop after a delivery is a stop."""
    kept_in: object = None
    seen: set[object] = set()
    for record in records:
        action = record.action
        if action is None or not action.done or (record.key, action.index) in seen:
            continue
        seen.add((record.key, action.index))
        does = DOES.get(action.kind)
        if does in KEEPS:
            kept_in = record.key
        stops = does is Does.ENDS and kept_in == record.key
        if not stops and action.kind != STOP:
            yield action.kind
