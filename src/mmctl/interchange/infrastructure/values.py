"""Values of infrastructure code after its functions are evaluated, as far as files know them.

A text has parts: what is known, what somebody must fill in, and what another resource is. Nothing
here knows a tool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.problem import Path, Position

ID: Final = "id"
ARN: Final = "arn"
NAME: Final = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A part of a text that the files do not know."""

    key: str
    """What it is in the source: the same key in the same scope is the same value."""
    why: str
    """Why it is unknown, without full stop."""
    environment: str | None = None
    """The member of `env` that has it in a rule file: `region`."""
    secret: bool = False
    """Whether it is a password, which nobody writes into a file."""
    instead: str | None = None
    """What people do, where stating the value is not it."""
    scope: str = ""
    """The file or the resource that the key belongs to, where others may have the same key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Another resource of the files: what is its id, its ARN or its name."""

    label: str
    attribute: str = ID


Part: TypeAlias = str | Hole | Pointer


@dataclass(frozen=True, slots=True)
class OpenText:
    """A text of several parts, or of one that is unknown."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """A scalar as written without quotes: a number, `true`, or a text."""

    text: str
    value: str | int | float | bool | None


Tree: TypeAlias = (
    "OpenText | Plain | str | int | float | bool | list[Tree] | dict[str, Tree] | None"
)
"""Properties of a resource."""


@dataclass(slots=True, kw_only=True)
class Declared:
    """One resource as a file declares it, in the words of the API."""

    noun: str
    """Its type without the name of the service: `RuleSet`, `AddonInstance`, `DeliverySource`."""
    label: str
    properties: dict[str, Tree]
    places: dict[Path, Position]
    """Where each property is written; `()` is the resource."""
    retained: bool = False
    id: str | None = None
    arn: str | None = None
    notes: list[str] = field(default_factory=list)
    """What is worth knowing of it."""


@dataclass(slots=True, kw_only=True)
class VariableNames:
    """The variables that stand for what files do not know."""

    texts: tuple[str, ...]
    """The files: a stand-in is no text of theirs."""
    variables: dict[tuple[str, str], str] = field(default_factory=dict)
    """The name of the variable by scope and key of the hole."""

    def variable(self, hole: Hole) -> str:
        """The name of the variable that stands for a hole."""
        known = self.variables.get((hole.scope, hole.key))
        if known is None:
            wanted = candidate = snake_name(hole.key)
            number = 1
            while candidate in self.variables.values():
                number += 1
                candidate = f"{wanted}_{number}"
            known = self.variables[hole.scope, hole.key] = candidate
        return known

    def occurs(self, text: str) -> bool:
        """Whether a file has this text anywhere."""
        return any(text in each for each in self.texts)


def snake_name(text: str) -> str:
    """A name of a variable: `AlertBucket` is `alert_bucket`."""
    name = ""
    for index, character in enumerate(text):
        if not (character.isascii() and character.isalnum()):
            name += "_"
            continue
        follows = index and text[index - 1].isascii() and text[index - 1].islower()
        name += ("_" if character.isupper() and follows else "") + character.lower()
    name = "_".join(part for part in name.split("_") if part)[:60].strip("_")
    return name if name and name[0].isalpha() else f"value_{name}".strip("_")


def text_of(parts: Iterable[Part]) -> OpenText | str:
    """Parts as one text, those that are known joined."""
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    if not joined:
        return ""
    if len(joined) == 1 and isinstance(joined[0], str):
        return joined[0]
    return OpenText(tuple(joined))


def parts_of(value: Any) -> tuple[Part, ...] | None:
    """The parts of a value as a text; None: it is a list or a mapping."""
    match value:
        case OpenText():
            return value.parts
        case Plain():
            return (value.text,)
        case str():
            return (value,)
        case bool():
            return ("true" if value else "false",)
        case int() | float():
            return (str(value),)
        case _:
            return None


def known_text(value: Any) -> str | None:
    """A value as a text, if all of it is known."""
    parts = parts_of(value)
    if parts is None or not all(isinstance(part, str) for part in parts):
        return None
    return "".join(part for part in parts if isinstance(part, str))
