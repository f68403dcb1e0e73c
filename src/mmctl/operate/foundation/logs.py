"""Log groups that Mail Manager's logs are delivered to, and the permission to deliver."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from mmctl.operate.templates.intrinsic import ref, sub
from mmctl.operate.templates.template import (
    CHECKOV,
    LintException,
    Output,
    TemplateResource,
    TemplateSection,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.foundation.needs import FoundationNeeds, WantedThing

VENDED: Final = "/aws/vendedlogs/"
"""How names of log groups begin for which CloudWatch Logs needs no policy of its own each."""
_GROUPS: Final = 20
"""Log groups in one policy, whose text may have 5,120 characters."""
_PLACE: Final = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}"
OWN_KEY: Final = LintException(
    tool=CHECKOV,
    check="CKV_AWS_158",
    reason="CloudWatch Logs encrypts every log group; a key of your own that is disabled would "
    "stop the logs when they are needed most",
)


def log_section(needs: FoundationNeeds, retention_days: int) -> TemplateSection:
    """Return the log groups with their retention, and one policy for all of them."""
    groups = needs.log_groups
    return TemplateSection(
        title="Logs",
        comment="`mmctl apply` makes the deliveries; these receive them, and stay with their logs.",
        resources=(*(_group(each, retention_days) for each in groups), *_policies(groups)),
        outputs=tuple(output for each in groups for output in _outputs(each)),
    )


def _outputs(group: WantedThing) -> tuple[Output, Output]:
    comment = f"The log group {group.name or group.id}."
    return (
        Output(name=f"{group.id}Name", value=ref(group.id), comment=comment),
        Output(
            name=f"{group.id}Arn", value=sub(f"{_PLACE}:log-group:${{{group.id}}}"), comment=comment
        ),
    )


def notes_of(needs: FoundationNeeds) -> list[str]:
    """Return what is worth knowing of the names of log groups."""
    return [
        f"log group `{each.name}`: a name below `{VENDED}` needs no permission of its own each"
        for each in needs.log_groups
        if each.name is not None and not each.name.startswith(VENDED)
    ]


def _group(group: WantedThing, retention_days: int) -> TemplateResource:
    name = group.name or sub(f"{VENDED}${{AWS::StackName}}/{group.id}")
    return TemplateResource(
        name=group.id,
        type="AWS::Logs::LogGroup",
        comment="What Mail Manager writes of its mail; addresses of people are in it.",
        properties={"LogGroupName": name, "RetentionInDays": retention_days},
        keeps_data=True,
        exceptions=(OWN_KEY,),
    )


def _policies(groups: tuple[WantedThing, ...]) -> Iterator[TemplateResource]:
    """One policy for as many groups as fit into its text."""
    for number, start in enumerate(range(0, len(groups), _GROUPS)):
        yield _policy(groups[start : start + _GROUPS], "" if number == 0 else str(number + 1))


def _policy(groups: tuple[WantedThing, ...], number: str) -> TemplateResource:
    """The delivery's permission; the policy is a text, so references are put into JSON."""
    streams = [f"{_PLACE}:log-group:${{{each.id}}}:log-stream:*" for each in groups]
    statement = {
        "Sid": "DeliverLogs",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": streams,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
            "ArnLike": {"aws:SourceArn": f"{_PLACE}:*"},
        },
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
    return TemplateResource(
        name=f"LogDeliveryPolicy{number}",
        type="AWS::Logs::ResourcePolicy",
        comment="CloudWatch Logs may deliver to these log groups.",
        properties={
            "PolicyName": sub(f"${{AWS::StackName}}-delivery{number}"),
            "PolicyDocument": sub(text + "\n"),
        },
        wildcards={"DeliverLogs": "the service names the streams, and `apply` the deliveries"},
    )
