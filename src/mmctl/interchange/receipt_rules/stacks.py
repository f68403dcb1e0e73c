"""Receipt rules and filters in CloudFormation templates → the documents that the API prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.cloudformation.template import read_template
from mmctl.interchange.infrastructure.known import CLOUDFORMATION, form_of
from mmctl.interchange.infrastructure.stand_ins import VariableStandIns, as_hole
from mmctl.interchange.infrastructure.values import (
    OpenText,
    Plain,
    VariableNames,
    known_text,
)
from mmctl.interchange.migration.source import Needed
from mmctl.interchange.receipt_rules.documents import Document
from mmctl.interchange.receipt_rules.open_texts import TextToFill
from mmctl.problem import Positions
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.interchange.cloudformation.template import ReadResource, ReadTemplate
    from mmctl.interchange.infrastructure.values import Hole, Pointer, Tree
    from mmctl.interchange.migration.source import Unread
    from mmctl.problem import Problem

_RULE_SET: Final = "AWS::SES::ReceiptRuleSet"
_RULE: Final = "AWS::SES::ReceiptRule"
_FILTER: Final = "AWS::SES::ReceiptFilter"
_INSIDE: Final = {_RULE: "Rule", _FILTER: "Filter"}


@dataclass(slots=True)
class StackRules:
    """What a template has of SES receiving."""

    documents: list[Document] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_template(file: str, text: str) -> bool:
    """Whether a text is a CloudFormation template."""
    return form_of(file, text.encode()) == CLOUDFORMATION


def stack_rules(file: str, content: bytes, parameters: Mapping[str, str]) -> StackRules:
    """The receipt rules and filters of a template, one document each.

    Raises:
        ProblemsFound: it cannot be read, or is no template.
    """
    template = read_template(
        content, file, parameters, lambda type_: type_ in {_RULE_SET, _RULE, _FILTER}
    )
    found = StackRules(unread=template.unread, problems=template.problems)
    found.notes += [
        f"{template.file}: parameter `{name}` has its default `{default[:60]}`; "
        f"for another value: --parameter {name}=VALUE"
        for name, default in template.defaults
    ]
    plain = _Plainly(template)
    for resource in template.resources:
        if resource.type in {_RULE, _FILTER}:
            value = plain.value(resource.properties, "")
            inside = value.get(_INSIDE[resource.type])
            if isinstance(inside, dict):
                inside.setdefault("Name", resource.logical_id)
            places = Positions(resource.places)
            found.documents.append(Document(file=file, value=value, places=places))
    return found


class _Plainly:
    """The values of one template as JSON has them; what is unknown is a text to fill in."""

    def __init__(self, template: ReadTemplate) -> None:
        self._names = {each.logical_id: _name_of(each) for each in template.resources}
        self._variables = VariableStandIns(names=VariableNames(texts=(template.text,)))

    def value(self, tree: Tree, member: str) -> Any:
        """A value below a member."""
        match tree:
            case dict():
                return {key: self.value(each, key) for key, each in tree.items()}
            case list():
                return [self.value(each, member) for each in tree]
            case Plain():
                return tree.value if isinstance(tree.value, bool | None) else tree.text
            case OpenText():
                return self._text(tree, member)
            case _:
                return tree

    def _text(self, text: OpenText, member: str) -> str:
        parts = [
            part if isinstance(part, str) else self._names.get(as_hole(part).key, part)
            for part in text.parts
        ]
        known = known_text(OpenText(tuple(parts)))
        if known is not None:
            return known
        text = OpenText(tuple(parts))
        self._variables.expect(text, member)
        unknown = [part for part in parts if not isinstance(part, str)]
        needed = {
            name: Needed(stand_in=str(self._variables.of(name)), why=as_hole(part).why)
            for part in unknown
            for name in self._variables_of(part)
        }
        return TextToFill.of(
            self._variables.written(text),
            str(self._variables.text(text)),
            needed,
            as_hole(unknown[0]).why,
        )

    def _variables_of(self, part: Hole | Pointer) -> tuple[str, ...]:
        return self._variables.variables(OpenText((part,)))


def _name_of(resource: ReadResource) -> str:
    """What other resources get that refer to one: its name; without one, what it is called here."""
    inside: Any = resource.properties
    if resource.type != _RULE_SET:
        inside = resource.properties.get(_INSIDE.get(resource.type, ""), {})
    key = "RuleSetName" if resource.type == _RULE_SET else "Name"
    named = known_text(inside.get(key)) if isinstance(inside, dict) else None
    return named or resource.logical_id
