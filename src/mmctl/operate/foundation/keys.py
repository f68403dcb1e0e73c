"""Keys of AWS KMS that the project names by alias, or takes from an output of the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.operate.foundation.policies import document, service_may
from mmctl.operate.templates.intrinsic import get_att, ref, sub
from mmctl.operate.templates.template import Output, TemplateResource, TemplateSection

if TYPE_CHECKING:
    from mmctl.operate.foundation.needs import FoundationNeeds, WantedKey

_ACCOUNT_RULES = "the policy of a key speaks of that key alone, and the account's policies decide"


def key_section(needs: FoundationNeeds) -> TemplateSection:
    """Return the keys; what they encrypted cannot be read without them, so they stay."""
    resources: list[TemplateResource] = []
    for key in needs.keys:
        resources.append(_key(key))
        if key.alias is not None:
            resources.append(
                TemplateResource(
                    name=f"{key.thing.id}Alias",
                    type="AWS::KMS::Alias",
                    comment="The name that the project knows it by.",
                    properties={"AliasName": key.alias, "TargetKeyId": ref(key.thing.id)},
                    keeps_data=True,
                )
            )
    return TemplateSection(
        title="Keys",
        comment="They stay when the stack is deleted: what they encrypted needs them to be read.",
        resources=tuple(resources),
        outputs=tuple(
            Output(
                name=f"{key.thing.id}Arn",
                value=get_att(key.thing.id, "Arn"),
                comment=f"The key {key.alias or key.thing.id}.",
            )
            for key in needs.keys
        ),
    )


def _account(sid: str = "Account") -> dict[str, Any]:
    """The statement that lets the policies of the account decide who uses a key."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
        "Action": "kms:*",
        "Resource": "*",
    }


def _key(key: WantedKey) -> TemplateResource:
    statements = [_account()]
    wildcards = {"Account": _ACCOUNT_RULES}
    if key.archives:
        statements.append(
            service_may(
                "Archives",
                "ses.amazonaws.com",
                ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
                "*",
                # Whether the service names the account is documented nowhere: if so, it is ours.
                StringEqualsIfExists={"aws:SourceAccount": ref("AWS::AccountId")},
            )
        )
        wildcards["Archives"] = "the policy of a key speaks of that key alone"
    return TemplateResource(
        name=key.thing.id,
        type="AWS::KMS::Key",
        comment="Encrypts mail in archives and buckets.",
        properties={
            "Description": "Mail, encrypted for mmctl.",
            "EnableKeyRotation": True,
            "KeyPolicy": document(*statements),
        },
        keeps_data=True,
        wildcards=wildcards,
    )
