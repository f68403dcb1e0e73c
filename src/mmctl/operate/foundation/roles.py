"""The roles that rules name: who assumes them, and the least that their actions need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.iam.scope import policy
from mmctl.live.iam.trusting import service_trust
from mmctl.operate.templates.intrinsic import get_att
from mmctl.operate.templates.template import Output, TemplateResource, TemplateSection
from mmctl.operate.templates.wildcards import wildcards_of

if TYPE_CHECKING:
    from mmctl.operate.foundation.home import Links
    from mmctl.operate.foundation.needs import FoundationNeeds, WantedRole


def role_section(needs: FoundationNeeds, links: Links) -> TemplateSection:
    """Return the roles, each with the trust in Mail Manager and one policy."""
    return TemplateSection(
        title="Roles of rules",
        comment="Mail Manager assumes them for actions; `mmctl plan --iam rules` prints the same.",
        resources=tuple(_role(role, needs, links) for role in needs.roles),
        outputs=tuple(
            Output(
                name=f"{role.thing.id}Arn",
                value=get_att(role.thing.id, "Arn"),
                comment=f"The role {role.thing.name or role.thing.id}.",
            )
            for role in needs.roles
        ),
    )


def _role(role: WantedRole, needs: FoundationNeeds, links: Links) -> TemplateResource:
    trust = service_trust(needs.place)
    allowed = policy(role.statements, links.made)
    statements = [*trust["Statement"], *allowed["Statement"]]
    path, _, name = (role.thing.name or "").rpartition("/")
    named = {"RoleName": name} if name else {}
    placed = {"Path": f"/{path}/"} if path else {}
    return TemplateResource(
        name=role.thing.id,
        type="AWS::IAM::Role",
        comment=f"Rules name it for {_actions(role)}.",
        properties={
            **named,
            **placed,
            "AssumeRolePolicyDocument": links.value(trust),
            "Policies": [{"PolicyName": "rules", "PolicyDocument": links.value(allowed)}],
        },
        wildcards=wildcards_of(statements),
    )


def _actions(role: WantedRole) -> str:
    names = {action for statement in role.statements for action in statement["Action"]}
    return ", ".join(sorted(names)) or "actions that need no permission"
