"""`mmctl simulate MESSAGE...`: what happens to messages, one or an archive full.

Messages are judged, written and dropped one after the other; only counts are kept.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, deque
from contextlib import closing
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeVar

from mmctl.cli import world
from mmctl.cli.exit_codes import UNKNOWN
from mmctl.cli.formats import Format
from mmctl.cli.messages.batches import judged_batches
from mmctl.cli.messages.garbage import seldom_collected
from mmctl.cli.messages.judging import Judging
from mmctl.cli.messages.wanted import advice_about
from mmctl.cli.printing import printed
from mmctl.cli.progress import Progress
from mmctl.cli.result_table import MESSAGES, write
from mmctl.cli.results import result_stream
from mmctl.errors import UsageError
from mmctl.judge.ingress import gateway_behind
from mmctl.judge.tally import Tally
from mmctl.judge.unnamed import digest_name
from mmctl.mail.left_out import with_reasons
from mmctl.mail.partial import Message
from mmctl.records import dataclass, replace
from mmctl.render.documents.trace import tally_document
from mmctl.render.text.messages import summary
from mmctl.visible import visible_json

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from rich.console import Console
    from rich.text import Text

    from mmctl.cli.messages.judging import Form, JudgedBatch
    from mmctl.cli.messages.record import Recorder
    from mmctl.cli.messages.unit_reader import ReadBatch
    from mmctl.cli.messages.wanted import Wanted
    from mmctl.cli.run import Run
    from mmctl.judge.simulation import Simulated
    from mmctl.language.project import Project
    from mmctl.mail.left_out import LeftOut, Skip, Why
    from mmctl.mail.partial import Needs

Read = TypeVar("Read", bound="ReadBatch")

BUCKETS: Final = "s3://"
STDIN: Final = "-"
"""As a file to read: stdin."""
STDOUT: Final = "-"
"""As a file to write: stdout."""
SCHEMA: Final = "mmctl/simulate@1"
SHOWN_ON_PAGES: Final = 1_000
"""The most messages on a page: more than anybody reads, and it still opens at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Messages that are judged as they are written."""

    project: Project
    wanted: Wanted
    judging: Judging
    batches: Iterable[JudgedBatch]
    tally: Tally
    """The counts so far."""
    shown: list[Simulated]
    """What a page shows so far."""


@seldom_collected()
def judge_messages(run: Run, wanted: Wanted) -> int:
    """Judge the messages and write what happens to them; return the exit code.

    Raises:
        UsageError: an option or a path makes no sense.
    """
    project = run.project()
    judging = judging_of(run, project, wanted)
    recorder = _recorder(run, project, wanted)
    if recorder is not None:
        judging = replace(judging, seen=recorder.see)
    progress = Progress(run, "message")
    tally = Tally()
    shown: list[Simulated] = []
    judging, judged = (_by_others if wanted.workers > 1 else _by_this_process)(
        run, project, wanted, judging, progress, tally, lambda: len(shown) < SHOWN_ON_PAGES
    )
    # Other processes end here also when something is wrong.
    with closing(judged), closing(_counted(run, progress, tally, judged)) as batches:
        if wanted.record == STDOUT:
            deque(batches, maxlen=0)
        else:
            flow = Flow(
                project=project,
                wanted=wanted,
                judging=judging,
                batches=batches,
                tally=tally,
                shown=shown,
            )
            write(run, MESSAGES, flow)
    if not tally.messages:
        raise no_message(wanted.paths)
    if recorder is not None:
        recorder.write()
    return UNKNOWN if wanted.strict and tally.unknown else 0


def _by_this_process(
    run: Run,
    project: Project,
    wanted: Wanted,
    judging: Judging,
    progress: Progress,
    tally: Tally,
    shown: Callable[[], bool],
) -> tuple[Judging, Generator[JudgedBatch]]:
    """How the messages are judged, and the results soon after their messages."""
    found = messages_of(run, project, wanted.paths, judging.needs, progress, tally.left_out)
    first = list(islice(found, 2))
    many = len(first) > 1
    judging = replace(judging, many=many, form=_form(run, wanted, many=many))
    return judging, judged_batches(judging, chain(first, found), shown=shown)


def _by_others(
    run: Run,
    project: Project,
    wanted: Wanted,
    judging: Judging,
    progress: Progress,
    tally: Tally,
    shown: Callable[[], bool],
) -> tuple[Judging, Generator[JudgedBatch]]:
    """The same, by processes that read the messages themselves."""
    from mmctl.cli.messages.sharing import begun, shared
    from mmctl.cli.messages.unit_batches import inputs_at
    from mmctl.cli.messages.unit_judge import UnitJudge

    inputs = inputs_at(wanted.paths, run.directory, project.environment, judging.needs)
    judge = UnitJudge(judging=judging, environment=project.environment)
    many, inputs = begun(inputs, judge.reader)
    judging = replace(judging, many=many, form=_form(run, wanted, many=many))
    judge = UnitJudge(judging=judging, environment=project.environment)
    done = shared(inputs, judge, wanted.workers, shown)
    batches = watched(run, wanted.paths, progress, tally.left_out, done)
    return judging, (each.judged for each in batches)


def watched(
    run: Run,
    paths: Sequence[str],
    progress: Progress,
    left_out: Counter[Why],
    batches: Generator[Read],
) -> Iterator[Read]:
    """The batches that other processes read, with progress; what they skip is printed on stderr.

    `left_out` is printed at the end, by whoever counts.

    Raises:
        MmctlError: a batch was not read to its end.
    """
    skip = partial(skipped, run, progress, Counter(), named_among(run, paths))
    if progress.shown:
        progress.expect(sizes_at(run, paths))
    with closing(batches):
        for done in batches:
            for each in done.left_out:
                skip(each)
            progress.did(done.size)
            yield done
            if done.stopped is not None:
                raise done.stopped
    say_skipped(run, progress, left_out)


def _form(run: Run, wanted: Wanted, *, many: bool) -> Form:
    """How the messages are written."""
    if run.format is not Format.HUMAN:
        return "json" if run.format is Format.JSON else "page"
    if not many or run.verbose or wanted.trace:
        return "block"
    return "painted" if run.has_styles() else "lines"


def no_message(paths: Sequence[str]) -> UsageError:
    """What to say if nothing that was named holds a message to judge."""
    return UsageError(
        f"{', '.join(f'`{path}`' for path in paths)}: no message found",
        help="expected messages, folders of messages, Maildirs, mboxes, tars or zips",
    )


def _recorder(run: Run, project: Project, wanted: Wanted) -> Recorder | None:
    """What records the messages as cases, if requested."""
    if wanted.record is None:
        return None
    if wanted.workers > 1:
        raise UsageError(
            f"got both `--record` and `--workers {wanted.workers}`",
            help="only one process can record: leave out --workers",
        )
    from mmctl.cli.messages.record import Recorder

    recorder = Recorder(run=run, project=project, way=wanted.options.way, target=wanted.record)
    recorder.check()
    return recorder


def judging_of(run: Run, project: Project, wanted: Wanted) -> Judging:
    """How the messages are judged, as project and options say.

    Raises:
        UsageError: an option makes no sense, or what it names does not exist.
        ProblemsFound: the other rules cannot be used.
        CouldNot: the live rules cannot be read.
    """
    stated, way = wanted.options.stated, wanted.options.way
    judging = Judging(
        gateway=gateway_behind(project, way),
        stated=stated,
        trace=wanted.trace,
        verbose=run.verbose,
        unnamed=run.unnamed,
    )
    if wanted.trace:
        from mmctl.cli.packed_rules import packed_rules
        from mmctl.operate.logs.packed import live_words

        judging = replace(judging, live=live_words(packed_rules(run, project)))
    if wanted.authenticate or wanted.zone is not None:
        from mmctl.cli.options.authenticate import authenticator_of

        judging = replace(judging, authenticate=authenticator_of(run, wanted.zone))
    if wanted.against is not None:
        from mmctl.cli.messages.against import other_rules

        other = other_rules(run, project, wanted.against, way)
        judging = replace(judging, against=other.gateway, against_name=other.name)
    return judging


def messages_of(
    run: Run,
    project: Project,
    paths: Sequence[str],
    needs: Needs,
    progress: Progress | None = None,
    left_out: Counter[Why] | None = None,
) -> Iterator[Message]:
    """The messages at all paths; what is skipped is printed on stderr and counted.

    `progress` gets the number of bytes in files and how many of them were read.

    Raises:
        UsageError: a path is missing, or cannot be read.
        CouldNot: a bucket cannot be used.
    """
    counts: Counter[Why] = Counter() if left_out is None else left_out
    yield from _messages_of(run, project, paths, needs, progress, counts)
    say_skipped(run, progress, counts)


def say_skipped(run: Run, progress: Progress | None, counts: Counter[Why]) -> None:
    """Say how many were skipped, and why."""
    if counts:
        if progress is not None:
            progress.clear()
        run.say(f"skipped: {with_reasons(counts)}")


def _messages_of(
    run: Run,
    project: Project,
    paths: Sequence[str],
    needs: Needs,
    progress: Progress | None,
    counts: Counter[Why],
) -> Iterator[Message]:
    from mmctl.mail.sources import messages

    skip = partial(skipped, run, progress, counts, named_among(run, paths))
    watch = None
    if progress is not None and progress.shown:
        progress.expect(sizes_at(run, paths))
        watch = progress.did
    for path in paths:
        if path.startswith(BUCKETS):
            yield from _messages_in_bucket(project, path, needs, skip)
            continue
        place = STDIN if path == STDIN else run.directory / path
        for message in messages(
            [place], world.standard_input_bytes(), needs=needs, skip=skip, watch=watch
        ):
            yield message._replace(name=digest_name(message.content)) if run.unnamed else message


def named_among(run: Run, paths: Iterable[str]) -> frozenset[str]:
    """The names of files that were named themselves."""
    return frozenset(str(run.directory / path) for path in paths if not _is_elsewhere(path))


def sizes_at(run: Run, paths: Iterable[str]) -> Iterator[int]:
    """The bytes of each file."""
    from mmctl.mail import sources

    return sources.sizes_at(run.directory / path for path in paths if not _is_elsewhere(path))


def _is_elsewhere(path: str) -> bool:
    """Whether messages do not come from files."""
    return path == STDIN or path.startswith(BUCKETS)


def _messages_in_bucket(project: Project, path: str, needs: Needs, skip: Skip) -> Iterator[Message]:
    from mmctl.cli.messages.unit_batches import bucket_and_prefix
    from mmctl.live.aws.connect import open_bucket
    from mmctl.live.aws.s3_mail import messages_in_bucket

    name, prefix = bucket_and_prefix(path)
    bucket = open_bucket(project.environment, name)
    yield from messages_in_bucket(bucket, prefix, needs, skip=skip)


def skipped(
    run: Run,
    progress: Progress | None,
    counts: Counter[Why],
    named: frozenset[str],
    left_out: LeftOut,
) -> None:
    """Count what is skipped; report it if it was named, or is unexpected among mail."""
    counts[left_out.why] += 1
    if left_out.why.is_expected and left_out.name not in named and not run.verbose:
        return
    if progress is not None:
        progress.clear()
    what = "a message" if run.unnamed else f"`{left_out.name}`"
    run.say(f"skipped: {what} {left_out.reason}")


def _counted(
    run: Run, progress: Progress, tally: Tally, batches: Iterable[JudgedBatch]
) -> Generator[JudgedBatch]:
    on_screen = run.output is None and world.is_terminal(sys.stdout)
    with progress:
        for judged in batches:
            tally.merge(judged.tally)
            if on_screen and any(judged.written):
                progress.clear()
            yield judged
            progress.count(judged.tally.messages)


def human(run: Run, flow: Flow) -> None:
    """What happens to each message; for many the counts, then what is missing."""
    with result_stream(run.output) as stream:
        console = run.console(stream)
        write = _writer(run, flow.judging.form, console)
        for judged in flow.batches:
            write(judged.written)
        if flow.judging.many:
            other = flow.judging.against_name
            console.print(summary(flow.tally, other=other, verbose=run.verbose), end="")
        console.print(advice_about(run, flow.tally, flow.wanted), end="")


def _writer(run: Run, form: Form, console: Console) -> Callable[[list[Any]], None]:
    """What writes a batch of messages for people."""
    match form:
        case "lines":
            return lambda texts: _write(console, printed("".join(texts)))
        case "painted":
            from mmctl.render.text.painted import Painter

            painter = Painter(console, gate=printed, folded=run.folded, width=run.width())
            return lambda lines: _write(console, painter.painted(lines))
        case _:
            return lambda blocks: _print(run, console, blocks)


def _write(console: Console, text: str) -> None:
    """Write what has passed the gate."""
    console.file.write(text)
    console.file.flush()


def _print(run: Run, console: Console, blocks: Iterable[Text]) -> None:
    for block in blocks:
        console.print(run.folded(block), end="")


def document(run: Run, flow: Flow) -> None:
    """The messages as `mmctl/simulate@1`, one by one: the bytes that `json.dumps` writes."""
    with result_stream(run.output) as stream:
        _write_json(stream, flow.batches, flow.tally, flow.wanted.against)


def _write_json(
    stream: TextIO, batches: Iterable[JudgedBatch], tally: Tally, against: str | None
) -> None:
    stream.write("{\n")
    if against is not None:
        name = visible_json(json.dumps(against, ensure_ascii=False))
        stream.write(f'  "against": {name},\n')
    stream.write('  "messages": [')
    between = "\n    "
    try:
        for judged in batches:
            for text in judged.written:
                stream.write(between + str(text).replace("\n", "\n    "))
                between = ",\n    "
    finally:
        # A document that breaks off must still be valid JSON.
        closing = "" if between == "\n    " else "\n  "
        counts = json.dumps(tally_document(tally), indent=2, sort_keys=True, ensure_ascii=False)
        stream.write(f'{closing}],\n  "schema": "{SCHEMA}",\n  "summary": ')
        stream.write(visible_json(counts).replace("\n", "\n  ") + "\n}\n")
