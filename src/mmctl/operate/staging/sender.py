"""The sender: a machine in the private network that sends cases as real mail.

Public open ingress points answer on port 25 alone, which most machines may not use to the outside;
endpoints in a VPC have private names. So mail is sent from inside, to these and to private twins.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from mmctl.language.stack import SENDER
from mmctl.operate.staging.courier import PREFIX
from mmctl.operate.staging.endpoints import SMTP_PORTS
from mmctl.operate.staging.instances import (
    Machine,
    image_of,
    instance_id_of,
    machine_resources,
)
from mmctl.operate.staging.network import PRIVATE, PRIVATE_ROUTES, VPC
from mmctl.operate.templates.intrinsic import get_att, ref, sub
from mmctl.operate.templates.template import Output, TemplateResource, TemplateSection

if TYPE_CHECKING:
    from mmctl.language.stack import Stack

_GROUP: Final = "SenderSecurityGroup"
_SERVICES_GROUP: Final = "ServiceSecurityGroup"
_SERVICES: Final = {"Ssm": "ssm", "SsmMessages": "ssmmessages"}
"""What the agent of Systems Manager talks to, from version 3.3.40 on."""


def sender_section(stack: Stack, bucket: str, prefix: str) -> TemplateSection:
    """The sender of an environment, whose errands lie in a bucket below a prefix."""
    machine = machine_of(stack, bucket, prefix)
    return TemplateSection(
        title="Sender",
        comment="Sends test mail from inside the network, for `mmctl send --expect --via "
        "staging`. It has no way out: endpoints lead to Systems Manager and to Amazon S3.",
        parameters=(image_of(machine.instance_type),),
        resources=(
            _own_group(stack.network),
            _services_group(stack.network),
            *(_service(name, service) for name, service in _SERVICES.items()),
            _s3(),
            *machine_resources(machine),
        ),
        outputs=(
            Output(
                name=SENDER,
                value=ref(instance_id_of(machine)),
                comment="The machine that sends, for `mmctl send --via staging`.",
            ),
        ),
    )


def machine_of(stack: Stack, bucket: str, prefix: str) -> Machine:
    """The machine that sends."""
    server = stack.mail_server
    return Machine(
        name="Sender",
        comment="Sends test mail.",
        instance_type="t4g.small" if server is None else server.instance_type,
        subnet=PRIVATE[0],
        security_group=_GROUP,
        settings={},
        script=files("mmctl.operate.staging").joinpath("sender.sh").read_text(),
        policy=(_errands(bucket, prefix),),
        wildcards={"Errands": "errands of any name, below one prefix of the store"},
        after=("S3Endpoint", "PrivateSubnetOneRoutes"),
    )


def _errands(bucket: str, prefix: str) -> dict[str, Any]:
    return {
        "Sid": "Errands",
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": sub(f"arn:${{AWS::Partition}}:s3:::{bucket}/{prefix}{PREFIX}*"),
    }


def _own_group(network: str) -> TemplateResource:
    return TemplateResource(
        name=_GROUP,
        type="AWS::EC2::SecurityGroup",
        properties={
            "GroupDescription": "The sender: nobody connects to it",
            "VpcId": ref(VPC),
            "SecurityGroupEgress": [
                *(
                    {
                        "IpProtocol": "tcp",
                        "FromPort": port,
                        "ToPort": port,
                        "CidrIp": network,
                        "Description": "SMTP to ingress points of this network",
                    }
                    for port in SMTP_PORTS
                ),
                {
                    "IpProtocol": "tcp",
                    "FromPort": 443,
                    "ToPort": 443,
                    "CidrIp": "0.0.0.0/0",
                    "Description": "the endpoints of AWS; the network has no way out",
                },
            ],
        },
        comment="Whom the sender connects to.",
    )


def _services_group(network: str) -> TemplateResource:
    return TemplateResource(
        name=_SERVICES_GROUP,
        type="AWS::EC2::SecurityGroup",
        properties={
            "GroupDescription": "Endpoints of Systems Manager: this network alone",
            "VpcId": ref(VPC),
            "SecurityGroupIngress": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": 443,
                    "ToPort": 443,
                    "CidrIp": network,
                    "Description": "the agent of the sender",
                }
            ],
        },
        comment="Who may connect to the endpoints of Systems Manager.",
    )


def _service(name: str, service: str) -> TemplateResource:
    return TemplateResource(
        name=f"{name}Endpoint",
        type="AWS::EC2::VPCEndpoint",
        properties={
            "VpcId": ref(VPC),
            "VpcEndpointType": "Interface",
            "ServiceName": sub(f"com.amazonaws.${{AWS::Region}}.{service}"),
            "SubnetIds": [ref(PRIVATE[0])],
            "SecurityGroupIds": [get_att(_SERVICES_GROUP, "GroupId")],
            "PrivateDnsEnabled": True,
        },
        comment=f"Leads to {service}; in the sender's zone alone, since each zone costs.",
    )


def _s3() -> TemplateResource:
    return TemplateResource(
        name="S3Endpoint",
        type="AWS::EC2::VPCEndpoint",
        properties={
            "VpcId": ref(VPC),
            "VpcEndpointType": "Gateway",
            "ServiceName": sub("com.amazonaws.${AWS::Region}.s3"),
            "RouteTableIds": [ref(PRIVATE_ROUTES)],
        },
        comment="Leads to the store, and to the packages of Amazon Linux; costs nothing.",
    )
