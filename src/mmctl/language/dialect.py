"""The language of mmctl, version 1: which keys exist, what each may hold, and what it means.

One declaration that the reader, the JSON Schemas, the formatter and the reference in `docs/` go
by. How keys become members of the API is told in `conditions`, `actions` and `resources`.
"""

from __future__ import annotations

from typing import Final

from mmctl.language.advice import ACTION_ADVICE, CONDITION_ADVICE, POLICY_ADVICE, RULE_ADVICE
from mmctl.language.grammar import (
    Anything,
    Bytes,
    Choice,
    Count,
    Day,
    Either,
    Flag,
    Forms,
    Member,
    Named,
    OneKey,
    Record,
    Several,
    Type,
    Word,
)
from mmctl.language.readings import CHOICES
from mmctl.model.enums import RetentionPeriod, RuleClientCertificateAttribute

NAME: Final = r"[A-Za-z0-9_.-]+"
RULE_NAME: Final = r"[A-Za-z0-9_.-]{1,32}"
OUTCOMES: Final = ("refused", "delivered", "bounced", "dropped", "stored", "lost", "unknown")
TEXT_OPERATORS: Final = ("equals", "not_equals", "starts_with", "ends_with", "contains")
NUMBER_OPERATORS: Final = (
    "equals",
    "not_equals",
    "less_than",
    "greater_than",
    "less_than_or_equal",
    "greater_than_or_equal",
)
TEXT_ATTRIBUTES: Final = {
    "mail_from": "The envelope sender (MAIL FROM).",
    "helo": "What the client called itself (HELO or EHLO).",
    "recipient": "The envelope recipient (RCPT TO), with its +tag.",
    "sender": "The address in the `Sender:` header.",
    "from": "The address in the `From:` header.",
    "subject": "The `Subject:` header.",
    "to": "The addresses in the `To:` header.",
    "cc": "The addresses in the `Cc:` header.",
}
LIST_ATTRIBUTES: Final = ("recipient", "mail_from", "sender", "from", "to", "cc")
VERDICTS: Final = ("PASS", "FAIL", "GRAY", "PROCESSING_FAILED")
DMARC_POLICIES: Final = ("NONE", "QUARANTINE", "REJECT")
TLS_VERSIONS: Final = ("TLS1_2", "TLS1_3")


def _need(type_: Type) -> Member:
    return Member(type=type_, required=True)


def _may(type_: Type) -> Member:
    return Member(type=type_)


def _values(doc: str) -> Several:
    return Several(item=Word(strict=True), single=True, minimum=1, doc=doc)


def _text_operators(extra: str = "") -> dict[str, Member]:
    texts = {
        "equals": "Any of the values is the whole text.",
        "not_equals": "None of the values is the whole text.",
        "starts_with": "The text starts with any of the values.",
        "ends_with": "The text ends with any of the values.",
        "contains": "Any of the values is somewhere in the text.",
    }
    return {operator: _may(_values(doc + extra)) for operator, doc in texts.items()}


_ADDRESS_LIST = Word(doc="The logical name of an address list, or `id:…`.", pattern=r"\S+")


def _list_operators() -> dict[str, Member]:
    return {"in_address_list": _may(_ADDRESS_LIST), "not_in_address_list": _may(_ADDRESS_LIST)}


def _text_condition(name: str, doc: str, *, lists: bool) -> Record:
    members = _text_operators() | (_list_operators() if lists else {})
    return Record(title=name, doc=doc, members=members, one_of=(tuple(members),))


def _choice_condition(name: str, doc: str, values: tuple[str, ...]) -> Record:
    members = {
        operator: _may(Several(item=Choice(values=values), single=True, minimum=1))
        for operator in ("equals", "not_equals")
    }
    return Record(title=name, doc=doc, members=members, one_of=(tuple(members),))


def _cidr_condition(name: str, doc: str) -> Record:
    members = {
        "cidr_matches": _may(_values("The address is in any of the networks.")),
        "not_cidr_matches": _may(_values("The address is in none of the networks.")),
    }
    return Record(title=name, doc=doc, members=members, one_of=(tuple(members),))


_NUMBER_CONDITION = Record(
    title="message_size",
    doc="The size of the message with its headers, in bytes.",
    members={operator: _may(Bytes(fraction=True)) for operator in NUMBER_OPERATORS},
    one_of=(NUMBER_OPERATORS,),
)


def _add_on(*, verdicts: bool) -> Record:
    tests: dict[str, Member] = {"is": _may(Flag(doc="The field is true, or false."))}
    tests |= _text_operators()
    if verdicts:
        verdict = Several(item=Choice(values=VERDICTS), single=True, minimum=1)
        tests |= {"verdict_equals": _may(verdict), "verdict_not_equals": _may(verdict)}
    return Record(
        title="add_on",
        doc="A field of the result of an add-on.",
        members={
            "name": _need(Word(doc="The logical name of an add-on, or the ARN of an instance.")),
            "field": _need(Word(doc="The field, spelled as the add-on spells it: `isPassed`.")),
            **tests,
        },
        one_of=(tuple(tests),),
    )


_HEADER = Record(
    title="header",
    doc="A header whose name starts with `X-`; Mail Manager sees no others.",
    members={"name": _need(Word(doc="The header's name, `X-…`.")), **_text_operators()},
    one_of=(TEXT_OPERATORS,),
)
_CERTIFICATE = Record(
    title="client_certificate",
    doc="A field of the client's certificate (ingress points of type mtls).",
    members={
        "attribute": _need(
            Choice(values=tuple(a.value.lower() for a in RuleClientCertificateAttribute))
        ),
        **_text_operators(),
    },
    one_of=(TEXT_OPERATORS,),
)

RULE_CONDITION: Final = OneKey(
    title="condition",
    doc="One condition of a rule: one key, one operator.",
    advice=CONDITION_ADVICE,
    options={
        **{
            name: _text_condition(name, doc, lists=name in LIST_ATTRIBUTES)
            for name, doc in TEXT_ATTRIBUTES.items()
        },
        "header": _HEADER,
        "client_certificate": _CERTIFICATE,
        "tls": Flag(doc="The session was encrypted."),
        "tls_wrapped": Flag(doc="The session was encrypted from its start, without STARTTLS."),
        "read_receipt_requested": Flag(doc="The sender asks for a read receipt."),
        "message_size": _NUMBER_CONDITION,
        "source_ip": _cidr_condition("source_ip", "The client's IPv4 address."),
        "spf": _choice_condition("spf", "The SPF verdict.", VERDICTS),
        "dkim": _choice_condition("dkim", "The DKIM verdict.", VERDICTS),
        "dmarc_policy": _choice_condition(
            "dmarc_policy", "The DMARC policy of the sender's domain.", DMARC_POLICIES
        ),
        "add_on": _add_on(verdicts=True),
    },
)
POLICY_CONDITION: Final = OneKey(
    title="policy condition",
    doc="One condition of a policy statement: one key, one operator.",
    advice=POLICY_ADVICE,
    options={
        "recipient": _text_condition("recipient", TEXT_ATTRIBUTES["recipient"], lists=True),
        "sender_ip": _cidr_condition("sender_ip", "The client's IPv4 address."),
        "sender_ipv6": _cidr_condition("sender_ipv6", "The client's IPv6 address."),
        "tls_protocol": Record(
            title="tls_protocol",
            doc="The TLS version of the session.",
            members={
                "minimum": _may(Choice(values=TLS_VERSIONS, doc="This version or a later one.")),
                "is": _may(Choice(values=TLS_VERSIONS, doc="Exactly this version.")),
            },
            one_of=(("minimum", "is"),),
        ),
        "add_on": _add_on(verdicts=False),
    },
)

_ROLE = _need(Word(doc="ARN of the IAM role that Mail Manager takes on."))
_ON_FAILURE = _may(
    Choice(
        values=("continue", "drop"),
        doc="When the action fails: go on with the next, or drop the message.",
    )
)


def _action(name: str, doc: str, **members: Member) -> Record:
    return Record(title=name, doc=doc, members={**members, "on_failure": _ON_FAILURE})


_NOTHING = Record(title="nothing", members={}, empty=True)
ACTION: Final = OneKey(
    title="action",
    doc="One action of a rule: one key.",
    words=("drop", "stop", "replace_recipient"),
    advice=ACTION_ADVICE,
    options={
        "drop": _NOTHING,
        "stop": _NOTHING,
        "add_header": Record(
            title="add_header",
            doc="Appends a header, also where one of that name is there.",
            members={
                "name": _need(Word(doc="The header's name, `X-…`.")),
                "value": _need(Word(strict=True, doc="The header's text.")),
            },
        ),
        "replace_recipient": Several(
            item=Word(doc="An address."),
            single=True,
            minimum=1,
            doc="Replaces the matched envelope recipients; headers stay as they are.",
        ),
        "archive": _action(
            "archive",
            "Stores the message in an archive.",
            to=_need(Word(doc="The logical name of an archive, or `id:…`.")),
        ),
        "relay": _action(
            "relay",
            "Hands the message to an SMTP relay.",
            to=_need(Word(doc="The logical name of a relay, or `id:…`.")),
            mail_from=_may(
                Choice(
                    values=("preserve", "replace"),
                    doc="Whether the envelope sender stays as it is.",
                )
            ),
        ),
        "write_to_s3": _action(
            "write_to_s3",
            "Stores the message in an S3 bucket.",
            bucket=_need(Word(doc="The bucket's name.")),
            role=_ROLE,
            prefix=_may(Word(doc="What the object's key starts with.")),
            kms_key=_may(Word(doc="Id or ARN of the KMS key.")),
        ),
        "send": _action("send", "Sends the message on by Amazon SES.", role=_ROLE),
        "deliver_to_mailbox": _action(
            "deliver_to_mailbox",
            "Delivers the message to an Amazon WorkMail mailbox.",
            mailbox=_need(Word(doc="ARN of the WorkMail organization.")),
            role=_ROLE,
        ),
        "deliver_to_q_business": _action(
            "deliver_to_q_business",
            "Stores the message in an Amazon Q Business index.",
            application=_need(Word(doc="Id of the application.")),
            index=_need(Word(doc="Id of the index.")),
            role=_ROLE,
        ),
        "publish_to_sns": _action(
            "publish_to_sns",
            "Publishes the message to an Amazon SNS topic.",
            topic=_need(Word(doc="ARN of the topic.")),
            role=_ROLE,
            encoding=_may(Choice(values=("utf-8", "base64"))),
            payload=_may(Choice(values=("content", "headers"))),
        ),
        "bounce": _action(
            "bounce",
            "Sends a bounce to the sender, after the message was accepted.",
            sender=_need(Word(doc="The address that the bounce comes from.")),
            role=_ROLE,
            status_code=_need(Word(doc="Enhanced status code (RFC 3463), such as 5.7.1.")),
            smtp_reply_code=_need(Word(doc="SMTP reply code (RFC 5321), such as 550.")),
            diagnostic_message=_need(Word(doc="What the report says.")),
            message=_may(Word(multiline=True, doc="Text for people.")),
        ),
        "invoke_lambda": _action(
            "invoke_lambda",
            "Calls an AWS Lambda function.",
            function=_need(Word(doc="ARN of the function.")),
            role=_ROLE,
            invocation=_need(
                Choice(
                    values=("event", "request_response"),
                    doc="Whether the answer is waited for; it may stop the rule or the rule set.",
                )
            ),
            retry_minutes=_may(Count(maximum=2160, doc="How long a failed call is tried again.")),
        ),
    },
)

_CONDITIONS = _may(Several(item=RULE_CONDITION, doc="All must match; absent: always."))
_UNLESS = _may(Several(item=RULE_CONDITION, doc="None may match."))
_ENVIRONMENTS = _may(Several(item=Word(), doc="The environments it lives in; absent: all."))
_INCLUDE = Several(
    item=Word(), single=True, minimum=1, doc="Rule files, relative to this file, in path order."
)

RULE: Final = Record(
    title="rule",
    doc="One rule.",
    advice=RULE_ADVICE,
    members={
        "name": _need(
            Word(pattern=RULE_NAME, doc="1 to 32 of A-Z a-z 0-9 _ . - and unique in the rule set.")
        ),
        "live_name": _may(
            Word(doc="The rule's name in the service, where it differs; `none`: it has none.")
        ),
        "description": _may(Word(multiline=True, doc="What the rule is for.")),
        "owner": _may(Word(doc="The team that answers for the rule.")),
        "ticket": _may(Word(doc="Where it was asked for.")),
        "expires": _may(
            Day(doc="The last day (UTC) on which the rule should be live. Lint warns around it.")
        ),
        "enabled": _may(Flag(doc="`false`: kept in the file, left out of the live rule set.")),
        "shadow": _may(
            Flag(doc="`true`: instead of acting, mark mail with `X-Mmctl-Would: NAME`.")
        ),
        "final": _may(Flag(doc="`true`: the rule is meant to be the end of its mail.")),
        "environments": _ENVIRONMENTS,
        "conditions": _CONDITIONS,
        "unless": _UNLESS,
        "actions": _need(Several(item=ACTION, minimum=1, doc="What is done, in order.")),
    },
)
_PHASE = Record(
    title="phase",
    doc="A barrier in the order of rules, with conditions that all of its rules share.",
    members={
        "phase": _need(Word(pattern=NAME, doc="The phase's name.")),
        "conditions": _CONDITIONS,
        "unless": _UNLESS,
        "on_overlap": _may(
            Choice(
                values=("error", "file_order", "any"),
                doc="What holds where two of its rules overlap with different effects.",
            )
        ),
        "include": _may(_INCLUDE),
        "rules": _may(Several(item=RULE, doc="Rules, in order.")),
    },
    one_of=(("include", "rules"),),
)
_PLAIN_INCLUDE = Record(
    title="include", doc="Rules of other files.", members={"include": _need(_INCLUDE)}
)
RULE_ITEM: Final = Forms(
    title="rule, include or phase",
    forms=(("phase", _PHASE), ("include", _PLAIN_INCLUDE), ("name", RULE)),
)

_RESOURCE = {
    "live_name": _may(
        Word(doc="The name in the service, where it differs; may use `${env.name}`.")
    ),
    "was": _may(Word(doc="The logical name it had before: it is renamed, not made anew.")),
    "tags": _may(Named(value=Word(), doc="Tags of the resource.")),
}
_LOGGING = _may(
    Record(
        title="logging",
        doc="Where the service's logs go.",
        members={"destination": _need(Word(doc="ARN of the log group, bucket or stream."))},
    )
)

RULE_SET: Final = Record(
    title="rule set",
    doc="Rules in the order in which they are tried.",
    members={
        "must_reach": _may(
            Choice(
                values=("delivered", "stored"),
                doc="What accepted mail must reach unless a rule drops or bounces it.",
            )
        ),
        "rules": _need(Several(item=RULE_ITEM, doc="Rules, includes and phases, in order.")),
        "per_ingress_point": _may(Flag(doc="Compiled for each ingress point by itself.")),
        "duplicates": _may(
            Choice(values=("keep", "ignore"), doc="Whether a second equal delivery may go.")
        ),
        "logging": _LOGGING,
        **_RESOURCE,
    },
)
STATEMENT: Final = Record(
    title="policy statement",
    doc="Allows or denies recipients for which all conditions match.",
    members={
        "name": _may(Word(pattern=NAME, doc="For reports; the service has no such name.")),
        "description": _may(Word(multiline=True)),
        "owner": _may(Word()),
        "allow": _may(Several(item=POLICY_CONDITION, minimum=1)),
        "deny": _may(Several(item=POLICY_CONDITION, minimum=1)),
    },
    one_of=(("allow", "deny"),),
)
TRAFFIC_POLICY: Final = Record(
    title="traffic policy",
    doc="From whom and for whom mail is accepted.",
    members={
        "default": _need(
            Choice(values=("allow", "deny"), doc="What holds where no statement matches.")
        ),
        "max_message_size": _may(Bytes(doc="Larger messages are refused.")),
        "statements": _may(
            Several(item=STATEMENT, doc="Denials are tried first, whatever their place.")
        ),
        **_RESOURCE,
    },
)
INGRESS_POINT: Final = Record(
    title="ingress point",
    doc="An SMTP entrance.",
    members={
        "type": _need(Choice(values=("open", "auth", "mtls"))),
        "traffic_policy": _need(Word(doc="The logical name of a traffic policy, or `id:…`.")),
        "rule_set": _need(Word(doc="The logical name of a rule set, or `id:…`.")),
        "tls_policy": _may(Choice(values=("required", "optional", "fips"))),
        "status": _may(Choice(values=("active", "closed"), doc="`closed` refuses all mail.")),
        "network": _may(
            Record(
                title="network",
                members={
                    "public": _may(Choice(values=("ipv4", "dual_stack"))),
                    "vpc_endpoint": _may(Word(doc="Id of the VPC endpoint, `vpce-…`.")),
                },
                one_of=(("public", "vpc_endpoint"),),
            )
        ),
        "auth": _may(
            Record(
                title="auth",
                doc="The SMTP password of an ingress point of type auth.",
                members={
                    "secret_arn": _may(Word(doc="ARN of a Secrets Manager secret.")),
                    "smtp_password_env": _may(
                        Word(
                            pattern=r"[A-Za-z_][A-Za-z0-9_]*",
                            doc="The environment variable that holds the password.",
                        )
                    ),
                },
                one_of=(("secret_arn", "smtp_password_env"),),
                advice={
                    "smtp_password": "a password does not belong in a file: "
                    "name an environment variable with `smtp_password_env`, or use `secret_arn`"
                },
            )
        ),
        "mtls": _may(
            Record(
                title="mtls",
                doc="Whose certificates an ingress point of type mtls trusts.",
                members={
                    "ca_file": _need(Word(doc="CA certificates (PEM), relative to this file.")),
                    "crl_file": _may(Word(doc="Revoked certificates, relative to this file.")),
                    "kms_key": _may(Word(doc="ARN of the KMS key.")),
                },
            )
        ),
        "logging": _LOGGING,
        **_RESOURCE,
    },
    at_most_one=(("auth", "mtls"),),
)
RELAY: Final = Record(
    title="relay",
    doc="An SMTP server that mail is handed to.",
    members={
        "server": _need(Word(doc="The server's host name.")),
        "port": _need(Count(minimum=1, maximum=65535)),
        "authentication": _need(
            Either(
                word=Choice(values=("none",)),
                other=Record(
                    title="authentication",
                    members={"secret_arn": _need(Word(doc="ARN of a Secrets Manager secret."))},
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
        "retention": _may(Choice(values=tuple(period.value for period in RetentionPeriod))),
        "kms_key": _may(Word(doc="ARN of the KMS key; it can never be changed.")),
        **_RESOURCE,
    },
    empty=True,
)
ADDRESS_LIST: Final = Record(
    title="address list",
    doc="A list of addresses, `*@domain` and `*.domain` entries.",
    members={
        "members": _may(
            Either(
                word=Choice(values=("external",)),
                other=Several(item=Word(pattern=r"\S+")),
                doc="The entries; `external` (or nothing): they come from elsewhere.",
            )
        ),
        "members_file": _may(
            Word(doc="CSV with a column `address`, or one address a line, relative to this file.")
        ),
        "sample_file": _may(Word(doc="Stand-ins for external members, for test cases.")),
        **_RESOURCE,
    },
    empty=True,
)
ADD_ON: Final = Record(
    title="add-on",
    doc="An add-on product: its subscription and the instance that rules use.",
    members={
        "product": _need(
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

_STATED = Record(
    title="verdicts",
    doc="What the service would know of the message; what is not stated is unknown.",
    members={
        "spf": _may(Choice(values=VERDICTS)),
        "dkim": _may(Choice(values=VERDICTS)),
        "dmarc_policy": _may(
            Choice(values=(*DMARC_POLICIES, "absent"), doc="`absent`: there is none to compare.")
        ),
        "add_ons": _may(
            Named(
                value=Named(value=Anything(doc="true, false or a text.")),
                doc="For each add-on its fields.",
            )
        ),
    },
)
_EXPECTED = Record(
    title="expectation",
    doc="What is expected for one recipient; what is left out is not checked.",
    members={
        "outcome": _may(Choice(values=OUTCOMES)),
        "by": _may(Word(doc="The rule or statement that decides.")),
        "rules": _may(Several(item=Word(), doc="Exactly the rules that apply, in order.")),
        "rules_include": _may(Several(item=Word(), single=True, doc="Some that apply.")),
        "actions": _may(Several(item=Word(), doc="Exactly the actions that run, in order.")),
    },
)
_WRITTEN_MESSAGE = Record(
    title="message",
    doc="A message written out.",
    members={
        **{
            name: _may(Word(doc=f"The `{name.capitalize()}:` header."))
            for name in ("from", "sender", "to", "cc", "subject")
        },
        "headers": _may(Named(value=Several(item=Word(), single=True), doc="Further headers.")),
        "body": _may(Word(multiline=True)),
        "size": _may(Bytes(doc="The size that the message is filled up to.")),
    },
)
_CASE_FACTS = {
    "message": _may(
        Either(word=Word(doc="A message file, beside this file."), other=_WRITTEN_MESSAGE)
    ),
    "session": _may(
        Record(
            title="session",
            doc="The SMTP session.",
            members={
                "source_ip": _may(Word(doc="The client's address.")),
                "helo": _may(Word()),
                "tls": _may(Choice(values=("none", *TLS_VERSIONS))),
                "tls_wrapped": _may(Flag()),
                "client_certificate": _may(
                    Named(value=Several(item=Word(), single=True), doc="Fields of it.")
                ),
            },
        )
    ),
    "envelope": _may(
        Record(
            title="envelope",
            doc="The SMTP envelope.",
            members={
                "mail_from": _may(Word(doc="The sender; `<>` is the null sender.")),
                "recipients": _may(Several(item=Word(), single=True, minimum=1)),
            },
        )
    ),
    "verdicts": _may(_STATED),
    "lambda": _may(
        Named(
            value=Choice(values=("continue", "stop_rule", "stop_rule_set")),
            doc="What an invoked function answers, by its name.",
        )
    ),
    "failing": _may(
        Several(item=Word(), single=True, doc="Actions that fail, such as `archive:NAME`.")
    ),
    "expect": _may(
        Named(
            value=Either(word=Choice(values=OUTCOMES), other=_EXPECTED),
            doc="For each recipient what is expected.",
        )
    ),
}
CASE: Final = Record(
    title="case",
    doc="A test case: a message, what is known of it, and what is expected.",
    members={
        "name": _need(Word(doc="What the case shows.")),
        "message": _CASE_FACTS["message"],
        "ingress_point": _may(Word(doc="Where it comes in; absent when there is one.")),
        "rule_set": _may(Word(doc="The rule set to judge it by, without a traffic policy.")),
        "environments": _ENVIRONMENTS,
        **_CASE_FACTS,
        "for_each": _may(
            Several(
                item=Record(title="row", members=_CASE_FACTS),
                doc="One case a row; a row's values stand over those of the case.",
            )
        ),
        "todo": _may(Word(doc="The case is expected to fail, and why.")),
        "smoke": _may(Flag(doc="Sent to the ingress point after an apply.")),
    },
    at_most_one=(("ingress_point", "rule_set"),),
)

_CLAIM = Several(
    item=OneKey(
        title="claim",
        words=(*OUTCOMES, *ACTION.options),
        options=dict.fromkeys(ACTION.options, Anything()),
    ),
    single=True,
    doc="Outcomes, or actions.",
)
INVARIANT: Final = Record(
    title="invariant",
    doc="What must hold for every message.",
    members={
        "name": _need(Word()),
        "when": _may(Several(item=RULE_CONDITION, doc="For which messages it holds.")),
        "ingress_point": _may(Word()),
        "environments": _ENVIRONMENTS,
        "never": _may(_CLAIM),
        "always": _may(_CLAIM),
        "before": _may(Word(doc="An action that it must come before.")),
        "only": _may(Named(value=Several(item=Word(), single=True), doc="Allowed targets.")),
    },
    one_of=(("never", "always", "only"),),
)

VERSION: Final = _need(Choice(values=("1",), doc="The version of the language."))
FILE: Final = Record(
    title="rule file",
    doc="A file of a project; any file may hold any section.",
    members={
        "version": VERSION,
        "rule_sets": _may(Named(value=RULE_SET, pattern=NAME, doc="Rule sets by name.")),
        "rules": _may(Several(item=RULE_ITEM, doc="Rules, for a rule set that includes them.")),
        "traffic_policies": _may(
            Named(value=TRAFFIC_POLICY, pattern=NAME, doc="Traffic policies by name.")
        ),
        "ingress_points": _may(
            Named(value=INGRESS_POINT, pattern=NAME, doc="Ingress points by name.")
        ),
        "relays": _may(Named(value=RELAY, pattern=NAME, doc="Relays by name.")),
        "archives": _may(Named(value=ARCHIVE, pattern=NAME, doc="Archives by name.")),
        "address_lists": _may(
            Named(value=ADDRESS_LIST, pattern=NAME, doc="Address lists by name.")
        ),
        "add_ons": _may(Named(value=ADD_ON, pattern=NAME, doc="Add-ons by name.")),
        "invariants": _may(Several(item=INVARIANT, doc="What must hold for every message.")),
        "cases": _may(Several(item=CASE, doc="Test cases.")),
    },
)
ENVIRONMENT: Final = Record(
    title="environment",
    doc="Where the rules are to live.",
    members={
        "endpoint": _may(Word(doc="`embedded`: no AWS account is needed; or a URL. Absent: AWS.")),
        "account": _may(Word(pattern=r"[0-9]{12}", doc="The AWS account, 12 digits.")),
        "region": _may(Word(pattern=r"[a-z0-9-]+", doc="The AWS region.")),
        "profile": _may(Word(doc="A profile of the AWS configuration.")),
        "role_arn": _may(Word(doc="ARN of the role to take on.")),
        "protected": _may(Flag(doc="`true`: takes only a saved plan.")),
        "snapshots": _may(Word(doc="Where snapshots go: a folder, or `s3://bucket/prefix`.")),
        "brakes": _may(
            Record(
                title="brakes",
                doc="Limits beyond which an apply is refused unless told otherwise.",
                members={
                    "max_change_percent": _may(Count(maximum=100)),
                    "max_deletes": _may(Count()),
                    "max_behaviour_change": _may(Count()),
                },
            )
        ),
        "vars": _may(Named(value=Anything(), pattern=r"[A-Za-z_][A-Za-z0-9_]*")),
        "bindings": _may(
            Record(
                title="bindings",
                doc="Ids of things that are not managed here, by logical name.",
                members={
                    kind: _may(Named(value=Word()))
                    for kind in (
                        "address_lists",
                        "archives",
                        "relays",
                        "add_ons",
                        "rule_sets",
                        "traffic_policies",
                    )
                },
            )
        ),
    },
)
PROJECT: Final = Record(
    title="project file",
    doc="The project file, `mmctl.yaml`.",
    members={
        "version": VERSION,
        "project": _need(Word(pattern=NAME, doc="The project's name; it marks what is ours.")),
        "rules": _may(Several(item=Word(), single=True, doc="Which files hold rules.")),
        "cases": _may(Several(item=Word(), single=True, doc="Which files hold test cases.")),
        "snapshots": _may(Word(doc="Where snapshots go: a folder, or `s3://bucket/prefix`.")),
        "vars": _may(Named(value=Anything(), pattern=r"[A-Za-z_][A-Za-z0-9_]*")),
        "semantics": _may(
            Record(
                title="semantics",
                doc="Readings: choices where AWS's text leaves room.",
                members={name: _may(Choice(values=values)) for name, values in CHOICES.items()},
            )
        ),
        "lint": _may(
            Record(
                title="lint",
                members={
                    "require_owner": _may(Flag(doc="Every rule names its owner.")),
                    "expired": _may(
                        Choice(
                            values=("error", "warning", "info"), doc="How bad an expired rule is."
                        )
                    ),
                },
            )
        ),
        "environments": _may(Named(value=ENVIRONMENT, pattern=NAME, doc="By name.")),
        "default_environment": _may(Word(doc="The environment that is meant when none is named.")),
    },
    advice={
        name: "resources and rules stand in files of their own, such as `rules/gateway.yaml`"
        for name in FILE.members
        if name not in {"version", "rules", "cases"}
    },
)
