"""`mmctl staging`: an environment for integration, its network, mail server and sender."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer

TEMPLATE, MAIL = "template", "mail"
_TAKES: Final[dict[str, frozenset[str]]] = {
    TEMPLATE: frozenset(),
    MAIL: frozenset({"--maildir", "--data", "--ingress-point", "--follow", "--limit"}),
}
"""The options of each verb."""


def staging(
    run: Run,
    verb: Annotated[str, typer.Argument(metavar="VERB", help="template or mail.")],
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
) -> int:
    """Show the template of an environment for integration, or the mail that arrived in it."""
    given = {
        "--maildir": maildir,
        "--data": data,
        "--ingress-point": ingress_point,
        "--follow": follow,
        "--limit": limit,
    }
    _check(verb, given)
    if verb == TEMPLATE:
        from mmctl.cli.staging.template import show_template

        return show_template(run)
    from mmctl.cli.staging.mail import AskedMail, show_mail

    asked = AskedMail(
        maildir=maildir, data=data, ingress_point=ingress_point, follow=follow, limit=limit
    )
    return show_mail(run, asked)


def _check(verb: str, given: Mapping[str, object]) -> None:
    """Refuse a verb that there is not, and options that the verb does not take."""
    from mmctl.language.text.suggest import did_you_mean

    if verb not in _TAKES:
        raise UsageError(
            f"got `staging {verb}`",
            help=did_you_mean(verb, _TAKES) or f"staging {', '.join(_TAKES)}",
        )
    for option, value in given.items():
        if value not in (None, False) and option not in _TAKES[verb]:
            verbs = ", ".join(each for each, takes in _TAKES.items() if option in takes)
            raise UsageError(f"got `{option}` with `staging {verb}`", help=f"it is for {verbs}")
