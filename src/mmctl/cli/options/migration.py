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
        help="With --from cloudformation: the value of a parameter.",
        metavar="NAME=VALUE",
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
