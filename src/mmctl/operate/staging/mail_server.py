"""The internal mail server: where relays of staging lead, so that rules need not change."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from mmctl.operate.staging.instances import (
    Machine,
    image_of,
    instance_id_of,
    machine_resources,
)
from mmctl.operate.staging.network import GOES_OUT, PUBLIC, VPC
from mmctl.operate.templates.intrinsic import Value, get_att, join, ref, sub
from mmctl.operate.templates.template import Output, TemplateResource, TemplateSection

if TYPE_CHECKING:
    from mmctl.language.stack import MailServer

PORT: Final = 587
NAME: Final = "MailServer"
USER: Final = "mail-manager"
"""The user name of the relay."""
INBOX: Final = "/srv/staging-mail/inbox"
"""The Maildir of the mail server."""
GROUP: Final = "MailServerSecurityGroup"
_KEY: Final = "RelayKey"
_SECRET: Final = "RelaySecret"  # noqa: S105 - its logical id
_IP: Final = "MailServerIp"
_RELAYS: Final = (
    "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:mailmanager-smtp-relay/*"
)
"""Which relays may read the secret (Developer Guide, eb-policies)."""


def script() -> str:
    """The script that sets a mail server up."""
    return files("mmctl.operate.staging").joinpath("mail_server.sh").read_text()


def mail_server_section(server: MailServer, region: str) -> TemplateSection:
    """The mail server of an environment, with the secret that its relays use."""
    machine = machine_of(server, region)
    instance = instance_id_of(machine)
    return TemplateSection(
        title="Internal mail server",
        comment="Postfix that takes mail from Mail Manager's relays alone, by TLS and AUTH, and "
        "keeps it. `mmctl staging mail` shows it.",
        parameters=(image_of(server.instance_type),),
        resources=(
            *_secret(),
            _security_group(server),
            TemplateResource(
                name=_IP,
                type="AWS::EC2::EIP",
                properties={"Domain": "vpc"},
                comment="The address that relays connect to; it stays when the server is replaced.",
                depends_on=("GatewayOfVpc",),
            ),
            *machine_resources(machine, waits_for=("MailServerIpOfServer",)),
            TemplateResource(
                name="MailServerIpOfServer",
                type="AWS::EC2::EIPAssociation",
                properties={
                    "AllocationId": get_att(_IP, "AllocationId"),
                    "InstanceId": ref(instance),
                },
                comment="Gives the server its address.",
            ),
        ),
        outputs=(
            Output(
                name="MailServerAddress",
                value=ref(_IP),
                comment="The address of the internal mail server, for the relays of staging.",
            ),
            Output(
                name="MailServerName",
                value=public_name(region),
                comment="Its public name.",
            ),
            Output(
                name="MailServerInstanceId",
                value=ref(instance),
                comment="The machine that `mmctl staging mail` asks.",
            ),
            Output(
                name="RelaySecretArn",
                value=ref(_SECRET),
                comment="The secret of the relays, for `authentication: {secret_arn: …}`.",
            ),
        ),
    )


def machine_of(server: MailServer, region: str) -> Machine:
    """The machine of the mail server."""
    return Machine(
        name=NAME,
        comment="The internal mail server.",
        instance_type=server.instance_type,
        subnet=PUBLIC,
        security_group=GROUP,
        settings={
            "MAIL_NAME": public_name(region),
            "MAIL_DOMAINS": " ".join(server.domains),
            "RELAY_NETWORKS": " ".join(server.relay_networks),
            "RELAY_SECRET": ref(_SECRET),
        },
        script=script(),
        policy=(
            {
                "Sid": "ReadSecret",
                "Effect": "Allow",
                "Action": "secretsmanager:GetSecretValue",
                "Resource": ref(_SECRET),
            },
            {
                "Sid": "Decrypt",
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": get_att(_KEY, "Arn"),
            },
        ),
        after=(GOES_OUT, "PublicSubnetRoutes"),
    )


def public_name(region: str) -> Value:
    """The name that AWS gives the address in DNS."""
    zone = "compute-1.amazonaws.com" if region == "us-east-1" else f"{region}.compute.amazonaws.com"
    dashes = {"Fn::Join": ["-", {"Fn::Split": [".", ref(_IP)]}]}
    return join("", ["ec2-", dashes, f".{zone}"])


def _security_group(server: MailServer) -> TemplateResource:
    return TemplateResource(
        name=GROUP,
        type="AWS::EC2::SecurityGroup",
        properties={
            "GroupDescription": "The internal mail server: relays of Mail Manager alone",
            "VpcId": ref(VPC),
            "SecurityGroupIngress": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": PORT,
                    "ToPort": PORT,
                    "CidrIp": network,
                    "Description": "a relay network of Mail Manager",
                }
                for network in server.relay_networks
            ],
            "SecurityGroupEgress": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": 443,
                    "ToPort": 443,
                    "CidrIp": "0.0.0.0/0",
                    "Description": "packages, Systems Manager and Secrets Manager; no mail leaves",
                }
            ],
        },
        comment="Who may connect to the mail server. Nobody else reaches it.",
    )


def _secret() -> list[TemplateResource]:
    return [
        TemplateResource(
            name=_KEY,
            type="AWS::KMS::Key",
            properties={
                "Description": "Encrypts the secret of the relays of staging",
                "EnableKeyRotation": True,
                "PendingWindowInDays": 7,
                "KeyPolicy": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "Account",
                            "Effect": "Allow",
                            "Principal": {
                                "AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")
                            },
                            "Action": "kms:*",
                            "Resource": "*",
                        },
                        {
                            "Sid": "Relays",
                            **_for_relays("kms:Decrypt", "kms:DescribeKey"),
                            "Condition": _of_relays(
                                **{
                                    "kms:ViaService": sub(
                                        "secretsmanager.${AWS::Region}.amazonaws.com"
                                    )
                                }
                            ),
                        },
                    ],
                },
            },
            comment="Mail Manager wants a key of the customer for the secret of a relay.",
            wildcards={
                "Account": "a key policy is about its own key, and the account owns it",
                "Relays": "a key policy is about its own key; which relays, the condition says",
            },
        ),
        TemplateResource(
            name=_SECRET,
            type="AWS::SecretsManager::Secret",
            properties={
                "Description": "Username and password of the relays to the internal mail server",
                "KmsKeyId": get_att(_KEY, "Arn"),
                "GenerateSecretString": {
                    "SecretStringTemplate": f'{{"username": "{USER}"}}',
                    "GenerateStringKey": "password",
                    "PasswordLength": 40,
                    "ExcludePunctuation": True,
                },
            },
            comment="Made here and read by the relays and by the mail server; nobody types it.",
        ),
        TemplateResource(
            name="RelaySecretPolicy",
            type="AWS::SecretsManager::ResourcePolicy",
            properties={
                "SecretId": ref(_SECRET),
                "BlockPublicPolicy": True,
                "ResourcePolicy": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "Relays",
                            **_for_relays(
                                "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"
                            ),
                            "Condition": _of_relays(),
                        }
                    ],
                },
            },
            comment="Lets Mail Manager's relays of this account read it.",
            wildcards={"Relays": "the policy of a secret is about it; the condition says who"},
        ),
    ]


def _for_relays(*actions: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": list(actions),
        "Resource": "*",
    }


def _of_relays(**equal: Value) -> dict[str, Any]:
    return {
        "StringEquals": {"aws:SourceAccount": ref("AWS::AccountId"), **equal},
        "ArnLike": {"aws:SourceArn": sub(_RELAYS)},
    }
