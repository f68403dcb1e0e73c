"""The options that say something about single messages: the same for every command on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from mmctl.cli.engines import EngineKind, StoredAs
from mmctl.model import facts

if TYPE_CHECKING:
    from mmctl.model.facts import Fact

PANEL: Final = "Messages"


def about_messages(name: str, help: str, metavar: str | None = None) -> Any:
    """An option under the heading for single messages."""
    return typer.Option(name, help=help, rich_help_panel=PANEL, metavar=metavar)


def stating(fact: Fact) -> Any:
    """The option that states a fact, built from its row."""
    if fact.option is None:
        raise ValueError(f"no option states `{fact.name}`")
    return about_messages(fact.option.name, fact.option.help, fact.option.metavar)


MailFrom = Annotated[str | None, stating(facts.MAIL_FROM)]
Rcpt = Annotated[list[str] | None, stating(facts.RECIPIENTS)]
Ip = Annotated[str | None, stating(facts.SOURCE_IP)]
Helo = Annotated[str | None, stating(facts.HELO)]
TlsVersion = Annotated[str | None, stating(facts.TLS)]
Spf = Annotated[str | None, stating(facts.SPF)]
Dkim = Annotated[str | None, stating(facts.DKIM)]
DmarcPolicy = Annotated[str | None, stating(facts.DMARC_POLICY)]
AddOn = Annotated[list[str] | None, stating(facts.ADD_ONS)]
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
_MANY: Final = "Very many messages"


def _about_many(name: str, help: str, metavar: str | None = None) -> Any:
    return typer.Option(name, help=help, rich_help_panel=_MANY, metavar=metavar)


Results = Annotated[
    str | None, _about_many("--results", "Store what happens to each recipient here.", "FOLDER")
]
ResultsAs = Annotated[
    StoredAs | None,
    _about_many("--results-as", "The format: jsonl or parquet. Default: jsonl.", "FORMAT"),
]
Resume = Annotated[bool, _about_many("--resume", "Go on with results that are not complete.")]
OneShard = Annotated[
    str | None, _about_many("--shard", "Judge one part of the inputs, such as 3/8.", "N/OF")
]
Join = Annotated[
    bool, _about_many("--join", "Add up the results of all shards: the arguments are folders.")
]
EngineName = Annotated[
    EngineKind | None,
    _about_many("--engine", "Who judges: processes or dask. Default: processes.", "ENGINE"),
]
Scheduler = Annotated[
    str | None,
    _about_many("--scheduler", "The address of a Dask cluster: tcp://HOST:PORT.", "ADDRESS"),
]
ShowMail = Annotated[
    bool,
    typer.Option(
        "--show-mail",
        help="Show addresses and messages in github, markdown and html too, not only digests.",
        rich_help_panel=PANEL,
    ),
]
