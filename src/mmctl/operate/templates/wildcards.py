"""Why statements of policies in templates have a `*`: a reason for each, by its Sid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_REASONS: Final[Mapping[str, str]] = {
    "WriteToS3": "the service chooses the rest of an object's key",
    "Send": "SES asks for the identity of the sender, whom each message names",
    "Bounce": "SES asks for the identity of the sender, whom each rule names",
    "MailManager": "a rule set gets its id when it is made, after this role",
    "Pipeline": "a merge request runs on a branch whose name nobody knows before; it only plans",
    "Store": "the history of this project is below this prefix",
    "StoreNames": "the history of this project is below this prefix",
    "StoreKey": "S3 chooses the key; the condition binds it to S3 and to this bucket",
    "PutMetrics": "CloudWatch takes no resource here; the condition names the namespace",
    "ServiceLinkedRole": "SES chooses the name of its role; the condition names the service",
    "SendOnSenderOfProject": "an instance has its id from EC2; the condition names our tag",
    "Say": "the ARN of a log group ends in `:*`, which is its streams",
    "FindSender": "a stack has its id from CloudFormation; the names are those of this project",
}
"""Why statements have a `*`, by the Sid; for others what is in them says it."""


def wildcards_of(statements: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the reason of each statement that has a `*`, by its Sid."""
    return {
        str(each["Sid"]): _reason(each)
        for each in statements
        if "*" in str([each.get("Action"), each.get("Resource"), each.get("Condition")])
    }


def _reason(statement: Mapping[str, Any]) -> str:
    """Why a statement has a `*`: a second one of a kind has a number after its Sid."""
    sid = str(statement["Sid"])
    names = [name for name in _REASONS if sid == name or sid.removeprefix(name).isdigit()]
    if names:
        return _REASONS[names[0]]
    if "kms:ResourceAliases" in str(statement.get("Condition")):
        return "IAM knows a key by its alias in a condition alone"
    if statement.get("Resource") == ["*"]:
        return "AWS has no narrower resource for these actions"
    if "mmctl:project" in str(statement.get("Condition")):
        return "the service chooses ids; the condition names our tag"
    return "the service chooses ids, and nothing there is written"
