"""What the embedded Mail Manager noted of messages beyond their log records.

Beside its logs are its events: when a relay took a message, what it answered, and under which id an
archive has it.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

from mmctl.operate.whereabouts.told import InArchive, Noted, NotedHandover, WhereState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from mmctl.emulator.journal import Event
    from mmctl.operate.logs.sources import RecordSource

    NotedOf: TypeAlias = Callable[[Iterable[str]], dict[str, Noted]]

_EVENTS: Final = "events.jsonl"
_LOGS: Final = "logs"
_ARCHIVE: Final = "ARCHIVE"
_LONGEST_LINE: Final = 1024 * 1024


def noted_mail(sources: Sequence[RecordSource]) -> NotedOf | None:
    """What gives the notes on messages; None: there are none beside the logs."""
    files = [
        events
        for source in sources
        if (events := _beside(getattr(source, "path", None))) is not None
    ]
    return (lambda ids: _noted(files, frozenset(ids))) if files else None


def _beside(path: Path | None) -> Path | None:
    """The events beside a folder of logs, or a file in it."""
    if path is None:
        return None
    folder = path if path.is_dir() else path.parent
    for root in (folder, folder.parent):
        if (root / _EVENTS).is_file() and (root / _LOGS).is_dir():
            return root / _EVENTS
    return None


def _noted(files: Iterable[Path], ids: frozenset[str]) -> dict[str, Noted]:
    handed: dict[str, list[NotedHandover]] = {}
    archived: dict[str, list[InArchive]] = {}
    for event in _events(files, ids):
        each = _handed_on(event)
        if each is not None:
            handed.setdefault(event.id or "", []).append(each)
        kept = _in_archive(event)
        if kept is not None:
            archived.setdefault(event.id or "", []).append(kept)
    return {
        known: Noted(
            handed_on=tuple(handed.get(known, ())), archived=tuple(archived.get(known, ()))
        )
        for known in ids
    }


def _events(files: Iterable[Path], ids: frozenset[str]) -> Iterator[Event]:
    """The events of some messages; other lines are passed over."""
    from mmctl.emulator.journal import Event

    wanted = [known.encode() for known in ids]
    for path in files:
        with path.open("rb") as file:
            while line := file.readline(_LONGEST_LINE):
                if not any(known in line for known in wanted):
                    continue
                try:
                    event = Event.of_json(json.loads(line))
                except (KeyError, TypeError, ValueError, RecursionError):
                    continue
                if event is not None and event.id in ids:
                    yield event


def _handed_on(event: Event) -> NotedHandover | None:
    from mmctl.emulator.journal import (
        ActionTaken,
        Delivered,
        Failed,
        Finished,
        Judged,
        RefusedMail,
        ReportWritten,
        Waiting,
    )

    match event.what:
        case Delivered() as what:
            state, following = WhereState.DELIVERED, None
        case Waiting() as what:
            state, following = WhereState.WAITING, what.next
        case Failed() as what:
            state, following = WhereState.FAILED, None
        case RefusedMail() | Judged() | ActionTaken() | ReportWritten() | Finished():
            return None
        case never:
            assert_never(never)
    return NotedHandover(
        state=state,
        at=datetime.fromisoformat(event.at),
        target=what.target,
        host=what.host,
        recipients=what.recipients,
        reply=what.reply,
        next=following,
    )


def _in_archive(event: Event) -> InArchive | None:
    from mmctl.emulator.archive.keeping import archived_id
    from mmctl.emulator.journal import ActionTaken

    what = event.what
    if not isinstance(what, ActionTaken) or what.action != _ARCHIVE or what.file is None:
        return None
    file = PurePosixPath(what.file)
    return InArchive(
        archive=what.target or file.parent.name, id=archived_id(file.parent.name, file.stem)
    )
