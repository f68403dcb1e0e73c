"""Options by which the user trusts what no file may choose."""

from __future__ import annotations

from typing import Annotated

import typer

PasswordEnv = Annotated[
    list[str] | None,
    typer.Option(
        "--password-env",
        help="A variable without the prefix MMCTL_SMTP_ that may have an SMTP password.",
        metavar="NAME",
    ),
]
Base = Annotated[
    str | None,
    typer.Option(
        "--base",
        help="The git revision that environments are compared with. Default: the target branch "
        "on a CI server, else the last apply.",
        metavar="REV",
    ),
]
