"""The 150 rules of the security team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from interchange.exchange.company_exports import Rule

OUTSIDE: Final[dict[str, Any]] = {"FromScope": "NotInOrganization"}
STOP: Final[dict[str, Any]] = {"StopRuleProcessing": True}
BAD_WORDS: Final = (
    "crypto", "casino", "invoice overdue", "gift card", "lottery", "parcel fee", "tax refund",
    "password expires", "mailbox full", "voice message", "wire transfer", "verify your account",
)  # fmt: skip
LOOKALIKES: Final = (
    "examp1e.com", "exarnple.com", "example-pay.com", "example.co", "exanple.com",
    "example-hr.com", "my-example.com", "examplle.com", "exemple.com",
    "example.com.login.example", "secure-example.com", "example-support.com",
    "xn--exmple-cua.com", "example.shop", "ex-ample.com",
)  # fmt: skip


def rule_of(order: int, name: str, comments: str = "", **members: Any) -> Rule:
    """A rule; `order` says where it is among all."""
    rule: Rule = {"_order": order, "Name": name}
    if comments:
        rule["Comments"] = comments
    return {**rule, **members}


def security() -> Iterator[Rule]:
    """The rules, in no order."""
    for number in range(60):
        domains = [f"bulk{number * 3 + each}.spam.example" for each in range(1 + number % 3)]
        action: dict[str, Any] = {"DeleteMessage": True}
        if number % 10 == 9:
            action = {
                "RejectMessageReasonText": "We do not take mail from this domain.",
                "RejectMessageEnhancedStatusCode": "5.7.1",
            }
        yield rule_of(
            100 + number,
            f"SEC-{101 + number} Block {domains[0]}",
            f"Ticket SEC-{2000 + number}" if number % 4 == 0 else "",
            SenderDomainIs=domains,
            SenderAddressLocation="HeaderOrEnvelope" if number % 5 else "Header",
            **action,
            **STOP,
        )
    for number, domain in enumerate(LOOKALIKES):
        yield rule_of(
            60 + number,
            f"SEC-{170 + number} Lookalike {domain}",
            "Seen in phishing; hold for the security team.",
            **OUTSIDE,
            SenderDomainIs=[domain],
            SenderAddressLocation="HeaderOrEnvelope",
            Quarantine=True,
            SetAuditSeverity="High",
        )
    for number, name in enumerate(("Ann Example", "Bob Boss", "Cleo Chief", "Dan Director")):
        yield rule_of(
            40 + number,
            f"SEC-{190 + number} Executive {name} from outside",
            **OUTSIDE,
            HeaderMatchesMessageHeader="From",
            HeaderMatchesPatterns=[name.replace(" ", r"\s+")],
            ExceptIfFrom=[f"{name.lower().replace(' ', '.')}@private.example"],
            SetHeaderName="X-Executive",
            SetHeaderValue="outside",
        )
    for number in range(16):
        low = number * 16
        value = f"203.0.113.{low}-203.0.113.{low + 15}" if number % 3 else f"198.51.100.{low}/28"
        yield rule_of(
            10 + number,
            f"SEC-{200 + number} Bad network {number + 1}",
            "Abuse list of the provider",
            SenderIpRanges=[value],
            **({"DeleteMessage": True} if number % 2 else {"Quarantine": True}),
            **STOP,
        )
    for number, word in enumerate(BAD_WORDS):
        yield rule_of(
            200 + number,
            f"SEC-{220 + number} Subject {word}",
            **OUTSIDE,
            SubjectContainsWords=[word, f"{word}s"],
            ExceptIfSenderDomainIs=["partner.example", "bank.example"],
            SetHeaderName="X-Suspicious",
            SetHeaderValue="subject",
            Mode="Audit" if number % 6 == 5 else "Enforce",
        )
    patterns = (
        r"^\[?(urgent|important)\]?", r"invoice[ _-]?\d+", "^RE: RE: RE:", r"bitcoin|ethereum",
        r"pay(ment)? (now|today)", r"\bwin\b", r"account (suspended|locked)", "^ACTION REQUIRED$",
        r"[0-9]{6,}", r"(?i)final notice",
    )  # fmt: skip
    for number, pattern in enumerate(patterns):
        yield rule_of(
            220 + number,
            f"SEC-{240 + number} Pattern {number + 1}",
            "Regular expressions from the old appliance",
            **OUTSIDE,
            SubjectMatchesPatterns=[pattern],
            **({"Quarantine": True} if number % 3 == 0 else {"SetSCL": "6"}),
        )
    for number, kind in enumerate(("exe", "js", "vbs", "iso", "docm", "xlsm", "lnk", "scr")):
        yield rule_of(
            30 + number,
            f"SEC-{255 + number} Attachment {kind}",
            AttachmentExtensionMatchesWords=[kind],
            RejectMessageReasonText=f"Files of type .{kind} are not accepted.",
        )
    for number, word in enumerate(("remit to new account", "click below", "seed phrase", "ransom")):
        yield rule_of(
            240 + number,
            f"SEC-{265 + number} Text {word}",
            **OUTSIDE,
            SubjectOrBodyContainsWords=[word],
            SetHeaderName="X-Suspicious-Text",
            SetHeaderValue="yes",
        )
    for number, domain in enumerate(
        ("partner.example", "bank.example", "payroll.example", "travel.example", "cloud.example")
    ):
        yield rule_of(
            1 + number,
            f"SEC-{270 + number} Allow {domain}",
            "Never filter, asked for by finance",
            SenderDomainIs=[domain],
            SenderIpRanges=[f"192.0.2.{16 * number}/28"],
            SetSCL="-1",
            **STOP,
        )
    for number, value in enumerate(("spf=fail", "dkim=fail", "dmarc=fail action=quarantine")):
        yield rule_of(
            50 + number,
            f"SEC-{280 + number} {value.split()[0]}",
            HeaderContainsMessageHeader="Authentication-Results",
            HeaderContainsWords=[value],
            ExceptIfSenderIpRanges=["192.0.2.0/24"],
            SetHeaderName="X-Auth",
            SetHeaderValue="failed",
        )
    yield rule_of(
        55,
        "SEC-290 Spoofed own domain",
        **OUTSIDE,
        SenderDomainIs=["example.com"],
        ExceptIfSenderIpRanges=["192.0.2.0/24"],
        ExceptIfHeaderContainsMessageHeader="X-Newsletter",
        ExceptIfHeaderContainsWords=["example"],
        Quarantine=True,
    )
    for number in range(12):
        yield rule_of(
            260 + number,
            f"SEC-{291 + number} Old block {number + 1}",
            "Disabled after the incident, kept for reference" if number % 2 else "",
            SenderDomainIs=[f"old{number}.spam.example"],
            DeleteMessage=True,
            **({"Enabled": False} if number % 2 else {"ExpiryDate": "2025-03-01T00:00:00"}),
        )
