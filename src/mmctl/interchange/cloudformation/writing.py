"""Objects → a CloudFormation template of `AWS::SES::MailManager…` resources.

Built once as plain members with `Call` for intrinsic functions; `template_text` lays it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.cloudformation.template_text import Intrinsic, as_json, as_yaml
from mmctl.interchange.exported import (
    Elsewhere,
    Exported,
    Members,
    link,
    members_left_out,
    names_there,
    plain,
    words,
)
from mmctl.interchange.log_exports import destinations, exported_logs
from mmctl.language.references import references
from mmctl.model.kinds import Kind
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.interchange.things import ApiObject
    from mmctl.language.project import Reference

_DYNAMIC: Final = "{{resolve:"
"""CloudFormation replaces texts with this prefix wherever they are, and has no escape for it."""
_UPLOADED: Final = 51_200
"""The most bytes of a template that can be passed directly; a larger one needs an S3 bucket."""
_LARGEST: Final = 1_000_000
_DESCRIPTION: Final = (
    "Mail gateway {project}, environment {environment}. Rules name archives by id: ArchiveId is "
    "the id or the ARN, depending on the version of the resource type, and a rule takes no more "
    "than 66 characters, so the template takes the part after the slash, if there is one."
)
_PLAIN_DESCRIPTION: Final = "Mail gateway {project}, environment {environment}."


@dataclass(slots=True, kw_only=True)
class _Template:
    """The template that is being built."""

    ids: dict[tuple[Kind, str], str]
    there: dict[Kind, set[str]]
    bindings: Mapping[Kind, Mapping[str, str]]
    parameters: Members
    resources: Members
    exported: Exported
    archives: bool = False
    """Whether a rule names an archive that is in the template."""


def to_cloudformation(
    things: Sequence[ApiObject],
    bindings: Mapping[Kind, Mapping[str, str]],
    *,
    project: str,
    environment: str,
    form: str,
) -> Exported:
    """One template for all objects; `form` is `yaml` or `json`."""
    exported = Exported(text="")
    template = _Template(
        ids=_logical_ids(things),
        there=names_there(things),
        bindings=bindings,
        parameters={},
        resources={},
        exported=exported,
    )
    for thing in things:
        if _has_dynamic(thing.shape.to_api()) or _has_dynamic(dict(thing.tags)):
            exported.left_out.append(
                f"{thing.kind.noun} `{thing.name}`: it has a value with `{_DYNAMIC}`, "
                "which CloudFormation would replace"
            )
            template.there[thing.kind].discard(thing.name)
    for thing in things:
        if thing.name in template.there[thing.kind]:
            _put(template, thing)
    _put_logs(template, [t for t in things if t.name in template.there[t.kind]], project)
    exported.left_out += members_left_out(things, "CloudFormation")
    description = _DESCRIPTION if template.archives else _PLAIN_DESCRIPTION
    document: Members = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description.format(project=project, environment=environment),
        **({"Parameters": template.parameters} if template.parameters else {}),
        "Resources": template.resources,
    }
    exported.text = as_json(document) if form == "json" else as_yaml(document)
    _check_size(exported)
    return exported


def _check_size(exported: Exported) -> None:
    size = len(exported.text.encode())
    if size > _LARGEST:
        exported.left_out.append(f"all of it: {size:,} bytes, a template has at most {_LARGEST:,}")
    elif size > _UPLOADED:
        exported.notes.append(
            f"the template has {size:,} bytes: beyond {_UPLOADED:,}, CloudFormation takes it "
            f"only from an S3 bucket (`aws cloudformation deploy --s3-bucket`)"
        )


def _logical_ids(things: Sequence[ApiObject]) -> dict[tuple[Kind, str], str]:
    """`threat-feed` → `ThreatFeedAddressList`, all different."""
    ids: dict[tuple[Kind, str], str] = {}
    for thing in things:
        stem = "".join(word[0].upper() + word[1:] for word in words(thing.name))
        wanted = candidate = (stem + thing.kind.row.referred.noun)[:240]
        number = 1
        while candidate in ids.values():
            number += 1
            candidate = f"{wanted}{number}"
        ids[thing.kind, thing.name] = candidate
    return ids


def _has_dynamic(value: Any) -> bool:
    match value:
        case dict():
            return any(_has_dynamic(member) for member in value.values())
        case list():
            return any(_has_dynamic(item) for item in value)
        case str():
            return _DYNAMIC in value
        case _:
            return False


def _put(template: _Template, thing: ApiObject) -> None:
    properties = plain(thing.shape.to_api())
    properties.pop("Tags", None)
    for reference in list(references(thing.shape)):
        *parents, last = reference.path
        holder: Any = properties
        for part in parents:
            holder = holder[part]
        holder[last] = _target(template, reference)
    if thing.kind is Kind.INGRESS_POINT:
        _ingress_point(template, thing, properties)
    if thing.tags:
        properties["Tags"] = [{"Key": k, "Value": v} for k, v in sorted(thing.tags.items())]
    own = template.ids[thing.kind, thing.name]
    if thing.kind.row.instance is not None:
        subscription = own.removesuffix("Instance") + "Subscription"
        template.resources[subscription] = _resource("AddonSubscription", properties)
        properties = {
            "AddonSubscriptionId": Intrinsic.attribute(subscription, "AddonSubscriptionId"),
            **({"Tags": properties["Tags"]} if thing.tags else {}),
        }
    template.resources[own] = _resource(thing.kind.row.referred.noun, properties)


def _resource(noun: str, properties: Members) -> Members:
    return {"Type": f"AWS::SES::MailManager{noun}", "Properties": properties}


def _ingress_point(template: _Template, thing: ApiObject, properties: Members) -> None:
    if thing.closed:
        properties["StatusToUpdate"] = "CLOSED"
    if thing.smtp_password_env is None:
        return
    parameter = template.ids[thing.kind, thing.name] + "SmtpPassword"
    template.parameters[parameter] = {
        "Type": "String",
        "NoEcho": True,
        "MinLength": 8,
        "MaxLength": 64,
        "Description": f"SMTP password of the ingress point {thing.name}.",
    }
    properties["IngressPointConfiguration"] = {"SmtpPassword": Intrinsic.reference(parameter)}
    template.exported.notes.append(
        f"ingress point `{thing.name}`: its SMTP password is the parameter `{parameter}`"
    )


def _put_logs(template: _Template, things: Sequence[ApiObject], project: str) -> None:
    """Add destinations, sources and deliveries."""
    logs = exported_logs(things, project)
    ids: dict[str, Any] = {}
    for number, (arn, name) in enumerate(destinations(logs, project).items(), 1):
        own = f"LogDestination{number}"
        template.resources[own] = {
            "Type": "AWS::Logs::DeliveryDestination",
            "Properties": {"Name": name, "DestinationResourceArn": arn},
        }
        ids[arn] = Intrinsic.attribute(own, "Arn")
    # One at a time: deliveries created in parallel conflict (terraform-provider-aws 42194).
    before: Members = {}
    for log in logs:
        kind = log.thing.kind
        own = template.ids[kind, log.thing.name] + log.word.title()
        template.resources[f"{own}LogSource"] = {
            "Type": "AWS::Logs::DeliverySource",
            "Properties": {
                "Name": log.source,
                "LogType": log.log_type.value,
                "ResourceArn": Intrinsic.attribute(
                    template.ids[kind, log.thing.name], f"{kind.row.referred.noun}Arn"
                ),
            },
        }
        template.resources[f"{own}LogDelivery"] = {
            "Type": "AWS::Logs::Delivery",
            **before,
            "Properties": {
                "DeliverySourceName": Intrinsic.reference(f"{own}LogSource"),
                "DeliveryDestinationArn": ids.get(log.receiver, log.receiver),
            },
        }
        before = {"DependsOn": f"{own}LogDelivery"}


def _target(template: _Template, reference: Reference) -> Any:
    found = link(reference, template.there, template.bindings)
    kind = reference.kind
    if isinstance(found, Elsewhere):
        if kind.row.by_arn and not found.arn:
            part = kind.row.referred.arn_part
            start = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}"
            return Intrinsic.substitution(f"{start}:{part}/{found.text}")
        return found.text
    resource = template.ids[kind, found]
    if kind is Kind.ARCHIVE:
        template.archives = True
        return Intrinsic.behind_slash(resource, "ArchiveId")
    named = kind.row.referred
    return Intrinsic.attribute(resource, named.arn_member if kind.row.by_arn else named.id_member)
