"""The metadata of messages: topics → queue → function → table, and alarms where it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.operate.foundation.inline_code import inline_code
from mmctl.operate.foundation.logs import OWN_KEY
from mmctl.operate.foundation.policies import (
    OVER_TLS,
    allow,
    document,
    only_encrypted,
    service_may,
    trusted_by,
)
from mmctl.operate.templates.alarm_topic import ALARM_TOPIC
from mmctl.operate.templates.intrinsic import get_att, ref, sub
from mmctl.operate.templates.template import (
    CHECKOV,
    LintException,
    Output,
    Parameter,
    TemplateResource,
    TemplateSection,
)

if TYPE_CHECKING:
    from mmctl.operate.foundation.needs import FoundationNeeds

TABLE, QUEUE, FAILED = "MetadataTable", "MetadataQueue", "MetadataFailed"
FUNCTION, ROLE, LOGS = "MetadataFunction", "MetadataFunctionRole", "MetadataFunctionLogs"
KEEP_DAYS: Final = Parameter(
    name="MetadataKeepDays",
    comment="Days that the metadata of a message is kept; 0 keeps it forever.",
    pattern="0|[1-9][0-9]{0,4}",
    default="0",
)
_SECONDS: Final = 30
"""How long the function may take for a batch."""
_HIDDEN: Final = 6 * _SECONDS
"""How long the queue hides what the function has: six times as long, as Lambda asks."""
_TRIES: Final = 5
_DAY: Final = 86_400
_LATE: Final = 900
_OWN_TABLE_KEY: Final = LintException(
    tool=CHECKOV,
    check="CKV_AWS_119",
    reason="DynamoDB encrypts every table; a key of your own costs by the month, and a disabled "
    "one would stop the record",
)
_OWN_QUEUE_KEY: Final = LintException(
    tool=CHECKOV,
    check="CKV_AWS_27",
    reason="SQS encrypts it with keys of its own (SqsManagedSseEnabled); SNS cannot send to a "
    "queue under AWS's key in KMS, and a disabled key of your own would stop the record",
)
_FUNCTION_EXCEPTIONS: Final = tuple(
    LintException(tool=CHECKOV, check=check, reason=reason)
    for check, reason in (
        ("CKV_AWS_115", "the queue's MaximumConcurrency limits it without taking from the account"),
        ("CKV_AWS_116", "a queue calls it: what fails goes to the queue's own dead-letter queue"),
        ("CKV_AWS_117", "it talks to DynamoDB and the queue alone; a VPC would need endpoints"),
        ("CKV_AWS_173", "its variables are the name of a table and a number"),
    )
)


def metadata_section(needs: FoundationNeeds, retention_days: int) -> TemplateSection:
    """Return all that takes metadata from the topics to the table."""
    topics = [topic.id for topic in needs.metadata]
    return TemplateSection(
        title="Metadata of messages",
        comment="Rules publish the headers of mail; one item a message goes to DynamoDB. All on "
        "the way deliver at least once, so the function writes what it may write twice.",
        parameters=(KEEP_DAYS,),
        resources=(
            _failed(),
            _queue(),
            _queue_policy(topics),
            *map(_subscription, topics),
            _table(),
            _logs(retention_days),
            _role(),
            _function(),
            _mapping(),
            *_alarms(topics),
        ),
        outputs=(
            Output(name="MetadataTableName", value=ref(TABLE), comment="Metadata of messages."),
            Output(name="MetadataQueueUrl", value=ref(QUEUE), comment="What waits to be written."),
            Output(name="MetadataFailedUrl", value=ref(FAILED), comment="What was given up."),
        ),
    )


def _failed() -> TemplateResource:
    return TemplateResource(
        name=FAILED,
        type="AWS::SQS::Queue",
        comment="What could not be written after five tries waits here for two weeks.",
        properties={"SqsManagedSseEnabled": True, "MessageRetentionPeriod": 14 * _DAY},
        keeps_data=True,
        exceptions=(_OWN_QUEUE_KEY,),
    )


def _queue() -> TemplateResource:
    redrive = {"deadLetterTargetArn": get_att(FAILED, "Arn"), "maxReceiveCount": _TRIES}
    return TemplateResource(
        name=QUEUE,
        type="AWS::SQS::Queue",
        comment="Keeps what the topics send while the function is changed or fails.",
        properties={
            "SqsManagedSseEnabled": True,
            "MessageRetentionPeriod": 4 * _DAY,
            "VisibilityTimeout": _HIDDEN,
            "RedrivePolicy": redrive,
        },
        exceptions=(_OWN_QUEUE_KEY,),
    )


def _queue_policy(topics: list[str]) -> TemplateResource:
    queues = [get_att(QUEUE, "Arn"), get_att(FAILED, "Arn")]
    return TemplateResource(
        name="MetadataQueuePolicy",
        type="AWS::SQS::QueuePolicy",
        comment="Only the topics may send to the queues.",
        properties={
            "Queues": [ref(QUEUE), ref(FAILED)],
            "PolicyDocument": document(
                service_may(
                    "Topics",
                    "sns.amazonaws.com",
                    ["sqs:SendMessage"],
                    queues,
                    ArnEquals={"aws:SourceArn": [ref(topic) for topic in topics]},
                ),
                only_encrypted("sqs", queues),
            ),
        },
        wildcards=OVER_TLS,
    )


def _subscription(topic: str) -> TemplateResource:
    return TemplateResource(
        name=f"{topic}ToQueue",
        type="AWS::SNS::Subscription",
        comment="The queue gets what the topic gets, with the name of the topic.",
        properties={
            "TopicArn": ref(topic),
            "Protocol": "sqs",
            "Endpoint": get_att(QUEUE, "Arn"),
            "RedrivePolicy": {"deadLetterTargetArn": get_att(FAILED, "Arn")},
        },
        depends_on=("MetadataQueuePolicy",),
    )


def _table() -> TemplateResource:
    def key(name: str, kind: str) -> dict[str, str]:
        return {"AttributeName": name, "KeyType": kind}

    attributes = ("message_id", "received_on", "received_at")
    return TemplateResource(
        name=TABLE,
        type="AWS::DynamoDB::Table",
        comment="One item a message; the index by-day finds those of a day in their order.",
        properties={
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": "S"} for name in attributes
            ],
            "KeySchema": [key("message_id", "HASH")],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by-day",
                    "KeySchema": [key("received_on", "HASH"), key("received_at", "RANGE")],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        },
        keeps_data=True,
        exceptions=(_OWN_TABLE_KEY,),
    )


def _logs(retention_days: int) -> TemplateResource:
    return TemplateResource(
        name=LOGS,
        type="AWS::Logs::LogGroup",
        comment="What the function says; it names no mail.",
        properties={"RetentionInDays": retention_days},
        exceptions=(OWN_KEY,),
    )


def _role() -> TemplateResource:
    statements = (
        allow(
            "ReadQueue",
            ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
            [get_att(QUEUE, "Arn")],
        ),
        allow("WriteItems", ["dynamodb:UpdateItem"], [get_att(TABLE, "Arn")]),
        allow(
            "WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [sub(f"${{{LOGS}.Arn}}")]
        ),
    )
    return TemplateResource(
        name=ROLE,
        type="AWS::IAM::Role",
        comment="What the function may do: read the queue, add to items, write its log.",
        properties={
            "AssumeRolePolicyDocument": trusted_by("lambda.amazonaws.com"),
            "Policies": [{"PolicyName": "metadata", "PolicyDocument": document(*statements)}],
        },
        wildcards={"WriteLogs": "the ARN of a log group ends in `:*`, which is its streams"},
    )


def _function() -> TemplateResource:
    return TemplateResource(
        name=FUNCTION,
        type="AWS::Lambda::Function",
        comment="Writes the metadata of each message to the table.",
        properties={
            "Description": "Writes the metadata of mail to DynamoDB.",
            "Runtime": "python3.13",
            "Architectures": ["arm64"],
            "Handler": "index.handler",
            "MemorySize": 256,
            "Timeout": _SECONDS,
            "Role": get_att(ROLE, "Arn"),
            "LoggingConfig": {"LogGroup": ref(LOGS)},
            "Environment": {"Variables": {"TABLE": ref(TABLE), "KEEP_DAYS": ref(KEEP_DAYS.name)}},
            "Code": {"ZipFile": inline_code("record_metadata")},
        },
        exceptions=_FUNCTION_EXCEPTIONS,
    )


def _mapping() -> TemplateResource:
    return TemplateResource(
        name="MetadataFromQueue",
        type="AWS::Lambda::EventSourceMapping",
        comment="Hands the function up to ten at a time; what fails alone comes again alone.",
        properties={
            "EventSourceArn": get_att(QUEUE, "Arn"),
            "FunctionName": ref(FUNCTION),
            "BatchSize": 10,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": 10},
        },
    )


def _alarms(topics: list[str]) -> list[TemplateResource]:
    queue, failed = get_att(QUEUE, "QueueName"), get_att(FAILED, "QueueName")
    visible, oldest = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
    lost = [
        _alarm(
            f"Alarm{topic}NotSent",
            "A topic could not hand on what rules published: the record of mail has gaps.",
            _metric("SNS", "NumberOfNotificationsFailed", "TopicName", get_att(topic, "TopicName")),
            most=0,
            statistic="Sum",
        )
        for topic in topics
    ]
    return [
        _alarm(
            "AlarmMetadataFailed",
            "Metadata of mail could not be written and waits among the failed.",
            _metric("SQS", visible, "QueueName", failed),
            most=0,
        ),
        _alarm(
            "AlarmMetadataLate",
            "Metadata of mail has waited for more than a quarter of an hour.",
            _metric("SQS", oldest, "QueueName", queue),
            most=_LATE,
        ),
        _alarm(
            "AlarmMetadataFunction",
            "The function that writes metadata fails.",
            _metric("Lambda", "Errors", "FunctionName", ref(FUNCTION)),
            most=0,
            statistic="Sum",
            periods=3,
        ),
        *lost,
    ]


def _metric(service: str, name: str, dimension: str, value: Any) -> dict[str, Any]:
    return {
        "Namespace": f"AWS/{service}",
        "MetricName": name,
        "Dimensions": [{"Name": dimension, "Value": value}],
    }


def _alarm(
    name: str,
    sentence: str,
    metric: dict[str, Any],
    *,
    most: int,
    statistic: str = "Maximum",
    periods: int = 1,
) -> TemplateResource:
    return TemplateResource(
        name=name,
        type="AWS::CloudWatch::Alarm",
        comment=sentence,
        properties={
            "AlarmDescription": sentence,
            **metric,
            "Statistic": statistic,
            "Period": 300,
            "EvaluationPeriods": periods,
            "Threshold": most,
            "ComparisonOperator": "GreaterThanThreshold",
            # Queues and functions without work publish nothing.
            "TreatMissingData": "notBreaching",
            "AlarmActions": [ref(ALARM_TOPIC)],
        },
    )
