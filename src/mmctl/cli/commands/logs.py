"""`mmctl logs`: what Mail Manager's log records say of messages and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from mmctl.cli.formats import Format
from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    import typer

    from mmctl.cli.options.annotated import ParameterValues, Rules, RulesAs


def logs(
    run: Run,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE...",
            help="A file, a folder, `-`, cloudwatch:GROUP, s3://BUCKET/PREFIX. Default: the "
            "environment's own.",
        ),
    ] = None,
    message_id: Annotated[
        list[str] | None,
        typer.Option("--message-id", help="One message; repeatable.", metavar="ID"),
    ] = None,
    mail_from: Annotated[
        str | None,
        typer.Option("--mail-from", help="Envelope sender; @domain: all of it.", metavar="ADDRESS"),
    ] = None,
    rcpt: Annotated[
        str | None,
        typer.Option("--rcpt", help="Envelope recipient; @domain: all of it.", metavar="ADDRESS"),
    ] = None,
    helo: Annotated[
        str | None, typer.Option("--helo", help="The client's HELO name.", metavar="NAME")
    ] = None,
    ip: Annotated[
        str | None,
        typer.Option("--ip", help="The client's address, or a network.", metavar="IP"),
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", help="Messages that this rule matched; repeatable.", metavar="NAME"),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", help="From this time on: 2h, yesterday, 2026-11-28T14:30Z.", metavar="TIME"
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Before this time.", metavar="TIME")
    ] = None,
    stats: Annotated[bool, typer.Option("--stats", help="Numbers instead of messages.")] = False,
    never_hit: Annotated[
        bool, typer.Option("--never-hit", help="The live rules that matched nothing.")
    ] = False,
    shadow: Annotated[
        bool, typer.Option("--shadow", help="What shadow rules would have hit; --rule names one.")
    ] = False,
    cases: Annotated[
        str | None,
        typer.Option(
            "--cases", help="With --shadow: write ten cases a rule to a new file.", metavar="FILE"
        ),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Show messages as they come, until Ctrl-C.")
    ] = False,
    redact: Annotated[
        bool, typer.Option("--redact", help="Pseudonyms for addresses, HELO names, clients.")
    ] = False,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="Compare with simulation. `--compare OTHER`: with another gateway's log.",
            rich_help_panel="Compare",
        ),
    ] = False,
    messages: Annotated[
        list[str] | None,
        typer.Option(
            "--messages",
            help="The messages themselves, to tell which rules are meant; repeatable.",
            metavar="SOURCE",
            rich_help_panel="Compare",
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            help="With --compare: other rules: git:REV, live, a snapshot or a folder.",
            metavar="RULES",
            rich_help_panel="Compare",
        ),
    ] = None,
    authenticate: Annotated[
        bool,
        typer.Option(
            "--authenticate",
            help="With --messages: compute SPF, DKIM and DMARC from DNS.",
            rich_help_panel="Compare",
        ),
    ] = False,
    zone: Annotated[
        str | None,
        typer.Option(
            "--zone",
            help="With --messages: compute them from the records of a zone file.",
            metavar="FILE",
            rich_help_panel="Compare",
        ),
    ] = None,
    assume: Annotated[
        str | None,
        typer.Option(
            "--assume",
            help="`pass`: assume that unknown verdicts were good.",
            metavar="pass",
            rich_help_panel="Compare",
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="With --compare: exit with 4 if nothing can be told.",
            rich_help_panel="Compare",
        ),
    ] = False,
    not_logged: Annotated[
        list[str] | None,
        typer.Option(
            "--subject",
            "--header",
            "--from",
            "--to",
            "--spf",
            "--dkim",
            "--dmarc-policy",
            "--add-on",
            hidden=True,
        ),
    ] = None,
    rules: Rules = None,
    rules_as: RulesAs = None,
    parameter: ParameterValues = None,
) -> int:
    """Follow messages through the log records of Mail Manager, or count what these say."""
    run = run.with_rules(rules, rules_as, parameter, against)
    from mmctl.cli.messages import logged
    from mmctl.operate.logs.asked import AskedMessages, network_of
    from mmctl.operate.logs.times import period

    if not_logged:
        raise UsageError(
            "the records hold no subject, header, verdict or answer of an add-on",
            help="--message-id, --mail-from, --rcpt, --helo, --ip, --since, --until, --rule",
        )
    modes = [
        option
        for option, is_on in (
            ("--stats", stats),
            ("--never-hit", never_hit),
            ("--shadow", shadow),
            ("--follow", follow),
            ("--compare", compare),
        )
        if is_on
    ]
    from mmctl.cli.messages.comparing import ComparingOptions, other_log

    comparing = ComparingOptions(
        stored=tuple(messages or ()),
        against=against,
        authenticate=authenticate,
        zone=zone,
        assume=assume,
        strict=strict,
    )
    if not compare:
        comparing.refuse("--shadow" if shadow else "--follow" if follow else None)
    if len(modes) > 1:
        raise UsageError(f"got {' and '.join(f'`{each}`' for each in modes)}", help="give one")
    if modes and run.format is Format.JSONL and not follow:
        raise UsageError(f"got `--format jsonl` and `{modes[0]}`", help="--format json")
    if follow and run.format is Format.JSON:
        raise UsageError("got `--format json` and `--follow`", help="--format jsonl")
    if cases is not None and not shadow:
        raise UsageError("got `--cases` without `--shadow`", help="add --shadow")
    begins, ends = period(since, until, run.now())
    asked = AskedMessages(
        message_ids=tuple(message_id or ()),
        mail_from=mail_from,
        recipient=rcpt,
        helo=helo,
        network=None if ip is None else network_of(ip, option="--ip"),
        since=begins,
        until=ends,
        rules=tuple(rule or ()),
    )
    if asked.since is not None and asked.until is not None and asked.since >= asked.until:
        raise UsageError("`--since` is not before `--until`", help="swap them")
    if compare:
        if redact:
            raise UsageError("got `--compare` and `--redact`", help="a comparison shows addresses")
        sources, other = other_log(run, sources)
        return logged.compare(logged.opened(run, sources, asked, redact=False), comparing, other)
    opened = logged.opened(run, sources, asked, redact=redact)
    if comparing.stored:
        from mmctl.cli.messages.stored_log import with_stored

        opened = with_stored(opened, comparing)
    if follow:
        return logged.follow(opened)
    if stats:
        return logged.count(opened, never_only=False)
    if never_hit:
        return logged.count(opened, never_only=True)
    if shadow:
        return logged.mark(opened, cases)
    return logged.show(opened)
