"""Which rule of another gateway a rule comes from: an import says it in the description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    import re

_ORIGIN: Final = Pattern(
    r"(?:^|\s)(?P<system>[A-Z][\w.-]*(?: [A-Za-z][\w.-]*){0,3}) `(?P<name>[^`]*)`"
    r"(?:, (?:part \d+ of \d+|to be written))?: .*\((?P<place>[^()\n]+:\d+)\)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFrom:
    """A rule of another gateway."""

    system: str
    name: str
    place: str
    """`export.xml:12`."""


def origin_of(description: str) -> ImportedFrom | None:
    """The rule that a description of an imported rule names; None: it names none."""
    found: re.Match[str] | None = _ORIGIN.search(description)
    if found is None:
        return None
    return ImportedFrom(system=found["system"], name=found["name"], place=found["place"])
