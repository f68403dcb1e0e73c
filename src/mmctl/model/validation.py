"""Members of the API → a shape, or everything that is wrong with them, by pydantic.

Imported only where something may be wrong: pydantic takes as long to import as all rules to read.
For each shape there is a pydantic model with the same members, made when it is needed.
"""

from __future__ import annotations

from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator
from pydantic_core import PydanticCustomError

from mmctl.model.members import OneMember, Structure, pascal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

S = TypeVar("S", bound=Structure)

__all__ = ("ValidationError", "validated")


def validated(
    shape: type[S], members: object, *, by_name: bool, context: Mapping[str, str] | None
) -> S:
    """The shape with these members.

    Raises:
        pydantic.ValidationError: with AWS's member names in its locations.
    """
    model = _model(shape)  # type: ignore[arg-type]
    made = model.model_validate(_plain(members), by_alias=True, by_name=by_name, context=context)
    found: S = _shape_of(shape, made)
    return found


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=pascal,
        validate_by_alias=True,
        validate_by_name=True,
    )


class _OneOf(_Model):
    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        fields = type(self).model_fields
        names = [str(fields[name].alias) for name, held in vars(self).items() if held is not None]
        if len(names) != 1:
            raise PydanticCustomError(
                "exactly_one",
                "expected exactly one of {choices}, got {got}",
                {
                    "choices": ", ".join(str(field.alias) for field in fields.values()),
                    "got": ", ".join(names) or "none",
                },
            )
        return self


@cache
def _model(shape: type[Structure]) -> type[BaseModel]:
    """The pydantic model with the members of a shape."""
    fields: dict[str, Any] = {}
    for name, member in shape.model_fields.items():
        annotation = _modelled(member.rebuild_annotation())
        default = ... if member.required else member.default
        fields[name] = (annotation, Field(default, alias=member.alias))
    base = _OneOf if issubclass(shape, OneMember) else _Model
    return create_model(shape.__name__, __base__=base, **fields)


def _modelled(annotation: Any) -> Any:
    """A type, with models in the place of shapes."""
    if isinstance(annotation, type) and issubclass(annotation, Structure):
        return _model(annotation)  # type: ignore[arg-type]
    parts = get_args(annotation)
    if not parts:
        return annotation
    origin = get_origin(annotation)
    if origin is Annotated:
        return Annotated[_modelled(parts[0]), *parts[1:]]
    if origin is tuple:
        return tuple[_modelled(parts[0]), ...]  # type: ignore[misc]
    return reduce(or_, map(_modelled, parts))


def _plain(members: Any) -> Any:
    """Members without shapes among them: those were validated, but models are asked for."""
    if isinstance(members, Structure):
        fields = type(members).model_fields
        return {
            fields[name].alias: _plain(value)
            for name, value in vars(members).items()
            if value is not None
        }
    if isinstance(members, dict):
        return {name: _plain(value) for name, value in members.items()}
    if isinstance(members, list | tuple):
        return [_plain(value) for value in members]
    return members


def _shape_of(annotation: Any, value: Any) -> Any:
    """A value of a model as the shape holds it."""
    if isinstance(value, tuple):
        return tuple(_shape_of(annotation, each) for each in value)
    if not isinstance(value, BaseModel):
        return value
    shape = next(each for each in _shapes_in(annotation) if _model(each) is type(value))  # type: ignore[arg-type]
    made = object.__new__(shape)
    made.__dict__.update(
        {
            name: _shape_of(shape.model_fields[name].annotation, held)
            for name, held in vars(value).items()
        }
    )
    return made


def _shapes_in(annotation: Any) -> list[type[Structure]]:
    if isinstance(annotation, type) and issubclass(annotation, Structure):
        return [annotation]
    return [shape for part in get_args(annotation) for shape in _shapes_in(part)]
