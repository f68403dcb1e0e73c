"""Test cases."""

from __future__ import annotations

from typing import Final

from mmctl.language.dialect.grammar import (
    Anything,
    Bytes,
    Choice,
    Either,
    Flag,
    Named,
    Record,
    Several,
    Word,
)
from mmctl.language.dialect.rules import ENVIRONMENTS
from mmctl.language.dialect.words import (
    DMARC_POLICIES,
    OUTCOMES,
    TLS_VERSIONS,
    VERDICTS,
    may,
    need,
)

_STATED = Record(
    title="verdicts",
    doc="What the service would know of the message; what is not stated is unknown.",
    members={
        "spf": may(Choice(values=VERDICTS)),
        "dkim": may(Choice(values=VERDICTS)),
        "dmarc_policy": may(
            Choice(values=(*DMARC_POLICIES, "absent"), doc="`absent`: there is none to compare.")
        ),
        "add_ons": may(
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
        "outcome": may(Choice(values=OUTCOMES)),
        "by": may(Word(doc="The rule or statement that decides.")),
        "rules": may(Several(item=Word(), doc="Exactly the rules that apply, in order.")),
        "rules_include": may(Several(item=Word(), single=True, doc="Some that apply.")),
        "actions": may(Several(item=Word(), doc="Exactly the actions that run, in order.")),
    },
)
_WRITTEN_MESSAGE = Record(
    title="message",
    doc="A message written out.",
    members={
        **{
            name: may(Word(doc=f"The `{name.capitalize()}:` header."))
            for name in ("from", "sender", "to", "cc", "subject")
        },
        "headers": may(Named(value=Several(item=Word(), single=True), doc="Further headers.")),
        "body": may(Word(multiline=True)),
        "size": may(Bytes(doc="The size that the message is filled up to.")),
    },
)
_CASE_FACTS = {
    "message": may(
        Either(word=Word(doc="A message file, beside this file."), other=_WRITTEN_MESSAGE)
    ),
    "session": may(
        Record(
            title="session",
            doc="The SMTP session.",
            members={
                "source_ip": may(Word(doc="The client's address.")),
                "helo": may(Word()),
                "tls": may(Choice(values=("none", *TLS_VERSIONS))),
                "tls_wrapped": may(Flag()),
                "client_certificate": may(
                    Named(value=Several(item=Word(), single=True), doc="Fields of it.")
                ),
            },
        )
    ),
    "envelope": may(
        Record(
            title="envelope",
            doc="The SMTP envelope.",
            members={
                "mail_from": may(Word(doc="The sender; `<>` is the null sender.")),
                "recipients": may(Several(item=Word(), single=True, minimum=1)),
            },
        )
    ),
    "verdicts": may(_STATED),
    "lambda": may(
        Named(
            value=Choice(values=("continue", "stop_rule", "stop_rule_set")),
            doc="What an invoked function answers, by its name.",
        )
    ),
    "failing": may(
        Several(item=Word(), single=True, doc="Actions that fail, such as `archive:NAME`.")
    ),
    "expect": may(
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
        "name": need(Word(doc="What the case shows.")),
        "message": _CASE_FACTS["message"],
        "ingress_point": may(Word(doc="Where it comes in; absent when there is one.")),
        "rule_set": may(Word(doc="The rule set to judge it by, without a traffic policy.")),
        "environments": ENVIRONMENTS,
        **_CASE_FACTS,
        "for_each": may(
            Several(
                item=Record(title="row", members=_CASE_FACTS),
                doc="One case a row; a row's values stand over those of the case.",
            )
        ),
        "todo": may(Word(doc="The case is expected to fail, and why.")),
        "smoke": may(Flag(doc="Sent to the ingress point after an apply.")),
    },
    at_most_one=(("ingress_point", "rule_set"),),
)
