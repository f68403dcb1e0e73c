"""Options with which the person who runs it trusts what no file may choose."""

from __future__ import annotations

from typing import Annotated

import typer

PasswordEnv = Annotated[
    list[str] | None,
    typer.Option(
        "--password-env",
        help="A variable of another name than MMCTL_SMTP_… that may hold an SMTP password.",
        metavar="NAME",
    ),
]
Base = Annotated[
    str | None,
    typer.Option(
        "--base",
        help="The git revision that says where environments lead; absent: the branch that a CI "
        "server merges into, else what the last apply noted.",
        metavar="REV",
    ),
]
