"""Makes `examples/migration/google-workspace`: settings of Gmail of a company of four teams.

Run it to write the file again: `python tests/interchange/google_workspace/workspace_example.py`.
Members are those of the Policy API; the company is invented.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

PLACE: Final = (
    Path(__file__).parents[3] / "examples" / "migration" / "google-workspace" / "policies.json"
)
_WHOLE: Final = "orgUnits/03ph8a2z1example"
_FINANCE: Final = "orgUnits/03ph8a2z2example"
_TEAMS: Final = ("security", "finance", "support", "brand")
_SUBJECTS: Final = ("phishing", "newsletters", "fake invoices", "parcel fees", "lookalikes", "bulk")


def _setting(kind: str, value: dict[str, Any], unit: str = _WHOLE) -> dict[str, Any]:
    query = {"orgUnit": unit, "query": f"entity.org_units.exists(u, u.id == '{unit}')"}
    return {
        "name": f"policies/{kind.replace('.', '-')}-{unit[-8:]}",
        "customer": "customers/C00example",
        "policyQuery": query,
        "setting": {"type": f"settings/{kind}", "value": value},
        "type": "ADMIN",
    }


def _lists() -> list[dict[str, Any]]:
    lists: list[dict[str, Any]] = []
    for team in _TEAMS:
        for number, subject in enumerate(_SUBJECTS):
            word = subject.replace(" ", "-")
            entries = [f"{team}-{word}-{each}.example" for each in range(number + 2)]
            entries += [f"sender{each}@{word}.{team}.example" for each in range(4 * number)]
            addresses = [{"address": entry} for entry in entries]
            key = "blockedAddressList" if number % 2 else "addressList"
            lists.append(
                {
                    "id": f"list-{team}-{number}",
                    "name": f"{team}: {subject}",
                    key: {"address": addresses},
                }
            )
    partners = [{"address": f"partner{each}.example"} for each in range(12)]
    lists.append({"id": "partners", "name": "Partners", "addressList": {"address": partners}})
    return lists


def _blocked() -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    for team in _TEAMS:
        for number, subject in enumerate(_SUBJECTS):
            rule: dict[str, Any] = {
                "description": f"{team.title()}: block {subject}",
                "ruleId": f"blocked-{team}-{number}",
                "senderBlocklist": [f"list-{team}-{number}"],
            }
            if number % 3 == 0:
                rule["bypassApprovedSender"] = True
                rule["bypassApprovedSenderAllowlist"] = ["partners"]
            if team == "finance":
                rule["rejectionNotice"] = "Ask finance@example.com before you send invoices."
            rules.append(rule)
    rules.append(
        {
            "description": "Block what is left of the old list",
            "ruleId": "blocked-old",
            "senderBlocklist": ["list-deleted-2024", "spam.example", "not a sender."],
        }
    )
    return rules


def _content(kind: str, count: int) -> list[dict[str, Any]]:
    return [
        {
            "description": f"{_TEAMS[each % 4].title()}: {kind} {each + 1}",
            "ruleId": f"{kind.replace(' ', '-')}-{each}",
        }
        for each in range(count)
    ]


def document() -> dict[str, Any]:
    """The answer of the API."""
    overrides = [
        {
            "description": f"{team.title()}: approved senders",
            "ruleId": f"approved-{team}",
            "enableAggressiveFiltering": False,
            "bypassInternalSenders": False,
            "bypassSelectedSenders": True,
            "bypassSenderAllowlist": ["partners"],
        }
        for team in _TEAMS
    ]
    states = [
        {"ruleId": rule["ruleId"], "enabled": number % 7 != 5}
        for number, rule in enumerate([*_blocked(), *overrides])
    ]
    finance = [
        {
            "description": "Finance only: block card offers",
            "ruleId": "blocked-cards",
            "senderBlocklist": ["list-brand-5"],
        }
    ]
    spoofing = {"detectDomainNameSpoofing": True, "domainNameSpoofingConsequence": "SPAM_FOLDER"}
    return {
        "policies": [
            _setting("gmail.email_address_lists", {"emailAddressList": _lists()}),
            _setting("gmail.rule_states", {"ruleStates": states}),
            _setting("gmail.blocked_sender_lists", {"blockedSenders": _blocked()}),
            _setting("gmail.blocked_sender_lists", {"blockedSenders": finance}, _FINANCE),
            _setting("gmail.spam_override_lists", {"spamOverride": overrides}),
            _setting(
                "gmail.content_compliance",
                {"contentComplianceRules": _content("content rule", 48)},
            ),
            _setting(
                "gmail.objectionable_content",
                {"objectionableContentRules": _content("words", 12)},
            ),
            _setting(
                "gmail.attachment_compliance",
                {"attachmentComplianceRules": _content("attachments", 16)},
            ),
            _setting("gmail.spoofing_and_authentication", spoofing),
            _setting(
                "gmail.email_spam_filter_ip_allowlist",
                {"allowedIpAddresses": ["198.51.100.0/24"]},
            ),
            _setting("gmail.imap_access", {"enableImapAccess": False}),
            _setting("drive_and_docs.external_sharing", {"externalSharingMode": "ALLOWED"}),
        ]
    }


def written() -> str:
    """The text of the file."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    PLACE.write_text(written(), encoding="utf-8")
