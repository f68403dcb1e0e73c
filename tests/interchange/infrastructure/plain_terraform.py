"""Objects as Terraform shows them in plans and states: written from the schemas of the providers.

There is no Terraform here. What it would show follows from the schema of each provider: `aws` has
blocks, shown as lists; `awscc` has nested attributes, with null for all that is not set, and texts
of JSON for structures without members. Which members there are is botocore's service model's to
say, not ours.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore import xform_name

from mmctl.language.references import references
from mmctl.model.kinds import Kind, Noun

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject

MODEL = botocore.session.get_session().get_service_model("mailmanager")
BLOCKS = {
    "Rules": "rule",
    "Conditions": "condition",
    "Unless": "unless",
    "Actions": "action",
    "PolicyStatements": "policy_statement",
}
NAMES = {
    "aws_mailmanager_archive": "ArchiveName",
    "aws_mailmanager_relay": "RelayName",
    "aws_mailmanager_rule_set": "RuleSetName",
    "aws_mailmanager_traffic_policy": "TrafficPolicyName",
    "aws_mailmanager_ingress_point": "IngressPointName",
}


class Unknown(str):
    """A value that is known after the apply: what it refers to; nothing, if nobody wrote it."""

    __slots__ = ()


def known(value: Any) -> Any:
    """What `planned_values` has: unknown attributes are left out."""
    if isinstance(value, dict):
        return {k: known(v) for k, v in value.items() if not isinstance(v, Unknown)}
    if isinstance(value, list):
        return [None if isinstance(item, Unknown) else known(item) for item in value]
    return value


def unknown(value: Any) -> Any:
    """What `after_unknown` has."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, dict):
        marked = {key: unknown(member) for key, member in value.items()}
        return {key: mark for key, mark in marked.items() if mark is not False}
    if isinstance(value, list):
        return [unknown(item) for item in value]
    return False


def references_of(value: Any) -> list[str]:
    if isinstance(value, Unknown):
        return [str(value), str(value).rpartition(".")[0]] if value else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for item in inner for found in references_of(item)]


def expressions(value: dict[str, Any]) -> dict[str, Any]:
    """What `configuration` has of a body of `aws`: what is not written has no expression."""
    found: dict[str, Any] = {}
    for key, member in value.items():
        if member is None or member == [] or (isinstance(member, Unknown) and not member):
            continue
        if isinstance(member, list) and isinstance(member[0], dict):
            found[key] = [expressions(item) for item in member]
        elif references := references_of(member):
            found[key] = {"references": references}
        else:
            found[key] = {"constant_value": member}
    return found


def word(member: str) -> str:
    return xform_name(member)


def blocks(shape: Any, members: Any) -> Any:
    """As `aws` shows it: structures are lists of one, absent ones are empty lists."""
    shown: dict[str, Any] = {}
    for member, inner in shape.members.items():
        value = members.get(member)
        if inner.type_name == "structure":
            shown[word(member)] = [] if value is None else [blocks(inner, value)]
        elif inner.type_name == "list" and inner.member.type_name == "structure":
            shown[BLOCKS.get(member, word(member))] = [
                blocks(inner.member, item) for item in value or []
            ]
        else:
            shown[word(member)] = value
    return shown


def nested(shape: Any, members: Any) -> Any:
    """As `awscc` shows it: null for all that is not set, `{}` in quotes for empty structures."""
    if not shape.members:
        return "{}"
    shown: dict[str, Any] = {}
    for member, inner in shape.members.items():
        value = members.get(member)
        if value is None:
            shown[word(member)] = None
        elif inner.type_name == "structure":
            shown[word(member)] = nested(inner, value)
        elif inner.type_name == "list" and inner.member.type_name == "structure":
            shown[word(member)] = [nested(inner.member, item) for item in value]
        else:
            shown[word(member)] = value
    return shown


def own(resource: dict[str, Any]) -> set[str]:
    """The attributes of `awscc` that the service fills in."""
    noun = resource["type"].partition("mail_manager_")[2]
    return {f"{noun}_id", f"{noun}_arn"} if noun else set()


class Resources:
    """The resources of a configuration, with ids as if they had been applied."""

    def __init__(
        self,
        configuration: LiveConfiguration,
        ids: Mapping[Any, str],
        cc: bool,
        place: str = "us-east-1:444455556666",
    ) -> None:
        self.place = place
        self.configuration = configuration
        self.ids = ids
        self.cc = cc
        """Whether all of it is of the provider `awscc`."""
        self.resources = [each for thing in configuration.objects for each in self._of(thing)]

    def arn(self, kind: Kind, id_: str) -> str:
        part = kind.row.referred.arn_part
        return f"arn:aws:ses:{self.place}:{part}/{id_}"

    def _of(self, thing: LiveObject) -> Iterable[dict[str, Any]]:
        provider = "awscc" if self.cc or thing.closed else thing.kind.row.provider.value
        if thing.kind is Kind.TRAFFIC_POLICY and not thing.shape.to_api()["PolicyStatements"]:
            provider = "awscc"
        noun = thing.kind.row.api.noun
        yield self._resource(thing, noun, provider)
        if thing.kind is Kind.ADD_ON:
            yield self._resource(thing, Noun.ADDON_INSTANCE, provider)

    def _resource(self, thing: LiveObject, noun: Noun, provider: str) -> dict[str, Any]:
        members = self._members(thing)
        if noun is Noun.ADDON_INSTANCE:
            members = {"AddonSubscriptionId": f"as-{thing.name}"}
        tags = [{"Key": key, "Value": value} for key, value in sorted(thing.tags.items())]
        id_ = self.ids[thing.kind, thing.name]
        if noun is Noun.ADDON_SUBSCRIPTION:
            id_ = f"as-{thing.name}"
        shape: Any = MODEL.operation_model(f"Create{noun}").input_shape
        prefix = "aws_mailmanager_" if provider == "aws" else "awscc_ses_mail_manager_"
        type_ = prefix + word(noun)
        if provider == "aws":
            values = blocks(shape, members)
            values["name"] = values.pop(word(NAMES[type_]))
            values["tags"] = dict(thing.tags) or None
            values["tags_all"] = dict(thing.tags)
            values |= {"id": id_, "arn": self.arn(thing.kind, id_), "region": "us-east-1"}
            if noun is Noun.INGRESS_POINT:
                values |= {
                    "a_record": f"{id_}.fips.example.com",
                    "status": "ACTIVE",
                    "timeouts": None,
                }
        else:
            values = nested(shape, members)
            values["tags"] = [{"key": t["Key"], "value": t["Value"]} for t in tags] or None
            values |= {"id": id_, f"{word(noun)}_id": id_}
            values[f"{word(noun)}_arn"] = self.arn(thing.kind, id_)
            if noun is Noun.INGRESS_POINT:
                values["status_to_update"] = "CLOSED" if thing.closed else None
        del values["client_token"]
        name = thing.name.replace(".", "_")
        return {
            "address": f"{type_}.{name}",
            "mode": "managed",
            "type": type_,
            "name": name,
            "provider_name": f"registry.terraform.io/hashicorp/{provider}",
            "schema_version": 0,
            "values": values,
            "sensitive_values": {},
        }

    def _members(self, thing: LiveObject) -> dict[str, Any]:
        """The members with ids and ARNs in place of names, as a state has them."""
        members = json.loads(json.dumps(thing.shape.to_api()))
        members.pop("Tags", None)
        for reference in references(thing.shape):
            holder: Any = members
            *parents, last = reference.path
            for part in parents:
                holder = holder[part]
            holder[last] = self.target(reference.kind, reference.name)
        if thing.smtp_password_env is not None:
            members["IngressPointConfiguration"] = {"SmtpPassword": "hunter2hunter2"}
        return dict(members)

    def target(self, kind: Kind, name: str) -> str:
        id_ = self.ids.get((kind, name)) or self.configuration.bindings.get(kind, {}).get(
            name, name
        )
        id_ = id_.removeprefix("id:")
        if id_.startswith("arn:"):
            return id_.rsplit("/", 1)[-1] if kind is Kind.ARCHIVE else id_
        return self.arn(kind, id_) if kind.row.by_arn else id_

    def plan(self) -> str:
        """What `terraform show -json` prints of a plan that creates all of it."""
        planned, changes, configured = [], [], []
        for each in self.resources:
            cc = each["type"].startswith("awscc")
            computed = ("id", "arn", "tags_all", "region", "a_record", "status")
            values = {
                key: Unknown() if key in computed or key in own(each) else value
                for key, value in each["values"].items()
            }
            values = self.with_unknown(values, filled=cc)
            planned.append({**each, "values": known(values)})
            change = {"actions": ["create"], "before": None, "after": known(values)}
            change["after_unknown"] = unknown(values)
            changes.append({"address": each["address"], "type": each["type"], "change": change})
            written = (
                {
                    key: {"references": references_of(value)}
                    if references_of(value)
                    else {"constant_value": value}
                    for key, value in values.items()
                    if value is not None and not (isinstance(value, Unknown) and not value)
                }
                if cc
                else expressions(values)
            )
            configured.append(
                {key: each[key] for key in ("address", "mode", "type", "name")}
                | {"expressions": written}
            )
        document = {
            "format_version": "1.2",
            "terraform_version": "1.9.8",
            "planned_values": {"root_module": {"resources": planned}},
            "resource_changes": changes,
            "configuration": {"root_module": {"resources": configured}},
        }
        return json.dumps(document)

    def with_unknown(self, value: Any, *, filled: bool, depth: int = 0) -> Any:
        """Ids and ARNs of resources of this plan as unknown; `filled`: what is not set, too."""
        if isinstance(value, dict):
            return {
                k: self.with_unknown(v, filled=filled, depth=depth + 1) for k, v in value.items()
            }
        if isinstance(value, list):
            return [self.with_unknown(v, filled=filled, depth=depth + 1) for v in value]
        if value is None and filled and depth > 1:
            return Unknown()
        if not isinstance(value, str) or isinstance(value, Unknown):
            return value
        for each in self.resources:
            for attribute, there in each["values"].items():
                if there == value and (attribute in {"id", "arn"} or attribute in own(each)):
                    return Unknown(f"{each['address']}.{attribute}")
        return value

    def state(self) -> str:
        """What `terraform show -json` prints of a state."""
        for each in self.resources:
            if "smtp_password" in json.dumps(each["values"]):
                each["sensitive_values"] = {"ingress_point_configuration": {"smtp_password": True}}
        document = {
            "format_version": "1.0",
            "terraform_version": "1.9.8",
            "values": {"root_module": {"resources": self.resources}},
        }
        return json.dumps(document, indent=2)

    def state_file(self) -> str:
        """A `terraform.tfstate`, version 4."""
        resources = [
            {
                "mode": "managed",
                "type": each["type"],
                "name": each["name"],
                "provider": f'provider["{each["provider_name"]}"]',
                "instances": [
                    {
                        "schema_version": 0,
                        "attributes": each["values"],
                        "sensitive_attributes": [],
                    }
                ],
            }
            for each in self.resources
        ]
        document = {
            "version": 4,
            "terraform_version": "1.9.8",
            "serial": 7,
            "lineage": "00000000-0000-4000-8000-000000000000",
            "outputs": {},
            "resources": resources,
            "check_results": None,
        }
        return json.dumps(document, indent=2)
