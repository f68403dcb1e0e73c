"""The vocabulary of transport rules: one row for each parameter, and what it is here.

Names are those of `New-TransportRule` and `Set-TransportRule`, and of the members that
`Get-TransportRule` adds. Every condition has an exception with `ExceptIf` before its name. The
manual's table is these rows; a test compares the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.exchange.actions_known import ACTIONS
from mmctl.interchange.exchange.conditions_known import CONDITIONS
from mmctl.interchange.exchange.properties_known import PROPERTIES
from mmctl.interchange.exchange.rows import Fit, ParameterPart, ParameterRow, ValueKind
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ROWS",
    "Fit",
    "KnownName",
    "ParameterPart",
    "ParameterRow",
    "ValueKind",
    "conditions_among",
    "known",
    "known_class",
]

_MOST_CONDITIONS: Final = 40
"""An export with fewer members for conditions is a selection."""
EXCEPTION: Final = "exceptif"
ROWS: Final[tuple[ParameterRow, ...]] = (*CONDITIONS, *ACTIONS, *PROPERTIES)
PLACES: Final = {row.name: place for place, row in enumerate(ROWS)}
_BY_NAME: Final = {name.lower(): row for row in ROWS for name in (row.name, *row.aliases)}
_CLASS_ENDS: Final = ("Predicate", "Action")
_CLASSES: Final = {
    "SubjectContains": "SubjectContainsWords",
    "SubjectMatches": "SubjectMatchesPatterns",
    "SubjectOrBodyContains": "SubjectOrBodyContainsWords",
    "SubjectOrBodyMatches": "SubjectOrBodyMatchesPatterns",
    "FromAddressContains": "FromAddressContainsWords",
    "FromAddressMatches": "FromAddressMatchesPatterns",
    "AnyOfRecipientAddressContains": "AnyOfRecipientAddressContainsWords",
    "AnyOfRecipientAddressMatches": "AnyOfRecipientAddressMatchesPatterns",
    "HeaderContains": "HeaderContainsWords",
    "HeaderMatches": "HeaderMatchesPatterns",
    "SenderAttributeContains": "SenderADAttributeContainsWords",
    "SenderAttributeMatches": "SenderADAttributeMatchesPatterns",
    "RecipientAttributeContains": "RecipientADAttributeContainsWords",
    "RecipientAttributeMatches": "RecipientADAttributeMatchesPatterns",
    "SclOver": "SCLOver",
    "ManagerIs": "ManagerForEvaluatedUser",
    "ManagementRelationship": "SenderManagementRelationship",
    "ADAttributeComparison": "ADComparisonAttribute",
    "BetweenMemberOf": "BetweenMemberOf1",
    "AttachmentNameMatches": "AttachmentNameMatchesPatterns",
    "AttachmentMatches": "AttachmentMatchesPatterns",
    "AttachmentExtensionMatches": "AttachmentExtensionMatchesWords",
    "RejectMessage": "RejectMessageReasonText",
    "SmtpRejectMessage": "SmtpRejectMessageRejectText",
    "RedirectMessage": "RedirectMessageTo",
    "RightsProtectMessage": "ApplyRightsProtectionTemplate",
    "ApplyHtmlDisclaimer": "ApplyHtmlDisclaimerText",
    "SetHeader": "SetHeaderName",
    "SetScl": "SetSCL",
    "AddToRecipient": "AddToRecipients",
    "AddManagerAsRecipientType": "AddManagerAsRecipientType",
    "ModerateMessageByUser": "ModerateMessageByUser",
    "RouteMessageOutboundConnector": "RouteMessageOutboundConnector",
    "LogEvent": "LogEventText",
}
"""Names of .NET classes that differ from their parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownName:
    """What a name of an export is."""

    row: ParameterRow
    exception: bool
    """Whether it is the exception of that condition."""


def known(name: str) -> KnownName | None:
    """What a parameter or member is; None: it is not in Microsoft's documents as of 2026."""
    lower = name.lower()
    if (row := _BY_NAME.get(lower)) is not None:
        return KnownName(row=row, exception=False)
    row = _BY_NAME.get(lower.removeprefix(EXCEPTION))
    if lower.startswith(EXCEPTION) and row is not None and row.has_exception:
        return KnownName(row=row, exception=True)
    return None


def conditions_among(names: Iterable[str]) -> tuple[bool, bool]:
    """Whether members have any conditions at all, and whether they are a selection.

    A whole export has `Conditions`, or a member for each condition.
    """
    found = [each for name in names if (each := known(name)) is not None]
    if any(each.row.name == "Conditions" for each in found):
        return True, False
    conditions = {each.row.name for each in found if each.row.part is ParameterPart.CONDITION}
    return bool(conditions), len(conditions) < _MOST_CONDITIONS


def known_class(name: str) -> ParameterRow | None:
    """The row of a .NET class: `FromScopePredicate`, `PrependSubjectAction`."""
    bare = name
    for end in _CLASS_ENDS:
        bare = bare.removesuffix(end)
    return _BY_NAME.get(_CLASSES.get(bare, bare).lower())
