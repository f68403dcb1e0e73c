"""What members of shapes may hold: limits of texts, numbers and lists, and how members are named.

Nothing here is slow to import, and nothing validates: see `fitting` and `validation`.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, get_args, get_origin

from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sized

    from pydantic import GetCoreSchemaHandler, ValidationInfo
    from pydantic_core import CoreSchema, PydanticCustomError

_WHOLE: Final = "^(?:"
_END: Final = ")$"
_ASCII_CLASSES: Final = {r"\w": "a-zA-Z0-9_", r"\d": "0-9"}
_JOINT: Final = Pattern("([0-9A-Za-z])_(?=[0-9A-Z])")


def exact(pattern: str) -> str:
    r"""Turn a pattern of the service into one that must match the whole text.

    The service's patterns are Java's, where `\w` and `\d` are ASCII; here they are Unicode.
    """

    def ascii_class(found: re.Match[str]) -> str:
        inside = pattern.rfind("[", 0, found.start()) > pattern.rfind("]", 0, found.start())
        characters = _ASCII_CLASSES[found.group()]
        return characters if inside else f"[{characters}]"

    return _WHOLE + re.sub(r"\\[wd]", ascii_class, pattern) + _END


def inexact(pattern: str) -> str:
    """A pattern from `exact`, in readable form."""
    return pattern.removeprefix(_WHOLE).removesuffix(_END)


def pascal(name: str) -> str:
    """A name in AWS's spelling: `rule_set_name` is `RuleSetName`."""
    return _JOINT.sub(r"\1", name.title())


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The lengths and the form of a text, or the range of a whole number."""

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    ge: int | None = None
    le: int | None = None

    def __get_pydantic_core_schema__(
        self, source: type, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema: CoreSchema = self.schema(handler(source))
        return schema

    def schema(self, unlimited: Any) -> Any:
        """The schema of a text or number, with the limits."""
        strict = {"strict": True} if unlimited["type"] == "int" else {}
        limits = {name: getattr(self, name) for name in self.__slots__}
        return unlimited | strict | {k: v for k, v in limits.items() if v is not None}


@dataclass(frozen=True, slots=True)
class Alias:
    """The name of a member in the API, where it is not spelled as all others are."""

    name: str


@dataclass(frozen=True, slots=True)
class ItemCount:
    """How many items a list of the API takes; the maximum does not apply to logical rules."""

    minimum: int
    maximum: int | None

    def allows(self, count: int, *, logical: bool) -> bool:
        """Whether a list may have so many items."""
        return count >= self.minimum and (logical or self.maximum is None or count <= self.maximum)

    def __get_pydantic_core_schema__(
        self, source: type, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def _check(self, items: Sized, info: ValidationInfo) -> Sized:
        count = len(items)
        logical: Mapping[str, Any] = info.context or {}
        if not self.allows(count, logical=logical.get("limits") == "logical"):
            if count < self.minimum or self.maximum is None:
                raise _size_error("at least", self.minimum, count)
            raise _size_error("at most", self.maximum, count)
        return items


def _size_error(bound: str, limit: int, got: int) -> PydanticCustomError:
    from pydantic_core import PydanticCustomError

    return PydanticCustomError(
        "list_size",
        "expected {bound} {limit} items, got {got}",
        {"bound": bound, "limit": limit, "got": got},
    )


class UnionText(str):
    """A text that is a member of a union: a separate class, so that `match` can distinguish it."""

    __slots__ = ()
    limits: ClassVar[Limits]

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(
            cls, cls.limits.schema(core_schema.str_schema())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeMember:
    """One member of a shape."""

    alias: str
    """Its name in the API."""
    annotation: Any
    """Its type, without the limits."""
    metadata: tuple[Any, ...]
    """Its limits."""
    default: Any
    required: bool

    def is_required(self) -> bool:
        """Whether the API requires it."""
        return self.required

    def rebuild_annotation(self) -> Any:
        """Its type with the limits."""
        return Annotated[self.annotation, *self.metadata] if self.metadata else self.annotation


class ShapeMembers:
    """The members of a class by name: found in its annotations when somebody first asks."""

    def __get__(self, _: object, shape: type) -> Mapping[str, ShapeMember]:
        found: dict[str, ShapeMember] = {}
        for base in reversed(shape.__mro__):
            for name, annotation in getattr(base, "__annotations__", {}).items():
                found[name] = _member(shape, name, annotation)
        members: Mapping[str, ShapeMember] = MappingProxyType(found)
        shape.model_fields = members  # type: ignore[attr-defined]
        return members


def _member(shape: type, name: str, annotation: Any) -> ShapeMember:
    metadata: tuple[Any, ...] = ()
    if get_origin(annotation) is Annotated:
        annotation, *said = get_args(annotation)
        metadata = tuple(said)
    alias = next((each.name for each in metadata if isinstance(each, Alias)), pascal(name))
    return ShapeMember(
        alias=alias,
        annotation=annotation,
        metadata=tuple(each for each in metadata if not isinstance(each, Alias)),
        default=getattr(shape, name, None),
        required=not hasattr(shape, name),
    )


class Structure:
    """The base of all shapes, by which their types are known."""

    __slots__ = ()
    model_fields = ShapeMembers()


class OneMember(Structure):
    """The base of all unions."""

    __slots__ = ()
