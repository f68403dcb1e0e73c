"""VPC endpoints of ingress points that are in the environment's network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.language.stack import vpc_endpoint_output
from mmctl.model.enums import IngressPointType, TlsPolicy
from mmctl.operate.staging.network import PRIVATE, VPC
from mmctl.operate.templates.intrinsic import get_att, ref, sub
from mmctl.operate.templates.template import Output, TemplateResource, TemplateSection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.language.project import LogicalIngressPoint, Project

GROUP: Final = "EndpointSecurityGroup"
SMTP_PORTS: Final = (25, 587)
"""What an ingress point in a VPC answers on (Developer Guide, eb-ingress)."""
_SERVICE: Final = "com.amazonaws.${AWS::Region}.mail-manager-smtp."


def points_in_vpc(project: Project) -> tuple[LogicalIngressPoint, ...]:
    """The ingress points whose VPC endpoint is an output of the environment's stack."""
    used = set(project.environment.stack_outputs)
    return tuple(
        each for name, each in project.ingress_points.items() if vpc_endpoint_output(name) in used
    )


def endpoints_section(points: Sequence[LogicalIngressPoint], network: str) -> TemplateSection:
    """One endpoint for each ingress point, which Mail Manager wants."""
    endpoints = [(_endpoint(each), _output(each)) for each in points]
    return TemplateSection(
        title="Endpoints of ingress points",
        comment="An ingress point in a VPC is reached by an endpoint of its own, on 25 and 587.",
        resources=(_group(network), *(endpoint for endpoint, _ in endpoints)),
        outputs=tuple(output for _, output in endpoints),
    )


def service_of(point: LogicalIngressPoint) -> str:
    """The service behind an ingress point: by its type, and whether it demands FIPS."""
    fips = ".fips" if point.ingress_point.tls_policy is TlsPolicy.FIPS else ""
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


def _endpoint(point: LogicalIngressPoint) -> TemplateResource:
    return TemplateResource(
        name=_id_of(point),
        type="AWS::EC2::VPCEndpoint",
        properties={
            "VpcId": ref(VPC),
            "VpcEndpointType": "Interface",
            "ServiceName": sub(service_of(point)),
            "SubnetIds": [ref(subnet) for subnet in PRIVATE],
            "SecurityGroupIds": [get_att(GROUP, "GroupId")],
            "PrivateDnsEnabled": False,
        },
        comment=f"Leads to ingress point {point.name}; clients use the endpoint's own name.",
    )


def _output(point: LogicalIngressPoint) -> Output:
    return Output(
        name=vpc_endpoint_output(point.name),
        value=ref(_id_of(point)),
        comment=f"For `network: {{vpc_endpoint: …}}` of ingress point {point.name}.",
    )


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
