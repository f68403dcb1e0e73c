"""The 300 transport rules of a company of four teams, and exports of them in three forms.

Made up, and the same at every run: `python -m interchange.exchange.company` writes the example.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

Rule = dict[str, Any]
EXAMPLE: Final = Path(__file__).parents[3] / "examples" / "migration" / "exchange"
OUTSIDE: Final = {"FromScope": "NotInOrganization"}
STOP: Final = {"StopRuleProcessing": True}
SWITCHES: Final = {"Enabled", "StopRuleProcessing", "DeleteMessage", "Quarantine", "ApplyOME"}
BAD_WORDS: Final = (
    "crypto", "casino", "invoice overdue", "gift card", "lottery", "parcel fee", "tax refund",
    "password expires", "mailbox full", "voice message", "wire transfer", "verify your account",
)  # fmt: skip
TEAMS: Final = ("sales", "finance", "legal", "hr", "support", "it", "factory", "press", "board")


def rules() -> list[Rule]:
    """All rules, in the order of their priorities."""
    made = [*_security(), *_operations(), *_audit(), *_compliance()]
    made.sort(key=lambda rule: rule.pop("_order"))
    for number, rule in enumerate(made):
        rule["Priority"] = number
    return made


def _rule(order: int, name: str, comments: str = "", **members: Any) -> Rule:
    rule: Rule = {"_order": order, "Name": name}
    if comments:
        rule["Comments"] = comments
    return {**rule, **members}


def _security() -> list[Rule]:
    made: list[Rule] = []
    for number in range(60):
        domains = [f"bulk{number * 3 + each}.spam.example" for each in range(1 + number % 3)]
        action = {"DeleteMessage": True}
        if number % 10 == 9:
            action = {
                "RejectMessageReasonText": "We do not take mail from this domain.",
                "RejectMessageEnhancedStatusCode": "5.7.1",
            }
        made.append(
            _rule(
                100 + number,
                f"SEC-{101 + number} Block {domains[0]}",
                f"Ticket SEC-{2000 + number}" if number % 4 == 0 else "",
                SenderDomainIs=domains,
                SenderAddressLocation="HeaderOrEnvelope" if number % 5 else "Header",
                **action,
                **STOP,
            )
        )
    for number, domain in enumerate(
        ("examp1e.com", "exarnple.com", "example-pay.com", "example.co", "exampIe.com",
         "example-hr.com", "my-example.com", "examplle.com", "exemple.com", "example.com.login.example",
         "secure-example.com", "example-support.com", "xn--exmple-cua.com", "example.shop", "ex-ample.com")  # noqa: E501
    ):  # fmt: skip
        made.append(
            _rule(
                60 + number,
                f"SEC-{170 + number} Lookalike {domain}",
                "Seen in phishing; hold for the security team.",
                **OUTSIDE,
                SenderDomainIs=[domain],
                SenderAddressLocation="HeaderOrEnvelope",
                Quarantine=True,
                SetAuditSeverity="High",
            )
        )
    for number, name in enumerate(("Ann Example", "Bob Boss", "Cleo Chief", "Dan Director")):
        made.append(
            _rule(
                40 + number,
                f"SEC-{190 + number} Executive {name} from outside",
                **OUTSIDE,
                HeaderMatchesMessageHeader="From",
                HeaderMatchesPatterns=[name.replace(" ", r"\s+")],
                ExceptIfFrom=[f"{name.lower().replace(' ', '.')}@private.example"],
                SetHeaderName="X-Executive",
                SetHeaderValue=name,
            )
        )
    for number in range(16):
        low = number * 16
        value = f"203.0.113.{low}-203.0.113.{low + 15}" if number % 3 else f"198.51.100.{low}/28"
        made.append(
            _rule(
                10 + number,
                f"SEC-{200 + number} Bad network {number + 1}",
                "Abuse list of the provider",
                SenderIpRanges=[value],
                **({"DeleteMessage": True} if number % 2 else {"Quarantine": True}),
                **STOP,
            )
        )
    for number, word in enumerate(BAD_WORDS):
        made.append(
            _rule(
                200 + number,
                f"SEC-{220 + number} Subject {word}",
                **OUTSIDE,
                SubjectContainsWords=[word, f"{word}s"],
                ExceptIfSenderDomainIs=["partner.example", "bank.example"],
                SetHeaderName="X-Suspicious",
                SetHeaderValue=word,
                Mode="Audit" if number % 6 == 5 else "Enforce",
            )
        )
    patterns = (
        r"^\[?(urgent|important)\]?", r"invoice[ _-]?\d+", "^RE: RE: RE:", r"bitcoin|ethereum",
        r"pay(ment)? (now|today)", r"\bwin\b", r"account (suspended|locked)", "^ACTION REQUIRED$",
        r"[0-9]{6,}", r"(?i)final notice",
    )  # fmt: skip
    for number, pattern in enumerate(patterns):
        made.append(
            _rule(
                220 + number,
                f"SEC-{240 + number} Pattern {number + 1}",
                "Regular expressions from the old appliance",
                **OUTSIDE,
                SubjectMatchesPatterns=[pattern],
                **({"Quarantine": True} if number % 3 == 0 else {"SetSCL": "6"}),
            )
        )
    for number, kind in enumerate(("exe", "js", "vbs", "iso", "docm", "xlsm", "lnk", "scr")):
        made.append(
            _rule(
                30 + number,
                f"SEC-{255 + number} Attachment {kind}",
                AttachmentExtensionMatchesWords=[kind],
                RejectMessageReasonText=f"Files of type .{kind} are not accepted.",
            )
        )
    for number, word in enumerate(("remit to new account", "click below", "seed phrase", "ransom")):
        made.append(
            _rule(
                240 + number,
                f"SEC-{265 + number} Text {word}",
                **OUTSIDE,
                SubjectOrBodyContainsWords=[word],
                SetHeaderName="X-Suspicious-Text",
                SetHeaderValue="yes",
            )
        )
    for number, domain in enumerate(
        ("partner.example", "bank.example", "payroll.example", "travel.example", "cloud.example")
    ):
        made.append(
            _rule(
                1 + number,
                f"SEC-{270 + number} Allow {domain}",
                "Never filter, asked for by finance",
                SenderDomainIs=[domain],
                SenderIpRanges=[f"192.0.2.{16 * number}/28"],
                SetSCL="-1",
                **STOP,
            )
        )
    for number, value in enumerate(("spf=fail", "dkim=fail", "dmarc=fail action=quarantine")):
        made.append(
            _rule(
                50 + number,
                f"SEC-{280 + number} {value.split()[0]}",
                HeaderContainsMessageHeader="Authentication-Results",
                HeaderContainsWords=[value],
                ExceptIfSenderIpRanges=["192.0.2.0/24"],
                SetHeaderName="X-Auth",
                SetHeaderValue="failed",
            )
        )
    made.append(
        _rule(
            55,
            "SEC-290 Spoofed own domain",
            **OUTSIDE,
            SenderDomainIs=["example.com"],
            ExceptIfSenderIpRanges=["192.0.2.0/24"],
            ExceptIfHeaderContainsMessageHeader="X-Newsletter",
            ExceptIfHeaderContainsWords=["example"],
            Quarantine=True,
        )
    )
    for number in range(12):
        made.append(
            _rule(
                260 + number,
                f"SEC-{291 + number} Old block {number + 1}",
                "Disabled after the incident, kept for reference" if number % 2 else "",
                SenderDomainIs=[f"old{number}.spam.example"],
                DeleteMessage=True,
                **({"Enabled": False} if number % 2 else {"ExpiryDate": "2025-03-01T00:00:00"}),
            )
        )
    return made


def _operations() -> list[Rule]:
    made: list[Rule] = [
        _rule(
            20,
            "OPS-1 Too large",
            "Mailboxes take 35 MB",
            MessageSizeOver="35 MB (36,700,160 bytes)",
            RejectMessageReasonText="The message is larger than 35 MB.",
        ),
        _rule(
            21,
            "OPS-2 Large mail to the factory",
            SentTo=["factory@example.com", "robots@example.com"],
            MessageSizeOver="2 MB (2,097,152 bytes)",
            RejectMessageReasonText="The factory takes 2 MB.",
        ),
        _rule(
            22,
            "OPS-3 Printers",
            "Scanners in the buildings",
            SenderIpRanges=["192.0.2.200-192.0.2.210"],
            SetHeaderName="X-Scanner",
            SetHeaderValue="building",
        ),
    ]
    for number in range(25):
        made.append(
            _rule(
                300 + number,
                f"OPS-{10 + number} Left the company {number + 1}",
                f"Until {2026 + number % 2}",
                SentTo=[f"former.person{number}@example.com"],
                RedirectMessageTo=[f"{TEAMS[number % len(TEAMS)]}@example.com"],
                **({"ExpiryDate": "2027-06-30T23:59:00"} if number % 5 == 0 else {}),
                **STOP,
            )
        )
    for number, partner in enumerate(("north", "south", "east", "west", "overseas")):
        made.append(
            _rule(
                280 + number,
                f"OPS-{40 + number} Route to {partner}",
                RecipientDomainIs=[f"{partner}.example.com"],
                RouteMessageOutboundConnector=f"Smart host {partner}",
                **(STOP if number % 2 else {}),
            )
        )
    for number, team in enumerate(TEAMS):
        made.append(
            _rule(
                330 + number,
                f"OPS-{50 + number} Mark for {team}",
                AnyOfToHeader=[f"{team}@example.com"],
                SetHeaderName="X-Team",
                SetHeaderValue=team,
            )
        )
        made.append(
            _rule(
                345 + number,
                f"OPS-{60 + number} Only staff may write to all-{team}",
                SentTo=[f"all-{team}@example.com"],
                ExceptIfFromMemberOf=[f"{team.title()} Staff"],
                RejectMessageReasonText=f"Only staff of {team} may write to this list.",
            )
        )
    for number, text in enumerate(("ticket", "order", "reklamation", "offer", "delivery note")):
        made.append(
            _rule(
                360 + number,
                f"OPS-{70 + number} Queue {text}",
                RecipientAddressContainsWords=["support"],
                SubjectContainsWords=[text],
                SetHeaderName="X-Queue",
                SetHeaderValue=text,
            )
        )
    for number in range(10):
        made.append(
            _rule(
                400 + number,
                f"OPS-{80 + number} Prefix {number + 1}",
                **OUTSIDE,
                SentToScope="InOrganization",
                RecipientAddressMatchesPatterns=[f"^team{number}@example\\.com$"],
                PrependSubject="[EXT] ",
            )
        )
    for number in range(6):
        made.append(
            _rule(
                420 + number,
                f"OPS-{91 + number} Disclaimer {number + 1}",
                FromScope="InOrganization",
                SentToScope="NotInOrganization",
                FromAddressContainsWords=[f"region{number}"],
                ApplyHtmlDisclaimerText=f"<p>Example GmbH, Region {number}<br>It's confidential.</p>",
                ApplyHtmlDisclaimerLocation="Append",
                ApplyHtmlDisclaimerFallbackAction="Wrap",
            )
        )
    for number in range(8):
        made.append(
            _rule(
                430 + number,
                f"OPS-{98 + number} Monitoring {number + 1}",
                FromAddressMatchesPatterns=[f"^(alert|cron|root)@host{number}\\.example\\.com$"],
                SubjectContainsWords=["OK", "RECOVERY"],
                DeleteMessage=True,
            )
        )
    return made


def _audit() -> list[Rule]:
    made: list[Rule] = []
    for number in range(18):
        made.append(
            _rule(
                500 + number,
                f"AUD-{1 + number} Journal {TEAMS[number % len(TEAMS)]} {number // len(TEAMS) + 1}",
                "Journal for the auditors",
                AnyOfRecipientAddressContainsWords=[f"{TEAMS[number % len(TEAMS)]}@example.com"],
                BlindCopyTo=["journal@archive.example"],
            )
        )
    for number in range(10):
        made.append(
            _rule(
                520 + number,
                f"AUD-{20 + number} Count mail of partner {number + 1}",
                SenderDomainIs=[f"partner{number}.example"],
                SetAuditSeverity=("Low", "Medium", "High")[number % 3],
            )
        )
    for number in range(14):
        made.append(
            _rule(
                530 + number,
                f"AUD-{31 + number} Trial: block country {number + 1}",
                "Would it hurt? Look at the reports.",
                SenderDomainIs=[f"country{number}.example"],
                Mode="AuditAndNotify" if number % 2 else "Audit",
                RejectMessageReasonText="Not accepted.",
            )
        )
    for number, words in enumerate((["contract"], ["audit", "revision"], ["bribe"], ["gift"])):
        made.append(
            _rule(
                545 + number,
                f"AUD-{46 + number} Report {words[0]}",
                SentTo=["purchasing@example.com"],
                SubjectContainsWords=words,
                GenerateIncidentReport="auditors@example.com",
                IncidentReportContent=["Sender", "Recipients", "Subject"],
                SetAuditSeverity="High",
            )
        )
    for number in range(4):
        made.append(
            _rule(
                550 + number,
                f"AUD-{51 + number} Starts next year {number + 1}",
                SenderDomainIs=[f"supplier{number}.example"],
                ActivationDate="2027-01-01T00:00:00",
                SetHeaderName="X-Supplier",
                SetHeaderValue=f"s{number}",
            )
        )
    return made


def _compliance() -> list[Rule]:
    made: list[Rule] = []
    for number, (one, other) in enumerate((("Research", "Trading"), ("Sales", "Brokerage"))):
        made.append(
            _rule(
                5 + number,
                f"COM-{1 + number} Ethical wall {one} and {other}",
                BetweenMemberOf1=[f"{one} Department"],
                BetweenMemberOf2=[f"{other} Department"],
                ExceptIfSubjectContainsWords=["Press Release", "Corporate Communication"],
                RejectMessageReasonText="These departments must not write to each other.",
            )
        )
    for number, name in enumerate(("Credit Card Number", "ABA Routing Number", "EU Tax ID")):
        made.append(
            _rule(
                600 + number,
                f"COM-{10 + number} {name}",
                SentToScope="NotInOrganization",
                MessageContainsDataClassifications=[f'@{{Name="{name}"; minCount="1"}}'],
                ApplyOME=True,
            )
        )
    for number, text in enumerate(("Confidential", "Board only", "Legal privilege")):
        made.append(
            _rule(
                610 + number,
                f"COM-{20 + number} {text}",
                HeaderContainsMessageHeader="X-Classification",
                HeaderContainsWords=[text],
                SetHeaderName="X-Retention",
                SetHeaderValue="7y",
            )
        )
    for number, address in enumerate(("court", "regulator", "tax-office", "works-council")):
        made.append(
            _rule(
                8 + number,
                f"COM-{30 + number} Never hold mail of the {address}",
                "Deadlines run from delivery. Do not touch without the legal team.",
                From=[f"registry@{address}.example"],
                SenderAddressLocation="HeaderOrEnvelope",
                **STOP,
            )
        )
    for number, label in enumerate(("Secret", "Internal", "Export controlled")):
        made.append(
            _rule(
                615 + number,
                f"COM-{25 + number} Classified {label}",
                HasClassification=label,
                ApplyRightsProtectionTemplate=f"{label} template",
            )
        )
    for number in range(5):
        made.append(
            _rule(
                620 + number,
                f"COM-{40 + number} Approve offers {number + 1}",
                SentTo=[f"tender{number}@example.com"],
                ModerateMessageByUser=["Cleo Chief"],
            )
        )
    return made


def xml(made: list[Rule]) -> bytes:
    """As `Export-TransportRuleCollection` writes it: UTF-16 with a mark, lines of Windows."""
    lines = [
        '<?xml version="1.0" encoding="utf-16" standalone="yes"?>',
        '<rules name="TransportVersioned">',
    ]
    for rule in made:
        lines += [
            f'  <rule name={quoteattr(rule["Name"])} id="{_guid(rule)}" format="cmdlet">',
            '    <version requiredMinVersion="15.0.3.0">',
            f"      <commandBlock><![CDATA[{_command(rule)}]]></commandBlock>",
            "    </version>",
            "  </rule>",
        ]
    lines.append("</rules>")
    return "\r\n".join(lines).encode("utf-16")


def _command(rule: Rule) -> str:
    words = ["New-TransportRule"]
    for name, value in rule.items():
        if name == "Priority":
            continue
        values = value if isinstance(value, list) else [value]
        words += [f"-{name}", ",".join(map(_argument, values))]
    return " ".join(words)


def _argument(value: Any) -> str:
    if isinstance(value, bool):
        return "$true" if value else "$false"
    text = str(value)
    if text.startswith("@{") or text.lstrip("-").isalnum():
        return text
    return "'" + text.replace("'", "''") + "'"


def member(rule: Rule) -> Rule:
    """As `Get-TransportRule` shows it."""
    shown = {
        "Priority": rule["Priority"],
        "State": "Enabled" if rule.get("Enabled", True) else "Disabled",
        "Mode": "Enforce",
        "RuleErrorAction": "Ignore",
        "SenderAddressLocation": "Header",
        "CreatedBy": "Pat Admin",
        "Guid": _guid(rule),
        "DeleteMessage": False,
        "Quarantine": False,
        "StopRuleProcessing": False,
        "BlindCopyTo": None,
        "ExceptIfFrom": None,
        "Identity": rule["Name"],
        "IsValid": True,
        "WhenChanged": "2026-10-02T09:30:00+00:00",
    }
    return {**shown, **{name: value for name, value in rule.items() if name != "Enabled"}}


def as_json(made: list[Rule]) -> bytes:
    """As `Get-TransportRule | ConvertTo-Json -Depth 5` writes it; the order is not kept."""
    shuffled = sorted(made, key=lambda rule: str(rule["Name"]))
    return (json.dumps([member(rule) for rule in shuffled], indent=2) + "\n").encode()


def as_csv(made: list[Rule]) -> bytes:
    """As `Get-TransportRule | Export-Csv` writes it, with lists joined by `;`."""
    columns = list(dict.fromkeys(name for rule in made for name in member(rule)))
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    for rule in made:
        shown = member(rule)
        writer.writerow([_cell(shown.get(column)) for column in columns])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _guid(rule: Rule) -> str:
    return f"00000000-0000-4000-8000-{rule['Priority']:012d}"


def main() -> None:
    """Write the example."""
    EXAMPLE.mkdir(parents=True, exist_ok=True)
    made = rules()
    (EXAMPLE / "TransportRules.xml").write_bytes(xml(made))
    (EXAMPLE / "TransportRules.json").write_bytes(as_json(made))
    some = [rule for rule in made if str(rule["Name"]).startswith("OPS-")]
    (EXAMPLE / "TransportRules-operations.csv").write_bytes(as_csv(some))


if __name__ == "__main__":
    main()
