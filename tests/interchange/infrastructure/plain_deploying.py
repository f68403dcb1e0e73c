"""A template's resources created at a service, as CloudFormation would: written from its manual.

Not our reader: templates come from cfn-lint's decoder, and functions are evaluated with the real
ids that the service gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cfnlint.decode.decode import decode_str

from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from mmctl.live.aws.mail_manager import AwsMailManager


class NotYet(Exception):
    """It needs a resource that is not there yet."""


@dataclass
class Stack:
    """A template that is being deployed."""

    service: AwsMailManager
    template: dict[str, Any]
    parameters: dict[str, str]
    made: dict[str, dict[str, str]] = field(default_factory=dict)
    """Attributes of what was created, by logical id."""

    def value(self, node: Any) -> Any:
        match node:
            case {"Ref": str(name)}:
                return self.reference(name)
            case {"Fn::GetAtt": [name, attribute]} | {"Fn::GetAtt": (name, attribute)}:
                return self.attribute(name, attribute)
            case {"Fn::GetAtt": str(both)}:
                return self.attribute(*both.split("."))
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^!}][^}]*)\}", lambda found: self.used(found[1]), text)
            case {"Fn::Join": [delimiter, items]}:
                return delimiter.join(self.value(items))
            case {"Fn::Select": [index, items]}:
                return self.value(items)[int(index)]
            case {"Fn::Split": [delimiter, text]}:
                return self.value(text).split(delimiter)
            case {"Fn::FindInMap": [name, first, second]}:
                return self.template["Mappings"][name][self.value(first)][self.value(second)]
            case {"Fn::If": [name, yes, no]}:
                return self.value(yes if self.holds({"Condition": name}) else no)
            case dict():
                members = {str(key): self.value(member) for key, member in node.items()}
                return {key: value for key, value in members.items() if value is not NotYet}
            case list():
                return [value for item in node if (value := self.value(item)) is not NotYet]
            case _:
                return node

    def reference(self, name: str) -> Any:
        identity = self.service.identity
        if name == "AWS::NoValue":
            return NotYet
        pseudo = {
            "AWS::Region": identity.region,
            "AWS::AccountId": identity.account,
            "AWS::Partition": "aws",
        }
        if name in pseudo:
            return pseudo[name]
        if name in self.template.get("Parameters", {}):
            of = self.template["Parameters"][name]
            value = self.parameters.get(name, of.get("Default"))
            if of["Type"] == "CommaDelimitedList":
                return [item.strip() for item in value.split(",")]
            return value
        return self.attribute(name, "Ref")

    def attribute(self, name: str, attribute: str) -> str:
        if name not in self.made:
            raise NotYet
        return self.made[name][attribute]

    def used(self, name: str) -> str:
        return self.attribute(*name.split(".")) if "." in name else self.reference(name)

    def holds(self, node: Any) -> bool:
        match node:
            case {"Condition": str(name)}:
                return self.holds(self.template["Conditions"][name])
            case {"Fn::Equals": [first, second]}:
                return bool(self.value(first) == self.value(second))
            case {"Fn::Not": [inner]}:
                return not self.holds(inner)
            case {"Fn::And": items}:
                return all(self.holds(item) for item in items)
            case {"Fn::Or": items}:
                return any(self.holds(item) for item in items)
        raise AssertionError(node)

    def create(self, name: str, type_: str, properties: dict[str, Any]) -> None:
        noun = type_.removeprefix("AWS::SES::MailManager")
        if type_.startswith("AWS::Logs::"):
            self.made[name] = self.log(type_.removeprefix("AWS::Logs::"), properties)
        elif noun != type_:
            status = properties.pop("StatusToUpdate", None)
            request = typed(Noun(noun), properties)
            id_ = self.service.create(Noun(noun), request, f"{name:x>32}"[-32:])
            if status is not None:
                self.service.update(Noun(noun), id_, {"StatusToUpdate": status})
            arn = self.service.identity.arn(Noun(noun), id_)
            self.made[name] = {"Ref": id_, f"{noun}Id": id_, f"{noun}Arn": arn}
        else:
            self.made[name] = {"Ref": name.lower(), "Arn": f"arn:aws:iam::111122223333:role/{name}"}

    def log(self, type_: str, properties: dict[str, Any]) -> dict[str, str]:
        logs = self.service.logs
        if type_ == "DeliverySource":
            logs.put_source(
                properties["Name"], properties["ResourceArn"], properties["LogType"], TAGS
            )
            return {"Ref": properties["Name"]}
        if type_ == "DeliveryDestination":
            name = properties["Name"]
            logs.put_destination(name, properties["DestinationResourceArn"], TAGS)
            found = logs.destination(name)
            assert found is not None
            return {"Ref": name, "Arn": found["arn"]}
        id_ = logs.create_delivery(
            properties["DeliverySourceName"], properties["DeliveryDestinationArn"], TAGS
        )
        return {"Ref": id_}


TAGS = {"made-by": "a stack"}
NUMBERS = {"ServerPort", "MaxMessageSizeBytes", "RetryTimeMinutes", "Value"}


def typed(noun: Noun, value: Any, member: str = "") -> Any:
    """Texts and numbers as the API takes them: CloudFormation converts between the two."""
    del noun
    if isinstance(value, dict):
        return {key: typed(Noun.RELAY, inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(Noun.RELAY, item, member.removesuffix("s")) for item in value]
    if member in NUMBERS and isinstance(value, str) and value.replace(".", "").isdigit():
        return float(value) if member == "Value" else int(value)
    if isinstance(value, bool):
        return str(value).lower()
    if member not in NUMBERS and isinstance(value, int | float):
        return str(value)
    return value


def deploy(
    service: AwsMailManager, text: str, parameters: dict[str, str] | None = None
) -> dict[str, dict[str, str]]:
    """Create all resources of a template; returns their attributes by logical id."""
    template, problems = decode_str(text)
    assert not problems
    stack = Stack(service=service, template=template, parameters=parameters or {})
    waiting = {
        name: resource
        for name, resource in template["Resources"].items()
        if "Condition" not in resource or stack.holds({"Condition": resource["Condition"]})
    }
    while waiting:
        before = len(waiting)
        for name, resource in [*waiting.items()]:
            try:
                properties = stack.value(resource.get("Properties", {}))
            except NotYet:
                continue
            stack.create(name, resource["Type"], properties)
            del waiting[name]
        assert len(waiting) < before, f"these wait for each other: {[*waiting]}"
    return stack.made
