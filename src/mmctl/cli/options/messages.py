"""The options that say something about single messages: the same for every command on them."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

PANEL: Final = "Single messages"


def about_messages(name: str, help: str, metavar: str | None = None) -> Any:
    """An option under the heading for single messages."""
    return typer.Option(name, help=help, rich_help_panel=PANEL, metavar=metavar)


MailFrom = Annotated[
    str | None, about_messages("--mail-from", "The envelope sender; `<>` is null.", "ADDRESS")
]
Rcpt = Annotated[list[str] | None, about_messages("--rcpt", "An envelope recipient.", "ADDRESS")]
Ip = Annotated[str | None, about_messages("--ip", "The client's address.", "ADDRESS")]
Helo = Annotated[str | None, about_messages("--helo", "The name in the client's HELO.", "NAME")]
TlsVersion = Annotated[str | None, about_messages("--tls", "none, TLS1_2 or TLS1_3.", "VERSION")]
Spf = Annotated[
    str | None, about_messages("--spf", "PASS, FAIL, GRAY or PROCESSING_FAILED.", "VERDICT")
]
Dkim = Annotated[
    str | None, about_messages("--dkim", "PASS, FAIL, GRAY or PROCESSING_FAILED.", "VERDICT")
]
DmarcPolicy = Annotated[
    str | None,
    about_messages("--dmarc-policy", "NONE, QUARANTINE, REJECT or absent.", "POLICY"),
]
AddOn = Annotated[
    list[str] | None,
    about_messages("--add-on", "An add-on's answer.", "NAME.FIELD=VALUE"),
]
Assume = Annotated[
    str | None,
    about_messages("--assume", "`pass`: assume that unknown verdicts are good.", "pass"),
]
Authenticate = Annotated[
    bool,
    typer.Option(
        "--authenticate",
        help="Compute SPF, DKIM and DMARC from DNS.",
        rich_help_panel=PANEL,
    ),
]
ZoneFile = Annotated[
    str | None,
    about_messages("--zone", "Compute them from the records of a zone file, without DNS.", "FILE"),
]
IngressPoint = Annotated[
    str | None, about_messages("--ingress-point", "The ingress point of the message.", "NAME")
]
RuleSet = Annotated[
    str | None, about_messages("--rule-set", "Judge only by this rule set.", "NAME")
]
Against = Annotated[
    str | None,
    about_messages(
        "--against", "Other rules to compare with: git:REV, live, a snapshot or a folder.", "RULES"
    ),
]
Record = Annotated[
    str | None, about_messages("--record", "Write cases from the outcomes; `-` is stdout.", "FILE")
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        help="Processes for many messages.",
        min=1,
        metavar="N",
        rich_help_panel=PANEL,
    ),
]
ShowMail = Annotated[
    bool,
    typer.Option(
        "--show-mail",
        help="Show addresses and messages in github, markdown and html too, not only digests.",
        rich_help_panel=PANEL,
    ),
]
