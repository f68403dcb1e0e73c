"""The 300 transport rules of a company of four teams, made up, the same at every run.

`python -m interchange.exchange.company`, in `tests`, writes the example.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from interchange.exchange.company_exports import as_csv, as_json, xml
from interchange.exchange.company_security import OUTSIDE, STOP, rule_of, security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from interchange.exchange.company_exports import Rule

EXAMPLE: Final = Path(__file__).parents[3] / "examples" / "migration" / "exchange"
TEAMS: Final = ("sales", "finance", "legal", "hr", "support", "it", "factory", "press", "board")


def rules() -> list[Rule]:
    """All rules, in the order of their priorities."""
    made = [*security(), *_operations(), *_audit(), *_compliance()]
    made.sort(key=lambda rule: rule.pop("_order"))
    for number, rule in enumerate(made):
        rule["Priority"] = number
    return made


def _operations() -> Iterator[Rule]:
    yield rule_of(
        20,
        "OPS-1 Too large",
        "Mailboxes take 35 MB",
        MessageSizeOver="35 MB (36,700,160 bytes)",
        RejectMessageReasonText="The message is larger than 35 MB.",
    )
    yield rule_of(
        21,
        "OPS-2 Large mail to the factory",
        SentTo=["factory@example.com", "robots@example.com"],
        MessageSizeOver="2 MB (2,097,152 bytes)",
        RejectMessageReasonText="The factory takes 2 MB.",
    )
    yield rule_of(
        22,
        "OPS-3 Printers",
        "Scanners in the buildings",
        SenderIpRanges=["192.0.2.200-192.0.2.210"],
        SetHeaderName="X-Scanner",
        SetHeaderValue="building",
    )
    for number in range(25):
        yield rule_of(
            300 + number,
            f"OPS-{10 + number} Left the company {number + 1}",
            f"Until {2026 + number % 2}",
            SentTo=[f"former.person{number}@example.com"],
            RedirectMessageTo=["leavers@example.com" if number % 8 else "hr@example.com"],
            **({"ExpiryDate": "2027-06-30T23:59:00"} if number % 5 == 0 else {}),
            **STOP,
        )
    for number, partner in enumerate(("north", "south", "east", "west", "overseas")):
        yield rule_of(
            280 + number,
            f"OPS-{40 + number} Route to {partner}",
            RecipientAddressMatchesPatterns=[f"^{partner}(-ops)?@example\\.com$"],
            RouteMessageOutboundConnector=f"Smart host {number % 2 + 1}",
            **(STOP if number % 2 else {}),
        )
    for number, team in enumerate(TEAMS):
        yield rule_of(
            330 + number,
            f"OPS-{50 + number} Mark for {team}",
            AnyOfToHeader=[f"{team}@example.com"],
            SetHeaderName="X-Team",
            SetHeaderValue="internal" if number % 3 else "public",
        )
        yield rule_of(
            345 + number,
            f"OPS-{60 + number} Only staff may write to all-{team}",
            SentTo=[f"all-{team}@example.com"],
            ExceptIfFromMemberOf=[f"{team.title()} Staff"],
            RejectMessageReasonText="Only staff may write to this list.",
        )
    for number, text in enumerate(("ticket", "order", "reklamation", "offer", "delivery note")):
        yield rule_of(
            360 + number,
            f"OPS-{70 + number} Queue {text}",
            RecipientAddressContainsWords=["support"],
            SubjectContainsWords=[text],
            SetHeaderName="X-Queue",
            SetHeaderValue="support",
        )
    for number in range(10):
        yield rule_of(
            400 + number,
            f"OPS-{80 + number} Prefix {number + 1}",
            **OUTSIDE,
            SentToScope="InOrganization",
            RecipientAddressMatchesPatterns=[f"^team{number}@example\\.com$"],
            PrependSubject="[EXT] ",
        )
    for number in range(6):
        yield rule_of(
            420 + number,
            f"OPS-{91 + number} Disclaimer {number + 1}",
            FromScope="InOrganization",
            SentToScope="NotInOrganization",
            FromAddressContainsWords=[f"region{number}"],
            ApplyHtmlDisclaimerText=f"<p>Example GmbH, Region {number}<br>It's secret.</p>",
            ApplyHtmlDisclaimerLocation="Append",
            ApplyHtmlDisclaimerFallbackAction="Wrap",
        )
    for number in range(8):
        yield rule_of(
            430 + number,
            f"OPS-{98 + number} Monitoring {number + 1}",
            FromAddressMatchesPatterns=[f"^(alert|cron|root)@host{number}\\.example\\.com$"],
            SubjectContainsWords=["OK", "RECOVERY"],
            DeleteMessage=True,
        )


def _audit() -> Iterator[Rule]:
    for number in range(18):
        yield rule_of(
            500 + number,
            f"AUD-{1 + number} Journal {TEAMS[number % len(TEAMS)]} {number // len(TEAMS) + 1}",
            "Journal for the auditors",
            AnyOfRecipientAddressContainsWords=[f"{TEAMS[number % len(TEAMS)]}@example.com"],
            BlindCopyTo=["journal@archive.example"],
        )
    for number in range(10):
        yield rule_of(
            520 + number,
            f"AUD-{20 + number} Count mail of partner {number + 1}",
            SenderDomainIs=[f"partner{number}.example"],
            SetAuditSeverity=("Low", "Medium", "High")[number % 3],
        )
    for number in range(14):
        yield rule_of(
            530 + number,
            f"AUD-{31 + number} Trial: block country {number + 1}",
            "Would it hurt? Look at the reports.",
            SenderDomainIs=[f"country{number}.example"],
            Mode="AuditAndNotify" if number % 2 else "Audit",
            RejectMessageReasonText="Not accepted.",
        )
    for number, words in enumerate((["contract"], ["audit", "revision"], ["bribe"], ["gift"])):
        yield rule_of(
            545 + number,
            f"AUD-{46 + number} Report {words[0]}",
            SentTo=["purchasing@example.com"],
            SubjectContainsWords=words,
            GenerateIncidentReport="auditors@example.com",
            IncidentReportContent=["Sender", "Recipients", "Subject"],
            SetAuditSeverity="High",
        )
    for number in range(4):
        yield rule_of(
            550 + number,
            f"AUD-{51 + number} Starts next year {number + 1}",
            SenderDomainIs=[f"supplier{number}.example"],
            ActivationDate="2027-01-01T00:00:00",
            SetHeaderName="X-Supplier",
            SetHeaderValue="new",
        )


def _compliance() -> Iterator[Rule]:
    for number, (one, other) in enumerate((("Research", "Trading"), ("Sales", "Brokerage"))):
        yield rule_of(
            5 + number,
            f"COM-{1 + number} Ethical wall {one} and {other}",
            BetweenMemberOf1=[f"{one} Department"],
            BetweenMemberOf2=[f"{other} Department"],
            ExceptIfSubjectContainsWords=["Press Release", "Corporate Communication"],
            RejectMessageReasonText="These departments must not write to each other.",
        )
    for number, name in enumerate(("Credit Card Number", "ABA Routing Number", "EU Tax ID")):
        yield rule_of(
            600 + number,
            f"COM-{10 + number} {name}",
            SentToScope="NotInOrganization",
            MessageContainsDataClassifications=[f'@{{Name="{name}"; minCount="1"}}'],
            ApplyOME=True,
        )
    for number, text in enumerate(("Confidential", "Board only", "Legal privilege")):
        yield rule_of(
            610 + number,
            f"COM-{20 + number} {text}",
            HeaderContainsMessageHeader="X-Classification",
            HeaderContainsWords=[text],
            SetHeaderName="X-Retention",
            SetHeaderValue="7y",
        )
    for number, address in enumerate(("court", "regulator", "tax-office", "works-council")):
        yield rule_of(
            8 + number,
            f"COM-{30 + number} Never hold mail of the {address}",
            "Deadlines run from delivery. Do not touch without the legal team.",
            From=[f"registry@{address}.example"],
            SenderAddressLocation="HeaderOrEnvelope",
            **STOP,
        )
    for number, label in enumerate(("Secret", "Internal", "Export controlled")):
        yield rule_of(
            615 + number,
            f"COM-{25 + number} Classified {label}",
            HasClassification=label,
            ApplyRightsProtectionTemplate=f"{label} template",
        )
    for number in range(5):
        yield rule_of(
            620 + number,
            f"COM-{40 + number} Approve offers {number + 1}",
            SentTo=[f"tender{number}@example.com"],
            ModerateMessageByUser=["Cleo Chief"],
        )


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
