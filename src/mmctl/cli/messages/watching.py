"""One run of the watchdog: what it reads, and the looks at it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.cli.messages.log_sources import log_sources, sources_of
from mmctl.counted import counted
from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.options.store import StoreOptions
    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.operate.comparing.compared import LogComparison
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.reading import Log
    from mmctl.operate.logs.sources import RecordSource
    from mmctl.operate.monitoring.findings import WatchReport

USUAL_TIME: Final = timedelta(hours=2)
LATE: Final = timedelta(minutes=15)
"""How much later than mail its records may come."""
_AFTER_APPLY: Final = timedelta(minutes=5)
"""For so long after an apply a log may still hold mail that was judged by the rules before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRun:
    """A run of the watchdog, and where it looked."""

    report: WatchReport
    change: LiveEnvironment
    environment: str
    since: datetime
    until: datetime

    @property
    def namespace(self) -> str:
        """Where its numbers are published."""
        from mmctl.operate.monitoring.measures import namespace_of

        return namespace_of(self.change.project.settings.project, self.environment)


def watched(
    run: Run,
    named: StoreOptions | None,
    *,
    logs: Sequence[str] | None,
    since: datetime | None,
    endpoint_url: str | None,
) -> WatchRun:
    """Look at everything once.

    Raises:
        UsageError, ProblemsFound: there is no such project, store or time.
        CouldNot, Refused: the service cannot be reached.
    """
    from mmctl.operate.monitoring.findings import WatchReport

    change = _opened(run, named, endpoint_url)
    until = run.now() - LATE
    begun = until - USUAL_TIME if since is None else since
    if begun >= until:
        raise UsageError(
            "got a `--since` within the last 15 minutes", help="records of mail come that late"
        )
    name = change.project.environment.name
    if named is not None and run.environment is not None:
        name = run.environment
    watching = _Watching(change, alone=named is not None, since=begun, until=until)
    report = WatchReport()
    report.look("applies", partial(watching.entries, report))
    report.look("what is live", partial(watching.live, report))
    report.look("the logs", partial(watching.logs, report, logs))
    return WatchRun(report=report.end(), change=change, environment=name, since=begun, until=until)


def _opened(run: Run, named: StoreOptions | None, endpoint_url: str | None) -> LiveEnvironment:
    """The environment of the project here, or the one that a store tells of."""
    from mmctl.cli.changes.change import open_change
    from mmctl.cli.changes.stores import project_elsewhere

    if named is None:
        return open_change(run, endpoint_url=endpoint_url)
    project = project_elsewhere(run, named, None)
    return open_change(run, endpoint_url=endpoint_url, project=project, compared=False)


class _Watching:
    """What is read for the looks, each only once."""

    def __init__(
        self, change: LiveEnvironment, *, alone: bool, since: datetime, until: datetime
    ) -> None:
        self._change = change
        self._alone = alone
        """Whether there is a store alone, and no files."""
        self._since, self._until = since, until
        self._configuration: LiveConfiguration | None = None
        self._applied_at: datetime | None = None

    def entries(self, report: WatchReport) -> str | None:
        """Look at the history: what was not finished, and the age of the last apply and run."""
        from mmctl.live.history.entries import EntryResult
        from mmctl.live.history.found_evidence import evidence_names
        from mmctl.operate.monitoring.looks import hours_since, unfinished
        from mmctl.operate.monitoring.measures import Measured

        history, now = self._change.means.history, self._change.run.now()
        report.count(unfinished(history.cut_off()))
        done = [each for each in history.entries() if each.result is not EntryResult.NOTHING]
        if done:
            self._applied_at = datetime.fromisoformat(done[-1].at)
        age = hours_since(done[-1].at if done else None, now)
        if age is not None:
            report.numbers[Measured.APPLY_AGE] = age
        evidence = self._evidence_age(evidence_names(history.store), now)
        if evidence is not None:
            report.numbers[Measured.EVIDENCE_AGE] = evidence
        told = "nothing was applied" if age is None else f"the last apply was {age} hours ago"
        return told if evidence is None else f"{told}, the last evidence is {evidence} hours old"

    def _evidence_age(self, names: Sequence[str], now: datetime) -> float | None:
        from mmctl.inputs import parse_json
        from mmctl.operate.monitoring.looks import hours_since

        if not names:
            return None
        try:
            document = parse_json(self._change.means.history.store.get(names[-1]) or "")
        except ValueError:
            return None
        return hours_since(str(document.get("at")) if isinstance(document, dict) else None, now)

    def live(self, report: WatchReport) -> str:
        """Look at what is live: against the last applied state, and against quotas."""
        from mmctl.live.history.drift import edits_by_hand
        from mmctl.live.history.logical_rules import with_logical_rules
        from mmctl.live.state.inventory import take_inventory
        from mmctl.live.state.read import read_live
        from mmctl.operate.monitoring.looks import drifted, near_quotas

        means = self._change.means
        desired = self._desired()
        state = read_live(means.service, desired, means.history.known())
        found = with_logical_rules(state, means.history, desired).configuration
        self._configuration = found
        by_hand = edits_by_hand(found, means.history) or ()
        report.count(drifted(by_hand, in_aws=not means.service.identity.embedded))
        report.count(near_quotas(found, take_inventory(means.service)))
        return (
            f"{counted(len(found.objects), 'live object')}, against the last apply and the quotas"
        )

    def _desired(self) -> LiveConfiguration:
        from mmctl.compiler.configuration import LiveConfiguration

        if not self._alone:
            return self._change.desired()
        applied = self._change.means.history.applied()
        project = self._change.project.settings.project
        return LiveConfiguration(project=project) if applied is None else applied

    def logs(self, report: WatchReport, named: Sequence[str] | None) -> str | None:
        """Look at the logs: lost mail, silence, and what simulation says of the same mail."""
        from mmctl.operate.logs.asked import AskedMessages
        from mmctl.operate.logs.reading import Log
        from mmctl.operate.monitoring.findings import NotLooked
        from mmctl.operate.monitoring.looks import disagreeing, undelivered

        log = Log(sources=self._sources(named))
        if not log.sources:
            why = "no log goes to a log group or a bucket: write `logging:`"
            report.not_looked.append(NotLooked(what="the logs", why=why, fault=False))
            return None
        names = self._names()
        asked = AskedMessages(since=self._since, until=self._until)
        messages = list(log.messages(asked, names))
        lost, seen = undelivered(messages, names)
        report.count(lost)
        self._silence(report, log)
        fresh = self._since
        if self._applied_at is not None:
            fresh = max(fresh, self._applied_at + _AFTER_APPLY)
        found = self._compared([each for each in messages if each.first >= fresh])
        if found is not None:
            report.count(disagreeing(found))
        return f"{counted(seen, 'message')} of the logs"

    def _sources(self, named: Sequence[str] | None) -> list[RecordSource]:
        """Where the records are: as named, as the files say, or as what is live says."""
        from mmctl.language.project import EMBEDDED

        change = self._change
        environment = change.project.environment
        if named or environment.endpoint == EMBEDDED:
            return log_sources(change.run, change.project, named)
        known = self._configuration or self._desired()
        arns = [arn for thing in known.objects for arn in thing.logging.values()]
        return list(sources_of(environment, arns))

    def _project(self) -> Project:
        """The rules that are live, as a project."""
        from mmctl.cli.changes.live_rules import project_of

        live = self._configuration
        return self._change.project if live is None else project_of(live, self._change.project)

    def _names(self) -> LogNames:
        from mmctl.cli.packed_rules import log_names
        from mmctl.operate.logs.names import LogNames

        if not self._alone:
            return log_names(self._change.run, self._change.project)
        return LogNames.of(self._project())

    def _silence(self, report: WatchReport, log: Log) -> None:
        """Count accepted messages of the last hour, and of the same hour of past weeks."""
        from mmctl.model.kinds import Kind
        from mmctl.operate.monitoring.looks import hours_to_compare, silent

        if self._configuration is None:
            return
        hours = [_accepted(log, start) for start in hours_to_compare(self._until)]
        points = self._configuration.of_kind(Kind.INGRESS_POINT)
        report.count(silent(points, hours))

    def _compared(self, messages: Sequence[LoggedMessage]) -> LogComparison | None:
        """What simulation says of the same messages under the rules that are live."""
        from mmctl.operate.comparing.gateways import LoggedGateways
        from mmctl.operate.comparing.run import Comparing, compare_log

        if self._configuration is None:
            return None
        return compare_log(Comparing(gateways=LoggedGateways.of(self._project())), messages)


def _accepted(log: Log, start: datetime) -> Counter[str]:
    """The accepted messages of an hour by the live name of their ingress point."""
    from mmctl.operate.logs.records import IngressRecord
    from mmctl.operate.logs.sources import WantedRecords

    end = start + timedelta(hours=1)
    wanted = WantedRecords(since=start, until=end, term="ingress_point_name")
    return Counter(
        record.ingress_point
        for record in log.records(wanted)
        if isinstance(record, IngressRecord) and record.ingress_point and start <= record.at < end
    )
