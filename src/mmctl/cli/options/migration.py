"""Options of imports from other gateways, as typer reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Domains = Annotated[
    list[str] | None,
    typer.Option(
        "--domain",
        help="With --from: an own domain; only mail for these is admitted. Default: all mail.",
        metavar="DOMAIN",
    ),
]
Recipients = Annotated[
    list[str] | None,
    typer.Option(
        "--recipient",
        help="With --from sieve: whose script a file is. Default: everybody's.",
        metavar="[FILE=]ADDRESS",
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter",
        help="With --from cloudformation or terraform: the value of a parameter or a variable.",
        metavar="NAME=VALUE",
    ),
]
Take = Annotated[
    list[str] | None,
    typer.Option(
        "--take",
        help="With --from cloudformation or terraform: take over only these kinds, such as "
        "`rule-sets,address-lists`, and print how the tool lets go of them.",
        metavar="KIND[,KIND]",
    ),
]
DeliverTo = Annotated[
    str | None,
    typer.Option(
        "--deliver-to",
        help="With --from: the server of the mailboxes. Default: a variable to fill in.",
        metavar="HOST[:PORT]",
    ),
]
Shadow = Annotated[
    bool,
    typer.Option("--shadow", help="With --from: let rules only mark mail, and deliver all of it."),
]
Owners = Annotated[
    Path | None,
    typer.Option(
        "--owners",
        help="With --from: CSV of name patterns and owners, such as `Block*,security`.",
        metavar="FILE",
    ),
]
Accept = Annotated[
    Path | None,
    typer.Option(
        "--accept",
        help="With --from: reasons why rules may differ; written if it is not there.",
        metavar="FILE",
    ),
]
ListName = Annotated[
    str | None,
    typer.Option("--list", help="With --from csv: the address list.", metavar="NAME"),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        help="With --from csv: a column with senders, by name or number. Default: found.",
        metavar="NAME",
    ),
]
Only = Annotated[
    str | None,
    typer.Option(
        "--only",
        help="With --from csv: the rows that count, such as `Action=Block`. Default: all.",
        metavar="COLUMN=VALUE",
    ),
]
Replace = Annotated[
    bool,
    typer.Option("--replace", help="With --from csv: remove members that the files do not have."),
]
Subdomains = Annotated[
    bool,
    typer.Option("--subdomains", help="With --from csv: let a domain include its sub-domains."),
]
