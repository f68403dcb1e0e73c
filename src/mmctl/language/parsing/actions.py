"""Actions as people write them → actions as the API takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.language.text.placed import Text

if TYPE_CHECKING:
    from mmctl.language.text.placed import Table

STORING: Final = frozenset({"Archive", "WriteToS3", "DeliverToQBusiness"})
"""The actions that keep the message."""
DELIVERING: Final = frozenset({"Relay", "Send", "DeliverToMailbox"})
"""The actions that pass the message on to a recipient."""

ACTION_MEMBERS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "add_header": ("AddHeader", {"name": "HeaderName", "value": "HeaderValue"}),
    "archive": ("Archive", {"to": "TargetArchive"}),
    "relay": ("Relay", {"to": "Relay", "mail_from": "MailFrom"}),
    "write_to_s3": (
        "WriteToS3",
        {
            "bucket": "S3Bucket",
            "role": "RoleArn",
            "prefix": "S3Prefix",
            "kms_key": "S3SseKmsKeyId",
        },
    ),
    "send": ("Send", {"role": "RoleArn"}),
    "deliver_to_mailbox": ("DeliverToMailbox", {"mailbox": "MailboxArn", "role": "RoleArn"}),
    "deliver_to_q_business": (
        "DeliverToQBusiness",
        {"application": "ApplicationId", "index": "IndexId", "role": "RoleArn"},
    ),
    "publish_to_sns": (
        "PublishToSns",
        {
            "topic": "TopicArn",
            "role": "RoleArn",
            "encoding": "Encoding",
            "payload": "PayloadType",
        },
    ),
    "bounce": (
        "Bounce",
        {
            "sender": "Sender",
            "role": "RoleArn",
            "status_code": "StatusCode",
            "smtp_reply_code": "SmtpReplyCode",
            "diagnostic_message": "DiagnosticMessage",
            "message": "Message",
        },
    ),
    "invoke_lambda": (
        "InvokeLambda",
        {
            "function": "FunctionArn",
            "role": "RoleArn",
            "invocation": "InvocationType",
            "retry_minutes": "RetryTimeMinutes",
        },
    ),
}
"""Each action of a file: its name in the API, and the API's name of each of its keys."""

WORD_MEMBERS: Final = frozenset(
    {"ActionFailurePolicy", "MailFrom", "Encoding", "PayloadType", "InvocationType"}
)
"""Members whose values are words of AWS, upper case in the API and lower case in files."""


def action_members(action: Table) -> dict[str, Any]:
    """The API members of one action of a rule; `stop` is a Drop like any other here."""
    ((key, value),) = action.items()
    if key in {"drop", "stop"}:
        return {"Drop": {}}
    if key == "replace_recipient":
        return {"ReplaceRecipient": {} if value is None else {"ReplaceWith": value}}
    name, members = ACTION_MEMBERS[key]
    names = members | {"on_failure": "ActionFailurePolicy"}
    return {name: {names[member]: _word(names[member], text) for member, text in value.items()}}


def _word(member: str, value: Any) -> Any:
    return Text.at(value.upper(), value.position) if member in WORD_MEMBERS else value
