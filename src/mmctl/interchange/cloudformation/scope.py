"""What names mean in a template: parameters, mappings, conditions, resources and their outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.infrastructure.values import ARN, ID, Hole, OpenText, Pointer
from mmctl.model.kinds import Noun
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf

    from mmctl.interchange.cloudformation.template_nodes import TemplateNode
    from mmctl.interchange.infrastructure.values import Tree
    from mmctl.language.text.nodes import Mapping
    from mmctl.problem import Position

OF_MAIL_MANAGER: Final = "AWS::SES::MailManager"
OF_LOGS: Final = "AWS::Logs::"
PSEUDO: Final = {
    "AWS::Region": Hole(key="AWS::Region", why="it is the region", environment="region"),
    "AWS::AccountId": Hole(key="AWS::AccountId", why="it is the account", environment="account"),
    "AWS::Partition": Hole(
        key="AWS::Partition", why="it is the partition", environment="partition"
    ),
}
"""Pseudo parameters that the files do not know."""
_DOMAINS: Final = {"AWS::URLSuffix": "amazonaws.com"}
_OF_STACK: Final = {"AWS::StackName": "name", "AWS::StackId": "id"}
_SSM: Final = "AWS::SSM::Parameter::"
_SHOWN: Final = 3
_LONGEST: Final = 60
_OF_SSM: Final = f"{_SSM}Value<"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackParameter:
    """A parameter of the template."""

    name: str
    type: str
    default: str | None
    secret: bool
    """`NoEcho`: its value is shown nowhere."""
    position: Position

    @property
    def is_list(self) -> bool:
        """Whether its value is a list, which people write with commas."""
        type_ = self.type.removeprefix(_OF_SSM)
        return type_.startswith(("CommaDelimitedList", "List<"))


@dataclass(slots=True, kw_only=True)
class TemplateScope:
    """All names of one template."""

    parameters: dict[str, StackParameter] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    """Values that the person states, by parameter or pseudo parameter."""
    mappings: dict[str, Mapping] = field(default_factory=dict)
    conditions: dict[str, TemplateNode] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    """Types of the resources, by logical id."""
    properties: dict[str, Mapping] = field(default_factory=dict)
    """Properties of the resources, by logical id."""
    imports: MappingOf[str, Tree] = field(default_factory=dict)
    """What other templates export, by the name of the export."""
    prefix: str = ""
    """What comes before logical ids, where several templates are read."""
    defaults: set[str] = field(default_factory=set)
    """Parameters whose default was taken."""

    def options(self) -> str:
        """The options that give values to parameters without any, to show to people."""
        without = [
            each.name
            for each in self.parameters.values()
            if each.default is None and not each.secret and each.name not in self.given
        ]
        shown = without[:_SHOWN] or ["NAME"]
        return " ".join(f"--parameter {name[:_LONGEST]}=VALUE" for name in shown)

    def reference(self, name: str) -> Any:
        """What `Ref` is; a text, a list of texts, or nothing if there is no such name."""
        if name in self.given and name not in self.parameters:
            return self.given[name]
        if name in self.parameters:
            return self._parameter(self.parameters[name])
        if name in self.types:
            return self._resource(name, "Ref")
        if name in _DOMAINS:
            return _DOMAINS[name]
        if name in _OF_STACK:
            why = f"it is the {_OF_STACK[name]} of the stack"
            key = name.removeprefix("AWS::")
            return OpenText((Hole(key=key, why=why, scope=self.prefix),))
        hole = PSEUDO.get(name)
        return None if hole is None else OpenText((hole,))

    def attribute(self, name: str, attribute: str) -> Any:
        """What `Fn::GetAtt` is; nothing if there is no such resource."""
        return self._resource(name, attribute) if name in self.types else None

    def _parameter(self, parameter: StackParameter) -> Any:
        name = parameter.name
        value = self.given.get(name)
        if parameter.secret:
            why = f"parameter `{name}` has `NoEcho`: its value is not written"
            return OpenText((Hole(key=name, why=why, secret=True),))
        if value is None and parameter.type.startswith(_SSM):
            why = f"parameter `{name}` is read from Systems Manager at each deploy"
            return self._unknown(parameter, why)
        if value is None and parameter.default is None:
            return self._unknown(parameter, f"parameter `{name}` has no default")
        if value is None:
            self.defaults.add(name)
            value = parameter.default or ""
        if parameter.is_list:
            return [item.strip() for item in value.split(",")]
        return value

    @staticmethod
    def _unknown(parameter: StackParameter, why: str) -> OpenText:
        name = parameter.name
        if parameter.is_list:
            why += f", and a variable is one value; for several: --parameter {name}=VALUE,VALUE"
        return OpenText((Hole(key=name, why=why),))

    def _resource(self, name: str, attribute: str) -> Any:
        type_ = self.types[name]
        if type_.startswith(OF_MAIL_MANAGER):
            return OpenText(
                (Pointer(label=self.prefix + name, attribute=_attribute(type_, attribute)),)
            )
        if type_.startswith(OF_LOGS):
            return OpenText((Pointer(label=self.prefix + name, attribute=attribute),))
        key = name if attribute == "Ref" else f"{name}.{attribute}"
        why = f"`{key}` is known after `{name}` ({type_}) is created"
        return OpenText((Hole(key=key, why=why, scope=self.prefix),))


def _attribute(type_: str, attribute: str) -> str:
    """Whether an attribute of a Mail Manager resource is its id or its ARN; else as written."""
    noun = type_.removeprefix(OF_MAIL_MANAGER)
    if noun not in {*Noun} or attribute in {"Ref", Noun(noun).id_member}:
        return ID if attribute in {"Ref", f"{noun}Id"} else attribute
    return ARN if attribute == Noun(noun).arn_member else attribute
