"""IAM roles that rules name: who may assume them, and what they may do. Read-only.

Operations: AWS Identity and Access Management API Reference, GetRole, SimulatePrincipalPolicy,
ListAttachedRolePolicies, GetPolicyVersion, ListRolePolicies, GetRolePolicy.
"""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from mmctl.live.aws.permission import NotThere, asked
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class IamRole:
    """A role."""

    arn: str
    name: str
    trust: Mapping[str, Any]
    """Its trust policy."""
    bounded: bool
    """Whether a permissions boundary limits it."""


class IamDecision(StrEnum):
    """What IAM says of one action on one resource."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"
    UNKNOWN = "unknown"
    """An answer that this version does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAction:
    """The answer of IAM's simulator for one action on one resource."""

    action: str
    resource: str
    decision: IamDecision
    missing: tuple[str, ...]
    """Context keys that policies ask for and nobody stated."""
    by_organization: bool
    """Whether a policy of the organization decided."""
    by_boundary: bool
    """Whether the permissions boundary decided."""


class IamRoles:
    """The roles of one account.

    Every method raises CouldNot, or NoPermission with the action that is missing.
    """

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    @cached_property
    def _client(self) -> Any:
        return self._clients("iam")

    def role(self, arn: str) -> IamRole | None:
        """A role; None: there is none."""
        name = arn.rpartition("/")[2]
        try:
            with asked("iam:GetRole", "NoSuchEntity", "NoSuchEntityException"):
                found = self._client.get_role(RoleName=name)["Role"]
                return IamRole(
                    arn=found["Arn"],
                    name=name,
                    trust=_document(found["AssumeRolePolicyDocument"]),
                    bounded=bool(found.get("PermissionsBoundary")),
                )
        except NotThere:
            return None

    def simulate(
        self, arn: str, actions: Sequence[str], resources: Sequence[str]
    ) -> tuple[SimulatedAction, ...]:
        """What IAM's simulator says that a role may do; policies of resources do not count."""
        with asked("iam:SimulatePrincipalPolicy"):
            answer = self._client.simulate_principal_policy(
                PolicySourceArn=arn, ActionNames=[*actions], ResourceArns=[*resources]
            )
            return tuple(map(_simulated, answer["EvaluationResults"]))

    def policies(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """The policies of a role, those attached and its own."""
        return (*self._attached(name), *self._own(name))

    def _attached(self, name: str) -> Iterator[Mapping[str, Any]]:
        with asked("iam:ListAttachedRolePolicies"):
            answer = self._client.get_paginator("list_attached_role_policies")
            arns = [
                each["PolicyArn"]
                for page in answer.paginate(RoleName=name)
                for each in page["AttachedPolicies"]
            ]
        for arn in arns:
            with asked("iam:GetPolicy"):
                version = self._client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            with asked("iam:GetPolicyVersion"):
                answer = self._client.get_policy_version(PolicyArn=arn, VersionId=version)
                yield _document(answer["PolicyVersion"]["Document"])

    def _own(self, name: str) -> Iterator[Mapping[str, Any]]:
        with asked("iam:ListRolePolicies"):
            pages = self._client.get_paginator("list_role_policies").paginate(RoleName=name)
            names = [each for page in pages for each in page["PolicyNames"]]
        for each in names:
            with asked("iam:GetRolePolicy"):
                answer = self._client.get_role_policy(RoleName=name, PolicyName=each)
                yield _document(answer["PolicyDocument"])


def _simulated(each: Mapping[str, Any]) -> SimulatedAction:
    decision = str(each["EvalDecision"])
    known = {one.value: one for one in IamDecision}
    organization = each.get("OrganizationsDecisionDetail") or {}
    boundary = each.get("PermissionsBoundaryDecisionDetail") or {}
    return SimulatedAction(
        action=str(each["EvalActionName"]),
        resource=str(each.get("EvalResourceName", "*")),
        decision=known.get(decision, IamDecision.UNKNOWN),
        missing=tuple(str(key) for key in each.get("MissingContextValues", ())),
        by_organization=organization.get("AllowedByOrganizations") is False,
        by_boundary=boundary.get("AllowedByPermissionsBoundary") is False,
    )


def _document(found: Any) -> Mapping[str, Any]:
    """A policy, which botocore decodes and older answers give as text.

    Raises:
        ValueError, TypeError: it is no policy.
    """
    document = json.loads(unquote(found)) if isinstance(found, str) else found
    if not isinstance(document, dict):
        raise TypeError("a policy is a mapping")
    return document
