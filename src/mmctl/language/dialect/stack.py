"""`stack:` of an environment: what its stacks of CloudFormation are to hold."""

from __future__ import annotations

from typing import Final

from mmctl.language.dialect.grammar import Choice, Count, Flag, Record, Several, Word
from mmctl.language.dialect.words import may, need

RETENTIONS: Final = (
    "1",
    "3",
    "5",
    "7",
    "14",
    "30",
    "60",
    "90",
    "120",
    "150",
    "180",
    "365",
    "400",
    "545",
    "731",
    "1096",
    "1827",
    "2192",
    "2557",
    "2922",
    "3288",
    "3653",
)
"""The days of retention that CloudWatch Logs takes."""
_DOMAIN: Final = r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}"
_NETWORK: Final = r"[0-9A-Fa-f.:]+/[0-9]{1,3}"
_NAME: Final = r"[A-Za-z][A-Za-z0-9-]{0,100}"
"""A stack's name has 128 characters at most; what kind of stack it is follows."""
_PAIRS: Final = r"(,(id|owner|branch|workflow|host)=[A-Za-z0-9_./+-]+)*"
_CI: Final = (
    rf"github:[A-Za-z0-9-]+/[A-Za-z0-9_.-]+{_PAIRS}"
    rf"|gitlab:[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+{_PAIRS}"
    r"|codebuild:[0-9]{12}/[A-Za-z0-9][A-Za-z0-9_-]{0,39}"
)
_CI_EXAMPLES: Final = (
    "github:OWNER/REPO,id=N,owner=N",
    "gitlab:GROUP/PROJECT",
    "codebuild:ACCOUNT/PIPELINE",
)
_ADDRESS: Final = r"[^@\s{}$\"\\]+@[^@\s{}$\"\\]+"
"""Without the characters that mean something else in a template."""

MAIL_SERVER: Final = Record(
    title="mail_server",
    doc="The internal mail server: this environment is one for staging.",
    members={
        "domains": need(
            Several(
                item=Word(pattern=_DOMAIN),
                single=True,
                minimum=1,
                doc="The domains that it takes mail for.",
            )
        ),
        "relay_networks": need(
            Several(
                item=Word(pattern=_NETWORK),
                single=True,
                minimum=1,
                doc="The networks that Mail Manager's relays come from: `192.0.2.0/24`.",
            )
        ),
        "instance_type": may(
            Word(pattern=r"[a-z0-9-]+\.[a-z0-9-]+", doc="Its type. Default: `t4g.small`.")
        ),
    },
)


def stack() -> Record:
    """The mapping under `stack:`."""
    return Record(
        title="stack",
        doc="What AWS makes around the rules: the foundation and the staging stack.",
        empty=True,
        members={
            "name": may(
                Word(
                    pattern=_NAME,
                    doc="How the names of the stacks begin. Default: `mmctl-PROJECT-ENVIRONMENT`.",
                )
            ),
            "log_retention_days": may(
                Choice(values=RETENTIONS, doc="Days that logs are kept. Default: 90.")
            ),
            "object_lock_days": may(
                Count(
                    minimum=1,
                    maximum=36_500,
                    doc="Days that Object Lock keeps each snapshot. Default: no Object Lock.",
                )
            ),
            "alarms_to": may(Word(pattern=_ADDRESS, doc="The mail address that alarms go to.")),
            "ci": may(
                Several(
                    item=Word(pattern=_CI, examples=_CI_EXAMPLES),
                    single=True,
                    doc="The pipelines whose jobs get roles: by OIDC, or of CodeBuild.",
                )
            ),
            "identities": may(
                Several(
                    item=Word(pattern=_DOMAIN),
                    single=True,
                    doc="Domains that SES verifies, beside those that the rules need.",
                )
            ),
            "network": may(
                Word(
                    pattern=_NETWORK,
                    doc="The network of the VPC, /16 to /24. Default: `10.64.0.0/20`.",
                )
            ),
            "mail_server": may(MAIL_SERVER),
            "sender": may(
                Flag(doc="`true`: an instance in the network, for `send --via staging`.")
            ),
        },
    )
