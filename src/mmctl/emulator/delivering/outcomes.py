"""What a try to hand on a letter means, for the journal and for the service's own log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.emulator.journal import ActionTaken, Delivered, Failed, Waiting
from mmctl.emulator.records.rule_sets import LoggedAction
from mmctl.judge.actions import actions_in_effect
from mmctl.model.actions import row_of
from mmctl.model.logs import ActionStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.emulator.delivering.carrier import HandedOn
    from mmctl.emulator.delivering.journey import Journey
    from mmctl.emulator.delivering.letters import Letter
    from mmctl.emulator.journal import Happening

FUNCTION = "function"
"""The host of what a function takes."""


def happened_to(letter: Letter, carried: HandedOn, journey: Journey) -> Iterator[Happening]:
    """What the journal says of a try."""
    target = letter.target if letter.server is not None else letter.target.rpartition(":")[2]
    host = FUNCTION if letter.server is None else str(letter.server)
    if carried.delivered:
        yield Delivered(
            target=target,
            host=host,
            recipients=carried.delivered,
            reply=carried.reply,
            tries=carried.tries,
        )
        if letter.ends_action:
            yield _taken(letter, journey, target, ActionStatus.SUCCESS, carried)
    for reason, recipients in _by_reason(carried).items():
        yield Failed(
            target=target, host=host, recipients=recipients, reply=reason, tries=carried.tries
        )
    if carried.failed and letter.ends_action:
        yield _taken(letter, journey, target, ActionStatus.FAILURE, carried)
    if carried.waiting and carried.left is not None and carried.left.next is not None:
        yield Waiting(
            target=target,
            host=host,
            recipients=carried.waiting,
            reply=carried.why,
            tries=carried.tries,
            next=carried.left.next,
        )


def records_of(letter: Letter, carried: HandedOn) -> tuple[LoggedAction, ...]:
    """What the service's own log says of a try; nothing of one after which all wait."""
    if not letter.ends_action:
        return ()
    done: list[LoggedAction] = []
    if carried.delivered:
        done.append(LoggedAction(letter.rule_index, letter.action_index, letter.matched))
    done += [
        LoggedAction(
            letter.rule_index, letter.action_index, letter.matched, ActionStatus.FAILURE, reason
        )
        for reason in _by_reason(carried)
    ]
    return tuple(done)


def _by_reason(carried: HandedOn) -> dict[str, tuple[str, ...]]:
    reasons: dict[str, tuple[str, ...]] = {}
    for recipient, why in carried.failed:
        reasons[why] = (*reasons.get(why, ()), recipient)
    return reasons


def _taken(
    letter: Letter, journey: Journey, target: str, status: ActionStatus, carried: HandedOn
) -> ActionTaken:
    rule = journey.prepared.configured.gateway.rules[letter.rule_index]
    action = actions_in_effect(rule)[letter.action_index]
    failed = status is ActionStatus.FAILURE
    return ActionTaken(
        rule=rule.name,
        rule_index=letter.rule_index + 1,
        action=row_of(action).key.upper(),
        action_index=letter.action_index + 1,
        target=target,
        recipients=tuple(each for each, _ in carried.failed) if failed else carried.delivered,
        status=status.value,
        detail=carried.failed[0][1] if failed else carried.reply,
    )
