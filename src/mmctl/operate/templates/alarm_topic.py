"""Where alarms go: one topic for everything that the foundation and the monitoring watch."""

from __future__ import annotations

from typing import Final

from mmctl.operate.templates.intrinsic import ref, sub
from mmctl.operate.templates.template import (
    CHECKOV,
    LintException,
    Output,
    TemplateResource,
    TemplateSection,
)

ALARM_TOPIC: Final = "AlarmTopic"
"""Its logical id: `ref(ALARM_TOPIC)` is what an alarm does."""
_PLAIN: Final = LintException(
    tool=CHECKOV,
    check="CKV_AWS_26",
    reason="alarms hold numbers and names of rules, no mail; CloudWatch cannot publish to a topic "
    "under AWS's own key, and a key of its own could silence every alarm",
)


def alarm_topic(alarms_to: str | None) -> TemplateSection:
    """Return the topic, who may publish to it, and the mail address that gets alarms."""
    topic = TemplateResource(
        name=ALARM_TOPIC,
        type="AWS::SNS::Topic",
        comment="Alarms of CloudWatch, and what EventBridge reports, come here.",
        properties={"DisplayName": "mmctl"},
        exceptions=(_PLAIN,),
    )
    policy = TemplateResource(
        name="AlarmTopicPolicy",
        type="AWS::SNS::TopicPolicy",
        comment="Only alarms and rules of this account may publish.",
        properties={
            "Topics": [ref(ALARM_TOPIC)],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    _publishes("Alarms", "cloudwatch"),
                    _publishes("Events", "events"),
                ],
            },
        },
    )
    subscriptions = () if alarms_to is None else (_subscription(alarms_to),)
    return TemplateSection(
        title="Where alarms go",
        comment=_whom(alarms_to),
        resources=(topic, policy, *subscriptions),
        outputs=(
            Output(name="AlarmTopicArn", value=ref(ALARM_TOPIC), comment="The topic of alarms."),
        ),
    )


def _whom(alarms_to: str | None) -> str:
    if alarms_to is None:
        return "Nobody subscribes to it: `alarms_to:` under `stack:` names a mail address."
    return "SNS sends the address a message; alarms go there once it has been confirmed."


def _publishes(sid: str, service: str) -> dict[str, object]:
    """The statement that lets a service publish what belongs to this account."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": ref(ALARM_TOPIC),
        "Condition": {"StringEquals": {"aws:SourceAccount": sub("${AWS::AccountId}")}},
    }


def _subscription(alarms_to: str) -> TemplateResource:
    return TemplateResource(
        name="AlarmSubscription",
        type="AWS::SNS::Subscription",
        comment="Whom alarms are sent to.",
        properties={"TopicArn": ref(ALARM_TOPIC), "Protocol": "email", "Endpoint": alarms_to},
    )
