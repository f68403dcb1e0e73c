"""The oldest state of the last day: a plan is compared with it besides the live state.

Two small applies in a row may do what one would not be allowed to do.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from mmctl.errors import MmctlError
from mmctl.language.references import with_references
from mmctl.live.history.entries import EntryResult
from mmctl.model.kinds import Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.compiler.configuration import Key, LiveConfiguration
    from mmctl.language.project import Reference
    from mmctl.live.apply.effects import Means
    from mmctl.live.history.history import History
    from mmctl.live.plan.plan import Plan

LOOKS_BACK: Final = timedelta(hours=24)


def with_yesterday(plan: Plan, means: Means) -> Plan:
    """The plan with the state to compare it with besides the live one; a rollback has none."""
    if plan.yesterday is not None or not plan.edits or plan.goes_back_to is not None:
        return plan
    return replace(plan, yesterday=oldest_of_the_day(means.history, means.now(), plan.live))


def oldest_of_the_day(
    history: History, now: datetime, live: LiveConfiguration
) -> LiveConfiguration | None:
    """The state before the first apply or rollback of the last 24 hours, in today's names.

    None: nothing was written since. A snapshot that cannot be read, and the empty one before the
    first apply, are skipped: the next one counts.
    """
    for entry in history.entries():
        if entry.result is EntryResult.NOTHING or not _is_recent(entry.at, now):
            continue
        try:
            found = history.snapshot(entry.id).configuration
        except MmctlError:
            continue
        if any(found.of_kind(Kind.RULE_SET)):
            return in_names_of(found, live)
    return None


def _is_recent(at: str, now: datetime) -> bool:
    try:
        then = datetime.fromisoformat(at)
    except ValueError:
        return False
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return now - then <= LOOKS_BACK


def in_names_of(past: LiveConfiguration, live: LiveConfiguration) -> LiveConfiguration:
    """A former state under the logical names that its objects have now, matched by id."""
    names = {(thing.kind, thing.id): thing.name for thing in live.objects if thing.id is not None}
    renamed: dict[Key, str] = {
        thing.key: names.get((thing.kind, thing.id or ""), thing.name) for thing in past.objects
    }
    if all(name == key[1] for key, name in renamed.items()):
        return past

    def name(reference: Reference) -> str:
        return renamed.get((reference.kind, reference.name), reference.name)

    return replace(
        past,
        objects=tuple(
            replace(
                thing,
                name=renamed[thing.key],
                shape=with_references(thing.shape, name),
                logical=tuple(
                    replace(rule, shape=with_references(rule.shape, name)) for rule in thing.logical
                ),
            )
            for thing in past.objects
        ),
    )
