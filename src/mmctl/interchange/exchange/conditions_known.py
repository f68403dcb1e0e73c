"""Rows of the conditions, in the order of Microsoft's page on conditions and exceptions."""

from __future__ import annotations

from typing import Final

from mmctl.interchange.exchange.rows import Fit, ParameterPart, ParameterRow, Unsaid, ValueKind

_BODY: Final = Unsaid(
    code="body-not-seen",
    says="Mail Manager does not see the body of a message",
    instead="keep the rule in Exchange behind this gateway, or use an add-on or `invoke_lambda`",
)
_ATTACHMENT: Final = Unsaid(
    code="attachment-not-seen",
    says="Mail Manager does not see attachments",
    instead="an add-on (Vade, Trend Micro) judges attachments; or keep the rule in Exchange",
)
_DIRECTORY: Final = Unsaid(
    code="directory-not-seen",
    says="Mail Manager has no directory of users: it does not know their attributes and managers",
    instead="write the addresses into an address list, or keep the rule in Exchange",
)
_CLASSES: Final = Unsaid(
    code="classification-not-seen",
    says="classifications and sensitive information are known to Exchange alone",
    instead="keep the rule in Exchange, where mail is classified",
)
_SCORE: Final = Unsaid(
    code="spam-score-not-seen",
    says="the spam score (SCL) is given by Exchange, after this gateway",
    instead="use the verdict of an add-on (`add_on: {name: vade, field: isPassed, is: false}`)",
)
_RESERVED: Final = Unsaid(
    code="reserved-by-microsoft",
    says="the list is kept by Exchange, for Microsoft's own use",
    instead="write the addresses into an address list",
)
_TYPE: Final = Unsaid(
    code="message-type-not-seen",
    says="the type of a message is in its body and in headers that do not start with `X-`",
    instead="keep the rule in Exchange; lists and robots are often known by their `X-` headers",
)
_IMPORTANCE: Final = Unsaid(
    code="importance-not-seen",
    says="the header `Importance` does not start with `X-`, so Mail Manager does not see it",
    instead="many programs set `X-Priority` too: a condition on that header",
)
_CHARACTERS: Final = Unsaid(
    code="character-set-not-seen",
    says="Mail Manager does not see the character set of a message",
    instead="keep the rule in Exchange",
)


def _seen(name: str, takes: ValueKind, fit: Fit, becomes: str) -> ParameterRow:
    return ParameterRow(
        name=name, part=ParameterPart.CONDITION, takes=takes, fit=fit, becomes=becomes
    )


def _unseen(
    name: str, takes: ValueKind, why: Unsaid, *, part: ParameterPart = ParameterPart.CONDITION
) -> ParameterRow:
    return ParameterRow(
        name=name, part=part, takes=takes, fit=Fit.NOT_POSSIBLE, becomes=why.says, unsaid=why
    )


def _beside(name: str, takes: ValueKind, of: str) -> ParameterRow:
    return ParameterRow(
        name=name, part=ParameterPart.BESIDE, takes=takes, fit=Fit.SAME, becomes=f"a part of `{of}`"
    )


CONDITIONS: Final[tuple[ParameterRow, ...]] = (
    _seen("From", ValueKind.PEOPLE, Fit.SAME, "`from` or `mail_from` equals the address"),
    _seen("FromMemberOf", ValueKind.GROUPS, Fit.PARTLY, "`from` in the address list of the group"),
    _seen(
        "FromScope",
        ValueKind.TEXT,
        Fit.SAME,
        "outside: all mail of an open ingress point; inside: not possible",
    ),
    _seen("FromAddressContainsWords", ValueKind.WORDS, Fit.CLOSE, "`from` contains the word"),
    _seen(
        "FromAddressMatchesPatterns",
        ValueKind.PATTERNS,
        Fit.CLOSE,
        "literals, where they are exact",
    ),
    _seen("SenderDomainIs", ValueKind.DOMAINS, Fit.SAME, "`from` ends with `@DOMAIN` or `.DOMAIN`"),
    _seen("SenderIpRanges", ValueKind.NETWORKS, Fit.SAME, "`source_ip` in the networks"),
    _unseen("SenderADAttributeContainsWords", ValueKind.SETTINGS, _DIRECTORY),
    _unseen("SenderADAttributeMatchesPatterns", ValueKind.SETTINGS, _DIRECTORY),
    _unseen("SenderInRecipientList", ValueKind.SETTINGS, _RESERVED),
    _unseen("HasSenderOverride", ValueKind.FLAG, _CLASSES),
    _seen("SentTo", ValueKind.PEOPLE, Fit.SAME, "`recipient` equals the address"),
    _seen("SentToMemberOf", ValueKind.GROUPS, Fit.PARTLY, "`recipient` in the list of the group"),
    _seen(
        "SentToScope", ValueKind.TEXT, Fit.SAME, "`recipient` in the domains of `--domain`, or not"
    ),
    _seen(
        "RecipientAddressContainsWords", ValueKind.WORDS, Fit.CLOSE, "`recipient` contains the word"
    ),
    _seen(
        "RecipientAddressMatchesPatterns",
        ValueKind.PATTERNS,
        Fit.CLOSE,
        "literals, where they are exact",
    ),
    _seen(
        "RecipientDomainIs",
        ValueKind.DOMAINS,
        Fit.SAME,
        "`recipient` ends with `@DOMAIN`, `.DOMAIN`",
    ),
    _unseen("RecipientADAttributeContainsWords", ValueKind.SETTINGS, _DIRECTORY),
    _unseen("RecipientADAttributeMatchesPatterns", ValueKind.SETTINGS, _DIRECTORY),
    _unseen("RecipientInSenderList", ValueKind.SETTINGS, _RESERVED),
    _seen("SubjectContainsWords", ValueKind.WORDS, Fit.CLOSE, "`subject` contains the word"),
    _seen(
        "SubjectMatchesPatterns", ValueKind.PATTERNS, Fit.CLOSE, "literals, where they are exact"
    ),
    _seen(
        "SubjectOrBodyContainsWords",
        ValueKind.WORDS,
        Fit.PARTLY,
        "`subject` contains; not the body",
    ),
    _seen(
        "SubjectOrBodyMatchesPatterns", ValueKind.PATTERNS, Fit.PARTLY, "the subject, not the body"
    ),
    _unseen("AttachmentContainsWords", ValueKind.WORDS, _ATTACHMENT),
    _unseen("AttachmentMatchesPatterns", ValueKind.PATTERNS, _ATTACHMENT),
    _unseen("AttachmentIsUnsupported", ValueKind.FLAG, _ATTACHMENT),
    _unseen("AttachmentNameMatchesPatterns", ValueKind.PATTERNS, _ATTACHMENT),
    _unseen("AttachmentExtensionMatchesWords", ValueKind.WORDS, _ATTACHMENT),
    _unseen("AttachmentSizeOver", ValueKind.SIZE, _ATTACHMENT),
    _unseen("AttachmentProcessingLimitExceeded", ValueKind.FLAG, _ATTACHMENT),
    _unseen("AttachmentHasExecutableContent", ValueKind.FLAG, _ATTACHMENT),
    _unseen("AttachmentIsPasswordProtected", ValueKind.FLAG, _ATTACHMENT),
    _unseen("AttachmentPropertyContainsWords", ValueKind.SETTINGS, _ATTACHMENT),
    _seen(
        "AnyOfRecipientAddressContainsWords",
        ValueKind.WORDS,
        Fit.CLOSE,
        "`recipient` contains the word; acts on that recipient alone",
    ),
    _seen(
        "AnyOfRecipientAddressMatchesPatterns",
        ValueKind.PATTERNS,
        Fit.CLOSE,
        "literals; acts on that recipient alone",
    ),
    _unseen("MessageContainsDataClassifications", ValueKind.SETTINGS, _CLASSES),
    _seen("AnyOfToHeader", ValueKind.PEOPLE, Fit.SAME, "`to` equals the address"),
    _seen("AnyOfToHeaderMemberOf", ValueKind.GROUPS, Fit.PARTLY, "`to` in the list of the group"),
    _seen("AnyOfCcHeader", ValueKind.PEOPLE, Fit.SAME, "`cc` equals the address"),
    _seen("AnyOfCcHeaderMemberOf", ValueKind.GROUPS, Fit.PARTLY, "`cc` in the list of the group"),
    _seen("AnyOfToCcHeader", ValueKind.PEOPLE, Fit.SAME, "`to` or `cc` equals the address"),
    _seen("AnyOfToCcHeaderMemberOf", ValueKind.GROUPS, Fit.PARTLY, "`to` or `cc` in the list"),
    _seen("MessageSizeOver", ValueKind.SIZE, Fit.SAME, "`message_size` at least so many bytes"),
    _unseen("ContentCharacterSetContainsWords", ValueKind.WORDS, _CHARACTERS),
    _unseen("SenderManagementRelationship", ValueKind.TEXT, _DIRECTORY),
    _seen(
        "BetweenMemberOf1",
        ValueKind.GROUPS,
        Fit.PARTLY,
        "`from` in one list and `recipient` in the other, both ways",
    ),
    _beside("BetweenMemberOf2", ValueKind.GROUPS, "BetweenMemberOf1"),
    _unseen("ManagerForEvaluatedUser", ValueKind.TEXT, _DIRECTORY),
    _beside("ManagerAddresses", ValueKind.PEOPLE, "ManagerForEvaluatedUser"),
    _unseen("ADComparisonAttribute", ValueKind.TEXT, _DIRECTORY),
    _beside("ADComparisonOperator", ValueKind.TEXT, "ADComparisonAttribute"),
    _unseen("MessageTypeMatches", ValueKind.TEXT, _TYPE),
    _unseen("HasClassification", ValueKind.TEXT, _CLASSES),
    _unseen("HasNoClassification", ValueKind.FLAG, _CLASSES),
    _unseen("SCLOver", ValueKind.TEXT, _SCORE),
    _unseen("WithImportance", ValueKind.TEXT, _IMPORTANCE),
    _seen(
        "HeaderContainsWords",
        ValueKind.WORDS,
        Fit.CLOSE,
        "`header` contains the word, if its name starts with `X-`",
    ),
    _beside("HeaderContainsMessageHeader", ValueKind.TEXT, "HeaderContainsWords"),
    _seen(
        "HeaderMatchesPatterns",
        ValueKind.PATTERNS,
        Fit.CLOSE,
        "literals, if its name starts with `X-` and where they are exact",
    ),
    _beside("HeaderMatchesMessageHeader", ValueKind.TEXT, "HeaderMatchesPatterns"),
)
BODY: Final = _BODY
