"""Rule sets: what Mail Manager does with accepted mail, in AWS's own words.

Compared with botocore's service model by the tests. Nothing that mmctl defines may live here.
"""

from typing import Annotated, TypeAlias, assert_never

from mmctl.model.enums import (
    ActionFailurePolicy,
    LambdaInvocationType,
    MailFrom,
    RuleAddressListEmailAttribute,
    RuleBooleanEmailAttribute,
    RuleBooleanOperator,
    RuleClientCertificateAttribute,
    RuleDmarcOperator,
    RuleDmarcPolicy,
    RuleIpEmailAttribute,
    RuleIpOperator,
    RuleNumberEmailAttribute,
    RuleNumberOperator,
    RuleStringEmailAttribute,
    RuleStringOperator,
    RuleVerdict,
    RuleVerdictAttribute,
    RuleVerdictOperator,
    SnsNotificationEncoding,
    SnsNotificationPayloadType,
)
from mmctl.model.members import ItemCount
from mmctl.model.shape import OneOf, Shape
from mmctl.model.tags import Tag
from mmctl.model.texts import (
    AnalyzerArn,
    BounceMessage,
    DiagnosticMessage,
    EmailAddress,
    HeaderName,
    HeaderValue,
    IamRoleArn,
    IdOrArn,
    KmsKeyId,
    LambdaFunctionArn,
    LambdaRetryTimeMinutes,
    MimeHeaderAttribute,
    NameOrArn,
    QBusinessApplicationId,
    QBusinessIndexId,
    ResultField,
    RuleIpStringValue,
    RuleName,
    RuleSetName,
    RuleStringValue,
    S3Bucket,
    S3Prefix,
    SmtpReplyCode,
    SnsTopicArn,
    StatusCode,
)


class Analysis(Shape):
    """A result of an add-on: which instance, and which field of its result."""

    analyzer: AnalyzerArn
    result_field: ResultField


class RuleIsInAddressList(Shape):
    """Whether an address of the message is in an address list."""

    attribute: RuleAddressListEmailAttribute
    address_lists: Annotated[tuple[str, ...], ItemCount(1, 1)]


class RuleBooleanToEvaluate(OneOf[RuleBooleanEmailAttribute | Analysis | RuleIsInAddressList]):
    """What a boolean expression of a rule looks at."""

    attribute: RuleBooleanEmailAttribute | None = None
    analysis: Analysis | None = None
    is_in_address_list: RuleIsInAddressList | None = None


class RuleBooleanExpression(Shape):
    """True or false facts: TLS, a read receipt, an add-on's answer, an address list."""

    evaluate: RuleBooleanToEvaluate
    operator: RuleBooleanOperator


class RuleStringToEvaluate(
    OneOf[
        RuleStringEmailAttribute | MimeHeaderAttribute | Analysis | RuleClientCertificateAttribute
    ]
):
    """What a string expression of a rule looks at."""

    attribute: RuleStringEmailAttribute | None = None
    mime_header_attribute: MimeHeaderAttribute | None = None
    analysis: Analysis | None = None
    client_certificate_attribute: RuleClientCertificateAttribute | None = None


class RuleStringExpression(Shape):
    """A text compared with literal values; any may match, for NOT_EQUALS none."""

    evaluate: RuleStringToEvaluate
    operator: RuleStringOperator
    values: Annotated[tuple[RuleStringValue, ...], ItemCount(1, 10)]


class RuleNumberToEvaluate(OneOf[RuleNumberEmailAttribute]):
    """What a number expression of a rule looks at."""

    attribute: RuleNumberEmailAttribute | None = None


class RuleNumberExpression(Shape):
    """The size of the message, compared with one number of bytes."""

    evaluate: RuleNumberToEvaluate
    operator: RuleNumberOperator
    value: float


class RuleIpToEvaluate(OneOf[RuleIpEmailAttribute]):
    """What an address expression of a rule looks at."""

    attribute: RuleIpEmailAttribute | None = None


class RuleIpExpression(Shape):
    """The client's IPv4 address, compared with networks in CIDR notation."""

    evaluate: RuleIpToEvaluate
    operator: RuleIpOperator
    values: Annotated[tuple[RuleIpStringValue, ...], ItemCount(1, 10)]


class RuleVerdictToEvaluate(OneOf[RuleVerdictAttribute | Analysis]):
    """What a verdict expression of a rule looks at."""

    attribute: RuleVerdictAttribute | None = None
    analysis: Analysis | None = None


class RuleVerdictExpression(Shape):
    """The verdict of SPF, DKIM or an add-on."""

    evaluate: RuleVerdictToEvaluate
    operator: RuleVerdictOperator
    values: Annotated[tuple[RuleVerdict, ...], ItemCount(1, 10)]


class RuleDmarcExpression(Shape):
    """The DMARC policy of the sender's domain."""

    operator: RuleDmarcOperator
    values: Annotated[tuple[RuleDmarcPolicy, ...], ItemCount(1, 10)]


RuleExpression: TypeAlias = (
    RuleBooleanExpression
    | RuleStringExpression
    | RuleNumberExpression
    | RuleIpExpression
    | RuleVerdictExpression
    | RuleDmarcExpression
)
"""What a condition of a rule can be."""


class RuleCondition(OneOf[RuleExpression]):
    """One condition of a rule: exactly one expression."""

    boolean_expression: RuleBooleanExpression | None = None
    string_expression: RuleStringExpression | None = None
    number_expression: RuleNumberExpression | None = None
    ip_expression: RuleIpExpression | None = None
    verdict_expression: RuleVerdictExpression | None = None
    dmarc_expression: RuleDmarcExpression | None = None


class DropAction(Shape):
    """Removes the matched recipients from the message."""


class RelayAction(Shape):
    """Hands the message to an SMTP relay."""

    action_failure_policy: ActionFailurePolicy | None = None
    relay: IdOrArn
    mail_from: MailFrom | None = None


class ArchiveAction(Shape):
    """Stores the message in an archive."""

    action_failure_policy: ActionFailurePolicy | None = None
    target_archive: NameOrArn


class S3Action(Shape):
    """Stores the message in an S3 bucket."""

    action_failure_policy: ActionFailurePolicy | None = None
    role_arn: IamRoleArn
    s3_bucket: S3Bucket
    s3_prefix: S3Prefix | None = None
    s3_sse_kms_key_id: KmsKeyId | None = None


class SendAction(Shape):
    """Sends the message to its recipients by Amazon SES."""

    action_failure_policy: ActionFailurePolicy | None = None
    role_arn: IamRoleArn


class AddHeaderAction(Shape):
    """Appends a header `X-…` to the message."""

    header_name: HeaderName
    header_value: HeaderValue


class ReplaceRecipientAction(Shape):
    """Replaces the matched envelope recipients."""

    replace_with: Annotated[tuple[EmailAddress, ...], ItemCount(1, 100)] | None = None


class DeliverToMailboxAction(Shape):
    """Delivers the message to an Amazon WorkMail mailbox."""

    action_failure_policy: ActionFailurePolicy | None = None
    mailbox_arn: NameOrArn
    role_arn: IamRoleArn


class DeliverToQBusinessAction(Shape):
    """Stores the message in an Amazon Q Business index."""

    action_failure_policy: ActionFailurePolicy | None = None
    application_id: QBusinessApplicationId
    index_id: QBusinessIndexId
    role_arn: IamRoleArn


class SnsAction(Shape):
    """Publishes the message, or its headers, to an Amazon SNS topic."""

    action_failure_policy: ActionFailurePolicy | None = None
    topic_arn: SnsTopicArn
    role_arn: IamRoleArn
    encoding: SnsNotificationEncoding | None = None
    payload_type: SnsNotificationPayloadType | None = None


class BounceAction(Shape):
    """Sends a bounce to the sender after the message was accepted."""

    action_failure_policy: ActionFailurePolicy | None = None
    role_arn: IamRoleArn
    sender: EmailAddress
    status_code: StatusCode
    smtp_reply_code: SmtpReplyCode
    diagnostic_message: DiagnosticMessage
    message: BounceMessage | None = None


class InvokeLambdaAction(Shape):
    """Calls an AWS Lambda function with the message's headers."""

    action_failure_policy: ActionFailurePolicy | None = None
    function_arn: LambdaFunctionArn
    invocation_type: LambdaInvocationType
    role_arn: IamRoleArn
    retry_time_minutes: LambdaRetryTimeMinutes | None = None


AnyRuleAction: TypeAlias = (
    DropAction
    | RelayAction
    | ArchiveAction
    | S3Action
    | SendAction
    | AddHeaderAction
    | ReplaceRecipientAction
    | DeliverToMailboxAction
    | DeliverToQBusinessAction
    | SnsAction
    | BounceAction
    | InvokeLambdaAction
)
"""What an action of a rule can be."""


class RuleAction(OneOf[AnyRuleAction]):
    """One action of a rule: exactly one kind."""

    drop: DropAction | None = None
    relay: RelayAction | None = None
    archive: ArchiveAction | None = None
    write_to_s3: S3Action | None = None
    send: SendAction | None = None
    add_header: AddHeaderAction | None = None
    replace_recipient: ReplaceRecipientAction | None = None
    deliver_to_mailbox: DeliverToMailboxAction | None = None
    deliver_to_q_business: DeliverToQBusinessAction | None = None
    publish_to_sns: SnsAction | None = None
    bounce: BounceAction | None = None
    invoke_lambda: InvokeLambdaAction | None = None

    @property
    def failure_policy(self) -> ActionFailurePolicy | None:
        """What to do if the action fails; None: not stated, or not possible."""
        match self.value:
            case DropAction() | AddHeaderAction() | ReplaceRecipientAction():
                return None
            case (
                RelayAction()
                | ArchiveAction()
                | S3Action()
                | SendAction()
                | DeliverToMailboxAction()
                | DeliverToQBusinessAction()
                | SnsAction()
                | BounceAction()
                | InvokeLambdaAction()
            ) as action:
                return action.action_failure_policy
            case never:
                assert_never(never)


class Rule(Shape):
    """Conditions that must all match, conditions that must not match, and the actions to do."""

    name: RuleName | None = None
    conditions: Annotated[tuple[RuleCondition, ...], ItemCount(0, 10)] | None = None
    unless: Annotated[tuple[RuleCondition, ...], ItemCount(0, 10)] | None = None
    actions: Annotated[tuple[RuleAction, ...], ItemCount(1, 10)]


class RuleSet(Shape):
    """Rules in the order in which they are tried, as CreateRuleSet takes them."""

    rule_set_name: RuleSetName
    rules: Annotated[tuple[Rule, ...], ItemCount(0, 40)]
    tags: Annotated[tuple[Tag, ...], ItemCount(0, 200)] | None = None
