"""Rule sets and all other resources."""

from __future__ import annotations

from typing import Final, assert_never

from mmctl.language.dialect.conditions import POLICY_CONDITION
from mmctl.language.dialect.grammar import (
    Bytes,
    Choice,
    Count,
    Either,
    Flag,
    Named,
    Record,
    Several,
    Word,
)
from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.dialect.rules import RULE_ITEM
from mmctl.language.dialect.words import NAME, may, need
from mmctl.model.enums import RetentionPeriod
from mmctl.model.kinds import Kind
from mmctl.model.things import KEY, SECRET

_RESOURCE = {
    "live_name": may(Word(doc="The name in the service, where it differs; may use `${env.name}`.")),
    "was": may(Word(doc="The former logical name: the resource is renamed, not created again.")),
    "tags": may(Named(value=Word(), doc="Tags of the resource.")),
}
_DESTINATION = (
    "ARN of a log group, bucket or Firehose stream, or of another account's delivery destination."
)
_APPLICATION_LOGS = {
    "destination": may(Word(doc=f"Receiver of the application log: {_DESTINATION}"))
}

RULE_SET: Final = Record(
    title="rule set",
    doc="Rules in the order in which they are evaluated.",
    members={
        "must_reach": may(
            Choice(
                values=("delivered", "stored"),
                doc="What accepted mail must reach unless a rule drops or bounces it.",
            )
        ),
        "rules": need(Several(item=RULE_ITEM, doc="Rules, includes and phases, in order.")),
        "per_ingress_point": may(Flag(doc="Compile it for each ingress point separately.")),
        "duplicates": may(
            Choice(values=("keep", "ignore"), doc="Whether a second equal delivery may be removed.")
        ),
        "logging": may(
            Record(
                title="logging of a rule set",
                doc="The receiver of the log of the rules: one record per message and action.",
                members=_APPLICATION_LOGS,
            )
        ),
        **_RESOURCE,
    },
)
STATEMENT: Final = Record(
    title="policy statement",
    doc="Allows or denies recipients for which all conditions match.",
    members={
        "name": may(
            Word(
                pattern=NAME,
                doc="A name for reports; the service does not store it.",
                names=(FileNoun.STATEMENT,),
                defines=True,
            )
        ),
        "description": may(Word(multiline=True)),
        "owner": may(Word(names=(FileNoun.OWNER,))),
        "allow": may(Several(item=POLICY_CONDITION, minimum=1)),
        "deny": may(Several(item=POLICY_CONDITION, minimum=1)),
    },
    one_of=(("allow", "deny"),),
)
TRAFFIC_POLICY: Final = Record(
    title="traffic policy",
    doc="The senders and recipients whose mail is accepted.",
    members={
        "default": need(
            Choice(values=("allow", "deny"), doc="The decision where no statement matches.")
        ),
        "max_message_size": may(Bytes(doc="Larger messages are refused.")),
        "statements": may(
            Several(item=STATEMENT, doc="Denials are evaluated first, whatever their place.")
        ),
        **_RESOURCE,
    },
)
INGRESS_POINT: Final = Record(
    title="ingress point",
    doc="An SMTP server of Mail Manager that accepts mail.",
    members={
        "type": need(Choice(values=("open", "auth", "mtls"))),
        "traffic_policy": need(
            Word(
                doc="The logical name of a traffic policy, or `id:…`.", names=(Kind.TRAFFIC_POLICY,)
            )
        ),
        "rule_set": need(
            Word(doc="The logical name of a rule set, or `id:…`.", names=(Kind.RULE_SET,))
        ),
        "tls_policy": may(Choice(values=("required", "optional", "fips"))),
        "status": may(Choice(values=("active", "closed"), doc="`closed` refuses all mail.")),
        "network": may(
            Record(
                title="network",
                members={
                    "public": may(Choice(values=("ipv4", "dual_stack"))),
                    "vpc_endpoint": may(Word(doc="Id of the VPC endpoint, `vpce-…`.")),
                },
                one_of=(("public", "vpc_endpoint"),),
            )
        ),
        "auth": may(
            Record(
                title="auth",
                doc="The SMTP password of an ingress point of type auth.",
                members={
                    "secret_arn": may(
                        Word(doc="ARN of a Secrets Manager secret.", names=(SECRET,))
                    ),
                    "smtp_password_env": may(
                        Word(
                            pattern=r"[A-Za-z_][A-Za-z0-9_]*",
                            doc="The environment variable with the password.",
                        )
                    ),
                },
                one_of=(("secret_arn", "smtp_password_env"),),
                advice={
                    "smtp_password": "do not write a password in a file: name an environment "
                    "variable with `smtp_password_env`, or use `secret_arn`"
                },
            )
        ),
        "mtls": may(
            Record(
                title="mtls",
                doc="The certificates that an ingress point of type mtls trusts.",
                members={
                    "ca_file": need(
                        Word(
                            doc="CA certificates (PEM), relative to this file.",
                            names=(FileNoun.FILE,),
                        )
                    ),
                    "crl_file": may(
                        Word(
                            doc="Revoked certificates, relative to this file.",
                            names=(FileNoun.FILE,),
                        )
                    ),
                    "kms_key": may(Word(doc="ARN of the KMS key.", names=(KEY,))),
                },
            )
        ),
        "logging": may(
            Record(
                title="logging of an ingress point",
                doc="The receivers of the logs: of accepted messages, and of the decision for "
                "each recipient.",
                members={
                    **_APPLICATION_LOGS,
                    "traffic_policy_debug_logs": may(
                        Word(
                            doc="Receiver of the log of all recipients, accepted or refused: "
                            + _DESTINATION
                        )
                    ),
                },
            )
        ),
        **_RESOURCE,
    },
    at_most_one=(("auth", "mtls"),),
)
RELAY: Final = Record(
    title="relay",
    doc="An SMTP server that receives mail.",
    members={
        "server": need(Word(doc="The server's host name.")),
        "port": need(Count(minimum=1, maximum=65535)),
        "authentication": need(
            Either(
                word=Choice(values=("none",)),
                other=Record(
                    title="authentication",
                    members={
                        "secret_arn": need(
                            Word(doc="ARN of a Secrets Manager secret.", names=(SECRET,))
                        )
                    },
                ),
                doc="`none`, or a secret with user name and password.",
            )
        ),
        **_RESOURCE,
    },
)
ARCHIVE: Final = Record(
    title="archive",
    doc="A store of messages.",
    members={
        "retention": may(Choice(values=tuple(period.value for period in RetentionPeriod))),
        "kms_key": may(Word(doc="ARN of the KMS key; it can never be changed.", names=(KEY,))),
        **_RESOURCE,
    },
    empty=True,
)
ADDRESS_LIST: Final = Record(
    title="address list",
    doc="A list of addresses, `*@domain` and `*.domain` entries.",
    members={
        "members": may(
            Either(
                word=Choice(values=("external",)),
                other=Several(item=Word(pattern=r"\S+")),
                doc="The entries; `external` (or no value): another system maintains them.",
            )
        ),
        "members_file": may(
            Word(
                doc="CSV with a column `address`, or one address per line, relative to this file.",
                names=(FileNoun.FILE,),
            )
        ),
        "sample_file": may(
            Word(
                doc="Members that stand for the external ones in test cases.",
                names=(FileNoun.FILE,),
            )
        ),
        **_RESOURCE,
    },
    empty=True,
)
ADD_ON: Final = Record(
    title="add-on",
    doc="An add-on product: its subscription and the instance that rules use.",
    members={
        "product": need(
            Word(
                pattern=r"[A-Z0-9_]+",
                examples=(
                    "VADE_ADVANCED_EMAIL_SECURITY",
                    "TRENDMICRO_VSAPI",
                    "SPAMHAUS_DBL",
                    "ABUSIX_MAIL_INTELLIGENCE",
                ),
            )
        ),
        **_RESOURCE,
    },
)


def record_of(kind: Kind) -> Record:
    """What a file says about a resource of a kind."""
    match kind:
        case Kind.RULE_SET:
            return RULE_SET
        case Kind.TRAFFIC_POLICY:
            return TRAFFIC_POLICY
        case Kind.INGRESS_POINT:
            return INGRESS_POINT
        case Kind.RELAY:
            return RELAY
        case Kind.ARCHIVE:
            return ARCHIVE
        case Kind.ADDRESS_LIST:
            return ADDRESS_LIST
        case Kind.ADD_ON:
            return ADD_ON
        case _:
            assert_never(kind)
