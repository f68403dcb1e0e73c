"""The actions of rules: one row each, which all other rooms read.

The names of an action in files and in the API, what it does with the mail, what it names, and
what its role must be allowed. How the judge carries one out is in `mmctl.judge.evaluator`.
`tests/model/test_actions.py` compares the rows with botocore's service model, and names what a new
row lacks elsewhere.

What roles need: "Permissions for rule actions", Amazon SES Developer Guide.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from mmctl.model.enums import LambdaInvocationType
from mmctl.model.kinds import Kind
from mmctl.model.rules import (
    AddHeaderAction,
    ArchiveAction,
    BounceAction,
    DeliverToMailboxAction,
    DeliverToQBusinessAction,
    DropAction,
    InvokeLambdaAction,
    RelayAction,
    ReplaceRecipientAction,
    S3Action,
    SendAction,
    SnsAction,
)
from mmctl.model.shape import Shape
from mmctl.model.things import (
    APPLICATION,
    BUCKET,
    FUNCTION,
    INDEX,
    KEY,
    MAILBOX,
    ROLE,
    TOPIC,
    Thing,
)
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmctl.model.rules import RuleAction

S = TypeVar("S", bound=Shape)


class Does(StrEnum):
    """What an action does with the mail."""

    ENDS = "ends"
    """Removes the matched recipients: no later action is done, and no later rule is tried."""
    MARKS = "marks"
    """Adds to the message what later rules and servers can read."""
    REPLACES = "replaces"
    """Replaces the matched recipients with others."""
    STORES = "stores"
    """Keeps the message without notifying anybody: it counts at least as stored."""
    DELIVERS = "delivers"
    """Hands on the message for its recipients: it counts as delivered."""
    PUBLISHES = "publishes"
    """Tells others about the message; this neither stores nor delivers it."""
    BOUNCES = "bounces"
    """Sends a bounce to the sender."""
    CALLS = "calls"
    """Calls a program, whose answer may end the rule or the rule set."""


KEEPS: Final = frozenset({Does.DELIVERS, Does.STORES})
"""After one of these, mail is not lost, and a drop is written `stop`."""
BLOCKS: Final = frozenset({Does.ENDS, Does.BOUNCES})
"""These keep mail from its recipients."""
MAY_END: Final = frozenset({Does.ENDS, Does.BOUNCES, Does.CALLS})
"""After one of these, later rules may not be tried."""
CHANGES_MESSAGE: Final = frozenset({Does.MARKS, Does.REPLACES})
"""These change what later rules see, and what later actions send on."""
ON_RECIPIENTS: Final = frozenset({Does.DELIVERS, Does.BOUNCES, Does.REPLACES})
"""What these do depends on whom the message is for."""
LEAVES: Final = frozenset({Does.DELIVERS, Does.STORES, Does.PUBLISHES, Does.CALLS})
"""These take mail, or its contents, somewhere."""

STOP: Final = "stop"
"""A drop after an action that keeps the mail: nothing more is done with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A member of an action, as files write it."""

    word: str
    member: str
    """Its name in the API."""
    doc: str = ""
    choices: tuple[str, ...] = ()
    """The AWS words that it accepts, as files spell them: in lower case."""
    default: str | None = None
    """The word that is meant if the member is absent."""
    names: Kind | Thing | None = None
    """The thing that its value names, by name, id or ARN."""
    strict: bool = False
    """A comment on the same line is an error: the text was probably meant to go on."""
    multiline: bool = False
    most: int | None = None
    """The largest number allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What the role of an action must be allowed.

    The ARNs may contain `{partition}`, `{region}`, `{account}` and members of the action.
    """

    sid: str
    actions: tuple[str, ...]
    on: tuple[str, ...]
    where: str | None = None
    """The member without which the permission is not needed."""


def _nothing(_: object) -> None:
    return None


def _nobody(_: object) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ActionRow(Generic[S]):
    """One action of rules."""

    key: str
    """Its key in files, which traces and cases use too."""
    name: str
    """Its member of `RuleAction` in the API."""
    shape: type[S]
    does: Does
    doc: str
    keys: tuple[Key, ...] = ()
    """Its members except `on_failure`, in the order in which files write them."""
    bare: Key | None = None
    """The value that may be directly under the key, instead of a mapping of keys."""
    target: Callable[[S], str | None] = _nothing
    """Where it takes the mail, or what it writes, in the words of the rule."""
    header: Callable[[S], tuple[str, str] | None] = _nothing
    """Name and value of the header that it adds."""
    recipients: Callable[[S], tuple[str, ...]] = _nobody
    """The recipients that it replaces others with."""
    function: Callable[[S], str | None] = _nothing
    """The function whose answer it waits for, if it does."""
    needs: tuple[Permission, ...] = ()
    readings: tuple[str, ...] = ()
    """The readings that are about it."""
    handed_on: bool = False
    """Whether it counts toward the quota of relays and sends."""

    @property
    def can_fail(self) -> bool:
        """Whether it has a failure policy; actions on the message itself have none."""
        return ON_FAILURE.member in {each.alias for each in self.shape.model_fields.values()}

    @property
    def keeps(self) -> bool:
        """Whether mail is not lost after it; a drop after it is written `stop`."""
        return self.does in KEEPS

    @property
    def words(self) -> tuple[Key, ...]:
        """All keys that may be under it."""
        return (*self.keys, ON_FAILURE) if self.can_fail else self.keys

    def requires(self, key: Key) -> bool:
        """Whether the service accepts the action only with a member."""
        return any(
            field.alias == key.member and field.is_required()
            for field in self.shape.model_fields.values()
        )

    @property
    def stands_alone(self) -> bool:
        """Whether its key may be written as a word, without anything under it."""
        return not any(field.is_required() for field in self.shape.model_fields.values())

    @property
    def place(self) -> Kind | Thing | None:
        """What it takes the mail to: the first that its keys name, except a role; None: nothing."""
        named = (key.names for key in self.keys)
        return next((each for each in named if each is not None and each is not ROLE), None)

    def named(self, action: RuleAction) -> Iterator[tuple[Kind | Thing, str]]:
        """What an action of the row names, in the order of its keys."""
        members = action.value.to_api()
        for key in self.keys:
            if key.names is not None and key.member in members:
                yield key.names, members[key.member]


ON_FAILURE: Final = Key(
    word="on_failure",
    member="ActionFailurePolicy",
    doc="When the action fails: continue with the next action, or drop the message.",
    choices=("continue", "drop"),
    default="continue",
)
_ROLE: Final = Key(
    word="role",
    member="RoleArn",
    doc="ARN of the IAM role that Mail Manager assumes.",
    names=ROLE,
)
_INDEX: Final = (
    "arn:{partition}:qbusiness:{region}:{account}:application/{ApplicationId}/index/{IndexId}"
)
_IDENTITIES: Final = ("arn:{partition}:ses:{region}:{account}:identity/*",)


def _bucket_and_prefix(action: S3Action) -> str:
    bucket, prefix = action.s3_bucket, action.s3_prefix
    return f"{bucket}/{prefix}" if prefix else bucket


def _function_that_answers(action: InvokeLambdaAction) -> str | None:
    waits = action.invocation_type is LambdaInvocationType.REQUEST_RESPONSE
    return action.function_arn if waits else None


ACTIONS: Final[tuple[ActionRow[Any], ...]] = (
    ActionRow(
        key="drop",
        name="Drop",
        shape=DropAction,
        does=Does.ENDS,
        doc="Takes the matched recipients off the message.",
        readings=("drop_cancels_earlier",),
    ),
    ActionRow(
        key="add_header",
        name="AddHeader",
        shape=AddHeaderAction,
        does=Does.MARKS,
        doc="Appends a header, even if one of that name exists.",
        keys=(
            Key(word="name", member="HeaderName", doc="The header's name, `X-…`."),
            Key(word="value", member="HeaderValue", doc="The header's value.", strict=True),
        ),
        target=lambda action: f"{action.header_name}: {action.header_value}",
        header=lambda action: (action.header_name, action.header_value),
        readings=("added_headers_visible", "added_header_scope"),
    ),
    ActionRow(
        key="replace_recipient",
        name="ReplaceRecipient",
        shape=ReplaceRecipientAction,
        does=Does.REPLACES,
        doc="Replaces the matched envelope recipients; headers do not change.",
        bare=Key(word="replace_recipient", member="ReplaceWith", doc="An address."),
        target=lambda action: ", ".join(action.replace_with) if action.replace_with else None,
        recipients=lambda action: action.replace_with or (),
        readings=("replaced_recipients_visible",),
    ),
    ActionRow(
        key="archive",
        name="Archive",
        shape=ArchiveAction,
        does=Does.STORES,
        doc="Stores the message in an archive.",
        keys=(
            Key(
                word="to",
                member="TargetArchive",
                doc="The logical name of an archive, or `id:…`.",
                names=Kind.ARCHIVE,
            ),
        ),
        target=lambda action: action.target_archive,
    ),
    ActionRow(
        key="relay",
        name="Relay",
        shape=RelayAction,
        does=Does.DELIVERS,
        doc="Sends the message to an SMTP relay.",
        keys=(
            Key(
                word="to",
                member="Relay",
                doc="The logical name of a relay, or `id:…`.",
                names=Kind.RELAY,
            ),
            Key(
                word="mail_from",
                member="MailFrom",
                doc="Keep or replace the envelope sender.",
                choices=("preserve", "replace"),
            ),
        ),
        target=lambda action: action.relay,
        handed_on=True,
    ),
    ActionRow(
        key="write_to_s3",
        name="WriteToS3",
        shape=S3Action,
        does=Does.STORES,
        doc="Stores the message in an S3 bucket.",
        keys=(
            Key(word="bucket", member="S3Bucket", doc="The bucket's name.", names=BUCKET),
            _ROLE,
            Key(word="prefix", member="S3Prefix", doc="What the object's key starts with."),
            Key(word="kms_key", member="S3SseKmsKeyId", doc="Id or ARN of the KMS key.", names=KEY),
        ),
        target=_bucket_and_prefix,
        needs=(
            Permission(
                sid="WriteToS3",
                actions=("s3:PutObject", "s3:ListBucket"),
                on=(
                    "arn:{partition}:s3:::{S3Bucket}",
                    "arn:{partition}:s3:::{S3Bucket}/{S3Prefix}*",
                ),
            ),
            Permission(
                sid="EncryptInS3",
                actions=("kms:GenerateDataKey",),
                on=("{S3SseKmsKeyId}",),
                where="S3SseKmsKeyId",
            ),
        ),
    ),
    ActionRow(
        key="send",
        name="Send",
        shape=SendAction,
        does=Does.DELIVERS,
        doc="Sends the message through Amazon SES.",
        keys=(_ROLE,),
        needs=(
            Permission(sid="Send", actions=("ses:SendEmail", "ses:SendRawEmail"), on=_IDENTITIES),
        ),
        handed_on=True,
    ),
    ActionRow(
        key="deliver_to_mailbox",
        name="DeliverToMailbox",
        shape=DeliverToMailboxAction,
        does=Does.DELIVERS,
        doc="Delivers the message to an Amazon WorkMail mailbox.",
        keys=(
            Key(
                word="mailbox",
                member="MailboxArn",
                doc="ARN of the WorkMail organization.",
                names=MAILBOX,
            ),
            _ROLE,
        ),
        target=lambda action: action.mailbox_arn,
        needs=(
            Permission(
                sid="DeliverToMailbox",
                actions=("workmail:DeliverToMailbox",),
                on=("{MailboxArn}",),
            ),
        ),
    ),
    ActionRow(
        key="deliver_to_q_business",
        name="DeliverToQBusiness",
        shape=DeliverToQBusinessAction,
        does=Does.STORES,
        doc="Stores the message in an Amazon Q Business index.",
        keys=(
            Key(
                word="application",
                member="ApplicationId",
                doc="Id of the application.",
                names=APPLICATION,
            ),
            Key(word="index", member="IndexId", doc="Id of the index.", names=INDEX),
            _ROLE,
        ),
        target=lambda action: action.application_id,
        needs=(
            Permission(
                sid="DeliverToQBusiness",
                actions=("qbusiness:BatchPutDocument",),
                on=(_INDEX,),
            ),
        ),
    ),
    ActionRow(
        key="publish_to_sns",
        name="PublishToSns",
        shape=SnsAction,
        does=Does.PUBLISHES,
        doc="Publishes the message to an Amazon SNS topic.",
        keys=(
            Key(word="topic", member="TopicArn", doc="ARN of the topic.", names=TOPIC),
            _ROLE,
            Key(word="encoding", member="Encoding", choices=("utf-8", "base64"), default="utf-8"),
            Key(
                word="payload",
                member="PayloadType",
                choices=("content", "headers"),
                default="content",
            ),
        ),
        target=lambda action: action.topic_arn,
        needs=(Permission(sid="PublishToSns", actions=("sns:Publish",), on=("{TopicArn}",)),),
    ),
    ActionRow(
        key="bounce",
        name="Bounce",
        shape=BounceAction,
        does=Does.BOUNCES,
        doc="Sends a bounce to the sender, after the message was accepted.",
        keys=(
            Key(word="sender", member="Sender", doc="The address that the bounce comes from."),
            _ROLE,
            Key(
                word="status_code",
                member="StatusCode",
                doc="Enhanced status code (RFC 3463), such as 5.7.1.",
            ),
            Key(
                word="smtp_reply_code",
                member="SmtpReplyCode",
                doc="SMTP reply code (RFC 5321), such as 550.",
            ),
            Key(
                word="diagnostic_message", member="DiagnosticMessage", doc="The text of the bounce."
            ),
            Key(word="message", member="Message", doc="Text for people.", multiline=True),
        ),
        target=lambda action: f"{action.smtp_reply_code} {action.status_code}",
        needs=(Permission(sid="Bounce", actions=("ses:SendBounce",), on=_IDENTITIES),),
        readings=("bounce_ends_evaluation",),
    ),
    ActionRow(
        key="invoke_lambda",
        name="InvokeLambda",
        shape=InvokeLambdaAction,
        does=Does.CALLS,
        doc="Calls an AWS Lambda function.",
        keys=(
            Key(word="function", member="FunctionArn", doc="ARN of the function.", names=FUNCTION),
            _ROLE,
            Key(
                word="invocation",
                member="InvocationType",
                doc="Wait for the answer or not; the answer may stop the rule or the rule set.",
                choices=("event", "request_response"),
            ),
            Key(
                word="retry_minutes",
                member="RetryTimeMinutes",
                doc="How long a failed call is retried.",
                most=2160,
            ),
        ),
        target=lambda action: action.function_arn,
        function=_function_that_answers,
        needs=(
            Permission(
                sid="InvokeLambda", actions=("lambda:InvokeFunction",), on=("{FunctionArn}",)
            ),
        ),
    ),
)
"""In the order in which schemas and messages list them."""

WORDS: Final = {
    word: row
    for row in ACTIONS
    for word in ((row.key, STOP) if row.does is Does.ENDS else (row.key,))
}
"""The rows by the words that files use for them; `stop` is a drop."""
CANNOT_FAIL: Final = frozenset(word for word, row in WORDS.items() if not row.can_fail)
"""Actions on the message itself; they have no `on_failure`."""
_OF_SHAPE: Final = {row.shape: row for row in ACTIONS}
NAMES: Final = {row.name: row for row in ACTIONS}
"""The rows by their members of `RuleAction` in the API."""


_MEANT: Final = {
    row.shape: {
        name: key.default.upper()
        for key in row.words
        for name, info in row.shape.model_fields.items()
        if key.default and info.alias == key.member
    }
    for row in ACTIONS
}
"""Of each action the members that have a default, with what is meant where they are absent."""


def row_of(action: RuleAction) -> ActionRow[Any]:
    """The row of an action."""
    return _OF_SHAPE[type(action.value)]


@cache
def without_defaults(action: RuleAction) -> RuleAction:
    """The action without what is meant anyway: it does the same, and the service may shorten it."""
    value, meant = action.value, _MEANT[type(action.value)]
    absent = {
        name: None
        for name, held in vars(value).items()
        if held is not None and held == meant.get(name)
    }
    if not absent:
        return action
    return action.changed(
        **{
            member: value.changed(**absent)
            for member, each in vars(action).items()
            if each is value
        }
    )


def added_header(action: RuleAction) -> tuple[str, str] | None:
    """Name and value of the header that an action adds."""
    return row_of(action).header(action.value)


def new_recipients(action: RuleAction) -> tuple[str, ...]:
    """The recipients that an action replaces others with."""
    return row_of(action).recipients(action.value)


def asked_function(action: RuleAction) -> str | None:
    """The function whose answer an action waits for, if it does."""
    return row_of(action).function(action.value)
