"""Rows of the actions, in the order of Microsoft's page on actions."""

from __future__ import annotations

from typing import Final

from mmctl.interchange.exchange.rows import Fit, ParameterPart, ParameterRow, Unsaid, ValueKind

_MORE_RECIPIENTS: Final = Unsaid(
    code="no-more-recipients",
    says="Mail Manager can replace the recipients of a message, but not add some",
    instead="`archive` or `write_to_s3` keeps a copy; for a person, keep the rule in Exchange",
)
_CHANGED_TEXT: Final = Unsaid(
    code="message-not-changed",
    says="Mail Manager changes neither subject nor body",
    instead="`add_header` marks the mail here, and one rule of Exchange acts on that header",
)
_ENCRYPTED: Final = Unsaid(
    code="not-encrypted",
    says="Mail Manager neither encrypts nor decrypts nor protects messages",
    instead="keep the rule in Exchange behind this gateway",
)
_APPROVED: Final = Unsaid(
    code="nobody-approves",
    says="Mail Manager does not hold mail until somebody approves it, so its mail is not held",
    instead="`archive` and `stop`: what may go is released by `mmctl archive release`",
)
_TOLD: Final = Unsaid(
    code="nobody-told",
    says="Mail Manager sends no reports and no notes about mail to people",
    instead="`publish_to_sns` tells a topic, and its subscribers by email; logs name the rule",
)
_HEADER: Final = Unsaid(
    code="header-not-removed",
    says="Mail Manager removes no header",
    instead="remove it in Exchange, or let no condition there believe it",
)
_TLS: Final = Unsaid(
    code="tls-per-relay",
    says="Mail Manager does not demand TLS for the mail of one rule",
    instead="a relay to a server that takes mail over TLS only",
)
_LOGGED: Final = Unsaid(
    code="logged-for-all",
    says="logs are written for all rules alike: the text of one is not in them",
    instead="logs of Mail Manager name the rule that acted",
)


def _done(name: str, takes: ValueKind, fit: Fit, becomes: str) -> ParameterRow:
    return ParameterRow(name=name, part=ParameterPart.ACTION, takes=takes, fit=fit, becomes=becomes)


def _undone(name: str, takes: ValueKind, why: Unsaid) -> ParameterRow:
    return ParameterRow(
        name=name,
        part=ParameterPart.ACTION,
        takes=takes,
        fit=Fit.NOT_POSSIBLE,
        becomes=why.says,
        unsaid=why,
    )


def _beside(
    name: str, of: str, takes: ValueKind = ValueKind.TEXT, fit: Fit = Fit.SAME
) -> ParameterRow:
    return ParameterRow(
        name=name, part=ParameterPart.BESIDE, takes=takes, fit=fit, becomes=f"a part of `{of}`"
    )


ACTIONS: Final[tuple[ParameterRow, ...]] = (
    _undone("ModerateMessageByUser", ValueKind.PEOPLE, _APPROVED),
    _undone("ModerateMessageByManager", ValueKind.FLAG, _APPROVED),
    _done("RedirectMessageTo", ValueKind.PEOPLE, Fit.CLOSE, "`replace_recipient`, then delivery"),
    _done("RejectMessageReasonText", ValueKind.TEXT, Fit.CLOSE, "`bounce` with this text"),
    _beside("RejectMessageEnhancedStatusCode", "RejectMessageReasonText"),
    _done("DeleteMessage", ValueKind.FLAG, Fit.SAME, "`drop`"),
    _undone("BlindCopyTo", ValueKind.PEOPLE, _MORE_RECIPIENTS),
    _undone("AddToRecipients", ValueKind.PEOPLE, _MORE_RECIPIENTS),
    _undone("CopyTo", ValueKind.PEOPLE, _MORE_RECIPIENTS),
    _undone("AddManagerAsRecipientType", ValueKind.TEXT, _MORE_RECIPIENTS),
    _undone("ApplyHtmlDisclaimerText", ValueKind.TEXT, _CHANGED_TEXT),
    _beside("ApplyHtmlDisclaimerFallbackAction", "ApplyHtmlDisclaimerText", fit=Fit.NOT_POSSIBLE),
    _beside("ApplyHtmlDisclaimerLocation", "ApplyHtmlDisclaimerText", fit=Fit.NOT_POSSIBLE),
    _undone("RemoveHeader", ValueKind.TEXT, _HEADER),
    _done("SetHeaderName", ValueKind.TEXT, Fit.CLOSE, "`add_header`, if its name starts with `X-`"),
    _beside("SetHeaderValue", "SetHeaderName"),
    _undone("ApplyClassification", ValueKind.TEXT, _CHANGED_TEXT),
    _done("SetSCL", ValueKind.TEXT, Fit.PARTLY, "`add_header` of `X-Exchange-Rule-SCL`, a mark"),
    _undone("ApplyRightsProtectionTemplate", ValueKind.TEXT, _ENCRYPTED),
    _beside(
        "ApplyRightsProtectionCustomizationTemplate",
        "ApplyRightsProtectionTemplate",
        fit=Fit.NOT_POSSIBLE,
    ),
    _undone("ApplyOME", ValueKind.FLAG, _ENCRYPTED),
    _undone("RemoveOME", ValueKind.FLAG, _ENCRYPTED),
    _undone("RemoveOMEv2", ValueKind.FLAG, _ENCRYPTED),
    _undone("RemoveRMSAttachmentEncryption", ValueKind.FLAG, _ENCRYPTED),
    _undone("RouteMessageOutboundRequireTls", ValueKind.FLAG, _TLS),
    _done(
        "RouteMessageOutboundConnector",
        ValueKind.TEXT,
        Fit.CLOSE,
        "`relay` to a relay of that name, whose host is to be filled in",
    ),
    _undone("PrependSubject", ValueKind.TEXT, _CHANGED_TEXT),
    _undone("GenerateIncidentReport", ValueKind.PEOPLE, _TOLD),
    _beside(
        "IncidentReportContent", "GenerateIncidentReport", ValueKind.SETTINGS, fit=Fit.NOT_POSSIBLE
    ),
    _beside("IncidentReportOriginalMail", "GenerateIncidentReport", fit=Fit.NOT_POSSIBLE),
    _undone("GenerateNotification", ValueKind.TEXT, _TOLD),
    _undone("NotifySender", ValueKind.TEXT, _TOLD),
    _done("Quarantine", ValueKind.FLAG, Fit.CLOSE, "`archive` to `quarantine`, then `stop`"),
    _done("SetAuditSeverity", ValueKind.TEXT, Fit.SAME, "a word in the description"),
    _done("SmtpRejectMessageRejectText", ValueKind.TEXT, Fit.CLOSE, "`bounce` with this text"),
    _beside("SmtpRejectMessageRejectStatusCode", "SmtpRejectMessageRejectText"),
    _done("Disconnect", ValueKind.FLAG, Fit.CLOSE, "`drop`"),
    _undone("LogEventText", ValueKind.TEXT, _LOGGED),
    _done("StopRuleProcessing", ValueKind.FLAG, Fit.SAME, "delivery, then `stop`"),
)
