"""Whether the rules of a plan passed in the environment before: evidence against its history.

The other environment is read by its own role; nothing here opens it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.live.history.entries import Doing, EntryResult
from mmctl.live.history.evidence import live_digest
from mmctl.live.history.found_evidence import (
    Origin,
    UnfitEvidence,
    evidence_names,
    read_evidence,
    short,
    told_of,
)
from mmctl.live.plan.promotion_values import UsedEvidence
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.history.found_evidence import FoundEvidence
    from mmctl.live.history.history import History

_SHOWN: Final = 12
_NAMED: Final = 3
_READ_AT_MOST: Final = 20
"""How much evidence for the same rules is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierEnvironment:
    """The environment before, as it is now."""

    origin: Origin
    history: History
    live: LiveConfiguration
    differences: int | None
    """Between its files and what is live; None: these files are not those of the plan."""


def written(history: History) -> list[HistoryEntry]:
    """The entries that wrote something, or may have."""
    return [entry for entry in history.entries() if entry.result is not EntryResult.NOTHING]


def applied_here(rules: str | None, history: History) -> bool:
    """Whether the last apply of an environment had these rules, so that nothing new comes."""
    last = written(history)[-1:]
    return bool(last) and rules is not None and _is_whole(last[0]) and last[0].rules == rules


def _is_whole(entry: HistoryEntry) -> bool:
    return entry.kind is Doing.APPLY and entry.result is EntryResult.DONE


def evidence_for(
    rules: str, before: EarlierEnvironment, min_cases: int
) -> tuple[UsedEvidence | None, tuple[str, ...]]:
    """The evidence for some rules, or why there is none, in sentences.

    The newest evidence for these rules since the last apply decides. Older evidence does not stand
    in for it, and a clock that was wrong before that apply does no harm.

    Raises:
        CouldNot: the store cannot be read.
    """
    missing = list(_not_running(rules, before))
    if missing:
        return None, tuple(missing)
    names = evidence_names(before.history.store, rules)
    if not names:
        return None, (_nothing_kept(rules, before),)
    try:
        found = _newest(names, before)
    except UnfitEvidence as error:
        return None, (str(error),)
    missing = list(_not_enough(rules, found, before, min_cases))
    return (None if missing else _used(found)), tuple(missing)


def _newest(names: Sequence[str], before: EarlierEnvironment) -> FoundEvidence:
    """The newest evidence that is about the last entry there, else the newest of all.

    Raises:
        UnfitEvidence: one that is newer is not evidence.
        CouldNot: the store cannot be read.
    """
    last = written(before.history)[-1].id
    found = [read_evidence(before.history.store, name, before.origin) for name in names[-1:]]
    for name in reversed(names[-_READ_AT_MOST:-1]):
        if found[-1].evidence.history == last:
            break
        found.append(read_evidence(before.history.store, name, before.origin))
    return found[-1] if found[-1].evidence.history == last else found[0]


def _not_running(rules: str, before: EarlierEnvironment) -> Iterator[str]:
    """Why the environment before does not run these rules now."""
    entries = written(before.history)
    environment = before.origin.environment
    apply = f"first run: mmctl apply --env {environment}"
    if not entries:
        yield f"nothing was applied there; {apply}"
        return
    last = entries[-1]
    if last.result is not EntryResult.DONE:
        yield f"{last.id}, the last apply there, is {last.result}; {apply}"
    elif last.rules is None and before.differences is None:
        yield f"{last.id}, the last entry there, does not say which rules it left; {apply}"
    elif last.rules not in {None, rules}:
        yield (
            f"{last.id}, the last apply there, had other rules: got `{(last.rules or '')[:_SHOWN]}"
            f"…`, expected `{rules[:_SHOWN]}…`; {apply}"
        )
    if before.differences:
        yield (
            f"what is live there differs from these files: "
            f"{counted(before.differences, 'difference')}; {apply}"
        )


def _nothing_kept(rules: str, before: EarlierEnvironment) -> str:
    """That there is no evidence for these rules, and which there is."""
    none = f"none is kept for these rules (`{rules[:_SHOWN]}…`)"
    others = evidence_names(before.history.store)
    if not others:
        return none
    try:
        newest = told_of(read_evidence(before.history.store, others[-1], before.origin).evidence)
    except UnfitEvidence:
        return none
    return f"{none}; the newest there: {newest}"


def _not_enough(
    rules: str, found: FoundEvidence, before: EarlierEnvironment, min_cases: int
) -> Iterator[str]:
    """Why evidence that is whole and from there does not count for these rules now."""
    told, entries = found.evidence, written(before.history)
    last = entries[-1]
    if told.digest != rules:
        yield f"`{found.name}` is for other rules (`{told.digest[:_SHOWN]}…`)"
        return
    if told.history != last.id:
        yield _other_entry(found, entries, last)
    elif told.at < last.at:
        yield f"`{found.name}` is older ({told.at}) than {last.id} ({last.at}), which it names"
    elif told.live != live_digest(before.live):
        yield f"what is live there changed since `{found.name}`: send again"
    if told.failed:
        names = ", ".join(f"`{short(name)}`" for name in told.failed[:_NAMED])
        more = f" and {len(told.failed) - _NAMED} more" if len(told.failed) > _NAMED else ""
        yield (
            f"{counted(len(told.failed), 'case')} of {len(told.tried)} failed in `{found.name}`: "
            f"{names}{more}"
        )
    if told.passed < min_cases:
        yield (
            f"{counted(told.passed, 'case')} passed in `{found.name}`, expected at least "
            f"{min_cases}"
        )


def _other_entry(found: FoundEvidence, entries: Sequence[HistoryEntry], last: HistoryEntry) -> str:
    """What to say about evidence that names another entry than the last one."""
    named = found.evidence.history
    if named is None or named not in {entry.id for entry in entries}:
        what = "no apply" if named is None else f"`{short(named)}`"
        return f"`{found.name}` names {what}, which is not in the history there"
    return f"`{found.name}` is about {named}, and {last.id} came since: send again"


def _used(found: FoundEvidence) -> UsedEvidence:
    told = found.evidence
    return UsedEvidence(
        name=found.name,
        seal=found.seal,
        at=told.at,
        who=told.who,
        history=told.history or "",
        passed=told.passed,
        as_stated=len(told.as_stated),
        own_facts=len(told.own_facts),
        not_sendable=len(told.not_sendable),
    )
