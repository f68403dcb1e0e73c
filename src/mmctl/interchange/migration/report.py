"""What became of each rule of another gateway: the values of the report.

Nothing here is judged or shown: how examples end here is asked of the caller.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.lowered import Sameness
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.interchange.migration.differences import Data, Deviation, Example
    from mmctl.interchange.migration.lowered import LoweredGateway, LoweredRule
    from mmctl.interchange.migration.source import Needed, Unread
    from mmctl.problem import Position

_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownExample:
    """A message that shows a difference, and how it ends in both systems."""

    mail: Data
    there: str
    here: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDifference:
    """One way in which a rule differs here."""

    code: str
    says: str
    instead: str | None
    loses: bool
    example: ShownExample | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRule:
    """One rule of the source."""

    name: str
    place: Position
    text: str
    status: Sameness
    differences: tuple[ShownDifference, ...]
    became: tuple[str, ...]
    """The names of its rules here."""
    owner: str | None
    enabled: bool
    shadow: bool
    """Whether its rules here only mark mail."""
    differs: str
    """What an acceptance is about: another digest where text or differences are others."""
    accepted: str | None = None
    """Why somebody accepts how it differs."""

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look at it."""
        return self.status is not Sameness.SAME and self.accepted is None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleRule:
    """A rule here that no message ever meets: others take all of its mail."""

    name: str
    place: Position
    """Of its rule in the source."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationReport:
    """What became of a configuration."""

    system: str
    rules: tuple[ReportedRule, ...]
    """In the order of the source."""
    unread: tuple[Unread, ...] = ()
    needed: Mapping[str, Needed] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    idle: tuple[IdleRule, ...] = ()
    fit: str | None = None
    """Whether the rules fit the service, in a line."""
    is_fitting: bool = True
    linted: str | None = None
    """What lint says of the rules here without proofs, counted."""

    def of(self, status: Sameness) -> tuple[ReportedRule, ...]:
        """The rules of one status."""
        return tuple(rule for rule in self.rules if rule.status is status)

    @property
    def left(self) -> tuple[ReportedRule, ...]:
        """The rules that somebody has to look at."""
        return tuple(rule for rule in self.rules if rule.is_open)

    @property
    def missing(self) -> tuple[Unread, ...]:
        """The parts of the source that were not given, and that may have rules."""
        return tuple(each for each in self.unread if each.is_missing)

    @property
    def live(self) -> int:
        """How many rules there are here, with those that are to be written."""
        return sum(len(rule.became) for rule in self.rules)


def reported(
    lowered: LoweredGateway,
    *,
    judged: Callable[[LoweredRule, Example], str],
    accepted: Mapping[str, str],
) -> tuple[ReportedRule, ...]:
    """The rules of a source, with their differences; `judged` says how an example ends here.

    `accepted` are reasons by digest.
    """
    return tuple(_reported(rule, judged, accepted) for rule in lowered.rules)


def digest_of(rule: LoweredRule) -> str:
    """What an acceptance of a rule is about: file, name, text and what differs; 12 hex digits."""
    source = rule.source
    about = [
        source.place.file,
        source.name,
        source.text,
        rule.status.value,
        [[each.code, each.says, each.loses] for each in rule.differences],
    ]
    text = json.dumps(about, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:_DIGITS]


def _reported(
    rule: LoweredRule,
    judged: Callable[[LoweredRule, Example], str],
    accepted: Mapping[str, str],
) -> ReportedRule:
    def shown(difference: Deviation) -> ShownDifference:
        example = difference.example
        return ShownDifference(
            code=difference.code,
            says=difference.says,
            instead=difference.instead,
            loses=difference.loses,
            example=None
            if example is None
            else ShownExample(mail=example.mail, there=example.there, here=judged(rule, example)),
        )

    differs = digest_of(rule)
    return ReportedRule(
        name=rule.source.name,
        place=rule.source.place,
        text=rule.source.text,
        status=rule.status,
        differences=tuple(map(shown, rule.differences)),
        became=rule.names,
        owner=rule.rules[0].get("owner"),
        enabled=rule.source.enabled,
        shadow=rule.rules[0].get("shadow", False),
        differs=differs,
        accepted=accepted.get(differs),
    )
