"""The questions of the probe: one message or two for each reading, and what mail cannot ask.

What each choice of a reading would show is not written down here: the evaluator predicts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.readings import CHOICES
from mmctl.mail.email import Tls
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

DOMAIN: Final = "mmctl-probe.example"
HELO: Final = "mmctl-probe-client.example"
MARK: Final = "X-Mmctl-Probe"
"""The header by which copies are known: the run and the message."""
_SENDER: Final = f"sender@{DOMAIN}"
_SUBJECT: Final = "Subject: A question of the probe"
_FROM: Final = f"From: author@{DOMAIN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeMessage:
    """One message of the probe."""

    name: str
    readings: tuple[str, ...]
    """The readings that it asks about; none: the last message, after which all is there."""
    recipients: tuple[str, ...]
    mail_from: str = _SENDER
    header: tuple[str, ...] = (_FROM, _SUBJECT)
    tls: Tls = Tls.TLS1_3
    verdicts: Mapping[str, str] | None = None
    """Verdicts, as a case writes them, that only an endpoint which takes facts can be told."""
    failing: tuple[str, ...] = ()
    """Actions that must fail; in AWS they do, because the role may not do them."""
    authenticated: bool = False
    """Whether it must pass DMARC."""

    def content(self, run: str, sign_domain: str | None = None) -> bytes:
        """Its bytes, marked with the run."""
        sender = f"From: author@{sign_domain}" if self.authenticated and sign_domain else None
        lines = [
            f"{MARK}: {run} {self.name}",
            "Date: Mon, 02 Nov 2026 09:00:00 +0000",
            *(sender if sender and line == _FROM else line for line in self.header),
            f"To: questions@{DOMAIN}",
            f"Message-ID: <{run}.{self.name}@{DOMAIN}>",
            "",
            "A question of the probe of mmctl.",
            "",
        ]
        return "\r\n".join(lines).encode("utf-8")


def _one(reading: str, *, name: str | None = None, **members: object) -> ProbeMessage:
    name = name or reading.replace("_", "-")
    given: dict[str, object] = {"recipients": (f"{name}@{DOMAIN}",), **members}
    return ProbeMessage(name=name, readings=(reading,), **given)  # type: ignore[arg-type] # members by their names


QUESTIONS: Final = (
    _one("first_match"),
    _one("string_case"),
    _one("text_case", header=(_FROM, "Subject: Letter case")),
    _one("address_list_case", mail_from="sender@mmctl-probe-list.example"),
    _one("address_fields", header=(f'From: "Display Name" <author@{DOMAIN}>', _SUBJECT)),
    _one(
        "repeated_headers",
        name="repeated-headers-1",
        header=(_FROM, _SUBJECT, "X-Mmctl-Repeated: one", "X-Mmctl-Repeated: two"),
    ),
    _one(
        "repeated_headers",
        name="repeated-headers-2",
        header=(_FROM, _SUBJECT, "X-Mmctl-Repeated: one", "X-Mmctl-Repeated: two"),
    ),
    _one("encoded_words", header=(_FROM, "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=")),
    _one("missing_header"),
    _one("sender_without_header"),
    _one("null_sender", mail_from=""),
    _one("bounce_ends_evaluation"),
    _one("drop_cancels_earlier"),
    _one("added_headers_visible"),
    _one(
        "added_header_scope",
        recipients=(f"added-header-scope-1@{DOMAIN}", f"added-header-scope-2@{DOMAIN}"),
    ),
    _one("replaced_recipients_visible"),
    _one(
        "failure_drop_scope",
        recipients=(f"failure-drop-scope-1@{DOMAIN}", f"failure-drop-scope-2@{DOMAIN}"),
        failing=("write_to_s3:failure-drop-scope/1/",),
    ),
    _one(
        "dmarc_policy_means",
        verdicts={"dmarc": "PASS", "dmarc_policy": "REJECT", "spf": "PASS", "dkim": "PASS"},
        authenticated=True,
    ),
    _one(
        "dmarc_policy_without_record",
        verdicts={"dmarc": "GRAY", "dmarc_policy": "absent"},
    ),
    _one("tls_on_plaintext", tls=Tls.NONE),
    _one("ip_family_mismatch"),
    _one("bare_domain_entry", mail_from="sender@below.mmctl-probe-bare.example"),
    _one("star_domain_entry", mail_from="sender@mmctl-probe-star.example"),
)
END: Final = ProbeMessage(name="end", readings=(), recipients=(f"end@{DOMAIN}",))
NOT_BY_MAIL: Final[Mapping[str, str]] = {
    "replaced_duplicates": "copies in a bucket are one for all recipients: only a mail server of "
    "yours behind a relay sees how often it gets the message",
    "add_on_over_ipv6": "it needs a subscription to an add-on, which costs money, and a client "
    "with IPv6",
    "deleted_address_list": "the service would have to delete a list that a rule still names: try "
    "it by hand, on the probe's own lists",
}
"""The readings that mail alone cannot settle, and why."""
ASKED: Final = tuple(name for name in CHOICES if name not in NOT_BY_MAIL)


def about(reading: str) -> tuple[ProbeMessage, ...]:
    """The messages that ask about a reading."""
    return tuple(each for each in QUESTIONS if reading in each.readings)
