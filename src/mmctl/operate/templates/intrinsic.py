"""The intrinsic functions of CloudFormation that templates here use, as small constructors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = Any
"""What a template holds: texts, numbers, lists, mappings, functions as CloudFormation's JSON."""

ACCOUNT: Final = "AWS::AccountId"
REGION: Final = "AWS::Region"
"""Pseudo parameters, for `ref`; in `sub` they are written `${AWS::AccountId}`."""
NO_VALUE: Final = {"Ref": "AWS::NoValue"}
"""Removes the property, mostly in a branch of `if_`."""


def ref(name: str) -> Value:
    """What a parameter holds, or the id of a resource."""
    return {"Ref": name}


def get_att(name: str, member: str) -> Value:
    """An attribute of a resource."""
    return {"Fn::GetAtt": [name, member]}


def sub(text: str) -> Value:
    """The text with each `${Name}` and `${Name.Attribute}` replaced."""
    return {"Fn::Sub": text}


def join(separator: str, parts: Sequence[Value]) -> Value:
    """The parts as one text."""
    return {"Fn::Join": [separator, list(parts)]}


def select(index: int, of: Value) -> Value:
    """One member of a list."""
    return {"Fn::Select": [index, of]}


def availability_zones() -> Value:
    """The availability zones of the region."""
    return {"Fn::GetAZs": ""}


def base64(value: Value) -> Value:
    """The value in Base64, as user data wants it."""
    return {"Fn::Base64": value}


def if_(condition: str, then: Value, otherwise: Value) -> Value:
    """One of two values, as a condition of the template says."""
    return {"Fn::If": [condition, then, otherwise]}


def equals(one: Value, other: Value) -> Value:
    """Whether two values are equal, for a condition."""
    return {"Fn::Equals": [one, other]}
