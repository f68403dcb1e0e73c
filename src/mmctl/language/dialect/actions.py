"""Actions of rules."""

from __future__ import annotations

from typing import Final

from mmctl.language.dialect.advice import ACTION_ADVICE
from mmctl.language.dialect.grammar import Choice, Count, Member, OneKey, Record, Several, Word
from mmctl.language.dialect.words import may, need

_ROLE = need(Word(doc="ARN of the IAM role that Mail Manager takes on."))
_ON_FAILURE = may(
    Choice(
        values=("continue", "drop"),
        doc="When the action fails: go on with the next, or drop the message.",
    )
)


def _action(name: str, doc: str, **members: Member) -> Record:
    return Record(title=name, key=True, doc=doc, members={**members, "on_failure": _ON_FAILURE})


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
            key=True,
            doc="Appends a header, also where one of that name is there.",
            members={
                "name": need(Word(doc="The header's name, `X-…`.")),
                "value": need(Word(strict=True, doc="The header's text.")),
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
            to=need(Word(doc="The logical name of an archive, or `id:…`.")),
        ),
        "relay": _action(
            "relay",
            "Hands the message to an SMTP relay.",
            to=need(Word(doc="The logical name of a relay, or `id:…`.")),
            mail_from=may(
                Choice(
                    values=("preserve", "replace"),
                    doc="Whether the envelope sender stays as it is.",
                )
            ),
        ),
        "write_to_s3": _action(
            "write_to_s3",
            "Stores the message in an S3 bucket.",
            bucket=need(Word(doc="The bucket's name.")),
            role=_ROLE,
            prefix=may(Word(doc="What the object's key starts with.")),
            kms_key=may(Word(doc="Id or ARN of the KMS key.")),
        ),
        "send": _action("send", "Sends the message on by Amazon SES.", role=_ROLE),
        "deliver_to_mailbox": _action(
            "deliver_to_mailbox",
            "Delivers the message to an Amazon WorkMail mailbox.",
            mailbox=need(Word(doc="ARN of the WorkMail organization.")),
            role=_ROLE,
        ),
        "deliver_to_q_business": _action(
            "deliver_to_q_business",
            "Stores the message in an Amazon Q Business index.",
            application=need(Word(doc="Id of the application.")),
            index=need(Word(doc="Id of the index.")),
            role=_ROLE,
        ),
        "publish_to_sns": _action(
            "publish_to_sns",
            "Publishes the message to an Amazon SNS topic.",
            topic=need(Word(doc="ARN of the topic.")),
            role=_ROLE,
            encoding=may(Choice(values=("utf-8", "base64"))),
            payload=may(Choice(values=("content", "headers"))),
        ),
        "bounce": _action(
            "bounce",
            "Sends a bounce to the sender, after the message was accepted.",
            sender=need(Word(doc="The address that the bounce comes from.")),
            role=_ROLE,
            status_code=need(Word(doc="Enhanced status code (RFC 3463), such as 5.7.1.")),
            smtp_reply_code=need(Word(doc="SMTP reply code (RFC 5321), such as 550.")),
            diagnostic_message=need(Word(doc="What the report says.")),
            message=may(Word(multiline=True, doc="Text for people.")),
        ),
        "invoke_lambda": _action(
            "invoke_lambda",
            "Calls an AWS Lambda function.",
            function=need(Word(doc="ARN of the function.")),
            role=_ROLE,
            invocation=need(
                Choice(
                    values=("event", "request_response"),
                    doc="Whether the answer is waited for; it may stop the rule or the rule set.",
                )
            ),
            retry_minutes=may(Count(maximum=2160, doc="How long a failed call is tried again.")),
        ),
    },
)
