"""Validates requests against botocore's service model, and cuts answers to it.

Presence, types, enums, patterns, lengths, list sizes, ranges and unions live here: everything that
the model says about one request. What depends on the state of an account lives elsewhere.
However large a request is, the work stops at what is too long, and after a number of failures.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.patterns import matcher
from mmctl.emulator.service_error import constraints_failed, failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

LONGEST_SHOWN: Final = 200
MOST_FAILURES: Final = 100
"""The most failures that one answer names."""


def validate(shape: StructureShape | None, parameters: object) -> None:
    """Refuse a request that the service model does not allow, naming what is wrong with it.

    A null member counts as absent. For a list, map or text that is too long, only its length is
    reported, and after `MOST_FAILURES` the search stops.

    Raises:
        ServiceError: a ValidationException.
    """
    if shape is None:
        return
    failures = list(islice(_failures(shape, parameters, ""), MOST_FAILURES + 1))
    if failures:
        raise constraints_failed(failures[:MOST_FAILURES], more=len(failures) > MOST_FAILURES)


def without_nulls(value: Any) -> Any:
    """Return a valid request without its null members, as the operations read it."""
    match value:
        case dict():
            return {
                name: without_nulls(member) for name, member in value.items() if member is not None
            }
        case list() | tuple():
            return [without_nulls(item) for item in value]
        case _:
            return value


def project(shape: StructureShape | None, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Keep only what the output shape of an answer has; seconds since 1970 become datetimes in UTC.

    This drops what the emulator stores besides the members of the API (a digest, a coming status).
    """
    return {} if shape is None else _projected(shape, answer)


def _projected(shape: Any, value: Any) -> Any:
    match shape.type_name:
        case "structure":
            return {
                name: _projected(member, value[name])
                for name, member in shape.members.items()
                if value.get(name) is not None
            }
        case "list":
            return [_projected(shape.member, item) for item in value]
        case "map":
            return dict(value)
        case "timestamp":
            return datetime.fromtimestamp(value, UTC)
        case _:
            return value


def _failures(shape: Any, value: object, path: str) -> Iterator[str]:
    match shape.type_name:
        case "structure":
            yield from _structure(shape, value, path)
        case "list":
            yield from _list(shape, value, path)
        case "map":
            yield from _map(shape, value, path)
        case "string":
            yield from _string(shape, value, path)
        case "integer" | "long":
            yield from _number(shape, value, path, (int,))
        case "double" | "float" | "timestamp":
            yield from _number(shape, value, path, (int, float))
        case _ if not isinstance(value, bool):
            yield failed(path, f"be a {shape.type_name}, got {_kind(value)}")
        case _:
            return


def _structure(shape: StructureShape, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield failed(path, f"be a structure, got {_kind(value)}")
        return
    names = ", ".join(shape.members)
    if shape.is_tagged_union:
        yield from _union(value, path, names)
    for name in shape.required_members:
        if value.get(name) is None:
            yield failed(_below(path, name), "not be null")
    for name, member in value.items():
        if member is None:
            continue
        if name in shape.members:
            yield from _failures(shape.members[name], member, _below(path, name))
        else:
            shown = _clipped(str(name))
            yield failed(_below(path, shown), f"be one of [{names}]", shown=shown)


def _union(value: Mapping[str, object], path: str, names: str) -> Iterator[str]:
    given = (str(name) for name, member in value.items() if member is not None)
    first = list(islice(given, MOST_FAILURES))
    if len(first) != 1:
        got = _clipped(", ".join(first)) or "none"
        yield failed(path, f"have exactly one of [{names}] set, got {got}")


def _list(shape: ListShape, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, (list, tuple)):
        yield failed(path, f"be a list, got {_kind(value)}")
        return
    yield from _length(shape.metadata, len(value), path, "")
    if _too_long(shape.metadata, len(value)):
        return
    for index, item in enumerate(value, 1):
        yield from _failures(shape.member, item, f"{path}.{index}.member")


def _map(shape: MapShape, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield failed(path, f"be a map, got {_kind(value)}")
        return
    yield from _length(shape.metadata, len(value), path, "")
    if _too_long(shape.metadata, len(value)):
        return
    for key, item in value.items():
        yield from _failures(shape.key, key, f"{path}.key")
        if item is not None:
            yield from _failures(shape.value, item, f"{path}.{_clipped(str(key))}")


def _string(shape: StringShape, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield failed(path, f"be a string, got {_kind(value)}")
        return
    if not _well_formed(value):
        yield failed(path, "be well-formed Unicode")
        return
    limits: Mapping[str, Any] = shape.metadata
    shown = "" if limits.get("sensitive") else _clipped(value)
    yield from _length(limits, len(value), path, shown)
    if _too_long(limits, len(value)):
        return
    if shape.enum and value not in shape.enum:
        yield failed(path, f"satisfy enum value set: [{', '.join(shape.enum)}]", shown=shown)
    pattern = limits.get("pattern")
    if pattern and not matcher(pattern)(value):
        requirement = f"satisfy regular expression pattern: {pattern}"
        yield failed(path, requirement, shown=shown)


def _number(shape: Shape, value: object, path: str, types: tuple[type, ...]) -> Iterator[str]:
    if not isinstance(value, types) or isinstance(value, bool):
        yield failed(path, f"be a number ({shape.type_name}), got {_kind(value)}")
        return
    number: Any = value
    limits: Mapping[str, Any] = shape.metadata
    shown = _clipped(str(number))
    if not _fits(shape.type_name, number):
        yield failed(path, f"fit the type {shape.type_name}", shown=shown)
    elif "min" in limits and number < limits["min"]:
        requirement = f"have value greater than or equal to {limits['min']}"
        yield failed(path, requirement, shown=shown)
    elif "max" in limits and number > limits["max"]:
        yield failed(path, f"have value less than or equal to {limits['max']}", shown=shown)


def _length(limits: Mapping[str, Any], length: int, path: str, shown: str) -> Iterator[str]:
    if "min" in limits and length < limits["min"]:
        requirement = f"have length greater than or equal to {limits['min']}"
        yield failed(path, requirement, shown=shown)
    if _too_long(limits, length):
        yield failed(path, f"have length less than or equal to {limits['max']}", shown=shown)


def _too_long(limits: Mapping[str, Any], length: int) -> bool:
    return "max" in limits and length > limits["max"]


def _fits(type_name: str, number: float) -> bool:
    """Return whether the type can hold a number: 32 bits for an integer, no infinity."""
    if type_name == "integer":
        return -(2**31) <= number < 2**31
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _well_formed(text: str) -> bool:
    """Return whether a text can be written as UTF-8: it has no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _below(path: str, name: str) -> str:
    """Return AWS's path of a member: its name begins with a small letter."""
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "..."


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case dict():
            return "a structure"
        case list() | tuple():
            return "a list"
        case _:
            return type(value).__name__
