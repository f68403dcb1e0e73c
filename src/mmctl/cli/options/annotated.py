"""Options that several commands share, as typer reads them.

Commands import these for their types alone: typer is slow to import, and a command line that is
well formed is read without it (`mmctl.cli.well_formed`).
"""

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
"""With `Base`: by these the user trusts what no file may choose."""
Base = Annotated[
    str | None,
    typer.Option(
        "--base",
        help="The git revision that environments are compared with. Default: the target branch "
        "on a CI server, else the last apply.",
        metavar="REV",
    ),
]
Sign = Annotated[
    str | None,
    typer.Option(
        "--sign", help="Sign the saved plan with a key of AWS KMS, by its ARN.", metavar="KEY"
    ),
]
RequireSignature = Annotated[
    str | None,
    typer.Option(
        "--require-signature",
        help="Accept only a plan signed with this key of AWS KMS, by its ARN.",
        metavar="KEY",
    ),
]
Store = Annotated[
    str | None,
    typer.Option("--store", help="Without a project: the place of its snapshots.", metavar="PLACE"),
]
Account = Annotated[
    str | None, typer.Option("--account", help="With --store: the account.", metavar="NUMBER")
]
Region = Annotated[str | None, typer.Option("--region", help="With --store: the region.")]
Profile = Annotated[
    str | None, typer.Option("--profile", help="With --store: the profile with the credentials.")
]
ProjectName = Annotated[
    str | None,
    typer.Option("--project", help="With --store: the project, where the store has several."),
]
Cloudtrail = Annotated[
    bool,
    typer.Option("--cloudtrail", help="Who changed what by hand, by the records of CloudTrail."),
]
TrailSource = Annotated[
    str | None,
    typer.Option(
        "--trail",
        help="The same from a file, a folder or s3://BUCKET/PREFIX of such records.",
        metavar="SOURCE",
    ),
]
AdoptFrom = Annotated[
    list[str] | None,
    typer.Option(
        "--adopt-from",
        help="Adopt what carries the tag of a tool that has let go: cloudformation:STACK; "
        "repeatable.",
        metavar="TOOL",
    ),
]
ParameterValues = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter",
        help="The value of a parameter of a CloudFormation template, or of a variable of `.tf` "
        "files; repeatable.",
        metavar="NAME=VALUE",
    ),
]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        help="Judge by the rules in a CloudFormation template, a Terraform plan or state, or `.tf` "
        "files; repeatable.",
        metavar="FILE",
    ),
]
RulesAs = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="With --rules: they are cloudformation or terraform. Default: their content says it.",
        metavar="TOOL",
    ),
]
