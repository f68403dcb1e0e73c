"""A rule of EventBridge that tells writes to Mail Manager by others than mmctl, within minutes.

EventBridge gets these events from CloudTrail, and only where a trail of the account logs management
events ("Events from AWS services via AWS CloudTrail", Amazon EventBridge User Guide).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.operate.templates.alarm_topic import ALARM_TOPIC
from mmctl.operate.templates.intrinsic import ref
from mmctl.operate.templates.template import TemplateResource
from mmctl.operate.trail.events import SES, TAGGING, WRITES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def event_pattern(own_roles: Sequence[str]) -> dict[str, Any]:
    """Which events it takes: writes whose caller is not one of these roles."""
    detail: dict[str, Any] = {
        "eventSource": [SES],
        "eventName": [name for name in WRITES if name not in TAGGING],
    }
    if own_roles:
        # Whoever assumed no role has no issuer.
        others = [{"exists": False}, {"anything-but": list(own_roles)}]
        detail["userIdentity"] = {"sessionContext": {"sessionIssuer": {"arn": others}}}
    return {
        "source": ["aws.ses"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": detail,
    }


def changes_rule(own_roles: Sequence[str], environment: str) -> Iterable[TemplateResource]:
    """The rule and its message."""
    whose = "others than the role of mmctl" if own_roles else "anybody, mmctl included"
    yield TemplateResource(
        name="ChangesByOthers",
        type="AWS::Events::Rule",
        comment=f"Tells writes to Mail Manager by {whose}; a trail must log management events.",
        properties={
            "Description": f"Writes to Mail Manager by {whose}.",
            "EventPattern": event_pattern(own_roles),
            "State": "ENABLED",
            "Targets": [
                {
                    "Id": "tell",
                    "Arn": ref(ALARM_TOPIC),
                    "InputTransformer": {
                        "InputPathsMap": {
                            "what": "$.detail.eventName",
                            "who": "$.detail.userIdentity.arn",
                            "when": "$.detail.eventTime",
                        },
                        "InputTemplate": (
                            '"<who> called <what> of Mail Manager at <when>. See: '
                            f'mmctl drift --env {environment} --cloudtrail"'
                        ),
                    },
                }
            ],
        },
    )
