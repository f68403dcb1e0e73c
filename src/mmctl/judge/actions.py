"""Actions in the words of the language: their kinds, their targets, what each leads to.

Nothing is done here; `mmctl.judge.evaluator` does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.model.enums import ActionFailurePolicy
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
    RuleAction,
    S3Action,
    SendAction,
    SnsAction,
)

if TYPE_CHECKING:
    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import Rule

DELIVERING: Final = frozenset({"relay", "send", "deliver_to_mailbox"})
"""Actions after which mail counts as delivered."""

STORING: Final = frozenset({"archive", "write_to_s3", "deliver_to_q_business"})
"""Actions after which mail counts at least as stored."""

KEEPING: Final = DELIVERING | STORING
"""Actions after which mail is not lost."""

CANNOT_FAIL: Final = frozenset({"drop", "stop", "add_header", "replace_recipient"})
"""Actions on the message itself; they have no `on_failure`."""

SHADOW_HEADER: Final = "X-Mmctl-Would"
"""The header that a shadow rule adds instead of acting."""

_KINDS: Final = {
    "Drop": "drop",
    "Relay": "relay",
    "Archive": "archive",
    "WriteToS3": "write_to_s3",
    "Send": "send",
    "AddHeader": "add_header",
    "ReplaceRecipient": "replace_recipient",
    "DeliverToMailbox": "deliver_to_mailbox",
    "DeliverToQBusiness": "deliver_to_q_business",
    "PublishToSns": "publish_to_sns",
    "Bounce": "bounce",
    "InvokeLambda": "invoke_lambda",
}


def kind_of(action: RuleAction, *, stop: bool = False) -> str:
    """The key of an action in the language; the drop of a rule that stops is `stop`."""
    kind = _KINDS[action.kind]
    return "stop" if stop and kind == "drop" else kind


def target_of(action: RuleAction) -> str | None:
    """Where an action leads to, or what it writes, in the words of the rule."""
    match action.value:
        case RelayAction(relay=relay):
            return str(relay)
        case ArchiveAction(target_archive=archive):
            return str(archive)
        case S3Action(s3_bucket=bucket, s3_prefix=prefix):
            return f"{bucket}/{prefix}" if prefix else str(bucket)
        case AddHeaderAction(header_name=name, header_value=value):
            return f"{name}: {value}"
        case ReplaceRecipientAction(replace_with=addresses):
            return ", ".join(addresses) if addresses else None
        case DeliverToMailboxAction(mailbox_arn=mailbox):
            return str(mailbox)
        case DeliverToQBusinessAction(application_id=application):
            return str(application)
        case SnsAction(topic_arn=topic):
            return str(topic)
        case InvokeLambdaAction(function_arn=function):
            return str(function)
        case BounceAction(smtp_reply_code=reply, status_code=status):
            return f"{reply} {status}"
        case DropAction() | SendAction():
            return None
        case _:  # pragma: no cover - the members of the union are listed above
            return None


def names_target(stated: str, target: str | None) -> bool:
    """Whether a case means this target: by its full text, or by the last part of an ARN or path."""
    if target is None:
        return False
    return stated == target or stated in {
        target.rpartition(":")[2],
        target.rpartition("/")[2],
        target.partition("/")[0],
        target.partition(": ")[0],
    }


def is_label_of(label: str, kind: str, target: str | None) -> bool:
    """Whether `archive` or `archive:compliance-7y`, as cases say it, means an action."""
    stated_kind, colon, stated_target = label.partition(":")
    if stated_kind.strip() != kind:
        return False
    return not colon or names_target(stated_target.strip(), target)


def drops_on_failure(action: RuleAction) -> bool:
    """Whether the action says `on_failure: drop`; absent means continue."""
    policy = action.failure_policy
    return policy is ActionFailurePolicy.DROP


def actions_in_effect(rule: LogicalRule) -> tuple[RuleAction, ...]:
    """What a rule does: its actions, or for a shadow rule the header that names it."""
    if not rule.shadow:
        return rule.actions
    header = {"HeaderName": SHADOW_HEADER, "HeaderValue": rule.name}
    return (RuleAction.of_api({"AddHeader": header}),)


def stops(rule: Rule) -> bool:
    """Whether the drop of a live rule is a `stop`: what delivers or stores stands before it."""
    keeps = False
    for action in rule.actions:
        kind = kind_of(action)
        if kind == "drop":
            return keeps
        keeps = keeps or kind in KEEPING
    return False
