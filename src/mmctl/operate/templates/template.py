"""A template: sections of parameters, resources and outputs, and the document that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from mmctl.errors import UsageError
from mmctl.operate.templates.tagging import with_tags
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.operate.templates.intrinsic import Value

INLINE_BYTES: Final = 51_200
"""How large the body of a template may be in a call; a larger one is read from S3."""
FORMAT: Final = "2010-09-09"
CFN_LINT, CHECKOV = "cfn-lint", "checkov"
_DYNAMIC: Final = "{{resolve:"
_NAMING: Final = Pattern(r"\A(?!Tag)\w*Name\Z|\AEmailIdentity\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class LintException:
    """A check of a linter that does not hold for one resource on purpose."""

    tool: str
    """`cfn-lint` or `checkov`."""
    check: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What whoever deploys the template says."""

    name: str
    type: str = "String"
    comment: str
    pattern: str | None = None
    """What the value must match; the comment says it in words."""
    default: str | None = None
    choices: tuple[str, ...] = ()
    hidden: bool = False
    """Whether CloudFormation shows it to nobody."""

    def document(self) -> dict[str, Any]:
        """Return the parameter as CloudFormation reads it."""
        found: dict[str, Any] = {"Type": self.type, "Description": self.comment}
        if self.default is not None:
            found["Default"] = self.default
        if self.choices:
            found["AllowedValues"] = list(self.choices)
        if self.pattern is not None:
            found |= {"AllowedPattern": self.pattern, "ConstraintDescription": self.comment}
        if self.hidden:
            found["NoEcho"] = True
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that resources of the template depend on."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What others read of the stack."""

    name: str
    value: Value
    comment: str
    condition: str | None = None

    def document(self) -> dict[str, Any]:
        """Return the output as CloudFormation reads it."""
        condition = {} if self.condition is None else {"Condition": self.condition}
        return {"Description": self.comment, **condition, "Value": self.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateResource:
    """One resource of a stack."""

    name: str
    """Its logical id: letters and digits."""
    type: str
    properties: Mapping[str, Value] = field(default_factory=dict)
    """Without `mmctl:` tags, which the template adds."""
    comment: str
    """One sentence: what it is for."""
    depends_on: tuple[str, ...] = ()
    condition: str | None = None
    keeps_data: bool = False
    """Whether it stays when the stack goes, since mail or records of people lie in it."""
    exceptions: tuple[LintException, ...] = ()
    wildcards: Mapping[str, str] = field(default_factory=dict)
    """Why statements of its policies have a `*`, by their Sid."""
    creation_policy: Value = None
    """For an instance: what CloudFormation waits for."""

    def document(self, tags: Mapping[str, str]) -> dict[str, Any]:
        """Return the resource as CloudFormation reads it."""
        found: dict[str, Any] = {"Type": self.type}
        if self.condition is not None:
            found["Condition"] = self.condition
        if self.depends_on:
            found["DependsOn"] = list(self.depends_on)
        if self.creation_policy is not None:
            found["CreationPolicy"] = self.creation_policy
        policy = "Retain" if self.keeps_data else "Delete"
        found |= {"DeletionPolicy": policy, "UpdateReplacePolicy": policy}
        metadata = _exceptions(self.exceptions)
        if self.wildcards:
            metadata["mmctl"] = {"wildcards": dict(self.wildcards)}
        if metadata:
            found["Metadata"] = metadata
        found["Properties"] = with_tags(self.type, self.properties, tags)
        return found


Part = TypeVar("Part", Parameter, Condition, TemplateResource, Output)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSection:
    """What belongs together in a template, under one heading."""

    title: str
    comment: str
    parameters: tuple[Parameter, ...] = ()
    conditions: tuple[Condition, ...] = ()
    resources: tuple[TemplateResource, ...] = ()
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template; its sections stay apart in text and are joined in the document."""

    description: str
    tags: Mapping[str, str]
    """On every resource that takes tags."""
    sections: tuple[TemplateSection, ...]
    notes: tuple[str, ...] = ()
    """What is not in it, and why; for whoever reads it."""

    def parameters(self) -> tuple[Parameter, ...]:
        """Return all parameters; two sections may share one if both say the same of it."""
        return _once("parameter", (each for part in self.sections for each in part.parameters))

    def conditions(self) -> tuple[Condition, ...]:
        """Return all conditions, each once."""
        return _once("condition", (each for part in self.sections for each in part.conditions))

    def resources(self) -> tuple[TemplateResource, ...]:
        """Return all resources, each once."""
        return _once("resource", (each for part in self.sections for each in part.resources))

    def outputs(self) -> tuple[Output, ...]:
        """Return all outputs, each once."""
        return _once("output", (each for part in self.sections for each in part.outputs))

    def document(self) -> dict[str, Any]:
        """Return the template as CloudFormation reads it.

        Raises:
            UsageError: names make one logical id, or a text would be read as something else.
        """
        parts: dict[str, dict[str, Any]] = {
            "Parameters": {each.name: each.document() for each in self.parameters()},
            "Conditions": {each.name: each.value for each in self.conditions()},
            "Resources": {each.name: each.document(self.tags) for each in self.resources()},
            "Outputs": {each.name: each.document() for each in self.outputs()},
        }
        _check_texts(parts, ())
        return {
            "AWSTemplateFormatVersion": FORMAT,
            "Description": self.description,
            **{name: part for name, part in parts.items() if part or name == "Resources"},
        }


def _once(what: str, parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts by name; the same part twice is one.

    Raises:
        UsageError: two differ and have one name.
    """
    found: dict[str, Part] = {}
    for each in parts:
        if (other := found.setdefault(each.name, each)) != each:
            named = " and ".join(f"`{name}`" for name in map(_called, (other, each)) if name)
            raise UsageError(
                f"two {what}s of the stack would be `{each.name}`{named and f': {named}'}",
                help="their names have the same letters and digits: rename one of them, or "
                "make it yourself and leave it out with `--existing NAME`",
            )
    return tuple(found.values())


def _called(part: Part) -> str | None:
    """The name that a resource has in the account, where the files say it."""
    if not isinstance(part, TemplateResource):
        return None
    texts = ((key, text) for key, text in part.properties.items() if isinstance(text, str))
    return next((text for key, text in texts if _NAMING.search(key)), None)


def _check_texts(value: Value, place: tuple[str, ...]) -> None:
    """Refuse what CloudFormation would replace by a secret or a parameter of the account.

    Raises:
        UsageError: a text has a dynamic reference.
    """
    if isinstance(value, str) and _DYNAMIC in value:
        raise UsageError(
            f"`{'.'.join(place)}` of the template would have `{_DYNAMIC}`, which CloudFormation "
            "replaces by a value of the account",
            help="a secret would be shown: write another text in the project's files",
        )
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_texts(key, place)
            _check_texts(inner, (*place, str(key)))
    elif isinstance(value, list | tuple):
        for inner in value:
            _check_texts(inner, place)


def _exceptions(exceptions: Iterable[LintException]) -> dict[str, Any]:
    """Metadata that the linters read, and the reason of each exception."""
    of_tool: dict[str, list[LintException]] = {}
    for each in exceptions:
        of_tool.setdefault(each.tool, []).append(each)
    found: dict[str, Any] = {}
    if CHECKOV in of_tool:
        skipped = [{"id": each.check, "comment": each.reason} for each in of_tool[CHECKOV]]
        found["checkov"] = {"skip": skipped}
    if CFN_LINT in of_tool:
        checks = [each.check for each in of_tool[CFN_LINT]]
        reasons = {each.check: each.reason for each in of_tool[CFN_LINT]}
        found["cfn-lint"] = {"config": {"ignore_checks": checks}, "reasons": reasons}
    return found
