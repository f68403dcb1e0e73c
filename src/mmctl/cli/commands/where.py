"""`mmctl where`: where a message is, in one sentence for each recipient."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.result_table import WHERE, write
from mmctl.cli.run import Run
from mmctl.errors import CouldNot, UsageError

if TYPE_CHECKING:
    import typer

    from mmctl.operate.whereabouts.told import WhereAnswer

HOURS_AT_MOST: Final = 8_784
"""A year."""
FIRST: Final = date(2024, 1, 1)
"""Mail Manager began in this year."""
LAST: Final = date(9990, 1, 1)
NOT_SEEN: Final = 1
"""The answer is no: the log has no such message, or not yet."""


def where(
    run: Run,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", help="The envelope sender, or a part: @example.org, ann@.", metavar="ADDRESS"
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="The recipient, or a part of it.", metavar="ADDRESS"),
    ] = None,
    around: Annotated[
        str | None,
        typer.Option(
            "--around",
            help="About when it was sent: 14:30, 2h, yesterday. Default: now.",
            metavar="TIME",
        ),
    ] = None,
    within: Annotated[
        int,
        typer.Option("--within", help="Hours before and after that time.", metavar="HOURS", min=1),
    ] = 24,
    logs: Annotated[
        list[str] | None,
        typer.Option(
            "--logs",
            help="Where the logs are: a file, a folder, cloudwatch:GROUP, s3://BUCKET/PREFIX. "
            "Default: the environment's own.",
            metavar="SOURCE",
        ),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject", help="A subject cannot be searched: no log holds it.", metavar="TEXT"
        ),
    ] = None,
) -> int:
    """Say where a message is: refused, delivered, waiting, dropped, held, lost, or not seen."""
    from datetime import timedelta

    from mmctl.operate.logs.reading import Log
    from mmctl.operate.logs.times import moment
    from mmctl.operate.whereabouts.asked import AskedWhere, asked_address
    from mmctl.operate.whereabouts.looking import look

    if from_ is None and to is None:
        raise UsageError(
            "got neither `--from` nor `--to`" if subject is None else NO_SUBJECT,
            help="name the sender or the recipient: --from ann@example.org, --to @example.com",
        )
    now = run.now()
    asked = AskedWhere(
        sender=None if from_ is None else asked_address(from_, "--from"),
        recipient=None if to is None else asked_address(to, "--to"),
        around=None if around is None else moment(around, now, option="--around"),
        now=now,
        within=timedelta(hours=min(within, HOURS_AT_MOST)),
    )
    if within > HOURS_AT_MOST:
        raise UsageError(f"got `--within {within}`", help=f"at most {HOURS_AT_MOST} hours")
    if not FIRST <= asked.middle.date() <= LAST:
        raise UsageError(f"got `--around {around}`", help="no log has records of that time")
    if subject is not None:
        run.say(f"note: {NO_SUBJECT}")
    from mmctl.cli.messages.log_sources import log_sources, project_of_logs
    from mmctl.cli.messages.noted_mail import noted_mail
    from mmctl.cli.packed_rules import log_names

    project = project_of_logs(run, asks=not logs)
    try:
        sources = log_sources(run, project, logs)
    except UsageError as error:
        if logs:
            raise
        raise CouldNot(error.message, help=error.help) from None
    answer = look(
        Log(sources=sources),
        asked,
        log_names(run, project),
        environment=run.environment,
        noted=noted_mail(sources),
    )
    write(run, WHERE, answer)
    return 0 if answer.found else NOT_SEEN


NO_SUBJECT: Final = (
    "no log holds a subject: look into an archive with `mmctl archive search --subject TEXT`"
)


def human(run: Run, answer: WhereAnswer) -> str:
    """One sentence a message and recipient, fitted to the screen."""
    from mmctl.render.text.where import text

    return text(answer, run.width())
