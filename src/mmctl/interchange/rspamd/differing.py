"""How Mail Manager differs from rspamd: each difference said once."""

from __future__ import annotations

from typing import Final

from mmctl.interchange.migration.differences import Deviation

_BEHIND: Final = "let a filter behind Mail Manager decide, or a function (`invoke_lambda`)"

MAP_ELSEWHERE: Final = Deviation(
    code="map-not-here",
    says="a map of this rule is not beside the named files, so nobody here knows its keys",
    instead="put a copy of it beside them, and import again",
    loses=True,
)
SCORES_ONLY: Final = Deviation(
    code="score-only",
    says="this map only adds to the score of a message, and Mail Manager has no scores: no map "
    "decides with others",
    instead="give the map an action if it may decide alone, or ask an add-on for a spam verdict",
    loses=True,
)
SCORE_SETTINGS: Final = Deviation(
    code="score-settings",
    says="these settings change scores, symbols or thresholds, and Mail Manager has none of them",
    instead=_BEHIND,
    loses=True,
)
NO_ORDER: Final = Deviation(
    code="order-not-stated",
    says="where maps with different actions match one message, rspamd takes the action of the "
    "one that it happens to run first; here the first rule decides",
    instead="put the rules in the order that is meant",
)
EVERY_RECIPIENT: Final = Deviation(
    code="one-recipient-not-all",
    says="one such recipient makes the rule act for all recipients of a message; here it acts "
    "for that recipient alone",
    instead="where To and Cc name all recipients, a condition on `to` and `cc` is for the whole "
    "message",
)
LETTER_CASE: Final = Deviation(
    code="letter-case",
    says="rspamd compares the texts of a list in the configuration with letter case; here "
    "capitals and small letters are the same",
    instead="check that no mail relies on the letter case",
)
DOMAIN_OR_USER: Final = Deviation(
    code="domain-or-user",
    says="without `filter`, rspamd also looks a key up as the part before the @; here a key with "
    "a dot or a star is a domain or an address",
    instead='`filter = "email:domain"` says what is meant',
)
PARTS_TOO: Final = Deviation(
    code="pattern-of-parts",
    says="without `filter`, rspamd also tries this pattern on the domain alone and on the part "
    "before the @ alone; here it is for the whole address",
    instead='`filter = "email:addr"` says what is meant',
)
REGISTERED: Final = Deviation(
    code="registered-domain",
    says="rspamd looks up the domain that was registered (of a.b.example.com: example.com); here "
    "a key is itself and all below it, also where it was not registered itself",
    instead="check that each key is a registered domain",
)
DEFERRED: Final = Deviation(
    code="deferred-becomes-rejected",
    says="rspamd asks the client to try again later; here the mail is rejected for good",
    instead="remove the rule when the reason is gone",
)
SUBJECT: Final = Deviation(
    code="subject-becomes-header",
    says="rspamd writes a mark into the subject; Mail Manager changes no subject, so the mail "
    "gets `X-Spam: Yes`",
    instead="let mailbox rules look at `X-Spam`",
    loses=True,
)
SCORE_FIRST: Final = Deviation(
    code="score-not-seen",
    says="rspamd leaves this rule out where the score has led to another action already; here "
    "no score does",
    instead=_BEHIND,
)
SCORE_NEEDED: Final = Deviation(
    code="score-decides",
    says="this rule acts only where the score has led to an action, and Mail Manager has no scores",
    instead=_BEHIND,
    loses=True,
)
SELECTORS: Final = Deviation(
    code="reply-with-values",
    says="rspamd writes values of the message into its reply; here the text stays as it is written",
    instead="write a reply without `${…}`",
)
UNKNOWN_ACTION: Final = "unknown-action"


def unknown_symbol(name: str) -> Deviation:
    """A symbol that no map of the source inserts."""
    return Deviation(
        code="symbol-of-a-module",
        says=f"the symbol `{name}` is not of a map that is here: a module of rspamd, or a score, "
        "decides about it",
        instead="`spf`, `dkim` and `dmarc_policy` see those results; an add-on sees spam",
        loses=True,
    )


def not_seen(what: str, instead: str | None = None) -> Deviation:
    """What a map looks at, and rules do not see."""
    return Deviation(
        code="not-seen-by-rules",
        says=f"rules do not see {what}",
        instead=instead or _BEHIND,
        loses=True,
    )


def unknown_action(action: str) -> Deviation:
    """An action that this reader does not know."""
    return Deviation(
        code=UNKNOWN_ACTION,
        says=f"the action `{action}` is none that a gateway has by itself",
        instead="write what the mail server does with it as actions of the rule",
        loses=True,
    )
