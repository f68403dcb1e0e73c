"""What CloudFormation needs of whoever deploys a stack, by the type of its resources.

From the handlers in the resource schemas of CloudFormation ("permissions"), without those of
properties that no template here has. `tests/live/test_iam_deploying.py` reads the schemas again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CHECKED: Final = "2026-11-29"

HANDLERS: Final[Mapping[str, str]] = {
    "AWS::CloudFormation::WaitCondition": "",
    "AWS::CloudFormation::WaitConditionHandle": "",
    "AWS::CloudWatch::Alarm": (
        "cloudwatch: DeleteAlarms DescribeAlarms ListTagsForResource PutMetricAlarm "
        "TagResource UntagResource"
    ),
    "AWS::CloudWatch::Dashboard": (
        "cloudwatch: DeleteDashboards GetDashboard ListTagsForResource PutDashboard "
        "TagResource UntagResource"
    ),
    "AWS::CodeBuild::Project": (
        "codebuild: BatchGetProjects CreateProject DeleteProject UpdateProject; iam: PassRole"
    ),
    "AWS::DynamoDB::Table": (
        "dynamodb: CreateTable DeleteResourcePolicy DeleteTable "
        "DescribeContinuousBackups DescribeTable DescribeTimeToLive GetResourcePolicy "
        "ListTagsOfResource PutResourcePolicy TagResource UntagResource "
        "UpdateContinuousBackups UpdateTable UpdateTimeToLive"
    ),
    "AWS::EC2::EIP": (
        "ec2: AllocateAddress AssociateAddress CreateTags DeleteTags DescribeAddresses "
        "DisassociateAddress ReleaseAddress"
    ),
    "AWS::EC2::EIPAssociation": "ec2: AssociateAddress DescribeAddresses DisassociateAddress",
    "AWS::EC2::FlowLog": (
        "ec2: CreateFlowLogs CreateTags DeleteFlowLogs DeleteTags DescribeFlowLogs "
        "DescribeTags; iam: PassRole"
    ),
    "AWS::EC2::Instance": (
        "ec2: AssociateIamInstanceProfile CreateTags DeleteTags "
        "DescribeIamInstanceProfileAssociations DescribeInstanceAttribute "
        "DescribeInstances DescribeNetworkInterfaces DescribeSecurityGroups "
        "DescribeSubnets DisassociateIamInstanceProfile ModifyInstanceAttribute "
        "MonitorInstances ReplaceIamInstanceProfileAssociation RunInstances "
        "StartInstances StopInstances TerminateInstances; iam: PassRole"
    ),
    "AWS::EC2::InternetGateway": (
        "ec2: CreateInternetGateway CreateTags DeleteInternetGateway DeleteTags "
        "DescribeInternetGateways"
    ),
    "AWS::EC2::NatGateway": (
        "ec2: CreateNatGateway CreateTags DeleteNatGateway DeleteTags DescribeNatGateways"
    ),
    "AWS::EC2::Route": (
        "ec2: CreateRoute DeleteRoute DescribeNetworkInterfaces DescribeRouteTables ReplaceRoute"
    ),
    "AWS::EC2::RouteTable": (
        "ec2: CreateRouteTable CreateTags DeleteRouteTable DeleteTags DescribeRouteTables"
    ),
    "AWS::EC2::SecurityGroup": (
        "ec2: AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress "
        "CreateSecurityGroup CreateTags DeleteSecurityGroup DeleteTags "
        "DescribeInstances DescribeSecurityGroups RevokeSecurityGroupEgress "
        "RevokeSecurityGroupIngress UpdateSecurityGroupRuleDescriptionsEgress "
        "UpdateSecurityGroupRuleDescriptionsIngress"
    ),
    "AWS::EC2::SecurityGroupEgress": (
        "ec2: AuthorizeSecurityGroupEgress DescribeSecurityGroupRules "
        "RevokeSecurityGroupEgress UpdateSecurityGroupRuleDescriptionsEgress"
    ),
    "AWS::EC2::SecurityGroupIngress": (
        "ec2: AuthorizeSecurityGroupIngress DescribeSecurityGroupRules "
        "DescribeSecurityGroups RevokeSecurityGroupIngress "
        "UpdateSecurityGroupRuleDescriptionsIngress"
    ),
    "AWS::EC2::Subnet": (
        "ec2: CreateSubnet CreateTags DeleteSubnet DeleteTags DescribeNetworkAcls "
        "DescribeSubnets ModifySubnetAttribute"
    ),
    "AWS::EC2::SubnetRouteTableAssociation": (
        "ec2: AssociateRouteTable DescribeRouteTables DescribeSubnets "
        "DisassociateRouteTable ReplaceRouteTableAssociation"
    ),
    "AWS::EC2::VPC": (
        "ec2: CreateTags CreateVpc DeleteTags DeleteVpc DescribeNetworkAcls "
        "DescribeSecurityGroups DescribeVpcAttribute ModifyVpcAttribute"
    ),
    "AWS::EC2::VPCEndpoint": (
        "ec2: CreateTags CreateVpcEndpoint DeleteTags DeleteVpcEndpoints "
        "DescribeSecurityGroups DescribeSubnets DescribeVpcEndpoints ModifyVpcEndpoint"
    ),
    "AWS::EC2::VPCGatewayAttachment": (
        "ec2: AttachInternetGateway DescribeInternetGateways DetachInternetGateway"
    ),
    "AWS::Events::Rule": (
        "events: DeleteRule DescribeRule ListTagsForResource ListTargetsByRule PutRule "
        "PutTargets RemoveTargets TagResource UntagResource; iam: PassRole"
    ),
    "AWS::IAM::InstanceProfile": (
        "iam: AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile "
        "GetInstanceProfile PassRole RemoveRoleFromInstanceProfile"
    ),
    "AWS::IAM::ManagedPolicy": (
        "iam: AttachRolePolicy CreatePolicy CreatePolicyVersion DeletePolicy "
        "DeletePolicyVersion DetachRolePolicy GetPolicy GetPolicyVersion "
        "ListEntitiesForPolicy ListPolicyVersions"
    ),
    "AWS::IAM::OIDCProvider": (
        "iam: AddClientIDToOpenIDConnectProvider CreateOpenIDConnectProvider "
        "DeleteOpenIDConnectProvider GetOpenIDConnectProvider "
        "ListOpenIDConnectProviderTags RemoveClientIDFromOpenIDConnectProvider "
        "TagOpenIDConnectProvider UntagOpenIDConnectProvider "
        "UpdateOpenIDConnectProviderThumbprint"
    ),
    "AWS::IAM::Role": (
        "iam: AttachRolePolicy CreateRole DeleteRole DeleteRolePolicy DetachRolePolicy "
        "GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies PutRolePolicy "
        "TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription"
    ),
    "AWS::IAM::RolePolicy": "iam: DeleteRolePolicy GetRolePolicy PutRolePolicy",
    "AWS::KMS::Alias": "kms: CreateAlias DeleteAlias ListAliases UpdateAlias",
    "AWS::KMS::Key": (
        "kms: CreateKey DescribeKey DisableKey DisableKeyRotation EnableKey "
        "EnableKeyRotation GetKeyPolicy GetKeyRotationStatus ListResourceTags "
        "PutKeyPolicy ScheduleKeyDeletion TagResource UntagResource "
        "UpdateKeyDescription"
    ),
    "AWS::Lambda::EventSourceMapping": (
        "lambda: CreateEventSourceMapping DeleteEventSourceMapping "
        "GetEventSourceMapping ListTags TagResource UntagResource "
        "UpdateEventSourceMapping"
    ),
    "AWS::Lambda::Function": (
        "iam: PassRole; lambda: CreateFunction DeleteFunction "
        "DeleteFunctionConcurrency GetFunction PutFunctionConcurrency TagResource "
        "UntagResource UpdateFunctionCode UpdateFunctionConfiguration"
    ),
    "AWS::Lambda::Permission": "lambda: AddPermission GetPolicy RemovePermission",
    "AWS::Logs::LogGroup": (
        "logs: AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteRetentionPolicy "
        "DescribeLogGroups DisassociateKmsKey ListTagsForResource PutRetentionPolicy "
        "TagResource UntagResource"
    ),
    "AWS::Logs::MetricFilter": ("logs: DeleteMetricFilter DescribeMetricFilters PutMetricFilter"),
    "AWS::Logs::ResourcePolicy": (
        "logs: DeleteResourcePolicy DescribeResourcePolicies PutResourcePolicy"
    ),
    "AWS::S3::Bucket": (
        "s3: CreateBucket DeleteBucket GetBucketObjectLockConfiguration "
        "GetBucketOwnershipControls GetBucketPublicAccessBlock GetBucketTagging "
        "GetBucketVersioning GetEncryptionConfiguration GetLifecycleConfiguration "
        "ListBucket ListTagsForResource PutBucketObjectLockConfiguration "
        "PutBucketOwnershipControls PutBucketPublicAccessBlock PutBucketTagging "
        "PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration "
        "TagResource UntagResource"
    ),
    "AWS::S3::BucketPolicy": "s3: DeleteBucketPolicy GetBucketPolicy PutBucketPolicy",
    "AWS::SES::EmailIdentity": (
        "ses: CreateEmailIdentity DeleteEmailIdentity GetEmailIdentity "
        "ListTagsForResource PutEmailIdentityDkimAttributes TagResource UntagResource"
    ),
    "AWS::SNS::Subscription": (
        "sns: GetSubscriptionAttributes SetSubscriptionAttributes Subscribe Unsubscribe"
    ),
    "AWS::SNS::Topic": (
        "sns: CreateTopic DeleteTopic GetTopicAttributes ListSubscriptionsByTopic "
        "ListTagsForResource SetTopicAttributes Subscribe TagResource Unsubscribe "
        "UntagResource"
    ),
    "AWS::SNS::TopicPolicy": "sns: SetTopicAttributes",
    "AWS::SQS::Queue": (
        "sqs: CreateQueue DeleteQueue GetQueueAttributes GetQueueUrl ListQueueTags "
        "SetQueueAttributes TagQueue UntagQueue"
    ),
    "AWS::SQS::QueuePolicy": "sqs: SetQueueAttributes",
    "AWS::Scheduler::Schedule": (
        "iam: PassRole; scheduler: CreateSchedule DeleteSchedule GetSchedule UpdateSchedule"
    ),
    "AWS::SecretsManager::ResourcePolicy": (
        "secretsmanager: DeleteResourcePolicy GetResourcePolicy PutResourcePolicy"
    ),
    "AWS::SecretsManager::Secret": (
        "secretsmanager: CreateSecret DeleteSecret DescribeSecret GetRandomPassword "
        "GetSecretValue TagResource UntagResource UpdateSecret"
    ),
}
"""Services and their actions: `iam: GetRole PassRole; s3: GetObject`."""
_ANYWHERE: Final = (
    "ec2: DescribeAddresses DescribeFlowLogs DescribeIamInstanceProfileAssociations "
    "DescribeInstances DescribeInternetGateways DescribeNatGateways DescribeNetworkAcls "
    "DescribeNetworkInterfaces DescribeRouteTables DescribeSecurityGroupRules "
    "DescribeSecurityGroups DescribeSubnets DescribeTags DescribeVpcEndpoints; kms: "
    "CreateKey ListAliases; lambda: CreateEventSourceMapping; logs: DeleteResourcePolicy "
    "DescribeLogGroups DescribeResourcePolicies PutResourcePolicy; secretsmanager: "
    "GetRandomPassword; sns: GetSubscriptionAttributes SetSubscriptionAttributes "
    "Unsubscribe"
)
"""Those of them for which the Service Authorization Reference names no resource type."""


def actions_for(type_: str) -> tuple[str, ...]:
    """The actions that making, changing and deleting a resource of a type takes.

    Raises:
        KeyError: nobody has looked the type up.
    """
    return tuple(_actions(HANDLERS[type_]))


def without_resource() -> frozenset[str]:
    """The actions that AWS allows on `*` alone."""
    return frozenset(_actions(_ANYWHERE))


def _actions(text: str) -> Iterator[str]:
    for part in filter(None, text.split("; ")):
        service, _, names = part.partition(": ")
        yield from (f"{service}:{name}" for name in names.split())
