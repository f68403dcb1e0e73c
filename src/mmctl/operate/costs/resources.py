"""What the resources of a CloudFormation template cost while they exist, mail or no mail."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from mmctl.operate.costs.lines import HOURS_A_MONTH, CostLine, Costs, joined
from mmctl.operate.costs.prices import INSTANCE, PriceUnit
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.operate.costs.prices import PriceTable
    from mmctl.operate.templates.template import Template, TemplateResource

_ONE: Final = Decimal(1)
_PLAIN: Final[Mapping[str, tuple[str, str]]] = {
    "AWS::CloudWatch::Alarm": ("alarms", "alarm"),
    "AWS::CloudWatch::Dashboard": ("dashboards", "dashboard"),
    "AWS::EC2::EIP": ("public addresses", "public-address"),
    "AWS::EC2::NatGateway": ("NAT gateways", "nat-gateway"),
    "AWS::KMS::Key": ("keys", "key"),
    "AWS::SecretsManager::Secret": ("secrets", "secret"),
}
"""Types of which each resource costs the same."""
FREE: Final = frozenset(
    f"AWS::{name}"
    for name in (
        *("CloudFormation::WaitCondition", "CloudFormation::WaitConditionHandle"),
        *("EC2::EIPAssociation", "EC2::FlowLog", "EC2::InternetGateway", "EC2::LaunchTemplate"),
        *("EC2::NetworkAcl", "EC2::NetworkAclEntry", "EC2::NetworkInterface", "EC2::PrefixList"),
        *("EC2::Route", "EC2::RouteTable", "EC2::SecurityGroup", "EC2::SecurityGroupEgress"),
        *("EC2::SecurityGroupIngress", "EC2::Subnet", "EC2::SubnetNetworkAclAssociation"),
        *("EC2::SubnetRouteTableAssociation", "EC2::VPC", "EC2::VPCGatewayAttachment"),
        *("Events::Rule", "IAM::InstanceProfile", "IAM::ManagedPolicy", "IAM::OIDCProvider"),
        *("IAM::Policy", "IAM::Role", "IAM::RolePolicy", "KMS::Alias"),
        *("Lambda::EventSourceMapping", "Lambda::Permission", "Logs::ResourcePolicy"),
        *("S3::BucketPolicy", "SES::ConfigurationSet", "SES::EmailIdentity"),
        *("SNS::Subscription", "SNS::TopicPolicy", "SQS::QueuePolicy", "SSM::Document"),
        *("SSM::Parameter", "Scheduler::ScheduleGroup", "SecretsManager::ResourcePolicy"),
    )
)
"""Types that cost nothing by themselves."""
BY_USE: Final[Mapping[str, str]] = {
    "AWS::DynamoDB::Table": "tables",
    "AWS::Lambda::Function": "functions",
    "AWS::Logs::LogGroup": "log groups",
    "AWS::S3::Bucket": "buckets",
    "AWS::SNS::Topic": "topics",
    "AWS::SQS::Queue": "queues",
    "AWS::Scheduler::Schedule": "schedules",
}
"""Types that cost nothing until they are used."""


def month_of_templates(
    environment: str, templates: Sequence[Template], prices: PriceTable
) -> Costs:
    """What the resources of some templates cost in a month."""
    resources = [each for template in templates for each in template.resources()]
    lines = joined(line for each in resources for line in _lines(each, prices))
    used = dict.fromkeys(BY_USE[each.type] for each in resources if each.type in BY_USE)
    notes = (f"not in it, since they cost by use: {', '.join(used)}",) if used else ()
    return Costs(environment=environment, lines=lines, notes=notes)


def hourly_of(environment: str, templates: Sequence[Template], prices: PriceTable) -> Costs:
    """What the resources of some templates cost in an hour; quantities and prices are hourly."""
    month = month_of_templates(environment, templates, prices)
    return replace(
        month,
        lines=tuple(replace(line, quantity=line.quantity / HOURS_A_MONTH) for line in month.lines),
    )


def _lines(resource: TemplateResource, prices: PriceTable) -> Iterator[CostLine]:
    """The lines of one resource, with quantities of a month."""
    plain = _PLAIN.get(resource.type)
    if plain is not None:
        what, item = plain
        yield _standing(what, item, _ONE, prices)
    elif resource.type == "AWS::EC2::Instance":
        yield from _instance(resource.properties, prices)
    elif resource.type == "AWS::EC2::VPCEndpoint":
        yield from _endpoint(resource.properties, prices)
    elif resource.type == "AWS::Logs::MetricFilter":
        count = len(_listed(resource.properties, "MetricTransformations")) or 1
        dimensions = any(
            isinstance(each, dict) and each.get("Dimensions")
            for each in _listed(resource.properties, "MetricTransformations")
        )
        note = "at least: each value of a dimension is one" if dimensions else ""
        yield _standing("metrics of logs", "metric", Decimal(count), prices, note)
    elif resource.type not in FREE and resource.type not in BY_USE:
        yield _standing(resource.type, resource.type, _ONE, prices)


def _instance(properties: Mapping[str, Any], prices: PriceTable) -> Iterator[CostLine]:
    kind = properties.get("InstanceType")
    name = kind if isinstance(kind, str) else "unknown"
    yield _standing(f"instances {name}", INSTANCE + name, _ONE, prices)
    for device in _listed(properties, "BlockDeviceMappings"):
        volume = device.get("Ebs") if isinstance(device, dict) else None
        if isinstance(volume, dict) and isinstance(volume.get("VolumeSize"), int):
            item = f"volume-{volume.get('VolumeType', 'gp2')}"
            yield _standing("disks, GB", item, Decimal(volume["VolumeSize"]), prices)
    for interface in _listed(properties, "NetworkInterfaces"):
        if isinstance(interface, dict) and interface.get("AssociatePublicIpAddress") is True:
            yield _standing("public addresses", "public-address", _ONE, prices)


def _endpoint(properties: Mapping[str, Any], prices: PriceTable) -> Iterator[CostLine]:
    """An interface endpoint, by zone; an endpoint of another type (S3, DynamoDB) is free."""
    if properties.get("VpcEndpointType") == "Interface":
        zones = Decimal(len(_listed(properties, "SubnetIds")) or 1)
        yield _standing("VPC endpoints, a zone each", "vpc-endpoint-zone", zones, prices)


def _standing(what: str, item: str, count: Decimal, prices: PriceTable, note: str = "") -> CostLine:
    price = prices.of(item)
    hours = HOURS_A_MONTH if price.unit is PriceUnit.HOUR else _ONE
    return CostLine(what=what, quantity=count * hours, price=price, note=note)


def _listed(properties: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = properties.get(name)
    return value if isinstance(value, list | tuple) else ()
