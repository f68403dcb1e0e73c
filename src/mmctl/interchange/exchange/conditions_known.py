"""Rows of the conditions, in the order of Microsoft's page on conditions and exceptions."""

from __future__ import annotations

from typing import Final

from mmctl.interchange.exchange.rows import Fit, Part, Row, Takes, Unsaid

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


def _seen(name: str, takes: Takes, fit: Fit, becomes: str) -> Row:
    return Row(name=name, part=Part.CONDITION, takes=takes, fit=fit, becomes=becomes)


def _unseen(name: str, takes: Takes, why: Unsaid, *, part: Part = Part.CONDITION) -> Row:
    return Row(
        name=name, part=part, takes=takes, fit=Fit.NOT_POSSIBLE, becomes=why.says, unsaid=why
    )


def _beside(name: str, takes: Takes, of: str) -> Row:
    return Row(name=name, part=Part.BESIDE, takes=takes, fit=Fit.SAME, becomes=f"a part of `{of}`")


CONDITIONS: Final[tuple[Row, ...]] = (
    _seen("From", Takes.PEOPLE, Fit.SAME, "`from` or `mail_from` equals the address"),
    _seen("FromMemberOf", Takes.GROUPS, Fit.PARTLY, "`from` in the address list of the group"),
    _seen(
        "FromScope",
        Takes.TEXT,
        Fit.SAME,
        "outside: all mail of an open ingress point; inside: not possible",
    ),
    _seen("FromAddressContainsWords", Takes.WORDS, Fit.CLOSE, "`from` contains the word"),
    _seen(
        "FromAddressMatchesPatterns", Takes.PATTERNS, Fit.CLOSE, "literals, where they are exact"
    ),
    _seen("SenderDomainIs", Takes.DOMAINS, Fit.SAME, "`from` ends with `@DOMAIN` or `.DOMAIN`"),
    _seen("SenderIpRanges", Takes.NETWORKS, Fit.SAME, "`source_ip` in the networks"),
    _unseen("SenderADAttributeContainsWords", Takes.SETTINGS, _DIRECTORY),
    _unseen("SenderADAttributeMatchesPatterns", Takes.SETTINGS, _DIRECTORY),
    _unseen("SenderInRecipientList", Takes.SETTINGS, _RESERVED),
    _unseen("HasSenderOverride", Takes.FLAG, _CLASSES),
    _seen("SentTo", Takes.PEOPLE, Fit.SAME, "`recipient` equals the address"),
    _seen("SentToMemberOf", Takes.GROUPS, Fit.PARTLY, "`recipient` in the list of the group"),
    _seen("SentToScope", Takes.TEXT, Fit.SAME, "`recipient` in the domains of `--domain`, or not"),
    _seen("RecipientAddressContainsWords", Takes.WORDS, Fit.CLOSE, "`recipient` contains the word"),
    _seen(
        "RecipientAddressMatchesPatterns",
        Takes.PATTERNS,
        Fit.CLOSE,
        "literals, where they are exact",
    ),
    _seen(
        "RecipientDomainIs", Takes.DOMAINS, Fit.SAME, "`recipient` ends with `@DOMAIN`, `.DOMAIN`"
    ),
    _unseen("RecipientADAttributeContainsWords", Takes.SETTINGS, _DIRECTORY),
    _unseen("RecipientADAttributeMatchesPatterns", Takes.SETTINGS, _DIRECTORY),
    _unseen("RecipientInSenderList", Takes.SETTINGS, _RESERVED),
    _seen("SubjectContainsWords", Takes.WORDS, Fit.CLOSE, "`subject` contains the word"),
    _seen("SubjectMatchesPatterns", Takes.PATTERNS, Fit.CLOSE, "literals, where they are exact"),
    _seen(
        "SubjectOrBodyContainsWords", Takes.WORDS, Fit.PARTLY, "`subject` contains; not the body"
    ),
    _seen("SubjectOrBodyMatchesPatterns", Takes.PATTERNS, Fit.PARTLY, "the subject, not the body"),
    _unseen("AttachmentContainsWords", Takes.WORDS, _ATTACHMENT),
    _unseen("AttachmentMatchesPatterns", Takes.PATTERNS, _ATTACHMENT),
    _unseen("AttachmentIsUnsupported", Takes.FLAG, _ATTACHMENT),
    _unseen("AttachmentNameMatchesPatterns", Takes.PATTERNS, _ATTACHMENT),
    _unseen("AttachmentExtensionMatchesWords", Takes.WORDS, _ATTACHMENT),
    _unseen("AttachmentSizeOver", Takes.SIZE, _ATTACHMENT),
    _unseen("AttachmentProcessingLimitExceeded", Takes.FLAG, _ATTACHMENT),
    _unseen("AttachmentHasExecutableContent", Takes.FLAG, _ATTACHMENT),
    _unseen("AttachmentIsPasswordProtected", Takes.FLAG, _ATTACHMENT),
    _unseen("AttachmentPropertyContainsWords", Takes.SETTINGS, _ATTACHMENT),
    _seen(
        "AnyOfRecipientAddressContainsWords",
        Takes.WORDS,
        Fit.CLOSE,
        "`recipient` contains the word; acts on that recipient alone",
    ),
    _seen(
        "AnyOfRecipientAddressMatchesPatterns",
        Takes.PATTERNS,
        Fit.CLOSE,
        "literals; acts on that recipient alone",
    ),
    _unseen("MessageContainsDataClassifications", Takes.SETTINGS, _CLASSES),
    _seen("AnyOfToHeader", Takes.PEOPLE, Fit.SAME, "`to` equals the address"),
    _seen("AnyOfToHeaderMemberOf", Takes.GROUPS, Fit.PARTLY, "`to` in the list of the group"),
    _seen("AnyOfCcHeader", Takes.PEOPLE, Fit.SAME, "`cc` equals the address"),
    _seen("AnyOfCcHeaderMemberOf", Takes.GROUPS, Fit.PARTLY, "`cc` in the list of the group"),
    _seen("AnyOfToCcHeader", Takes.PEOPLE, Fit.SAME, "`to` or `cc` equals the address"),
    _seen("AnyOfToCcHeaderMemberOf", Takes.GROUPS, Fit.PARTLY, "`to` or `cc` in the list"),
    _seen("MessageSizeOver", Takes.SIZE, Fit.SAME, "`message_size` at least so many bytes"),
    _unseen("ContentCharacterSetContainsWords", Takes.WORDS, _CHARACTERS),
    _unseen("SenderManagementRelationship", Takes.TEXT, _DIRECTORY),
    _seen(
        "BetweenMemberOf1",
        Takes.GROUPS,
        Fit.PARTLY,
        "`from` in one list and `recipient` in the other, both ways",
    ),
    _beside("BetweenMemberOf2", Takes.GROUPS, "BetweenMemberOf1"),
    _unseen("ManagerForEvaluatedUser", Takes.TEXT, _DIRECTORY),
    _beside("ManagerAddresses", Takes.PEOPLE, "ManagerForEvaluatedUser"),
    _unseen("ADComparisonAttribute", Takes.TEXT, _DIRECTORY),
    _beside("ADComparisonOperator", Takes.TEXT, "ADComparisonAttribute"),
    _unseen("MessageTypeMatches", Takes.TEXT, _TYPE),
    _unseen("HasClassification", Takes.TEXT, _CLASSES),
    _unseen("HasNoClassification", Takes.FLAG, _CLASSES),
    _unseen("SCLOver", Takes.TEXT, _SCORE),
    _unseen("WithImportance", Takes.TEXT, _IMPORTANCE),
    _seen(
        "HeaderContainsWords",
        Takes.WORDS,
        Fit.CLOSE,
        "`header` contains the word, if its name starts with `X-`",
    ),
    _beside("HeaderContainsMessageHeader", Takes.TEXT, "HeaderContainsWords"),
    _seen(
        "HeaderMatchesPatterns",
        Takes.PATTERNS,
        Fit.CLOSE,
        "literals, if its name starts with `X-` and where they are exact",
    ),
    _beside("HeaderMatchesMessageHeader", Takes.TEXT, "HeaderMatchesPatterns"),
)
BODY: Final = _BODY
