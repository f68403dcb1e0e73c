"""Rows of the actions, in the order of Microsoft's page on actions."""

from __future__ import annotations

from typing import Final

from mmctl.interchange.exchange.rows import Fit, Part, Row, Takes, Unsaid

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


def _done(name: str, takes: Takes, fit: Fit, becomes: str) -> Row:
    return Row(name=name, part=Part.ACTION, takes=takes, fit=fit, becomes=becomes)


def _undone(name: str, takes: Takes, why: Unsaid) -> Row:
    return Row(
        name=name,
        part=Part.ACTION,
        takes=takes,
        fit=Fit.NOT_POSSIBLE,
        becomes=why.says,
        unsaid=why,
    )


def _beside(name: str, of: str, takes: Takes = Takes.TEXT, fit: Fit = Fit.SAME) -> Row:
    return Row(name=name, part=Part.BESIDE, takes=takes, fit=fit, becomes=f"a part of `{of}`")


ACTIONS: Final[tuple[Row, ...]] = (
    _undone("ModerateMessageByUser", Takes.PEOPLE, _APPROVED),
    _undone("ModerateMessageByManager", Takes.FLAG, _APPROVED),
    _done("RedirectMessageTo", Takes.PEOPLE, Fit.CLOSE, "`replace_recipient`, then delivery"),
    _done("RejectMessageReasonText", Takes.TEXT, Fit.CLOSE, "`bounce` with this text"),
    _beside("RejectMessageEnhancedStatusCode", "RejectMessageReasonText"),
    _done("DeleteMessage", Takes.FLAG, Fit.SAME, "`drop`"),
    _undone("BlindCopyTo", Takes.PEOPLE, _MORE_RECIPIENTS),
    _undone("AddToRecipients", Takes.PEOPLE, _MORE_RECIPIENTS),
    _undone("CopyTo", Takes.PEOPLE, _MORE_RECIPIENTS),
    _undone("AddManagerAsRecipientType", Takes.TEXT, _MORE_RECIPIENTS),
    _undone("ApplyHtmlDisclaimerText", Takes.TEXT, _CHANGED_TEXT),
    _beside("ApplyHtmlDisclaimerFallbackAction", "ApplyHtmlDisclaimerText", fit=Fit.NOT_POSSIBLE),
    _beside("ApplyHtmlDisclaimerLocation", "ApplyHtmlDisclaimerText", fit=Fit.NOT_POSSIBLE),
    _undone("RemoveHeader", Takes.TEXT, _HEADER),
    _done("SetHeaderName", Takes.TEXT, Fit.CLOSE, "`add_header`, if its name starts with `X-`"),
    _beside("SetHeaderValue", "SetHeaderName"),
    _undone("ApplyClassification", Takes.TEXT, _CHANGED_TEXT),
    _done("SetSCL", Takes.TEXT, Fit.PARTLY, "`add_header` of `X-Exchange-Rule-SCL`, a mark"),
    _undone("ApplyRightsProtectionTemplate", Takes.TEXT, _ENCRYPTED),
    _beside(
        "ApplyRightsProtectionCustomizationTemplate",
        "ApplyRightsProtectionTemplate",
        fit=Fit.NOT_POSSIBLE,
    ),
    _undone("ApplyOME", Takes.FLAG, _ENCRYPTED),
    _undone("RemoveOME", Takes.FLAG, _ENCRYPTED),
    _undone("RemoveOMEv2", Takes.FLAG, _ENCRYPTED),
    _undone("RemoveRMSAttachmentEncryption", Takes.FLAG, _ENCRYPTED),
    _undone("RouteMessageOutboundRequireTls", Takes.FLAG, _TLS),
    _done(
        "RouteMessageOutboundConnector",
        Takes.TEXT,
        Fit.CLOSE,
        "`relay` to a relay of that name, whose host is to be filled in",
    ),
    _undone("PrependSubject", Takes.TEXT, _CHANGED_TEXT),
    _undone("GenerateIncidentReport", Takes.PEOPLE, _TOLD),
    _beside(
        "IncidentReportContent", "GenerateIncidentReport", Takes.SETTINGS, fit=Fit.NOT_POSSIBLE
    ),
    _beside("IncidentReportOriginalMail", "GenerateIncidentReport", fit=Fit.NOT_POSSIBLE),
    _undone("GenerateNotification", Takes.TEXT, _TOLD),
    _undone("NotifySender", Takes.TEXT, _TOLD),
    _done("Quarantine", Takes.FLAG, Fit.CLOSE, "`archive` to `quarantine`, then `stop`"),
    _done("SetAuditSeverity", Takes.TEXT, Fit.SAME, "a word in the description"),
    _done("SmtpRejectMessageRejectText", Takes.TEXT, Fit.CLOSE, "`bounce` with this text"),
    _beside("SmtpRejectMessageRejectStatusCode", "SmtpRejectMessageRejectText"),
    _done("Disconnect", Takes.FLAG, Fit.CLOSE, "`drop`"),
    _undone("LogEventText", Takes.TEXT, _LOGGED),
    _done("StopRuleProcessing", Takes.FLAG, Fit.SAME, "delivery, then `stop`"),
)
