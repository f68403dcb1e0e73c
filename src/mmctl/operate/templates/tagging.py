"""Which resource types take tags, and in what form.

From the resource schemas of CloudFormation, which `tests/operate/templates/test_tagging.py` reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT_TAG: Final = "mmctl:project"
ENVIRONMENT_TAG: Final = "mmctl:environment"

LISTED: Final = frozenset(
    {
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::CodeBuild::Project",
        "AWS::CodePipeline::Pipeline",
        "AWS::DynamoDB::Table",
        "AWS::EC2::EIP",
        "AWS::EC2::FlowLog",
        "AWS::EC2::Instance",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::NatGateway",
        "AWS::EC2::NetworkAcl",
        "AWS::EC2::NetworkInterface",
        "AWS::EC2::PrefixList",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Subnet",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::Volume",
        "AWS::Events::Rule",
        "AWS::IAM::OIDCProvider",
        "AWS::IAM::Role",
        "AWS::KMS::Key",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::SES::ConfigurationSet",
        "AWS::SES::EmailIdentity",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::SSM::Document",
        "AWS::Scheduler::ScheduleGroup",
        "AWS::SecretsManager::Secret",
    }
)
"""Types whose tags are a list of `Key` and `Value`."""
MAPPED: Final = frozenset({"AWS::SSM::Parameter"})
"""Types whose tags are a mapping."""
UNTAGGED: Final = frozenset(
    {
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::EC2::EIPAssociation",
        "AWS::EC2::LaunchTemplate",
        "AWS::EC2::NetworkAclEntry",
        "AWS::EC2::Route",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::SubnetNetworkAclAssociation",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::RolePolicy",
        "AWS::KMS::Alias",
        "AWS::Lambda::Permission",
        "AWS::Logs::MetricFilter",
        "AWS::Logs::ResourcePolicy",
        "AWS::Route53::RecordSet",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::Scheduler::Schedule",
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::SecretsManager::RotationSchedule",
        "AWS::SecretsManager::SecretTargetAttachment",
    }
)
"""Types that take no tags."""


def tags_of(project: str, environment: str) -> dict[str, str]:
    """Return the tags of what is made for one environment of a project."""
    return {PROJECT_TAG: project, ENVIRONMENT_TAG: environment}


def with_tags(type_: str, properties: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Return the properties with these tags, beside those that a resource has.

    Raises:
        KeyError: nobody has said whether the type takes tags.
    """
    if type_ in UNTAGGED or not tags:
        return dict(properties)
    if type_ in LISTED:
        own = [{"Key": key, "Value": value} for key, value in tags.items()]
        return {**properties, "Tags": [*properties.get("Tags", ()), *own]}
    if type_ in MAPPED:
        return {**properties, "Tags": {**properties.get("Tags", {}), **tags}}
    raise KeyError(type_)
