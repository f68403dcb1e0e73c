"""The vocabulary: all that Microsoft documents is known, and the manual has its table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mmctl.interchange.exchange.vocabulary import ROWS, ParameterPart, known, known_class

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[3] / "docs" / "migration" / "exchange.md"
HEAD = "| Parameter | Is | Here | |\n| --- | --- | --- | --- |\n"
_CONDITIONS = """
ADComparisonAttribute ADComparisonOperator AnyOfCcHeader AnyOfCcHeaderMemberOf
AnyOfRecipientAddressContainsWords AnyOfRecipientAddressMatchesPatterns AnyOfToCcHeader
AnyOfToCcHeaderMemberOf AnyOfToHeader AnyOfToHeaderMemberOf AttachmentContainsWords
AttachmentExtensionMatchesWords AttachmentHasExecutableContent AttachmentIsPasswordProtected
AttachmentIsUnsupported AttachmentMatchesPatterns AttachmentNameMatchesPatterns
AttachmentProcessingLimitExceeded AttachmentPropertyContainsWords AttachmentSizeOver
BetweenMemberOf1 BetweenMemberOf2 ContentCharacterSetContainsWords From FromAddressContainsWords
FromAddressMatchesPatterns FromMemberOf FromScope HasClassification HasNoClassification
HasSenderOverride HeaderContainsMessageHeader HeaderContainsWords HeaderMatchesMessageHeader
HeaderMatchesPatterns ManagerAddresses ManagerForEvaluatedUser MessageContainsDataClassifications
MessageSizeOver MessageTypeMatches RecipientADAttributeContainsWords
RecipientADAttributeMatchesPatterns RecipientAddressContainsWords RecipientAddressMatchesPatterns
RecipientDomainIs RecipientInSenderList SCLOver SenderADAttributeContainsWords
SenderADAttributeMatchesPatterns SenderDomainIs SenderInRecipientList SenderIpRanges
SenderManagementRelationship SentTo SentToMemberOf SentToScope SubjectContainsWords
SubjectMatchesPatterns SubjectOrBodyContainsWords SubjectOrBodyMatchesPatterns WithImportance
"""
_OTHERS = """
ActivationDate AddManagerAsRecipientType AddToRecipients ApplyClassification
ApplyHtmlDisclaimerFallbackAction ApplyHtmlDisclaimerLocation ApplyHtmlDisclaimerText ApplyOME
ApplyRightsProtectionCustomizationTemplate ApplyRightsProtectionTemplate BlindCopyTo Comments
Confirm CopyTo DeleteMessage Disconnect DlpPolicy DomainController Enabled ExpiryDate
GenerateIncidentReport GenerateNotification Identity IncidentReportContent
IncidentReportOriginalMail LogEventText Mode ModerateMessageByManager ModerateMessageByUser Name
NotifySender PrependSubject Priority Quarantine RecipientAddressType RedirectMessageTo
RejectMessageEnhancedStatusCode RejectMessageReasonText RemoveHeader RemoveOME RemoveOMEv2
RemoveRMSAttachmentEncryption RouteMessageOutboundConnector RouteMessageOutboundRequireTls
RuleErrorAction RuleSubType SenderAddressLocation SetAuditSeverity SetHeaderName SetHeaderValue
SetSCL SmtpRejectMessageRejectStatusCode SmtpRejectMessageRejectText StopRuleProcessing
UseLegacyRegex WhatIf
"""
CONDITIONS, OTHERS = _CONDITIONS.split(), _OTHERS.split()
"""The parameters of `New-TransportRule` and `Set-TransportRule`, as of 2026."""


def table() -> str:
    return HEAD + "".join(
        f"| `{row.name}` | {row.part} | {row.becomes} | {row.fit} |\n"
        for row in ROWS
        if row.part is not ParameterPart.LABEL
    )


def test_all_documented_parameters_are_known() -> None:
    assert len(CONDITIONS) == 61
    assert len(OTHERS) == 56
    for name in CONDITIONS:
        found, exception = known(name), known(f"ExceptIf{name}")
        assert found is not None, name
        assert exception is not None, name
        assert (found.exception, exception.exception) == (False, True)
        assert found.row is exception.row
    for name in OTHERS:
        assert known(name.upper()) is not None, name
        assert known(f"ExceptIf{name}") is None, name


def test_no_condition_is_made_up() -> None:
    written = {row.name for row in ROWS if row.part is ParameterPart.CONDITION}
    assert written <= set(CONDITIONS)


def test_names_are_unique() -> None:
    names = [name.lower() for row in ROWS for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("FromScopePredicate", "FromScope"),
        ("SubjectContainsPredicate", "SubjectContainsWords"),
        ("SclOverPredicate", "SCLOver"),
        ("SenderIpRangesPredicate", "SenderIpRanges"),
        ("PrependSubjectAction", "PrependSubject"),
        ("RightsProtectMessageAction", "ApplyRightsProtectionTemplate"),
        ("SetAuditSeverityAction", "SetAuditSeverity"),
    ],
)
def test_classes_are_known_by_their_parameters(name: str, parameter: str) -> None:
    row = known_class(name)
    assert row is not None
    assert row.name == parameter


def test_the_manual_has_the_table(update: bool) -> None:
    text = PAGE.read_text(encoding="utf-8")
    start = text.index("## The vocabulary")
    before, _, _ = text[start:].partition(HEAD)
    if update:
        PAGE.write_text(text[:start] + before.rstrip("\n") + "\n\n" + table(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8").endswith(table())


def test_the_manual_explains_every_difference() -> None:
    written = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", PAGE.read_text(encoding="utf-8")))
    assert set(_codes()) <= written


def _codes() -> Iterator[str]:
    sources = PAGE.parents[2] / "src" / "mmctl" / "interchange" / "exchange"
    for path in sources.glob("*.py"):
        yield from re.findall(r'code="([a-z-]+)"', path.read_text(encoding="utf-8"))
        yield from re.findall(r'_unseen\(\s*"([a-z-]+)"', path.read_text(encoding="utf-8"))
