"""What a row of the vocabulary says."""

from __future__ import annotations

from enum import StrEnum

from mmctl.records import dataclass


class ParameterPart(StrEnum):
    """What a parameter is in its rule."""

    CONDITION = "condition"
    ACTION = "action"
    BESIDE = "part of another"
    """It belongs to another parameter, and means nothing without it."""
    PROPERTY = "property"
    LABEL = "label"
    """It says something about the rule that no message notices."""


class ValueKind(StrEnum):
    """What its value is."""

    WORDS = "words"
    PATTERNS = "patterns"
    PEOPLE = "people"
    GROUPS = "groups"
    DOMAINS = "domains"
    NETWORKS = "networks"
    SIZE = "size"
    FLAG = "flag"
    TEXT = "text"
    SETTINGS = "settings"
    """Several texts that only Exchange understands."""

    @property
    def several(self) -> bool:
        """Whether it has any number of values."""
        return self not in {ValueKind.SIZE, ValueKind.FLAG, ValueKind.TEXT}


class Fit(StrEnum):
    """How much of it is here, as the report says it."""

    SAME = "same"
    CLOSE = "close"
    PARTLY = "partly"
    NOT_POSSIBLE = "not possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaid:
    """Why Mail Manager cannot see or do something, and what people do instead."""

    code: str
    says: str
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRow:
    """One parameter."""

    name: str
    part: ParameterPart
    takes: ValueKind
    fit: Fit
    becomes: str
    """What it is here, or why nothing; for the manual."""
    unsaid: Unsaid | None = None
    """For what cannot be seen or done at all."""
    aliases: tuple[str, ...] = ()

    @property
    def has_exception(self) -> bool:
        """Whether `ExceptIf` may stand before its name."""
        return (
            self.part in {ParameterPart.CONDITION, ParameterPart.BESIDE}
            and self.name not in _WITHOUT_EXCEPTION
        )


_WITHOUT_EXCEPTION = frozenset(
    {
        "SetHeaderValue",
        "RejectMessageEnhancedStatusCode",
        "SmtpRejectMessageRejectStatusCode",
        "ApplyHtmlDisclaimerFallbackAction",
        "ApplyHtmlDisclaimerLocation",
        "ApplyRightsProtectionCustomizationTemplate",
        "IncidentReportContent",
        "IncidentReportOriginalMail",
    }
)
