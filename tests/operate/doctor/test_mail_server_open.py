"""The mail server of staging that others than relays reach is found, and a closed one is not."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from moto import mock_aws

from mmctl.language.parsing.load import read_text
from mmctl.live.aws.ec2 import VpcNetwork
from mmctl.operate.doctor.looks.mail_server_open import run
from mmctl.operate.doctor.said import FoundFault, NotAsked, SoundPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import Project

REGION: Final = "us-east-1"
SERVER: Final = "stack: {mail_server: {domains: [example.com], relay_networks: [192.0.2.0/24]}}"
MAIN: Final = """\
version: 1
project: acme
environments:
  staging:
    account: "111122223333"
    region: us-east-1
    STACK
"""


class AroundMail:
    """The services around Mail Manager, as far as the look asks them."""

    def __init__(self, network: VpcNetwork) -> None:
        self.network = network


class MailScene:
    """What the look sees of a scene."""

    def __init__(self, project: Project, network: VpcNetwork) -> None:
        self.project, self.services = project, AroundMail(network)

    def command(self, *words: str) -> str:
        return " ".join(("mmctl", *words))


@pytest.fixture
def ec2() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ec2", region_name=REGION)


def scene(ec2: Any, stack: str = SERVER) -> Any:
    project, _ = read_text(
        {"mmctl.yaml": MAIN.replace("STACK", stack), "rules/a.yaml": "version: 1\n"}
    )
    return MailScene(project, VpcNetwork(lambda _: ec2))


def group(ec2: Any, *cidrs: str) -> str:
    """The group as CloudFormation makes and tags it."""
    vpc = ec2.create_vpc(CidrBlock="10.64.0.0/20")["Vpc"]["VpcId"]
    made = str(ec2.create_security_group(GroupName="m", Description="m", VpcId=vpc)["GroupId"])
    tags = {"stack-name": "mmctl-acme-staging-staging", "logical-id": "MailServerSecurityGroup"}
    ec2.create_tags(
        Resources=[made],
        Tags=[{"Key": f"aws:cloudformation:{key}", "Value": tags[key]} for key in tags],
    )
    admit(ec2, made, *cidrs)
    return made


def admit(ec2: Any, made: str, *cidrs: str) -> None:
    ranges = [{"CidrIp": each} for each in cidrs]
    opening = {"IpProtocol": "tcp", "FromPort": 587, "ToPort": 587, "IpRanges": ranges}
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[opening])


def test_a_mail_server_that_only_relays_reach_is_sound_until_others_do(ec2: Any) -> None:
    made = group(ec2, "192.0.2.0/24", "192.0.2.128/25")
    assert [type(said) for said in run(scene(ec2))] == [SoundPart]
    admit(ec2, made, "0.0.0.0/0")
    (found,) = run(scene(ec2))
    assert isinstance(found, FoundFault)
    assert "0.0.0.0/0" in found.text
    (command,) = found.commands
    assert shlex.split(command)[5:] == [
        "--ip-permissions",
        "IpProtocol=tcp,FromPort=587,ToPort=587,IpRanges=[{CidrIp=0.0.0.0/0}]",
    ]
    opening = {"IpProtocol": "tcp", "FromPort": 587, "ToPort": 587}
    ec2.revoke_security_group_ingress(
        GroupId=made, IpPermissions=[opening | {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    )
    assert [type(said) for said in run(scene(ec2))] == [SoundPart]


def test_without_a_mail_server_there_is_nothing_to_look_at(ec2: Any) -> None:
    for stack, why in (("", "no mail server of its own"), (SERVER, "no mail server yet")):
        with pytest.raises(NotAsked, match=why):
            list(run(scene(ec2, stack)))
