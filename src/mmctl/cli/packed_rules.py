"""Which live rules hold the rules of a project whose rule sets are packed, for who names rules.

Asked only where a rule set does not fit one to one: compiling costs more than reading.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from mmctl.compiler.packing.names import MADE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.packed import HeldRules, PackedRules
    from mmctl.operate.logs.periods import PackedAt, PackedInHistory

_MOST_ASKED: Final = 1_000
"""For so many names of live rules the project is read again."""


def packed_rules(run: Run, project: Project | None) -> tuple[PackedRules, ...]:
    """The packed rule sets of a project, as its files are now."""
    compiled = None if project is None else _compiled(run, project)
    if project is None or compiled is None:
        return ()
    from mmctl.operate.logs.packed_sets import packed_sets

    return packed_sets(compiled, project)


def as_live(run: Run, project: Project) -> tuple[Project, tuple[PackedRules, ...]]:
    """The project with its live rules in place of its own, and what these hold.

    The same project, and nothing, if no rule set is packed.
    """
    compiled = _compiled(run, project)
    if compiled is None:
        return project, ()
    from mmctl.cli.changes.live_rules import project_of
    from mmctl.operate.logs.packed_sets import packed_sets

    return project_of(compiled, project), packed_sets(compiled, project)


def held_by(packed: Iterable[PackedRules], live_name: str | None) -> HeldRules | None:
    """The live rule of some name that is not just the rule of the files of that name."""
    for each in packed:
        held = each.rules.get(live_name or "")
        if held is not None and held.names != (live_name,):
            return held
    return None


def log_names(run: Run, project: Project | None) -> LogNames:
    """The names that logs of a project have for its rules, now and at earlier times."""
    from mmctl.operate.logs.names import LogNames

    packed = packed_rules(run, project)
    periods = None if project is None or not packed else packed_at(run, project, packed)
    return LogNames.of(project, packed, periods)


def packed_at(
    run: Run, project: Project, packed: tuple[PackedRules, ...]
) -> PackedInHistory | None:
    """What applies from here made live; None: the history is empty, or not on this machine."""
    from mmctl.cli.changes.change import open_history
    from mmctl.errors import MmctlError
    from mmctl.language.project import EMBEDDED
    from mmctl.live.history.entries import EntryResult
    from mmctl.operate.logs.packed_sets import packed_sets
    from mmctl.operate.logs.periods import MOST_READ, PackedInHistory

    environment = project.environment
    where = environment.snapshots or project.settings.snapshots
    if where.startswith("s3://") or (
        environment.account is None and environment.endpoint != EMBEDDED
    ):
        return None
    try:
        _, history, _ = open_history(run, project)
        entries = [each for each in history.entries() if each.result is not EntryResult.NOTHING][
            -MOST_READ:
        ]
    except MmctlError:
        return None

    def read(place: int) -> tuple[PackedRules, ...] | None:
        try:
            wanted = history.snapshot(entries[place].id).wanted
        except MmctlError:
            return None
        return None if wanted is None else packed_sets(wanted, project)

    if not entries:
        return None
    times = [datetime.fromisoformat(each.at) for each in entries]
    return PackedInHistory(times=times, read=read, before=packed)


def _compiled(run: Run, project: Project) -> LiveConfiguration | None:
    """What the service should hold; None: nothing is packed, or not all of it could be read."""
    if not project.whole:
        return None
    from mmctl.compiler.lowered import lowered_of
    from mmctl.compiler.packing.written import is_within

    environment = project.environment.name
    if all(
        is_within(rule_set, rule_set.live_rules(environment))
        for rule_set in lowered_of(project).project.rule_sets.values()
    ):
        return None
    from mmctl.compiler.compile import compile_project

    configuration, _ = compile_project(project, run.packings)
    return configuration


class PackedOnPage:
    """What live rules of the server hold: the project is read when one is met for the first time.

    Rules may be applied, and packed differently, while the server runs.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._asked: set[str] = set()
        self._periods: PackedAt | None = None

    def __call__(self, name: str, when: datetime) -> Sequence[PackedRules]:
        """What was packed at a time in which a live rule of some name acted."""
        if not name.startswith(MADE):
            return ()
        found = () if self._periods is None else self._periods.at(when)
        known = any(name in packed.rules for packed in found)
        if known or name in self._asked or len(self._asked) >= _MOST_ASKED:
            return found
        self._asked.add(name)
        self._periods = self._read()
        return self._periods.at(when)

    def _read(self) -> PackedAt:
        from mmctl.errors import MmctlError
        from mmctl.operate.logs.periods import PackedNow

        try:
            project, _ = self._run.read()
            packed = packed_rules(self._run, project)
            return packed_at(self._run, project, packed) or PackedNow(packed=packed)
        except MmctlError:
            return PackedNow()
