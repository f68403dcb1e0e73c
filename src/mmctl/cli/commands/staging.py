"""`mmctl staging`: an environment for integration, its network, mail server and sender."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.commands.stack_verbs import TAKES, UP, AgreedTo, check_verb, run_verb
from mmctl.cli.run import Run

if TYPE_CHECKING:
    import typer

TEMPLATE, MAIL = "template", "mail"
LAYER: Final = "staging"
_TAKES: Final[dict[str, frozenset[str]]] = {
    **TAKES,
    UP: TAKES[UP] | {"--force"},
    TEMPLATE: frozenset(),
    MAIL: frozenset({"--maildir", "--data", "--ingress-point", "--follow", "--limit"}),
}
"""The options of each verb."""


def staging(
    run: Run,
    verb: Annotated[
        str, typer.Argument(metavar="VERB", help="up, status, down, template or mail.")
    ],
    maildir: Annotated[
        Path | None,
        typer.Option(
            "--maildir",
            help="mail: a Maildir on this machine. Default: that of the mail server.",
            metavar="DIR",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            help="mail: the mail of `mmctl emulate`, which noted the facts. Default: .mmctl/mail.",
            metavar="DIR",
        ),
    ] = None,
    ingress_point: Annotated[
        str | None,
        typer.Option(
            "--ingress-point",
            help="mail: where mail came in, if nothing else tells. Default: the usual one.",
            metavar="NAME",
        ),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="mail: Show messages as they arrive.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", help="mail: only the newest N.", metavar="N")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="up, down: confirm without a prompt.")] = False,
    allow_delete: Annotated[
        bool,
        typer.Option("--allow-delete", help="up: resources may be removed or replaced."),
    ] = False,
    force: Annotated[
        list[str] | None,
        typer.Option(
            "--force",
            help="up: release a brake of the apply: NAME, or NAME=THING.",
            metavar="BRAKE",
        ),
    ] = None,
    with_data: Annotated[
        bool,
        typer.Option("--with-data", help="down: delete archives, buckets and logs for good too."),
    ] = False,
) -> int:
    """Bring an environment for integration up in AWS, send its cases as mail, take it away."""
    given = {
        "--maildir": maildir,
        "--data": data,
        "--ingress-point": ingress_point,
        "--follow": follow,
        "--limit": limit,
        "--yes": yes,
        "--allow-delete": allow_delete,
        "--force": force,
        "--with-data": with_data,
    }
    check_verb(LAYER, verb, _TAKES, given)
    if verb in TAKES:
        agreed = AgreedTo(
            yes=yes, allow_delete=allow_delete, force=tuple(force or ()), with_data=with_data
        )
        return run_verb(run, LAYER, verb, agreed)
    if verb == TEMPLATE:
        from mmctl.cli.staging.staging_template import show_template

        return show_template(run)
    from mmctl.cli.staging.mail import AskedMail, show_mail

    asked = AskedMail(
        maildir=maildir, data=data, ingress_point=ingress_point, follow=follow, limit=limit
    )
    return show_mail(run, asked)
