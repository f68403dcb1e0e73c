"""Stacks of CloudFormation as values: what the service says of one, its events and changes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StackState:
    """A stack as the service describes it."""

    id: str
    name: str
    status: str
    """In CloudFormation's words; a newer API may have more of them."""
    reason: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    changed_at: datetime | None = None
    termination_protection: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """What happened to a stack or to one of its resources."""

    id: str
    resource: str
    """The logical id; the name of the stack where it is about the stack."""
    type: str
    status: str
    reason: str | None = None
    about_stack: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResource:
    """One resource of a stack."""

    name: str
    """Its logical id."""
    type: str
    physical_id: str | None
    status: str
    reason: str | None = None


class Replaces(StrEnum):
    """Whether a change replaces a resource."""

    NO = "False"
    YES = "True"
    MAY = "Conditional"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """What a change set would do to one resource."""

    action: str
    """`Add`, `Modify`, `Remove`, or a word of a newer API."""
    name: str
    type: str
    replaces: Replaces = Replaces.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A change set as the service describes it."""

    id: str
    name: str
    status: str
    execution: str
    reason: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[ResourceChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetRequest:
    """What a change set is asked for."""

    stack: str
    name: str
    new: bool
    """Whether the stack is created by it."""
    body: str | None
    """The template; None: it is read from `url`."""
    url: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StackDrift:
    """How far the resources of a stack are from its template."""

    status: str
    """`IN_SYNC`, `DRIFTED` or `UNKNOWN`, in CloudFormation's words."""
    drifted: int = 0
    reason: str | None = None
