"""Objects → Terraform: `aws_mailmanager_…` resources, `awscc_ses_mail_manager_…` for the rest.

Names of resources and arguments are those of the providers' documentation
(registry.terraform.io/providers/hashicorp/aws, …/hashicorp/awscc).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
from mmctl.interchange.terraform.hcl import Body, Expression, quoted, text_of
from mmctl.interchange.terraform.spelling import SINGULAR, snake
from mmctl.language.references import references
from mmctl.model.policies import TrafficPolicy
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.interchange.things import ApiObject
    from mmctl.language.project import Reference
    from mmctl.model.kinds import Kind

_TERRAFORM: Final = ">= 1.5.0"
"""The first release with `import` blocks."""
_TYPES: Final = {"aws": "aws_mailmanager_", "awscc": "awscc_ses_mail_manager_"}
"""How the types of each provider begin."""
_VERSIONS: Final = {"aws": "~> 6.0", "awscc": "~> 1.0"}
"""Releases of the aws provider before August 2026 have no Mail Manager."""
_SOURCES: Final = {"aws": "hashicorp/aws", "awscc": "hashicorp/awscc"}


@dataclass(slots=True, kw_only=True)
class _Module:
    """The module that is being built."""

    addresses: dict[tuple[Kind, str], tuple[str, str, str]]
    """Provider, type and label of each object."""
    there: dict[Kind, set[str]]
    bindings: Mapping[Kind, Mapping[str, str]]
    variables: list[tuple[str, Body]] = field(default_factory=list)
    resources: list[tuple[str, Body]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    needs_account: bool = False
    """Whether an ARN is built from account and region."""


def to_terraform(
    things: Sequence[ApiObject],
    bindings: Mapping[Kind, Mapping[str, str]],
    *,
    project: str,
    environment: str,
    ids: Mapping[tuple[Kind, str], str],
) -> Exported:
    """One module for all objects; those in `ids` are live, and imported into Terraform's state."""
    module = _Module(addresses=_addresses(things), there=names_there(things), bindings=bindings)
    for thing in things:
        _put(module, thing)
    _put_logs(module, things, project)
    data = _account() if module.needs_account else []
    # Data sources and logs are those of the aws provider.
    providers = {provider for provider, _, _ in module.addresses.values()} | (
        {"aws"} if data or any(thing.logging for thing in things) else set()
    )
    imports = _imports(module, ids)
    body = Body(
        blocks=[_settings(providers), *module.variables, *data, *imports, *module.resources]
    )
    heading = f"# Mail gateway {project}, environment {environment}.\n\n"
    return Exported(
        text=heading + text_of(body),
        left_out=list(members_left_out(things, "Terraform")),
        notes=module.notes,
    )


def _addresses(things: Sequence[ApiObject]) -> dict[tuple[Kind, str], tuple[str, str, str]]:
    addresses: dict[tuple[Kind, str], tuple[str, str, str]] = {}
    for thing in things:
        provider = _provider(thing)
        type_ = _TYPES[provider] + snake(thing.kind.row.referred.noun)
        stem = "_".join(word.lower() for word in words(thing.name)) or "unnamed"
        wanted = label = stem if not stem[0].isdigit() else f"_{stem}"
        number = 1
        taken = {address[1:] for address in addresses.values()}
        while (type_, label) in taken:
            number += 1
            label = f"{wanted}_{number}"
        addresses[thing.kind, thing.name] = (provider, type_, label)
    return addresses


def _provider(thing: ApiObject) -> str:
    """`aws`, or `awscc` for what `aws` has no argument for."""
    if isinstance(thing.shape, TrafficPolicy) and not thing.shape.policy_statements:
        return "awscc"  # aws wants a policy_statement block (terraform-provider-aws issue 49366)
    if thing.closed:
        return "awscc"
    return thing.kind.row.provider.value


def _settings(providers: set[str]) -> tuple[str, Body]:
    required = Body(
        attributes={
            name: {"source": _SOURCES[name], "version": _VERSIONS[name]}
            for name in sorted(providers)
        }
    )
    body = Body(
        attributes={"required_version": _TERRAFORM}, blocks=[("required_providers", required)]
    )
    return "terraform", body


def _imports(module: _Module, ids: Mapping[tuple[Kind, str], str]) -> list[tuple[str, Body]]:
    """Import what is live into the state, instead of creating it a second time."""
    found: list[tuple[str, Body]] = []
    for key, (_, type_, label) in module.addresses.items():
        if key in ids:
            to = Expression(f"{type_}.{label}")
            found.append(("import", Body(attributes={"to": to, "id": ids[key]})))
            if key[0].row.instance is not None:
                module.notes.append(
                    f"add-on `{key[1]}`: its instance is imported, its subscription is not: "
                    f"`terraform import awscc_ses_mail_manager_addon_subscription.{label} ID`"
                )
    missing = len(module.addresses) - len(found)
    if missing:
        module.notes.append(
            f"{missing} of {len(module.addresses)} objects have no `import` block, because no "
            f"apply from this store created them: Terraform would create them again"
        )
    return found


def _account() -> list[tuple[str, Body]]:
    kinds = ("aws_partition", "aws_region", "aws_caller_identity")
    return [(f'data "{kind}" "current"', Body()) for kind in kinds]


def _put(module: _Module, thing: ApiObject) -> None:
    provider, type_, label = module.addresses[thing.kind, thing.name]
    members = plain(thing.shape.to_api())
    members.pop("Tags", None)
    for reference in list(references(thing.shape)):
        *parents, last = reference.path
        holder: Any = members
        for part in parents:
            holder = holder[part]
        holder[last] = _target(module, reference)
    if thing.smtp_password_env is not None:
        members["IngressPointConfiguration"] = _password(module, thing, label, provider)
    if thing.kind.row.instance is not None:
        members = _subscription(module, thing, members, label)
    if provider == "aws":
        name = next(iter(members))
        body = _body({"Name": members.pop(name), **members})
        if thing.tags:
            body.attributes["tags"] = dict(sorted(thing.tags.items()))
    else:
        if thing.closed:
            members["StatusToUpdate"] = "CLOSED"
        body = Body(attributes=_nested(members) | _tag_list(thing))
    module.resources.append((f'resource "{type_}" "{label}"', body))


def _tag_list(thing: ApiObject) -> Members:
    tags = [{"key": key, "value": value} for key, value in sorted(thing.tags.items())]
    return {"tags": tags} if tags else {}


def _subscription(module: _Module, thing: ApiObject, members: Members, label: str) -> Members:
    """Add the subscription of an add-on; return the members of its instance."""
    type_ = "awscc_ses_mail_manager_addon_subscription"
    body = Body(attributes=_nested(members) | _tag_list(thing))
    module.resources.append((f'resource "{type_}" "{label}"', body))
    return {"AddonSubscriptionId": Expression(f"{type_}.{label}.addon_subscription_id")}


def _password(module: _Module, thing: ApiObject, label: str, provider: str) -> Members:
    """A variable for the SMTP password; `aws` never keeps it in its state, `awscc` does."""
    variable = f"{label}_smtp_password"
    kept = provider != "aws"
    attributes: Members = {
        "description": f"SMTP password of the ingress point {thing.name}.",
        "type": Expression("string"),
        "sensitive": True,
    }
    if not kept:
        attributes["ephemeral"] = True
    module.variables.append((f'variable "{variable}"', Body(attributes=attributes)))
    where = "; Terraform keeps it in its state" if kept else ""
    module.notes.append(
        f"ingress point `{thing.name}`: its SMTP password is the variable `{variable}`{where}"
    )
    value = Expression(f"var.{variable}")
    return (
        {"SmtpPassword": value} if kept else {"SmtpPasswordWo": value, "SmtpPasswordWoVersion": 1}
    )


def _body(members: Members) -> Body:
    """Members as attributes and blocks: structures are blocks, lists of them repeated ones."""
    body = Body()
    for member, value in members.items():
        match value:
            case dict():
                body.blocks.append((snake(member), _body(value)))
            case list() if member in SINGULAR:
                body.blocks += [(SINGULAR[member], _body(item)) for item in value]
            case _:
                body.attributes[snake(member)] = value
    return body


def _nested(value: Any) -> Any:
    """Members as nested attributes, as awscc has them."""
    match value:
        case dict():
            return {snake(member): _nested(inner) for member, inner in value.items()}
        case list():
            return [_nested(item) for item in value]
        case _:
            return value


def _put_logs(module: _Module, things: Sequence[ApiObject], project: str) -> None:
    logs = exported_logs(things, project)
    arns: dict[str, Any] = {}
    for number, (arn, name) in enumerate(destinations(logs, project).items(), 1):
        type_, label = "aws_cloudwatch_log_delivery_destination", f"logs_{number}"
        receiver = Body(attributes={"destination_resource_arn": arn})
        body = Body(
            attributes={"name": name},
            blocks=[("delivery_destination_configuration", receiver)],
        )
        module.resources.append((f'resource "{type_}" "{label}"', body))
        arns[arn] = Expression(f"{type_}.{label}.arn")
    for log in logs:
        provider, type_, label = module.addresses[log.thing.kind, log.thing.name]
        named = snake(log.thing.kind.row.referred.noun)
        arn_of = "arn" if provider == "aws" else f"{named}_arn"
        # A rule set and an ingress point may have the same label.
        own = f"{named}_{label.lstrip('_')}_{log.word}"
        source = "aws_cloudwatch_log_delivery_source"
        attributes: Members = {
            "name": log.source,
            "log_type": log.log_type.value,
            "resource_arn": Expression(f"{type_}.{label}.{arn_of}"),
        }
        module.resources.append((f'resource "{source}" "{own}"', Body(attributes=attributes)))
        delivery: Members = {
            "delivery_source_name": Expression(f"{source}.{own}.name"),
            "delivery_destination_arn": arns.get(log.receiver, log.receiver),
        }
        head = f'resource "aws_cloudwatch_log_delivery" "{own}"'
        module.resources.append((head, Body(attributes=delivery)))


def _target(module: _Module, reference: Reference) -> Any:
    found = link(reference, module.there, module.bindings)
    kind = reference.kind
    if not isinstance(found, Elsewhere):
        provider, type_, label = module.addresses[kind, found]
        named = kind.row.referred
        awscc = snake(named.arn_member if kind.row.by_arn else named.id_member)
        attribute = "id" if provider == "aws" else awscc
        return Expression(f"{type_}.{label}.{attribute}")
    if not kind.row.by_arn or found.arn:
        return found.text
    module.needs_account = True
    start = (
        "arn:${data.aws_partition.current.partition}:ses:${data.aws_region.current.region}"
        ":${data.aws_caller_identity.current.account_id}"
    )
    rest = quoted(f":{kind.row.referred.arn_part}/{found.text}")
    return Expression(f'"{start}{rest[1:]}')
