"""`mmctl archive`: look back into archives, and send on what was held."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer

SEARCH, SHOW, EXPORT, RELEASE = "search", "show", "export", "release"
_LOOKED_FOR: Final = frozenset(
    {
        "--archive",
        "--from",
        "--to",
        "--cc",
        "--subject",
        "--rcpt",
        "--mail-from",
        "--has-attachments",
        "--since",
        "--until",
        "--limit",
        "--endpoint-url",
    }
)
"""What `search` and `export` look for, and where."""
_TAKES: Final = {
    SEARCH: _LOOKED_FOR | {"--search", "--ids"},
    SHOW: frozenset({"--archive", "--source", "--save", "--endpoint-url"}),
    EXPORT: _LOOKED_FOR,
    RELEASE: frozenset(
        {
            "--archive",
            "--via",
            "--from",
            "--to",
            "--rcpt",
            "--reason",
            "--again",
            "--yes",
            "--data",
            "--endpoint-url",
        }
    ),
}
"""The options of each verb."""


def archive(
    run: Run,
    verb: Annotated[
        str,
        typer.Argument(metavar="VERB", help="search, show, export or release."),
    ],
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID...]", help="Archived messages; `-` for release: the ids on stdin."
        ),
    ] = None,
    archive: Annotated[
        str | None,
        typer.Option("--archive", help="The archive. Default: the only one.", metavar="NAME"),
    ] = None,
    from_: Annotated[
        list[str] | None,
        typer.Option(
            "--from", help="From contains TEXT; with --via ses, the sender.", metavar="TEXT"
        ),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            help="search: To contains TEXT. export: s3://BUCKET/PREFIX or a folder. release: "
            "another recipient.",
            metavar="TEXT",
        ),
    ] = None,
    cc: Annotated[
        list[str] | None, typer.Option("--cc", help="Cc contains TEXT.", metavar="TEXT")
    ] = None,
    subject: Annotated[
        list[str] | None,
        typer.Option("--subject", help="The subject contains TEXT.", metavar="TEXT"),
    ] = None,
    rcpt: Annotated[
        list[str] | None,
        typer.Option(
            "--rcpt",
            help="RCPT TO contains TEXT. release: only this recipient of the message.",
            metavar="TEXT",
        ),
    ] = None,
    mail_from: Annotated[
        list[str] | None,
        typer.Option("--mail-from", help="MAIL FROM contains TEXT.", metavar="TEXT"),
    ] = None,
    has_attachments: Annotated[
        bool, typer.Option("--has-attachments", help="Only messages with attachments.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option("--since", help="2026-11-28, a time, or 7d. Default: 30d.", metavar="TIME"),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="The same. Default: now.", metavar="TIME")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", help="At most so many. search: 100 by default.", metavar="N"),
    ] = None,
    search: Annotated[
        str | None,
        typer.Option("--search", help="The results of an earlier search.", metavar="ID"),
    ] = None,
    only_ids: Annotated[bool, typer.Option("--ids", help="Print only ids.")] = False,
    source: Annotated[bool, typer.Option("--source", help="Print the message as it is.")] = False,
    save: Annotated[
        Path | None, typer.Option("--save", help="Save the message.", metavar="FILE")
    ] = None,
    via: Annotated[
        str | None,
        typer.Option(
            "--via",
            help="ingress:NAME, smtp:HOST:PORT, ses with --from, or file:DIR.",
            metavar="WAY",
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why it is released.", metavar="TEXT")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Release also what was released before.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm without a prompt.")] = False,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="The mail of `mmctl emulate`. Default: .mmctl/mail.", metavar="DIR"
        ),
    ] = None,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
) -> int:
    """Search archives, show or export their messages, and release what was held."""
    given = {
        "--archive": archive,
        "--from": from_,
        "--to": to,
        "--cc": cc,
        "--subject": subject,
        "--rcpt": rcpt,
        "--mail-from": mail_from,
        "--has-attachments": has_attachments,
        "--since": since,
        "--until": until,
        "--limit": limit,
        "--search": search,
        "--ids": only_ids,
        "--source": source,
        "--save": save,
        "--via": via,
        "--reason": reason,
        "--again": again,
        "--yes": yes,
        "--data": data,
        "--endpoint-url": endpoint_url,
    }
    _check(verb, given)
    messages = ids or []
    match verb:
        case "show":
            from mmctl.cli.archiving.show import show

            if len(messages) != 1:
                raise UsageError(f"got {len(messages)} ids", help="`mmctl archive show ID`")
            return show(run, messages[0], archive, endpoint_url, source=source, save=save)
        case "release":
            from mmctl.cli.archiving.release import AskedRelease, release
            from mmctl.cli.archiving.release_ways import AskedWay

            asked = AskedRelease(
                via=AskedWay(text=via, sender=_one("--from", from_), data=data),
                rcpt=tuple(rcpt or ()),
                others=tuple(to or ()),
                reason=reason,
                again=again,
                yes=yes,
            )
            return release(run, messages, archive, endpoint_url, asked)
        case _:
            pass
    if messages:
        raise UsageError(f"got `{messages[0]}`", help=f"`mmctl archive {verb}` takes no ids")
    from mmctl.cli.archiving.search import Span
    from mmctl.operate.archive.filters import LookedFor

    span = Span(since=since, until=until)
    looked_for = LookedFor(
        header_from=tuple(from_ or ()),
        header_to=tuple(to or ()) if verb == SEARCH else (),
        cc=tuple(cc or ()),
        subject=tuple(subject or ()),
        recipients=tuple(rcpt or ()),
        mail_from=tuple(mail_from or ()),
        attachments=True if has_attachments else None,
    )
    if verb == EXPORT:
        from mmctl.cli.archiving.export import export

        place = _one("--to", to)
        if place is None:
            raise UsageError("got no `--to`", help="s3://BUCKET/PREFIX, or a folder")
        return export(run, archive, endpoint_url, looked_for, span, to=place, limit=limit)
    from mmctl.cli.archiving.search import search as search_for

    return search_for(
        run,
        archive,
        endpoint_url,
        looked_for,
        span,
        limit=limit,
        earlier=search,
        ids_only=only_ids,
    )


def _check(verb: str, given: Mapping[str, object]) -> None:
    """Refuse a verb that there is not, and options that the verb does not take."""
    from mmctl.language.text.suggest import did_you_mean

    if verb not in _TAKES:
        raise UsageError(
            f"got `archive {verb}`",
            help=did_you_mean(verb, _TAKES) or "archive search, show, export or release",
        )
    for option, value in given.items():
        if value not in (None, False, []) and option not in _TAKES[verb]:
            verbs = ", ".join(each for each, takes in _TAKES.items() if option in takes)
            raise UsageError(f"got `{option}` with `archive {verb}`", help=f"it is for {verbs}")
    if verb == SEARCH and given["--search"] is not None:
        more = [
            option
            for option, value in given.items()
            if value not in (None, False, [])
            and option not in {"--search", "--ids", "--archive", "--endpoint-url"}
        ]
        if more:
            raise UsageError(
                f"got `{more[0]}` with `--search`", help="an earlier search is shown as it was"
            )


def _one(option: str, values: list[str] | None) -> str | None:
    if values and len(values) > 1:
        raise UsageError(f"got `{option}` {len(values)} times", help="expected it once")
    return values[0] if values else None
