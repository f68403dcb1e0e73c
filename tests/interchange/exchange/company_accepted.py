"""Why the company accepts how its rules differ: the file of `--accept`, one reason a rule.

`python -m interchange.exchange.company_accepted FILE` fills the reasons into a file that
`mmctl import --accept FILE` has written.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

REASONS: Final = {
    "attachment-not-seen": "Exchange behind the gateway keeps this rule; security, 2026-11-20",
    "display-names": "Exchange behind the gateway keeps this rule; security, 2026-11-20",
    "pattern-without-literals": "One word in ten years: retired; security, 2026-11-20",
    "classification-not-seen": "DLP stays in Exchange; compliance, 2026-11-21",
    "not-encrypted": "Encryption stays in Exchange; compliance, 2026-11-21",
    "nobody-approves": "Approval stays in Exchange; compliance, 2026-11-21",
    "senders-inside": "Mail of our own people does not pass the gateway; operations, 2026-11-21",
    "message-not-changed": "Exchange keeps prefixes and disclaimers; operations, 2026-11-21",
    "no-more-recipients": "Journaling stays in Exchange; audit, 2026-11-22",
    "nobody-told": "Reports stay in Exchange; audit, 2026-11-22",
    "members-needed": "Shadow until the group is filled; operations, 2026-11-21",
    "body-not-seen": "The subject half is enough here, Exchange has the rest; security, 2026-11-20",
    "spam-score-is-a-header": "One rule in Exchange reads the header; security, 2026-11-20",
    "not-active-yet": "In the calendar for 2027-01-01; audit, 2026-11-22",
    "expiry-by-hand": "In the calendar; operations, 2026-11-21",
    "audit-is-a-header": "Counted from the logs; audit, 2026-11-22",
    "quarantine-is-an-archive": "The security team searches the archive; security, 2026-11-20",
    "rejected-after-acceptance": "A bounce is fine for these senders; security, 2026-11-20",
    "own-verdicts": "Compared for a week in shadow; security, 2026-11-20",
    "no-rules-after": "No rule below is about this mail; operations, 2026-11-21",
    "one-recipient-not-all": "Each recipient alone is what we meant; audit, 2026-11-22",
    "pattern-by-literals": "The odd texts were looked at; security, 2026-11-20",
    "words-are-substrings": "Looked through a month of mail: no other word; security, 2026-11-20",
    "header-added-not-set": "Exchange takes our value from the last header; operations, 2026-11-21",
}
"""By the difference that weighs most, the heaviest first."""
_ENTRY: Final = re.compile(
    r"(  - rule: (?P<rule>.*)\n    file: .*\n    differs: .*\n    reason: )\"\"\n"
)


def filled(text: str, codes: Mapping[str, set[str]]) -> str:
    """The file with a reason for each entry; `codes` are the differences of each rule."""

    def reason(found: re.Match[str]) -> str:
        rule = found["rule"]
        name = json.loads(rule) if rule.startswith('"') else rule
        code = next(code for code in REASONS if code in codes[name])
        return f"{found[1]}{json.dumps(REASONS[code])}\n"

    return _ENTRY.sub(reason, text)


def codes_of(report: str) -> dict[str, set[str]]:
    """The differences of each rule in a report in JSON."""
    rules = json.loads(report)["rules"]
    return {rule["name"]: {each["code"] for each in rule["differences"]} for rule in rules}


def main() -> None:
    """Fill the file that is named; the report is on stdin."""
    file = Path(sys.argv[1])
    file.write_text(filled(file.read_text(), codes_of(sys.stdin.read())))


if __name__ == "__main__":
    main()
