"""What `mmctl logs` does: shows messages of a log, counts, follows."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.cli import world
from mmctl.cli.formats import FORMATS, Format
from mmctl.cli.interruptions import stoppable
from mmctl.cli.messages.log_sources import log_sources, project_of_logs
from mmctl.cli.progress import Progress
from mmctl.cli.result_table import LOGGED_NUMBERS, LOGGED_SHADOW, write
from mmctl.errors import UsageError
from mmctl.operate.logs.reading import Log
from mmctl.operate.logs.sources import LogBucket, LogFiles, LogOfGroup, LogPipe
from mmctl.operate.logs.told import told
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.operate.logs.asked import AskedMessages
    from mmctl.operate.logs.following import Followed
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.records import Record
    from mmctl.operate.logs.redaction import Pseudonyms
    from mmctl.operate.logs.shadow import ShadowHits
    from mmctl.operate.logs.statistics import LogStatistics, NeverHit

_BY_ITSELF: Final = timedelta(days=1)
"""How far back a log group is read where no time is named."""
_LOOK_EVERY: Final = 1.0
_LOOK_IN_CLOUD: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLogs:
    """The logs that a command line names, and what it asks of them."""

    run: Run
    project: Project | None
    names: LogNames
    log: Log
    asked: AskedMessages
    pseudonyms: Pseudonyms | None

    def records(self) -> Iterator[Record]:
        """The records that count."""
        found = self.log.records(self.wanted)
        asked = self.asked
        inside = (
            record
            for record in found
            if (asked.since is None or record.at >= asked.since)
            and (asked.until is None or record.at < asked.until)
        )
        return inside if self.pseudonyms is None else map(self.pseudonyms.record, inside)

    @property
    def wanted(self) -> Any:
        """What is asked of the sources."""
        from mmctl.operate.logs.sources import WantedRecords

        return WantedRecords(since=self.asked.since, until=self.asked.until)

    def messages(self) -> Iterator[LoggedMessage]:
        """The messages that are asked for."""
        return map(self.shown, self.log.messages(self.asked, self.names))

    def shown(self, message: LoggedMessage) -> LoggedMessage:
        """A message as it may be shown."""
        return message if self.pseudonyms is None else self.pseudonyms.message(message)


def opened(
    run: Run, sources: Sequence[str] | None, asked: AskedMessages, *, redact: bool = False
) -> OpenedLogs:
    """Open what a command line names.

    Raises:
        UsageError: there is no such source.
        CouldNot: there are no credentials.
    """
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.redaction import Pseudonyms

    project = project_of_logs(run)
    found = log_sources(run, project, sources)
    in_cloud = [source for source in found if isinstance(source, LogOfGroup)]
    if in_cloud and asked.since is None:
        since = run.now() - _BY_ITSELF
        asked = replace(asked, since=since)
        run.say(f"log groups are read from {since:%Y-%m-%dT%H:%M}Z on; --since says another time")
    return OpenedLogs(
        run=run,
        project=project,
        names=LogNames.of(project),
        log=Log(sources=found),
        asked=asked,
        pseudonyms=Pseudonyms() if redact else None,
    )


def show(logs: OpenedLogs) -> int:
    """Show the messages that are asked for."""
    from mmctl.render.documents import logs as documents
    from mmctl.render.text.logs import summary

    run, shown = logs.run, 0
    with Progress(run, "message") as progress:
        if run.format is Format.JSON:
            found = [documents.message(told(each, logs.names)) for each in logs.messages()]
            shown = len(found)
            run.write_json(_head(logs) | {"messages": found})
        else:
            for message in logs.messages():
                progress.clear()
                _write_one(logs, message, first=not shown)
                shown += 1
    _say_damage(logs)
    if run.format is Format.HUMAN:
        if not shown:
            run.write("no message\n")
        run.say(summary(shown, logs.log.counts, logs.log.reach))
    return 0


def count(logs: OpenedLogs, *, never_only: bool) -> int:
    """Show the numbers of a log, or only the rules that were never hit."""
    from mmctl.operate.logs.statistics import LogStatistics, never_hit

    if never_only and logs.project is None:
        raise UsageError("`--never-hit` compares with the rules of a project", help="-C DIR")
    found = LogStatistics(names=logs.names)
    if logs.asked.narrow or logs.asked.rules:
        for message in logs.messages():
            found.add_message(message)
        never = None
        if never_only:
            raise UsageError("`--never-hit` is about all mail of a time", help="only --since, --until")
    else:
        for record in logs.records():
            found.add(record)
        never = None if logs.project is None else never_hit(found, logs.project)
    numbers = Numbers(logs=logs, found=found, never=never, never_only=never_only)
    write(logs.run, LOGGED_NUMBERS, numbers)
    _say_damage(logs)
    return 0


def marked(logs: OpenedLogs, rule: str | None) -> list[ShadowHits]:
    """What the shadow rules would have hit, or one of them.

    Raises:
        UsageError: there is no such shadow rule.
    """
    from mmctl.operate.logs.shadow import shadow_rules

    if logs.project is None:
        raise UsageError("shadow rules are those of a project", help="-C DIR")
    found = shadow_rules(logs.project, rule)
    if rule is not None and not found:
        raise UsageError(
            f"no rule `{rule}` with `shadow: true` is live in environment "
            f"{logs.project.environment.name}",
            help="mmctl logs --shadow shows those that are",
        )
    for message in logs.messages():
        for each in found:
            each.see(message, logs.names)
    return found


def mark(logs: OpenedLogs, cases: str | None) -> int:
    """Show what shadow rules would have hit; write cases if a file is named."""
    rules = logs.asked.rules
    if len(rules) > 1:
        raise UsageError("got several `--rule` with `--shadow`", help="name one, or none for all")
    everything = replace(logs, asked=replace(logs.asked, rules=()))
    found = marked(everything, rules[0] if rules else None)
    write(logs.run, LOGGED_SHADOW, Shadow(logs=logs, found=found))
    if cases is not None:
        _write_cases(logs, found, cases)
    _say_damage(logs)
    return 0


def _write_cases(logs: OpenedLogs, found: Sequence[ShadowHits], file: str) -> None:
    from mmctl.cli.messages.shadow_cases import shadow_cases
    from mmctl.writing import write_whole

    path = logs.run.directory / file
    if path.exists():
        raise UsageError(f"`{file}` exists", help="name a new file")
    text = shadow_cases(found, logs.names)
    if not text:
        logs.run.say("no message to make a case of: nothing written")
        return
    try:
        write_whole(path, text)
    except OSError as error:
        raise UsageError(f"cannot write `{file}`: {(error.strerror or '').lower()}") from None
    number = sum(len(each.examples) for each in found)
    logs.run.say(f"wrote {number} cases to {file}; a log holds no header or verdict: state them")


def follow(logs: OpenedLogs) -> int:
    """Show messages as they come, until somebody ends it."""
    from mmctl.operate.logs.following import Following

    sources = [_followed(logs, source) for source in logs.log.sources]
    in_cloud = any(isinstance(source, LogOfGroup) for source in logs.log.sources)
    following = Following()
    first = True
    logs.run.say("following; Ctrl-C ends it")
    with stoppable(), suppress(KeyboardInterrupt):
        while True:
            new = [record for source in sources for record in source.new(logs.log.counts)]
            for message in following.take(new):
                if logs.asked.is_met(message, logs.names):
                    _write_one(logs, logs.shown(message), first=first)
                    first = False
            sys.stdout.flush()
            world.sleep(_LOOK_IN_CLOUD if in_cloud else _LOOK_EVERY)
    for message in following.rest():
        if logs.asked.is_met(message, logs.names):
            _write_one(logs, logs.shown(message), first=first)
            first = False
    _say_damage(logs)
    return 0


def _followed(logs: OpenedLogs, source: object) -> Followed:
    from mmctl.operate.logs.following import FollowedFiles, FollowedGroup

    match source:
        case LogFiles(path=path):
            return FollowedFiles(path) if logs.asked.since else FollowedFiles.from_now(path)
        case LogOfGroup(group=group):
            return FollowedGroup(group, logs.asked.since or logs.run.now())
        case LogPipe() | LogBucket():
            raise UsageError(
                f"`{source.name}` cannot be followed",
                help="follow a file, a folder or cloudwatch:GROUP",
            )
        case _:
            raise TypeError(source)


def _write_one(logs: OpenedLogs, message: LoggedMessage, *, first: bool) -> None:
    """Write one message in the format of the run."""
    from mmctl.cli.printing import printed
    from mmctl.render.documents import logs as documents
    from mmctl.render.text import logs as text
    from mmctl.visible import visible_json

    run, found = logs.run, told(message, logs.names)
    if run.format is Format.HUMAN:
        if not first:
            run.write("\n")
        run.write_passed(run.let_out(text.message(found, verbose=run.verbose), FORMATS[run.format].gate))
        return
    import json

    line = json.dumps(documents.message(found), sort_keys=True, ensure_ascii=False)
    run.write_passed(visible_json(line) + "\n")
