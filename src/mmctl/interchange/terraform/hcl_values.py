"""Blocks and expressions of HCL, with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.interchange.terraform.hcl_tokens import HclTemplate
    from mmctl.problem import Position


@dataclass(frozen=True, slots=True)
class HclLiteral:
    """A text, number or word that is known."""

    position: Position
    text: str
    plain: bool
    """Without quotes: a number, `true`, `false` or `null`."""


@dataclass(frozen=True, slots=True)
class HclText:
    """A text with code in it."""

    position: Position
    template: HclTemplate


@dataclass(frozen=True, slots=True)
class HclName:
    """What a name leads to: `aws_mailmanager_relay.mx.id`, `var.domains`."""

    position: Position
    text: str


@dataclass(frozen=True, slots=True)
class HclCall:
    """A function with literal arguments, if they could be read."""

    position: Position
    name: str
    arguments: tuple[HclValue, ...]


@dataclass(frozen=True, slots=True)
class HclCode:
    """An expression that is not evaluated, as its text."""

    position: Position
    text: str


@dataclass(frozen=True, slots=True)
class HclList:
    """A list."""

    position: Position
    items: tuple[HclValue, ...]


@dataclass(frozen=True, slots=True)
class HclMap:
    """A map; a key that is an expression in brackets is its text, as a plain literal."""

    position: Position
    entries: tuple[tuple[HclLiteral, HclValue], ...]


HclValue: TypeAlias = "HclLiteral | HclText | HclName | HclCall | HclCode | HclList | HclMap"


@dataclass(slots=True, kw_only=True)
class HclBlock:
    """A block: its type, its labels, and what is between its braces."""

    type: str
    labels: tuple[str, ...]
    position: Position
    attributes: dict[str, tuple[Position, HclValue]] = field(default_factory=dict)
    blocks: list[HclBlock] = field(default_factory=list)
