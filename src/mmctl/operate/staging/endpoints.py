"""VPC endpoints of ingress points that are in the environment's network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.language.stack import twin_of, vpc_endpoint_output
from mmctl.model.enums import IngressPointType, TlsPolicy
from mmctl.operate.staging.network import PRIVATE, VPC
from mmctl.operate.templates.intrinsic import get_att, ref, select, sub
from mmctl.operate.templates.template import Output, TemplateResource, TemplateSection
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.language.project import LogicalIngressPoint, Project

GROUP: Final = "EndpointSecurityGroup"
SMTP_PORTS: Final = (25, 587)
"""What an ingress point in a VPC answers on (Developer Guide, eb-ingress)."""
_FIPS_REGIONS: Final = ("us-", "ca-")
_SERVICE: Final = "com.amazonaws.${AWS::Region}.mail-manager-smtp."


def points_in_vpc(project: Project) -> tuple[LogicalIngressPoint, ...]:
    """The ingress points whose VPC endpoint is an output of the environment's stack, with twins."""
    used = set(project.environment.stack_outputs)
    points = project.ingress_points
    return (
        *(each for name, each in points.items() if vpc_endpoint_output(name) in used),
        *(replace(points[name], name=twin_of(name)) for name in project.environment.twins),
    )


def endpoints_section(
    points: Sequence[LogicalIngressPoint], network: str, region: str
) -> TemplateSection:
    """One endpoint for each ingress point, which Mail Manager wants."""
    return TemplateSection(
        title="Endpoints of ingress points",
        comment="An ingress point in a VPC is reached by an endpoint of its own, on 25 and 587.",
        resources=(_group(network), *(_endpoint(each, region) for each in points)),
        outputs=tuple(output for each in points for output in _outputs(each)),
    )


def service_of(point: LogicalIngressPoint, region: str) -> str:
    """The service behind an ingress point: by its type, and whether it demands FIPS.

    FIPS is what ingress points in the US and Canada have that say nothing of it (eb-ingress).
    """
    usual = TlsPolicy.FIPS if region.startswith(_FIPS_REGIONS) else TlsPolicy.REQUIRED
    fips = ".fips" if (point.ingress_point.tls_policy or usual) is TlsPolicy.FIPS else ""
    match point.ingress_point.type:
        case IngressPointType.OPEN:
            kind = "open"
        case IngressPointType.AUTH:
            kind = "auth"
        case IngressPointType.MTLS:
            kind = "mtls"
        case never:
            assert_never(never)
    return f"{_SERVICE}{kind}{fips}"


def _endpoint(point: LogicalIngressPoint, region: str) -> TemplateResource:
    return TemplateResource(
        name=_id_of(point),
        type="AWS::EC2::VPCEndpoint",
        properties={
            "VpcId": ref(VPC),
            "VpcEndpointType": "Interface",
            "ServiceName": sub(service_of(point, region)),
            "SubnetIds": [ref(subnet) for subnet in PRIVATE],
            "SecurityGroupIds": [get_att(GROUP, "GroupId")],
            "PrivateDnsEnabled": False,
        },
        comment=f"Leads to ingress point {point.name}; clients use the endpoint's own name.",
    )


def _outputs(point: LogicalIngressPoint) -> tuple[Output, Output]:
    id_ = _id_of(point)
    # An entry is the id of a hosted zone, a colon and a name.
    first = select(0, get_att(id_, "DnsEntries"))
    return (
        Output(
            name=vpc_endpoint_output(point.name),
            value=ref(id_),
            comment=f"For `network: {{vpc_endpoint: …}}` of ingress point {point.name}.",
        ),
        Output(
            name=host_output(point.name),
            value=select(1, {"Fn::Split": [":", first]}),
            comment=f"Where clients in the network reach ingress point {point.name}.",
        ),
    )


def host_output(ingress_point: str) -> str:
    """The output with the name of the host that an ingress point in a VPC is reached by."""
    return f"{vpc_endpoint_output(ingress_point).removesuffix('Id')}Host"


def _id_of(point: LogicalIngressPoint) -> str:
    return vpc_endpoint_output(point.name).removesuffix("Id")


def _group(network: str) -> TemplateResource:
    return TemplateResource(
        name=GROUP,
        type="AWS::EC2::SecurityGroup",
        properties={
            "GroupDescription": "Ingress points of Mail Manager: this network alone",
            "VpcId": ref(VPC),
            "SecurityGroupIngress": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    "CidrIp": network,
                    "Description": "SMTP from this network",
                }
                for port in SMTP_PORTS
            ],
            "SecurityGroupEgress": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": 65535,
                    "ToPort": 65535,
                    "CidrIp": "127.0.0.1/32",
                    "Description": "nothing: an endpoint opens no connection",
                }
            ],
        },
        comment="Who may connect to the endpoints.",
    )
