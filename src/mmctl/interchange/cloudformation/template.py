"""A CloudFormation template: its resources with evaluated properties, and what is not evaluated.

Takes templates as people write them, as CDK synthesizes them, and as `aws cloudformation
get-template` prints them. Nothing is fetched: nested stacks, macros and modules are listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound
from mmctl.interchange.cloudformation.functions import Absent, Evaluation, GrowsTooMuch
from mmctl.interchange.cloudformation.scope import OF_MAIL_MANAGER, StackParameter, TemplateScope
from mmctl.interchange.cloudformation.template_nodes import FunctionCall, template_nodes
from mmctl.interchange.infrastructure.values import known_text
from mmctl.interchange.migration.decoding import decoded
from mmctl.interchange.migration.source import Unread
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.language.text.suggest import did_you_mean
from mmctl.problem import Position, Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as MappingOf

    from mmctl.interchange.cloudformation.template_nodes import TemplateNode
    from mmctl.interchange.infrastructure.values import Tree
    from mmctl.problem import Path

_BODY: Final = "TemplateBody"
_SECTIONS: Final = frozenset(
    {
        "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings",
        "Conditions", "Transform", "Resources", "Outputs", "Hooks", "Globals",
    }
)  # fmt: skip
_ATTRIBUTES: Final = frozenset(
    {
        "Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy",
        "UpdatePolicy", "CreationPolicy", "Metadata",
    }
)  # fmt: skip
_LARGEST: Final = 4_000_000
"""Bytes of a file: a template as a text in JSON is longer than the template."""
_LANGUAGE_EXTENSIONS: Final = "AWS::LanguageExtensions"
_ELSEWHERE: Final = {
    "AWS::CloudFormation::Stack": "its resources are in another template",
    "AWS::CloudFormation::Macro": "macros are not run",
}
_GOES_ON: Final = frozenset({"Retain", "RetainExceptOnCreate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResource:
    """A resource of a template, its properties evaluated as far as they are known."""

    logical_id: str
    type: str
    properties: dict[str, Tree]
    places: dict[Path, Position]
    """Where each property is written; `()` is the resource."""
    retained: bool
    """Whether it stays when it leaves the template."""


@dataclass(slots=True, kw_only=True)
class ReadTemplate:
    """What a template has."""

    file: str
    text: str
    resources: list[ReadResource] = field(default_factory=list)
    """Those whose type is wanted, in order."""
    others: dict[str, int] = field(default_factory=dict)
    """How many resources of other types there are."""
    unread: list[Unread] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    parameters: tuple[str, ...] = ()
    """The names of its parameters."""
    exports: dict[str, Tree] = field(default_factory=dict)
    """What other stacks may import, by name."""
    defaults: list[tuple[str, str]] = field(default_factory=list)
    """Parameters whose default was taken, with that."""


def read_template(
    content: bytes,
    file: str,
    given: MappingOf[str, str],
    wanted: Callable[[str], bool] = lambda type_: type_.startswith(OF_MAIL_MANAGER),
    *,
    imports: MappingOf[str, Tree] | None = None,
    prefix: str = "",
) -> ReadTemplate:
    """The resources of a template of wanted types; `given` are values of its parameters.

    `imports` is what other templates export, and `prefix` comes before its logical ids.

    Raises:
        ProblemsFound: it cannot be read, or is no template; all of that, at its places.
    """
    if len(content) > _LARGEST:
        at = Position(file=file)
        message = f"got {len(content):,} bytes, and CloudFormation takes a template of 1,000,000"
        raise ProblemsFound(f"cannot read `{file}`", (_problem(at, message, None),))
    text = decoded(file, content)
    root, problems = template_nodes(text, file)
    if isinstance(root, Mapping) and (body := root.get(_BODY)) is not None and not problems:
        if isinstance(body, Scalar):
            file, text = f"{file} ({_BODY})", body.text
            root, problems = template_nodes(text, file)
        else:
            root = body
    if problems:
        raise ProblemsFound(f"cannot read `{file}`", problems, {file: text})
    resources = root.get("Resources") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(resources, Mapping):
        raise ProblemsFound(f"`{file}` is no template", (_no_template(root, file),), {file: text})
    template = ReadTemplate(file=file, text=text)
    scope = TemplateScope(given=dict(given), imports=imports or {}, prefix=prefix)
    _read(template, root, resources, scope, wanted)
    _exports(template, root.get("Outputs"), scope)
    return template


def _no_template(root: TemplateNode | None, file: str) -> Problem:
    names = [key.text for key, _ in root.entries] if isinstance(root, Mapping) else []
    help_ = "the template of a stack, or what `aws cloudformation get-template` prints"
    if "artifacts" in names:
        help_ = "name the templates beside it: cdk.out/*.template.json"
    position = Position(file=file) if root is None else root.position
    return _problem(position, "expected a template with `Resources`", help_)


def _read(
    template: ReadTemplate,
    root: Mapping,
    resources: Mapping,
    scope: TemplateScope,
    wanted: Callable[[str], bool],
) -> None:
    _sections(template, root)
    _parameters(template, root.get("Parameters"), scope)
    for key, mapping in _entries(root.get("Mappings")):
        if isinstance(mapping, Mapping):
            scope.mappings[key.text] = mapping
    scope.conditions = {key.text: node for key, node in _entries(root.get("Conditions"))}
    kept: list[tuple[Scalar, Mapping, str]] = []
    for key, node in resources.entries:
        type_ = _type(template, key, node)
        if type_ is not None and isinstance(node, Mapping):
            scope.types[key.text] = type_
            kept.append((key, node, type_))
    for key, node, type_ in kept:
        if not wanted(type_):
            template.others[type_] = template.others.get(type_, 0) + 1
            _elsewhere(template, key, type_)
            continue
        try:
            _resource(template, key, node, type_, scope)
        except GrowsTooMuch:
            message = f"`{key.text[:60]}`: its functions make too many values"
            template.problems.append(_problem(key.position, message, None))
    for name in sorted(scope.defaults):
        template.defaults.append((name, scope.parameters[name].default or ""))


def _entries(node: TemplateNode | None) -> tuple[tuple[Scalar, TemplateNode], ...]:
    return node.entries if isinstance(node, Mapping) else ()


def _exports(template: ReadTemplate, node: TemplateNode | None, scope: TemplateScope) -> None:
    """Keep what other templates may import; a broken output is none of our business."""
    for _, output in _entries(node):
        export = output.get("Export") if isinstance(output, Mapping) else None
        name = export.get("Name") if isinstance(export, Mapping) else None
        value = output.get("Value") if isinstance(output, Mapping) else None
        if name is None or value is None:
            continue
        evaluation = Evaluation(scope=scope)
        try:
            text, exported = known_text(evaluation.apart(name)), evaluation.apart(value)
        except GrowsTooMuch:
            continue
        if text is not None and not isinstance(exported, Absent):
            template.exports[text] = exported


def _sections(template: ReadTemplate, root: Mapping) -> None:
    for key, node in root.entries:
        if key.text not in _SECTIONS:
            help_ = did_you_mean(key.text, tuple(_SECTIONS))
            template.problems.append(_problem(key.position, f"unknown section `{key.text}`", help_))
        if key.text == "Transform":
            for name in node.items if isinstance(node, Sequence) else (node,):
                shown = name.text if isinstance(name, Scalar) else "Transform"
                if shown != _LANGUAGE_EXTENSIONS:
                    _leave(template, name.position, f"Transform {shown}", "macros are not run")


def _parameters(template: ReadTemplate, node: TemplateNode | None, scope: TemplateScope) -> None:
    for key, inner in _entries(node):
        texts = {
            name.text: value.text for name, value in _entries(inner) if isinstance(value, Scalar)
        }
        secret = texts.get("NoEcho", "").lower() in {"true", "yes"}
        scope.parameters[key.text] = StackParameter(
            name=key.text,
            type=texts.get("Type", "String"),
            default=None if secret else texts.get("Default"),
            secret=secret,
            position=key.position,
        )
    template.parameters = tuple(scope.parameters)


def _type(template: ReadTemplate, key: Scalar, node: TemplateNode) -> str | None:
    if key.text.startswith("Fn::"):
        why = "loops and macros are not run"
        _leave(template, key.position, key.text, why, "give the template that was deployed")
        return None
    type_ = node.get("Type") if isinstance(node, Mapping) else None
    if not isinstance(type_, Scalar):
        if isinstance(node, FunctionCall):
            _leave(template, key.position, key.text, f"`{node.name}` is not run")
            return None
        message = f"`{key.text[:60]}`: expected a resource with a `Type`"
        template.problems.append(_problem(key.position, message, None))
        return None
    return type_.text


def _elsewhere(template: ReadTemplate, key: Scalar, type_: str) -> None:
    """List what may hold resources of Mail Manager that are not seen here."""
    why = _ELSEWHERE.get(type_)
    if type_.endswith("::MODULE"):
        why = "modules are not expanded"
    if why is not None:
        _leave(template, key.position, f"{key.text} ({type_})", why, "import its template too")


def _resource(
    template: ReadTemplate, key: Scalar, node: Mapping, type_: str, scope: TemplateScope
) -> None:
    evaluation = Evaluation(scope=scope, problems=template.problems)
    condition = node.get("Condition")
    if isinstance(condition, Scalar):
        call = FunctionCall(condition.position, "Condition", condition)
        holds = evaluation.condition(condition.text, call)
        if holds is False:
            why = f"its condition `{condition.text}` is false"
            instead = "`--parameter NAME=VALUE` for the values of another deploy"
            _leave(template, key.position, f"{key.text} ({type_})", why, instead)
            return
        if holds is None:
            message = (
                f"`{key.text}`: its condition `{condition.text}` depends on values that are not "
                "known here"
            )
            help_ = f"give the parameters defaults, or values: {scope.options()}"
            template.problems.append(_problem(condition.position, message, help_))
            return
    for name, _ in node.entries:
        if name.text not in _ATTRIBUTES:
            _leave(template, name.position, f"{key.text}: {name.text}", "mmctl does not know it")
    inner = node.get("Properties")
    properties = evaluation.value(inner, ()) if inner is not None else {}
    evaluation.places[()] = key.position
    if not isinstance(properties, dict):
        template.problems.append(
            _problem(key.position, f"`{key.text}`: expected `Properties` with members", None)
        )
        return
    policy = node.get("DeletionPolicy")
    template.resources.append(
        ReadResource(
            logical_id=scope.prefix + key.text,
            type=type_,
            properties=properties,
            places=evaluation.places,
            retained=isinstance(policy, Scalar) and policy.text in _GOES_ON,
        )
    )


def _leave(
    template: ReadTemplate, place: Position, text: str, why: str, instead: str | None = None
) -> None:
    template.unread.append(Unread(place=place, text=text, why=why, instead=instead))


def _problem(position: Position, message: str, help_: str | None) -> Problem:
    return Problem(
        check="broken-export",
        severity=Severity.ERROR,
        position=position,
        message=message,
        help=help_,
    )
