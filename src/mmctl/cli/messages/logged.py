"""What `mmctl logs` does: shows messages of a log, counts, follows."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.formats import FORMATS, Format
from mmctl.cli.interruptions import stoppable
from mmctl.cli.messages.log_sources import log_sources, project_of_logs
from mmctl.cli.result_table import LOGGED, LOGGED_NUMBERS, LOGGED_SHADOW, write
from mmctl.counted import counted
from mmctl.errors import UsageError
from mmctl.operate.logs.reading import Log
from mmctl.operate.logs.sources import LogFiles, LogOfGroup, WantedRecords
from mmctl.operate.logs.told import told
from mmctl.records import dataclass, replace
from mmctl.visible import visible_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cli.messages.comparing import ComparingOptions
    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.operate.logs.asked import AskedMessages
    from mmctl.operate.logs.following import FollowedSource
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.records import Record
    from mmctl.operate.logs.redaction import Pseudonyms
    from mmctl.operate.logs.shadow import ShadowHits
    from mmctl.operate.logs.sources import RecordSource
    from mmctl.operate.logs.statistics import LogStatistics, NeverHit
    from mmctl.operate.logs.told import ToldMessage

_BY_ITSELF: Final = timedelta(days=1)
"""How far back a log group is read where no time is named."""
_CLEARLY: Final = timedelta(hours=1)
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
    joined: tuple[LoggedMessage, ...] | None = None
    """The messages that are asked for, joined with what was stored; None: nothing is joined."""

    def records(self) -> Iterator[Record]:
        """The records that count."""
        asked = self.asked
        found = self.log.records(WantedRecords(since=asked.since, until=asked.until))
        return (
            record
            for record in found
            if (asked.since is None or record.at >= asked.since)
            and (asked.until is None or record.at < asked.until)
        )

    def messages(self) -> Iterator[LoggedMessage]:
        """The messages that are asked for."""
        if self.joined is not None:
            return iter(self.joined)
        return self.log.messages(self.asked, self.names)

    def told(self, message: LoggedMessage) -> ToldMessage:
        """A message as it may be shown."""
        found = told(message, self.names)
        return found if self.pseudonyms is None else self.pseudonyms.message(found)


def opened(
    run: Run, sources: Sequence[str] | None, asked: AskedMessages, *, redact: bool = False
) -> OpenedLogs:
    """Open what a command line names.

    Raises:
        UsageError: there is no such source.
        CouldNot: there are no credentials.
    """
    from mmctl.cli.packed_rules import log_names
    from mmctl.operate.logs.redaction import Pseudonyms

    project = project_of_logs(run, asks=not sources)
    found = log_sources(run, project, sources)
    in_cloud = [source for source in found if isinstance(source, LogOfGroup)]
    if in_cloud and asked.since is None:
        since = run.now() - _BY_ITSELF
        asked = replace(asked, since=since)
        run.say(f"log groups are read from {since:%Y-%m-%dT%H:%M}Z on; --since says another time")
    return OpenedLogs(
        run=run,
        project=project,
        names=log_names(run, project),
        log=Log(sources=found),
        asked=asked,
        pseudonyms=Pseudonyms() if redact else None,
    )


def compare(opened: OpenedLogs, options: ComparingOptions, other: str | None) -> int:
    """Compare the messages with simulation, or with the log of another gateway."""
    from mmctl.cli.messages.comparing import compare_with_other, compare_with_simulation

    messages = opened.log.messages(opened.asked, opened.names)
    if other is None:
        return compare_with_simulation(opened.run, options, messages)
    return compare_with_other(opened.run, options, other, messages, opened.names, opened.project)


def show(logs: OpenedLogs) -> int:
    """Show the messages that are asked for."""
    write(logs.run, LOGGED, logs)
    _say_unknown_rules(logs)
    say_damage(logs)
    return 0


def _say_unknown_rules(logs: OpenedLogs) -> None:
    """Warn of rules that are asked for and not in the files: a typo, or a rule of another time."""
    from mmctl.language.text.suggest import did_you_mean

    if logs.project is None:
        return
    known = logs.names.rules
    for name in logs.asked.rules:
        if name not in known:
            near = did_you_mean(name, known)
            more = "" if near is None else f"; {near}"
            logs.run.warn(f"warning: no rule `{name}` is in the files{more}")


def count(logs: OpenedLogs, *, never_only: bool) -> int:
    """Show the numbers of a log, or only the rules that were never hit."""
    from mmctl.operate.logs.statistics import LogStatistics, never_hit

    if never_only and logs.project is None:
        raise UsageError("`--never-hit` compares with the rules of a project", help="-C DIR")
    if never_only and (logs.asked.narrow or logs.asked.rules):
        raise UsageError(
            "`--never-hit` is about all mail of a time", help="give only --since and --until"
        )
    found = LogStatistics(names=logs.names, twice=len(logs.log.sources) > 1)
    some = logs.asked.narrow or bool(logs.asked.rules)
    if some or logs.joined is not None:
        for message in logs.messages():
            found.add_message(message)
    else:
        for record in logs.records():
            found.add(record)
    found.finish()
    never = None if some or logs.project is None else never_hit(found, logs.project)
    if logs.pseudonyms is not None:
        logs.pseudonyms.statistics(found)
    numbers = LogNumbers(logs=logs, found=found, never=never, never_only=never_only)
    write(logs.run, LOGGED_NUMBERS, numbers)
    _say_unknown_rules(logs)
    say_beginning(logs)
    say_damage(logs)
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
    if cases is not None and logs.pseudonyms is not None:
        raise UsageError("got `--cases` and `--redact`", help="a case needs the facts: give one")
    if logs.pseudonyms is not None:
        for each in found:
            each.senders = logs.pseudonyms.senders(each.senders)
    write(logs.run, LOGGED_SHADOW, MarkedMail(logs=logs, found=found))
    if cases is not None:
        _write_cases(logs, found, cases)
    say_beginning(logs)
    say_damage(logs)
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
    what = f"{counted(number, 'case')} to {file}"
    logs.run.say(f"wrote {what}; a log holds no header or verdict: state them")


def follow(logs: OpenedLogs) -> int:
    """Show messages as they come, until somebody ends it."""
    from mmctl.operate.logs.following import Following

    sources = [(source, _followed(logs, source)) for source in logs.log.sources]
    in_cloud = any(isinstance(source, LogOfGroup) for source in logs.log.sources)
    following = Following()
    first = True
    logs.run.say("following; Ctrl-C ends it")
    with stoppable(), suppress(KeyboardInterrupt):
        while True:
            new = [
                record
                for source, followed in sources
                for record in followed.new(logs.log.counts)
                if not isinstance(source, LogFiles) or source.has(record)
            ]
            for message in following.take(new):
                if logs.asked.is_met(message, logs.names):
                    write_one(logs, message, first=first)
                    first = False
            sys.stdout.flush()
            world.sleep(_LOOK_IN_CLOUD if in_cloud else _LOOK_EVERY)
    for message in following.rest():
        if logs.asked.is_met(message, logs.names):
            write_one(logs, message, first=first)
            first = False
    say_damage(logs)
    return 0


def _followed(logs: OpenedLogs, source: RecordSource) -> FollowedSource:
    from mmctl.operate.logs.following import FollowedFiles, FollowedGroup

    since = logs.asked.since
    if isinstance(source, LogFiles):
        return FollowedFiles(source.path) if since else FollowedFiles.from_now(source.path)
    if isinstance(source, LogOfGroup):
        return FollowedGroup(source.group, since or logs.run.now())
    raise UsageError(
        f"`{source.name}` cannot be followed",
        help="follow a file, a folder or cloudwatch:GROUP",
    )


def write_one(logs: OpenedLogs, message: LoggedMessage, *, first: bool) -> None:
    """Write one message in the format of the run."""
    from mmctl.render.documents import logs as documents
    from mmctl.render.text import logs as text

    run, found = logs.run, logs.told(message)
    if run.format is Format.HUMAN:
        if not first:
            run.write("\n")
        block = text.message(found, verbose=run.verbose)
        run.write_passed(run.let_out(block, FORMATS[run.format].gate))
        return
    line = json.dumps(documents.message(found), sort_keys=True, ensure_ascii=False)
    run.write_passed(visible_json(line) + "\n")


def say_beginning(logs: OpenedLogs) -> None:
    """Say on stderr if the first record is clearly later than what is asked for."""
    since, first = logs.asked.since, logs.log.first
    if since is not None and first is not None and first > since + _CLEARLY:
        begins = f"{first:%Y-%m-%dT%H:%M}Z"
        logs.run.say(f"the first record is of {begins}: the log says nothing of the time before")


def say_damage(logs: OpenedLogs) -> None:
    """Say on stderr what of the log could not be read."""
    from mmctl.render.text.logs import damage

    for line in damage(logs.log.counts):
        logs.run.warn(f"warning: {line}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNumbers:
    """The numbers of a log, as they are asked for."""

    logs: OpenedLogs
    found: LogStatistics
    never: Sequence[NeverHit] | None
    never_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedMail:
    """What shadow rules would have hit."""

    logs: OpenedLogs
    found: Sequence[ShadowHits]
