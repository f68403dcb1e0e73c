"""A small machine with Amazon Linux, as staging has two: no SSH, IMDSv2, driven by Systems Manager.

Its user data is settings and a script; a machine whose script changes is made again, since user
data runs at the first start alone.
"""

from __future__ import annotations

import re
from hashlib import sha256
from json import dumps
from typing import TYPE_CHECKING, Any, Final

from mmctl.operate.templates.intrinsic import base64, get_att, join, ref, sub
from mmctl.operate.templates.template import Parameter, TemplateResource
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.operate.templates.intrinsic import Value

_ARM: Final = re.compile(r"[a-z]+\d+g[a-z]*(?:-[a-z0-9]+)?\.")
"""Graviton: a `g` after the generation, as in t4g and c7gn."""
_IMAGES: Final = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"
"""Public parameters of Systems Manager with the newest images of Amazon Linux 2023."""
_DISK_GIB: Final = 16
_STARTS_IN: Final = "1200"
"""Seconds after which a machine that does not report has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One machine of staging."""

    name: str
    """What its resources are called: `MailServer`."""
    comment: str
    instance_type: str
    subnet: str
    security_group: str
    settings: Mapping[str, Value]
    """The variables of its script."""
    script: str
    policy: tuple[dict[str, Any], ...]
    """Statements of what it may do, beside what Systems Manager needs."""
    wildcards: Mapping[str, str] = field(default_factory=dict)
    """Why a statement of these has a `*`, by its `Sid`."""
    after: tuple[str, ...] = ()
    """What must be there before it starts."""


def image_of(instance_type: str) -> Parameter:
    """The parameter with the image of a type's architecture."""
    architecture = "arm64" if _ARM.match(instance_type) else "x86_64"
    return Parameter(
        name="AmazonLinuxArm" if architecture == "arm64" else "AmazonLinuxIntel",
        type="AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
        comment="The newest Amazon Linux 2023; a newer one makes the machine again.",
        default=f"{_IMAGES}{architecture}",
    )


def instance_id_of(machine: Machine) -> str:
    """The logical id of the machine: another one for other settings or another script."""
    made_of = dumps([machine.settings, machine.script, machine.instance_type], sort_keys=True)
    return f"{machine.name}{sha256(made_of.encode()).hexdigest()[:8].upper()}"


def machine_resources(
    machine: Machine, *, waits_for: tuple[str, ...] = ()
) -> list[TemplateResource]:
    """The instance with its role, and the condition that waits until its script has ended.

    `waits_for`: what else must be there until the script can end.
    """
    instance = instance_id_of(machine)
    handle, role, profile = f"{instance}Handle", f"{machine.name}Role", f"{machine.name}Profile"
    return [
        _role(machine, role),
        TemplateResource(
            name=profile,
            type="AWS::IAM::InstanceProfile",
            properties={"Roles": [ref(role)]},
            comment="Gives the machine its role.",
        ),
        TemplateResource(
            name=handle,
            type="AWS::CloudFormation::WaitConditionHandle",
            comment="Where the script reports its end.",
        ),
        TemplateResource(
            name=instance,
            type="AWS::EC2::Instance",
            properties={
                "ImageId": ref(image_of(machine.instance_type).name),
                "InstanceType": machine.instance_type,
                "IamInstanceProfile": ref(profile),
                "SubnetId": ref(machine.subnet),
                "SecurityGroupIds": [get_att(machine.security_group, "GroupId")],
                "EbsOptimized": True,
                "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
                "BlockDeviceMappings": [
                    {
                        "DeviceName": "/dev/xvda",
                        "Ebs": {"VolumeSize": _DISK_GIB, "VolumeType": "gp3", "Encrypted": True},
                    }
                ],
                "PropagateTagsToVolumeOnCreation": True,
                "UserData": base64(_user_data(machine, handle)),
            },
            comment=machine.comment,
            depends_on=machine.after,
        ),
        TemplateResource(
            name=f"{instance}Ready",
            type="AWS::CloudFormation::WaitCondition",
            properties={"Handle": ref(handle), "Timeout": _STARTS_IN, "Count": 1},
            comment="The stack is done when the script has ended well.",
            depends_on=(instance, *waits_for),
        ),
    ]


def _user_data(machine: Machine, handle: str) -> Value:
    """Settings in quotes, then the script; nothing that a person wrote ends a quote.

    Settings are names of domains, networks and ARNs, which have no quotes.
    """
    settings = {**machine.settings, "AWS_REGION": ref("AWS::Region"), "DONE_URL": ref(handle)}
    parts: list[Value] = ["#!/bin/bash\n"]
    for name, value in settings.items():
        if isinstance(value, str) and "'" in value:
            raise ValueError(f"{name} has a quote")
        parts += [f"export {name}='", value, "'\n"]
    return join("", [*parts, machine.script])


def _role(machine: Machine, name: str) -> TemplateResource:
    policies = {
        "Policies": [
            {
                "PolicyName": "own",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": list(machine.policy)},
            }
        ]
    }
    return TemplateResource(
        name=name,
        type="AWS::IAM::Role",
        properties={
            "AssumeRolePolicyDocument": trust_of("ec2.amazonaws.com"),
            "ManagedPolicyArns": [
                sub("arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore")
            ],
            **(policies if machine.policy else {}),
        },
        comment="What the machine may do: be driven by Systems Manager, and its own work.",
        wildcards=machine.wildcards,
    )


def trust_of(service: str, **condition: Any) -> dict[str, Any]:
    """The trust of a role that a service takes."""
    statement: dict[str, Any] = {
        "Sid": "Service",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}
