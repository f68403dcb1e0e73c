"""What all shapes of Mail Manager share: frozen, strict about members, AWS's names outside.

Here live the base classes. No AWS name may live here. Values that surely fit make a shape at once
(`fitting`); all others go through pydantic, which is imported only then (`validation`).
"""

from __future__ import annotations

from enum import Enum
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar, dataclass_transform

from mmctl.model.fitting import UNSURE, fitted
from mmctl.model.members import OneMember, Structure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails, ValidationError

Member_co = TypeVar("Member_co", covariant=True)

LOGICAL: Final = {"limits": "logical"}
"""Validation context for logical rules, whose lists may be longer than the service accepts."""


class ShapeError(ValueError):
    """Members do not make a shape."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__(str(error))
        self._error = error

    def errors(
        self, *, include_url: bool = False, include_input: bool = True
    ) -> list[ErrorDetails]:
        """What is wrong with each of them, with AWS's member names in its location."""
        return self._error.errors(include_url=include_url, include_input=include_input)


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Shape(Structure):
    """A structure of the API: members in snake case here, in AWS's spelling outside."""

    if not TYPE_CHECKING:

        def __init__(self, **members: object) -> None:
            """Hold members, by their names here or in the API.

            Raises:
                ShapeError: they do not make the shape.
            """
            fields = type(self).model_fields
            aliased = {
                fields[name].alias if name in fields else name: value
                for name, value in members.items()
            }
            made = fitted(type(self), aliased, logical=False)
            if made is UNSURE:
                made = _validated(type(self), members, by_name=True, context=None)
            vars(self).update(vars(made))

    @classmethod
    def of_api(cls, members: object) -> Self:
        """Build the shape from API members, within every limit of the service.

        Raises:
            ShapeError: they do not make the shape.
        """
        made: Self = fitted(cls, members, logical=False)
        return _validated(cls, members, by_name=False, context=None) if made is UNSURE else made

    @classmethod
    def logical(cls, members: object) -> Self:
        """Build the shape from API members, with lists as long as a logical rule needs them.

        Raises:
            ShapeError: they do not make the shape.
        """
        made: Self = fitted(cls, members, logical=True)
        return _validated(cls, members, by_name=False, context=LOGICAL) if made is UNSURE else made

    @classmethod
    def unvalidated(cls, **members: object) -> Self:
        """The shape with exactly these members, all of them, though the service may refuse it."""
        made = object.__new__(cls)
        vars(made).update(members)
        return made

    def changed(self, **members: object) -> Self:
        """The shape with other values of some members; nothing is validated again."""
        made = object.__new__(type(self))
        vars(made).update(vars(self) | members)
        return made

    def to_api(self) -> dict[str, Any]:
        """The members that are set, under AWS's names, as boto3 takes them."""
        fields = type(self).model_fields
        return {
            fields[name].alias: _plain(value)
            for name, value in vars(self).items()
            if value is not None
        }

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cannot assign to `{name}`: a shape is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"cannot delete `{name}`: a shape is frozen")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        members = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({members})"

    def __getstate__(self) -> dict[str, Any]:
        return dict(vars(self))

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)


def _plain(value: Any) -> Any:
    if isinstance(value, Shape):
        return value.to_api()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, str) else value


S = TypeVar("S", bound=Shape)


def _validated(
    shape: type[S], members: object, *, by_name: bool, context: Mapping[str, str] | None
) -> S:
    from mmctl.model.validation import ValidationError, validated

    try:
        return validated(shape, members, by_name=by_name, context=context)
    except ValidationError as error:
        raise ShapeError(error) from None


class OneOf(OneMember, Shape, Generic[Member_co]):
    """A union of the API: a structure of which exactly one member is set.

    Each repeats the types of its members, as in `class RuleCondition(OneOf[RuleExpression])`, so
    that the type checker reports every `match` over `value` that lacks a new member.
    """

    def __class_getitem__(cls, members: object) -> GenericAlias:
        """Name the types of the members, for the type checker: this creates no class."""
        return GenericAlias(cls, (members,))

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
                raise AttributeError(name)
            for member, value in vars(self).items():
                if value is not None:
                    object.__setattr__(self, "value", value)
                    object.__setattr__(self, "kind", type(self).model_fields[member].alias)
                    break
            return object.__getattribute__(self, name)


Union = TypeVar("Union", bound=OneOf[object])


def with_value(union: Union, value: Shape) -> Union:
    """The union with another value of the same member; nothing is validated again."""
    member = next(name for name, held in vars(union).items() if held is not None)
    return union.changed(**{member: value})
