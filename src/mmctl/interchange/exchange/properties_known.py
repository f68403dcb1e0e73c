"""Rows of what a rule has besides conditions, exceptions and actions."""

from __future__ import annotations

from typing import Final

from mmctl.interchange.exchange.rows import Fit, ParameterPart, ParameterRow, ValueKind


def _property(
    name: str, becomes: str, fit: Fit = Fit.SAME, *, aliases: tuple[str, ...] = ()
) -> ParameterRow:
    return ParameterRow(
        name=name,
        part=ParameterPart.PROPERTY,
        takes=ValueKind.TEXT,
        fit=fit,
        becomes=becomes,
        aliases=aliases,
    )


def _label(name: str, becomes: str = "nothing: no mail notices it") -> ParameterRow:
    return ParameterRow(
        name=name, part=ParameterPart.LABEL, takes=ValueKind.TEXT, fit=Fit.SAME, becomes=becomes
    )


PROPERTIES: Final[tuple[ParameterRow, ...]] = (
    _property("Name", "the name of the rule, in the characters that names have"),
    _property("Priority", "the place of the rule: 0 is the first"),
    _property("Enabled", "`enabled: false`, if it is off", aliases=("State",)),
    _property("Mode", "`shadow: true` for `Audit` and `AuditAndNotify`"),
    _property("ActivationDate", "`enabled: false` until that day", Fit.CLOSE),
    _property("ExpiryDate", "`expires`; disabled, if the day is past", Fit.CLOSE),
    _property("RuleErrorAction", "nothing for `Ignore`; `Defer` is named", Fit.CLOSE),
    _property("SenderAddressLocation", "`from`, `mail_from`, or either"),
    _property("RecipientAddressType", "addresses as mail names them"),
    _property("UseLegacyRegex", "patterns are read as the newer ones", Fit.CLOSE),
    _property("Comments", "`description`"),
    _property("CreatedBy", "a part of `description`"),
    _property("LastModifiedBy", "a part of `description`"),
    _property("DlpPolicy", "named: the policy is Microsoft's", Fit.CLOSE),
    _property("RuleSubType", "named, if it is `Dlp`", Fit.CLOSE),
    *map(
        _label,
        (
            "Identity",
            "DistinguishedName",
            "Guid",
            "ImmutableId",
            "Id",
            "RuleId",
            "OrganizationId",
            "OrganizationalUnitRoot",
            "ExchangeVersion",
            "ExchangeObjectId",
            "RuleVersion",
            "Version",
            "RequiredMinVersion",
            "Size",
            "WhenChanged",
            "WhenChangedUTC",
            "WhenCreated",
            "WhenCreatedUTC",
            "ManuallyModified",
            "IsValid",
            "IsRuleConfigurationSupported",
            "RuleConfigurationUnsupportedReason",
            "ObjectState",
            "ObjectClass",
            "ObjectCategory",
            "OriginatingServer",
            "AdminDisplayName",
            "Description",
            "Conditions",
            "Exceptions",
            "Actions",
            "State@data.type",
            "RunspaceId",
            "PSComputerName",
            "PSShowComputerName",
            "PSSourceJobInstanceId",
            "Confirm",
            "WhatIf",
            "DomainController",
            "Ensure",
            "Credential",
            "ApplicationId",
            "TenantId",
            "CertificateThumbprint",
            "CertificatePath",
            "CertificatePassword",
            "ManagedIdentity",
            "AccessTokens",
            "displayName",
            "resourceType",
        ),
    ),
)
