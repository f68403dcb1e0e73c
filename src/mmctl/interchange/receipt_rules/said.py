"""How receipt rules differ from what is written here: one place for the sentences of the report."""

from __future__ import annotations

from typing import Final

from mmctl.interchange.migration.source import Deviation, Needed

_LONGEST: Final = 60
"""How many characters of a value are shown."""

ROLES: Final = {
    "s3_role": "write to the buckets of `write_to_s3`",
    "sns_role": "publish to the topics of `publish_to_sns`",
    "lambda_role": "call the functions of `invoke_lambda`",
    "bounce_role": "send the bounces",
    "workmail_role": "deliver to the mailboxes of WorkMail",
}
"""Variables of roles, and what each role must be allowed to do."""

ENCRYPTED_BY_S3: Final = Deviation(
    code="encrypted-by-s3",
    says=(
        "SES encrypts the message itself before it writes it; Mail Manager leaves that to S3, so "
        "the object is read without the S3 encryption client"
    ),
    instead="change what reads the bucket: plain GetObject, with kms:Decrypt on the key",
)
KEY_OF_SES: Final = Deviation(
    code="key-of-ses",
    says=(
        "the key `alias/aws/ses` works for SES alone, so it is left out, and the default "
        "encryption of the bucket holds"
    ),
    instead="create a customer managed key, and write it as `kms_key`",
)
LARGE_MAIL: Final = Deviation(
    code="large-mail-by-sns",
    says=("SES bounces mail of more than 150 KB here; nothing says what Mail Manager does with it"),
    instead="store the mail with `write_to_s3` as well, and read it from there",
)
NO_CONNECT: Final = Deviation(
    code="no-connect",
    says="Mail Manager does not start email contacts in Amazon Connect",
    instead="call a function that calls StartEmailContact, or keep SES receiving for this address",
    loses=True,
)
NO_SCAN: Final = Deviation(
    code="no-spam-and-virus-scan",
    says=(
        "the mail is not scanned for spam and viruses: it gets no X-SES-Spam-Verdict and "
        "X-SES-Virus-Verdict, and notices and functions get no verdicts"
    ),
    instead=(
        "subscribe to an add-on (Trend Micro Virus Scanning, Vade Advanced Email Security) and "
        "write conditions on it"
    ),
    loses=True,
)
ANY_DOMAIN: Final = Deviation(
    code="accepts-any-domain",
    says=(
        "SES takes this mail for verified domains alone; here the traffic policy admits every "
        "recipient"
    ),
    instead="name your domains: `--domain example.com`, once for each",
)
TLS_NOT_FOR_LABELS: Final = Deviation(
    code="tls-not-for-labels",
    says=(
        "if another rule is for them too, mail to labels of addresses with more than 18 characters "
        "before the `@` is taken without TLS: no address list has such labels"
    ),
    instead="require TLS at the ingress point, `tls_policy: required`, or list the labels in use",
)
MIXED_ORDER: Final = Deviation(
    code="order-not-said",
    says="the template does not say in which order this rule and its neighbors are",
    instead="compare with `aws ses describe-receipt-rule-set`, or import that",
)


def needed_role(variable: str) -> Needed:
    """A role that the source does not have: SES receiving acts by itself."""
    return Needed(
        stand_in=f"arn:aws:iam::111122223333:role/{variable.replace('_', '-')}",
        why=f"Mail Manager takes a role that may {ROLES[variable]}; receipt rules need none",
    )


def not_taken(noun: str, value: str, form: str) -> Deviation:
    """A value that Mail Manager refuses."""
    return Deviation(
        code="value-not-taken",
        says=f"Mail Manager does not take the {noun} {shown(value)}, so the action is left out",
        instead=f"it takes {form}",
        loses=True,
    )


def header_name(name: str) -> Deviation:
    """A header that Mail Manager cannot add."""
    return Deviation(
        code="header-without-x",
        says=f"Mail Manager adds headers that begin with `X-` alone, so {shown(name)} is left out",
        instead=f"have what reads it look for `X-{name}`, and write that",
        loses=True,
    )


def status_chosen(status: str) -> Deviation:
    """A bounce without a status code."""
    return Deviation(
        code="status-code-chosen",
        says=f"a bounce needs a status code here, and the rule has none: it is {status}",
    )


def text_changed(longest: int) -> Deviation:
    """The text of a bounce that is too long, or not in ASCII."""
    return Deviation(
        code="bounce-text-changed",
        says=f"the text of a bounce is at most {longest} printable characters of ASCII",
        instead="write a shorter text in `diagnostic_message`",
    )


def notice(action: str) -> Deviation:
    """A notice that an action sends to a topic."""
    about = " and without the key of the object" if action == "S3Action" else ""
    return Deviation(
        code="notice-of-another-form",
        says=(
            f"the notice of this {action} is an action of its own, with the headers of the "
            f"message{about}"
        ),
        instead=(
            "use the event notifications of S3" if action == "S3Action" else "change what reads it"
        ),
    )


def unknown_action(name: str | None) -> Deviation:
    """An action that nobody knows."""
    shown_name = "an action" if name is None else f"the action {shown(name)}"
    return Deviation(
        code="unknown-action", says=f"{shown_name} is unknown here, and is left out", loses=True
    )


def stop_for_some(shown_by: str | None) -> Deviation:
    """A stop in a rule that is about some recipients; `shown_by` is mail that shows it."""
    shows = f": of mail {shown_by}" if shown_by is not None else ""
    return Deviation(
        code="stops-for-its-recipients",
        says=(
            "the stop ends the message for all of its recipients there, and here for those of the "
            f"rule{shows}; mail to one recipient ends alike"
        ),
    )


def goes_on() -> Deviation:
    """A stop behind actions of which one is lost."""
    return Deviation(
        code="goes-on",
        says=(
            "it stops the message there; here it does not, because mail would be lost that an "
            "action left out keeps there: the rules below get it"
        ),
        instead="write the action, then add `stop`",
        loses=True,
    )


def header_for_some(name: str) -> Deviation:
    """A header that later rules see."""
    return Deviation(
        code="header-for-its-recipients",
        says=(
            f"{shown(name)} is on the message for all of its recipients there, and here for those "
            "of the rule; mail to one recipient ends alike"
        ),
    )


def unreadable_recipients(texts: tuple[str, ...]) -> Deviation:
    """Recipients that are neither addresses nor domains."""
    listed = ", ".join(shown(text) for text in texts[:3])
    more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""  # noqa: PLR2004 - as above
    return Deviation(
        code="recipient-not-read",
        says=f"not an address, domain or `.domain`, so left out: {listed}{more}",
        loses=True,
    )


def shown(value: str) -> str:
    """A value in backticks, as long as a line can take."""
    return "`" + (value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…") + "`"
