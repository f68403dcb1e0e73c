"""Where records of CloudTrail are, by a command line: files, a bucket, or CloudTrail itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.errors import UsageError
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveObject
    from mmctl.language.project import Environment
    from mmctl.live.history.history import History
    from mmctl.operate.trail.reading import Trail, WantedEvents
    from mmctl.operate.trail.subjects import TrailChange

BUCKETS: Final = "s3://"


def trail_named(
    run: Run,
    environment: Environment,
    named: str | None,
    *,
    place: tuple[str, str],
    since: datetime | None = None,
    until: datetime | None = None,
) -> Trail:
    """The writes of a time in what `--trail` names, or, without it, in what CloudTrail answers.

    `place` is the account and the region of the gateway.

    Raises:
        UsageError: there is no such file or folder, the time is none, or CloudTrail knows nothing
            of the environment.
        CouldNot: a bucket or CloudTrail cannot be read.
    """
    from mmctl.operate.trail.reading import WantedEvents, trail_of_bucket, trail_of_files

    if since is not None and until is not None and since >= until:
        raise UsageError("got a `--since` that is not before `--until`")
    account, region = place
    wanted = WantedEvents(since=since, until=until, account=account, region=region)
    if named is None:
        return _looked_up(run, environment, wanted)
    if named.startswith(BUCKETS):
        from mmctl.live.aws.connect import open_bucket

        bucket, _, prefix = named.removeprefix(BUCKETS).partition("/")
        if not bucket:
            raise UsageError(f"`{named}` names no bucket", help="s3://BUCKET/PREFIX")
        return _with_records(trail_of_bucket(open_bucket(environment, bucket), prefix, wanted))
    return _with_records(trail_of_files(run.directory / named, wanted))


def _with_records(trail: Trail) -> Trail:
    """The trail, if anything was read of it: else nothing can be said of who wrote.

    Raises:
        UsageError: it has no record.
    """
    if trail.first is None:
        why = f": {visible(trail.damaged[0])}" if trail.damaged else ""
        raise UsageError(
            f"`{trail.source}` has no record of CloudTrail{why}",
            help="expected files with `Records`, as a trail writes them",
        )
    return trail


def _looked_up(run: Run, environment: Environment, wanted: WantedEvents) -> Trail:
    from mmctl.cli.changes.around import open_around
    from mmctl.cli.progress import Progress
    from mmctl.live.aws.cloudtrail import CloudTrail
    from mmctl.operate.trail.looking_up import NAMES, trail_of_lookups

    client = open_around(
        environment,
        "cloudtrail",
        why="CloudTrail knows nothing of it",
        help="--trail SOURCE with records, or another environment: --env NAME",
    )
    lookup = CloudTrail(client)
    run.say(f"asking CloudTrail for {len(NAMES)} operations, two calls a second")
    with Progress(run, "call") as progress:
        return trail_of_lookups(
            lookup, wanted, now=run.now(), sleep=world.sleep, watch=progress.count
        )


def changes_in(
    trail: Trail, history: History, objects: Sequence[LiveObject] = ()
) -> list[TrailChange]:
    """What the writes of a trail were about, and which entries of the history made them.

    `objects` are known beside those that the history knows.
    """
    from mmctl.operate.trail.joining import joined
    from mmctl.operate.trail.subjects import changes_of

    known = history.known()
    things = (*objects, *(() if known is None else known.objects))
    return joined(changes_of(trail.events, things), history)


def say_trail(run: Run, trail: Trail) -> None:
    """Say on stderr what of a trail could not be read."""
    for each in trail.damaged:
        run.warn(f"warning: {visible(each)}")
    if trail.more_damage:
        run.warn(f"warning: and {trail.more_damage:,} more")
    if trail.full:
        run.warn(
            f"warning: the trail has more than {len(trail.events):,} writes; "
            "the rest is left out: --since, --until"
        )
