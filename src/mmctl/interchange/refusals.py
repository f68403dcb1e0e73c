"""What the model refuses in an imported JSON file → problems at the lines of the JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, Protocol, get_args

from mmctl.language.text.compose import compose
from mmctl.language.text.nodes import Mapping as MappingNode
from mmctl.language.text.nodes import Sequence as SequenceNode
from mmctl.language.text.suggest import did_you_mean
from mmctl.model.members import inexact
from mmctl.model.shape import Shape
from mmctl.problem import Path, Position, Problem, Severity

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from mmctl.model.shape import ShapeError

_SECRET: Final = frozenset({"SmtpPassword"})
_LONGEST: Final = 60
"""How many characters of a value are shown."""
_ELSEWHERE: Final = {
    "Enabled": "Mail Manager has no disabled rules; in a file, write `enabled: false`",
    "ScanEnabled": "a member of SES receipt rules; use an add-on in a condition",
    "RuleName": "a member of SES receipt rules; in Mail Manager it is `Name`",
    "S3Action": "a member of SES receipt rules; in Mail Manager it is `WriteToS3`",
    "SNSAction": "a member of SES receipt rules; in Mail Manager it is `PublishToSns`",
    "LambdaAction": "a member of SES receipt rules; in Mail Manager it is `InvokeLambda`",
    "BounceAction": "a member of SES receipt rules; in Mail Manager it is `Bounce`",
    "FilterStatements": "did you mean `PolicyStatements`?",
    "FilterSetName": "did you mean `TrafficPolicyName`?",
    "Value": "did you mean `Values`, a list?",
    "Values": "did you mean `Value`?",
    "StatusToUpdate": "only an update accepts it; in a file, write `status: closed`",
}


class Placing(Protocol):
    """What knows where members are written, and how people write their path."""

    def at(self, path: Path) -> Position:
        """The place of a member, or of the nearest member around it."""

    def shown(self, path: Path) -> str:
        """A path as people write it."""


class Places:
    """The places of the members of a JSON text; JSON is YAML, so YAML nodes give them."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        # Tabs may indent JSON, but not YAML; a space for each keeps the columns.
        self._root, _ = compose(text.replace("\t", " "), file=file)

    def at(self, path: Path) -> Position:
        """The place of a member, or of the nearest member around it."""
        node, position = self._root, Position(file=self.file)
        if node is not None:
            position = node.position
        for part in path:
            if isinstance(node, MappingNode):
                entry = next(((k, v) for k, v in node.entries if k.text == part), None)
                if entry is None:
                    break
                node, position = entry[1], entry[0].position
            elif isinstance(node, SequenceNode) and isinstance(part, int):
                if part >= len(node.items):
                    break
                node = node.items[part]
                position = node.position
            else:
                break
        return position

    @staticmethod
    def shown(path: Path) -> str:
        """A path as people write it: `ruleSets[0].Rules[3].Name`."""
        parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        return "".join(parts).removeprefix(".")


def refusals(
    error: ShapeError, shape: type[Shape], path: Path, places: Placing, noun: str
) -> list[Problem]:
    """A problem for each refused member, at its place; `path` leads to the shape."""
    problems = []
    for detail in error.errors():
        inner = tuple(detail["loc"])
        whole = (*path, *inner)
        message = _message(detail, inner)
        problems.append(
            Problem(
                check="wrong-text",
                severity=Severity.ERROR,
                position=places.at(whole),
                message=f"`{places.shown(whole) or noun}`: {message}",
                help=_help(detail, shape, inner),
            )
        )
    return problems


def masked(text: str) -> str:
    """A JSON text with its passwords masked, to show to people."""
    return re.sub(r'("SmtpPassword"\s*:\s*)"(?:[^"\\]|\\.)*"?', r'\1"…"', text)


def _message(detail: ErrorDetails, path: Path) -> str:
    member = next((str(part) for part in reversed(path) if isinstance(part, str)), "the whole")
    got = "got a hidden value" if member in _SECRET else f"got {_shown(detail['input'])}"
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"`{member}` is missing"
        case "extra_forbidden":
            return f"unknown member `{member}`"
        case "string_pattern_mismatch":
            pattern = inexact(str(context["pattern"]))
            return f"{got}, expected a text of the form `{pattern}`"
        case "string_too_long":
            return f"{got}, expected at most {context['max_length']} characters"
        case "string_too_short":
            return f"{got}, expected at least {context['min_length']} characters"
        case "enum":
            expected = str(context["expected"]).replace("'", "`")
            return f"{got}, expected {expected}"
        case "less_than_equal":
            return f"{got}, expected at most {context['le']}"
        case "greater_than_equal":
            return f"{got}, expected at least {context['ge']}"
        case "exactly_one" | "list_size":
            return detail["msg"]
        case _:
            return f"{got}, {_expected(detail)}"


def _expected(detail: ErrorDetails) -> str:
    kinds = {
        "string_type": "expected a text",
        "int_type": "expected a whole number",
        "tuple_type": "expected a list",
        "model_type": "expected an object",
        "model_attributes_type": "expected an object",
    }
    return kinds.get(detail["type"], detail["msg"][0].lower() + detail["msg"][1:])


def _shown(value: Any) -> str:
    text = masked(json.dumps(value, ensure_ascii=False, default=str))
    return "`" + (text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…") + "`"


def _help(detail: ErrorDetails, shape: type[Shape], path: Path) -> str | None:
    if detail["type"] == "extra_forbidden":
        known = _members_at(shape, path[:-1])
        name = str(path[-1])
        return did_you_mean(name, known) or _ELSEWHERE.get(name) or _known(known)
    if path and path[-1] == "Tags":
        return 'a list such as `[{"Key": "team", "Value": "mail"}]`'
    return None


def _known(members: tuple[str, ...]) -> str | None:
    return f"known members: {', '.join(members)}" if members else None


def _members_at(shape: type[Shape], path: Path) -> tuple[str, ...]:
    """The members of the shape at a path."""
    current: type[Shape] | None = shape
    for part in path:
        if isinstance(part, str) and current is not None:
            fields = current.model_fields.values()
            annotation = next((f.annotation for f in fields if f.alias == part), None)
            current = _shape_in(annotation)
    if current is None:
        return ()
    return tuple(str(field.alias) for field in current.model_fields.values())


def _shape_in(annotation: Any) -> type[Shape] | None:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    return next((s for a in get_args(annotation) if (s := _shape_in(a)) is not None), None)
