"""What all shapes of Mail Manager share: frozen, strict about members, AWS's names outside.

Here live the base classes and the two kinds of limit (texts, lists). No AWS name may live here.
"""

from __future__ import annotations

import re
from collections.abc import Sized
from functools import cache
from types import GenericAlias
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_pascal
from pydantic_core import PydanticCustomError, core_schema

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import GetCoreSchemaHandler, ValidationInfo

Items = TypeVar("Items", bound=Sized)
Member_co = TypeVar("Member_co", covariant=True)

LOGICAL: Final = {"limits": "logical"}
"""Validation context for logical rules, whose lists may be longer than the service accepts."""

_WHOLE: Final = "^(?:"
_END: Final = ")$"
_ASCII_CLASSES = {r"\w": "a-zA-Z0-9_", r"\d": "0-9"}


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


class Shape(BaseModel):
    """A structure of the API: members in snake case here, in AWS's spelling outside."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_pascal,
        validate_by_alias=True,
        validate_by_name=True,
        defer_build=True,
    )

    @classmethod
    def of_api(cls, members: object) -> Self:
        """Build the shape from API members, within every limit of the service.

        Raises:
            pydantic.ValidationError: with AWS's member names in its locations.
        """
        return cls.model_validate(members, by_alias=True, by_name=False)

    @classmethod
    def logical(cls, members: object) -> Self:
        """Build the shape from API members, with lists as long as a logical rule needs them.

        Raises:
            pydantic.ValidationError: with AWS's member names in its locations.
        """
        return cls.model_validate(members, by_alias=True, by_name=False, context=LOGICAL)

    def to_api(self) -> dict[str, Any]:
        """The members that are set, under AWS's names, as boto3 takes them."""
        return self.model_dump(by_alias=True, exclude_none=True, mode="json")


class OneOf(Shape, Generic[Member_co]):
    """A union of the API: a structure of which exactly one member is set.

    Each repeats the types of its members, as in `class RuleCondition(OneOf[RuleExpression])`, so
    that the type checker reports every `match` over `value` that lacks a new member.
    """

    def __class_getitem__(cls, members: object) -> GenericAlias:  # type: ignore[override]
        """Name the types of the members, for the type checker: this creates no class."""
        return GenericAlias(cls, (members,))

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if [*vars(self).values()].count(None) != len(vars(self)) - 1:
            names = [
                _alias(type(self), name) for name, value in vars(self).items() if value is not None
            ]
            raise PydanticCustomError(
                "exactly_one",
                "expected exactly one of {choices}, got {got}",
                {
                    "choices": ", ".join(_alias(type(self), name) for name in vars(self)),
                    "got": ", ".join(names) or "none",
                },
            )
        return self

    if TYPE_CHECKING:

        @property
        def kind(self) -> str:
            """AWS's name of the member that is set, such as `StringExpression` or `Relay`."""
            ...

        @property
        def value(self) -> Member_co:
            """The member that is set; use a `match` on it that ends in `assert_never`."""
            ...

    else:
        # Everything that looks at rules asks for these, so they are found once and kept.
        __slots__ = ("kind", "value")

        def __getattr__(self, name: str) -> object:
            """Find the member that is set, where nobody has asked for it before."""
            if name not in OneOf.__slots__:
                return super().__getattr__(name)
            member, value = next(each for each in vars(self).items() if each[1] is not None)
            object.__setattr__(self, "value", value)
            object.__setattr__(self, "kind", _alias(type(self), member))
            return object.__getattribute__(self, name)


Union = TypeVar("Union", bound=OneOf[object])


def with_value(union: Union, value: Shape) -> Union:
    """The union with another value of the same member; nothing is validated again."""
    member = next(name for name, held in vars(union).items() if held is not None)
    return union.model_copy(update={member: value})


class UnionText(str):
    """A text that is a member of a union: a separate class, so that `match` can distinguish it."""

    __slots__ = ()
    limits: ClassVar[core_schema.StringSchema]

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(cls, cls.limits)


@cache
def _alias(union: type[OneOf[object]], member: str) -> str:
    return union.model_fields[member].alias or to_pascal(member)


@dataclass(frozen=True, slots=True)
class ItemCount:
    """How many items a list of the API takes; the maximum does not apply to logical rules."""

    minimum: int
    maximum: int | None

    def __get_pydantic_core_schema__(
        self, source: type, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def _check(self, items: Items, info: ValidationInfo) -> Items:
        count = len(items)
        if count < self.minimum:
            raise _size_error("at least", self.minimum, count)
        logical: Mapping[str, Any] = info.context or {}
        if self.maximum is not None and count > self.maximum and logical.get("limits") != "logical":
            raise _size_error("at most", self.maximum, count)
        return items


def _size_error(bound: str, limit: int, got: int) -> PydanticCustomError:
    return PydanticCustomError(
        "list_size",
        "expected {bound} {limit} items, got {got}",
        {"bound": bound, "limit": limit, "got": got},
    )
