"""The network of an environment for integration: two zones, one public subnet, flow logs."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Final

from mmctl.operate.staging.instances import trust_of
from mmctl.operate.templates.intrinsic import availability_zones, get_att, ref, select, sub
from mmctl.operate.templates.template import (
    CHECKOV,
    LintException,
    TemplateResource,
    TemplateSection,
)

if TYPE_CHECKING:
    from mmctl.operate.templates.intrinsic import Value

VPC: Final = "Vpc"
PUBLIC: Final = "PublicSubnet"
PRIVATE: Final = ("PrivateSubnetOne", "PrivateSubnetTwo")
"""The private subnets, in two zones."""
PRIVATE_ROUTES: Final = "PrivateRoutes"
GOES_OUT: Final = "PublicRoute"
"""The route to the internet, which a machine of the public subnet needs at its start."""
_PARTS_BITS: Final = 3
"""The network has room for eight parts of the size of a subnet."""


def network_section(network: str, log_retention_days: int) -> TemplateSection:
    """The network of a range of addresses."""
    public, one, two, *_ = IPv4Network(network).subnets(prefixlen_diff=_PARTS_BITS)
    return TemplateSection(
        title="Network",
        comment="Two zones. Relays reach public servers only, so the mail server has a public "
        "subnet; all else is private and has no way out.",
        resources=(
            TemplateResource(
                name=VPC,
                type="AWS::EC2::VPC",
                properties={
                    "CidrBlock": network,
                    "EnableDnsSupport": True,
                    "EnableDnsHostnames": True,
                },
                comment="The network of this environment.",
            ),
            _subnet(PUBLIC, str(public), 0, "For the mail server alone."),
            _subnet(PRIVATE[0], str(one), 0, "For endpoints and the sender."),
            _subnet(PRIVATE[1], str(two), 1, "For endpoints, in another zone."),
            *_ways_out(),
            *_private_routes(),
            *_flow_logs(log_retention_days),
        ),
    )


def _subnet(name: str, range_: str, zone: int, comment: str) -> TemplateResource:
    return TemplateResource(
        name=name,
        type="AWS::EC2::Subnet",
        properties={
            "VpcId": ref(VPC),
            "CidrBlock": range_,
            "AvailabilityZone": select(zone, availability_zones()),
            "MapPublicIpOnLaunch": False,
        },
        comment=comment,
    )


def _ways_out() -> list[TemplateResource]:
    return [
        TemplateResource(
            name="InternetGateway",
            type="AWS::EC2::InternetGateway",
            comment="The way of the public subnet to the internet.",
        ),
        TemplateResource(
            name="GatewayOfVpc",
            type="AWS::EC2::VPCGatewayAttachment",
            properties={"VpcId": ref(VPC), "InternetGatewayId": ref("InternetGateway")},
            comment="Joins the two.",
        ),
        TemplateResource(
            name="PublicRoutes",
            type="AWS::EC2::RouteTable",
            properties={"VpcId": ref(VPC)},
            comment="The routes of the public subnet.",
        ),
        TemplateResource(
            name=GOES_OUT,
            type="AWS::EC2::Route",
            properties={
                "RouteTableId": ref("PublicRoutes"),
                "DestinationCidrBlock": "0.0.0.0/0",
                "GatewayId": ref("InternetGateway"),
            },
            comment="Everything that is not in the network leaves by the gateway.",
            depends_on=("GatewayOfVpc",),
        ),
        _association("PublicSubnetRoutes", PUBLIC, "PublicRoutes"),
    ]


def _private_routes() -> list[TemplateResource]:
    return [
        TemplateResource(
            name=PRIVATE_ROUTES,
            type="AWS::EC2::RouteTable",
            properties={"VpcId": ref(VPC)},
            comment="The routes of the private subnets: none leaves the network.",
        ),
        _association("PrivateSubnetOneRoutes", PRIVATE[0], PRIVATE_ROUTES),
        _association("PrivateSubnetTwoRoutes", PRIVATE[1], PRIVATE_ROUTES),
    ]


def _association(name: str, subnet: str, table: str) -> TemplateResource:
    return TemplateResource(
        name=name,
        type="AWS::EC2::SubnetRouteTableAssociation",
        properties={"SubnetId": ref(subnet), "RouteTableId": ref(table)},
        comment="Which subnet has which routes.",
    )


def _flow_logs(retention_days: int) -> list[TemplateResource]:
    return [
        TemplateResource(
            name="FlowLogGroup",
            type="AWS::Logs::LogGroup",
            properties={"RetentionInDays": retention_days},
            comment="Who tried to connect to whom: what `mmctl doctor` looks at.",
            exceptions=(
                LintException(
                    tool=CHECKOV,
                    check="CKV_AWS_158",
                    reason="addresses and ports of tests, encrypted by CloudWatch's own key",
                ),
            ),
        ),
        TemplateResource(
            name="FlowLogRole",
            type="AWS::IAM::Role",
            properties={
                "AssumeRolePolicyDocument": trust_of(
                    "vpc-flow-logs.amazonaws.com",
                    StringEquals={"aws:SourceAccount": ref("AWS::AccountId")},
                ),
                "Policies": [
                    {
                        "PolicyName": "write",
                        "PolicyDocument": {
                            "Version": "2012-10-17",
                            "Statement": [_writes_logs()],
                        },
                    }
                ],
            },
            comment="Writes the flow logs into their group, and nothing else.",
            wildcards={"WriteFlowLogs": "the streams of this one log group"},
        ),
        TemplateResource(
            name="FlowLog",
            type="AWS::EC2::FlowLog",
            properties={
                "ResourceId": ref(VPC),
                "ResourceType": "VPC",
                "TrafficType": "ALL",
                "LogDestinationType": "cloud-watch-logs",
                "LogGroupName": ref("FlowLogGroup"),
                "DeliverLogsPermissionArn": get_att("FlowLogRole", "Arn"),
                "MaxAggregationInterval": 60,
            },
            comment="Every connection of the network, accepted or rejected.",
        ),
    ]


def _writes_logs() -> dict[str, Value]:
    group = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${FlowLogGroup}"
    return {
        "Sid": "WriteFlowLogs",
        "Effect": "Allow",
        "Action": [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "logs:DescribeLogStreams",
        ],
        "Resource": sub(f"{group}:*"),
    }
