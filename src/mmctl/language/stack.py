"""`stack:` of an environment: what AWS makes around its rules, in two stacks of CloudFormation."""

from __future__ import annotations

import re
from typing import Final

from mmctl.patterns import Pattern
from mmctl.records import dataclass

USUAL_NETWORK: Final = "10.64.0.0/20"
USUAL_INSTANCE: Final = "t4g.small"
USUAL_LOG_RETENTION: Final = 90
SENDER: Final = "SenderInstanceId"
"""The output with the machine that sends mail from inside the network."""

FIXED_OUTPUTS: Final = (
    "AlarmTopicArn",
    "MailServerAddress",
    "MailServerInstanceId",
    "MailServerName",
    "MetadataFailedUrl",
    "MetadataQueueUrl",
    "MetadataTableName",
    "RelaySecretArn",
    SENDER,
    "SnapshotBucketName",
)
"""The outputs of the two stacks whose names no project chooses."""
_NAMED_OUTPUT: Final = Pattern(
    r"Bucket\w+(Name|Arn)|LogGroup\w+(Name|Arn)|(Topic|Role|Key)\w+Arn"
    r"|Ci(Plan|Apply|Watch)RoleArn|VpcEndpoint\w+(Id|Host)|Identity\w+Records"
)
"""Those that are named after what a project has."""


def may_be_output(name: str) -> bool:
    """Whether a stack of mmctl can have an output of this name."""
    return name in FIXED_OUTPUTS or _NAMED_OUTPUT.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The internal mail server of an environment for staging."""

    domains: tuple[str, ...]
    """The domains that it takes mail for."""
    relay_networks: tuple[str, ...]
    """The networks, as CIDRs, that Mail Manager's relays come from."""
    instance_type: str = USUAL_INSTANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What the foundation and the staging stack of an environment are to be."""

    name: str | None = None
    """How the names of its stacks begin; None: `mmctl-PROJECT-ENVIRONMENT`."""
    log_retention_days: int = USUAL_LOG_RETENTION
    object_lock_days: int | None = None
    """Days that Object Lock keeps snapshots; None: no Object Lock."""
    alarms_to: str | None = None
    """The mail address that alarms go to."""
    ci: tuple[str, ...] = ()
    """`github:OWNER/REPO,id=N,owner=N`, `gitlab:GROUP/PROJECT`, `codebuild:ACCOUNT/PIPELINE`."""
    identities: tuple[str, ...] = ()
    """Domains that SES verifies, beside those that the rules need."""
    network: str = USUAL_NETWORK
    mail_server: MailServer | None = None
    """None: this environment is not for staging."""
    sender: bool = False
    """An instance that sends mail from inside the network."""


def vpc_endpoint_output(ingress_point: str) -> str:
    """The output with the VPC endpoint of an ingress point: `VpcEndpointPublicMxId`."""
    words = re.findall(r"[A-Za-z0-9]+", ingress_point)
    return f"VpcEndpoint{''.join(word[0].upper() + word[1:] for word in words)}Id"


def twin_of(ingress_point: str) -> str:
    """The name of the private twin of a public ingress point."""
    return f"{ingress_point}-twin"


def stack_prefix(project: str, environment: str, stack: Stack | None) -> str:
    """How the names of an environment's stacks begin."""
    named = None if stack is None else stack.name
    return named or f"mmctl-{project}-{environment}".replace(".", "-").replace("_", "-")


def foundation_stack(project: str, environment: str, stack: Stack | None) -> str:
    """The name of the foundation stack."""
    return f"{stack_prefix(project, environment, stack)}-foundation"


def staging_stack(project: str, environment: str, stack: Stack | None) -> str:
    """The name of the staging stack."""
    return f"{stack_prefix(project, environment, stack)}-staging"
