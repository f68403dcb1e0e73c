"""What a plan of Terraform says of values that it does not know: the expressions they come from.

A block has an expression for each argument; a nested attribute only a list of all that it names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.infrastructure.values import ARN, ID, Hole, OpenText, Pointer
from mmctl.interchange.terraform.provider_words import noun_of
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.terraform.provider_words import ProviderNode

_RESOURCE: Final = Pattern(
    r"((?:data\.)?[a-z][a-z0-9_]*)\.([\w-]+)((?:\[[^\]]*\])?)(?:\.([\w.\[\]\"-]+))?"
)
_DEEPEST: Final = 20
ENVIRONMENT: Final = {
    ("data.aws_region", "region"): "region",
    ("data.aws_region", "name"): "region",
    ("data.aws_region", "id"): "region",
    ("data.aws_caller_identity", "account_id"): "account",
    ("data.aws_partition", "partition"): "partition",
    ("data.awscc_aws_region", "id"): "region",
}
"""Attributes of data sources that the environment of a project has."""


@dataclass(slots=True, kw_only=True)
class PlanModule:
    """One module of a plan's configuration, with what calls it."""

    path: str
    """`module.mail.`, or nothing for the root."""
    node: Mapping
    caller: PlanModule | None = None
    arguments: Mapping | None = None
    """The expressions of the call."""
    labels: set[str] = field(default_factory=set)
    """The addresses of all planned resources, in all modules."""

    def child(self, name: str) -> PlanModule | None:
        """A module that this one calls."""
        calls = self.node.get("module_calls")
        call = calls.get(name) if isinstance(calls, Mapping) else None
        node = call.get("module") if isinstance(call, Mapping) else None
        if not isinstance(call, Mapping) or not isinstance(node, Mapping):
            return None
        arguments = call.get("expressions")
        return PlanModule(
            path=f"{self.path}module.{name}.",
            node=node,
            caller=self,
            arguments=arguments if isinstance(arguments, Mapping) else None,
            labels=self.labels,
        )

    def expressions(self, type_: str, name: str) -> Mapping | None:
        """The expressions of a resource."""
        resources = self.node.get("resources")
        for node in resources.items if isinstance(resources, Sequence) else ():
            if isinstance(node, Mapping) and (text_at(node, "type"), text_at(node, "name")) == (
                type_,
                name,
            ):
                found = node.get("expressions")
                return found if isinstance(found, Mapping) else None
        return None


def text_at(node: Mapping, key: str) -> str:
    """The text of a member, or nothing."""
    found = node.get(key)
    return found.text if isinstance(found, Scalar) and found.text != "null" else ""


def references_in(node: ProviderNode | None, depth: int = 0) -> Iterator[str]:
    """All that expressions name."""
    if isinstance(node, Sequence) and depth < _DEEPEST:
        for item in node.items:
            yield from references_in(item, depth + 1)
    elif isinstance(node, Mapping) and depth < _DEEPEST:
        for key, value in node.entries:
            if key.text == "references" and isinstance(value, Sequence):
                yield from (item.text for item in value.items if isinstance(item, Scalar))
            else:
                yield from references_in(value, depth + 1)


def unknown_value(
    module: PlanModule | None, expression: ProviderNode | None, member: str, index: str, hole: Hole
) -> OpenText:
    """A value that a plan does not know, as what it names or as a variable.

    `member` is the argument, which says what may be meant where an expression names several;
    `index` is that of the resource it belongs to; `hole` is the value, if nothing else names it.
    """
    if module is not None:
        found = list(_targets(module, references_in(expression), member, index, 0))
        if len(set(found)) == 1:
            return OpenText((found[0],))
    return OpenText((hole,))


def _targets(
    module: PlanModule, named: Iterator[str], member: str, index: str, depth: int
) -> Iterator[Pointer | Hole]:
    """The resources that names lead to, through variables and outputs of modules."""
    if depth > _DEEPEST:
        return
    for reference in dict.fromkeys(named):
        first, _, rest = reference.partition(".")
        if first == "var" and module.caller is not None and module.arguments is not None:
            expression = module.arguments.get(rest.split(".")[0].split("[")[0])
            outer = references_in(expression)
            yield from _targets(module.caller, outer, member, index, depth + 1)
        elif first == "module" and rest.count("."):
            name, _, output = rest.partition(".")
            child = module.child(name.split("[")[0])
            outputs = child.node.get("outputs") if child is not None else None
            found = outputs.get(output.split(".")[0]) if isinstance(outputs, Mapping) else None
            if child is not None and found is not None:
                yield from _targets(child, references_in(found), member, index, depth + 1)
        else:
            yield from _resource(module, reference, member, index)


def _resource(
    module: PlanModule, reference: str, member: str, index: str
) -> Iterator[Pointer | Hole]:
    found = _RESOURCE.fullmatch(reference)
    if found is None or found[4] is None:
        return
    environment = ENVIRONMENT.get((found[1], found[4]))
    if environment is not None:
        yield Hole(key=reference, why=f"it is the {environment}", environment=environment)
        return
    noun = noun_of(found[1])
    if noun is None or not fits(member, noun[1]):
        return
    base = f"{module.path}{found[1]}.{found[2]}"
    attribute = ARN if found[4].endswith("arn") else ID
    for label in (base + found[3], base + index, base):
        if label in module.labels:
            yield Pointer(label=label, attribute=attribute)
            return
    several = [label for label in module.labels if label.startswith(f"{base}[")]
    if len(several) == 1:
        yield Pointer(label=several[0], attribute=attribute)


_NOUNS_OF: Final = {
    "target_archive": "Archive",
    "relay": "Relay",
    "rule_set_id": "RuleSet",
    "traffic_policy_id": "TrafficPolicy",
    "analyzer": "AddonInstance",
    "address_lists": "AddressList",
    "addon_subscription_id": "AddonSubscription",
    "delivery_source_name": "DeliverySource",
    "delivery_destination_arn": "DeliveryDestination",
}


def fits(member: str, noun: str) -> bool:
    """Whether an argument can name a resource of a noun; one that names none can name any."""
    return _NOUNS_OF.get(member, noun) == noun
