"""What a gateway is compiled under: its readings, each other choice of one, and what is assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.readings import CHOICES
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from mmctl.judge.index.entangled import Entangled
    from mmctl.judge.index.layout import Layout
    from mmctl.judge.submission import Gateway, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The gateway under another choice of one reading."""

    number: int
    """Its place among all of them, in the order of readings and choices."""
    reading: str
    chosen: str
    other: str
    gateway: Gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What all parts of an index have in common."""

    gateway: Gateway
    scenario: Scenario
    layout: Layout
    entangled: Entangled
    variants: tuple[Variant, ...]
    """Empty: nobody asks which readings matter."""
    assume_pass: bool
    at_most: int
    """So many values of one field are remembered."""
    plainly: bool = False
    """Whether texts within texts are looked for one by one."""


def variants_of(gateway: Gateway) -> tuple[Variant, ...]:
    """A gateway under every other choice of every reading."""
    others = (
        (reading, other)
        for reading, choices in CHOICES.items()
        for other in choices
        if other != gateway.readings.choice(reading)
    )
    return tuple(
        Variant(
            number=number,
            reading=reading,
            chosen=gateway.readings.choice(reading),
            other=other,
            gateway=replace(gateway, readings=gateway.readings.choosing(reading, other)),
        )
        for number, (reading, other) in enumerate(others)
    )
