"""`mmctl dns`: the records that an environment wants, what is published, and how to cut over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.result_table import DNS, write
from mmctl.errors import UsageError

if TYPE_CHECKING:
    import typer

    from mmctl.cli.run import Run

CHANGES: Final = 2
COULD_NOT: Final = 5


def dns(
    run: Run,
    zone: Annotated[
        Path | None,
        typer.Option(
            "--zone",
            help="Compare with the records of a zone file, without DNS.",
            metavar="FILE",
        ),
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask the DNS, by this machine's resolver.")
    ] = False,
    resolver: Annotated[
        str | None,
        typer.Option("--resolver", help="Ask this server instead.", metavar="ADDRESS"),
    ] = None,
    steps: Annotated[
        bool, typer.Option("--steps", help="Show how to move the mail here, step by step.")
    ] = False,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy",
            help="The published MTA-STS policy: whether it allows the hosts.",
            metavar="FILE",
        ),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask the service, nor SES, what is live.")
    ] = False,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
) -> int:
    """Show the DNS records that an environment wants, and how they differ from what is published.

    Exit 2: what is published differs. Exit 5: nobody answered. `--format zone` prints the records
    for a zone file.
    """
    from mmctl.cli.dns import DnsOptions, report_of

    if zone is not None and (ask or resolver is not None):
        raise UsageError("got `--zone` with `--ask`", help="a zone file is read without DNS")
    if steps and zone is None and not ask and resolver is None:
        raise UsageError(
            "`--steps` starts from what is published", help="add --zone FILE, or --ask"
        )
    if offline and endpoint_url is not None:
        raise UsageError("got `--offline` with `--endpoint-url`", help="leave one of them out")
    options = DnsOptions(
        zone=zone,
        ask=ask or resolver is not None,
        resolver=resolver,
        steps=steps,
        policy=policy,
        offline=offline,
        endpoint_url=endpoint_url,
    )
    found = report_of(run, options)
    write(run, DNS, found)
    if found.finds:
        return CHANGES
    return COULD_NOT if found.unanswered else 0
