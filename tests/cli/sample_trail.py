"""Records of CloudTrail for commands that read them, with texts that anybody may have written."""

from __future__ import annotations

from operate.trail.records import record, trail_text

ACCOUNT = "000000000000"


def sample_trail(text: str) -> str:
    """Three writes, whose caller, names and addresses hold the text."""
    rules = [{"name": text}, {"name": "deliver"}]
    records = [
        record(
            "UpdateRuleSet",
            {"ruleSetId": text, "ruleSetName": "inbound", "rules": rules[: 1 + number]},
            at=f"2099-01-01T00:0{number}:00Z",
            who=text,
            account=ACCOUNT,
        )
        for number in range(2)
    ]
    records.append(
        record(
            "RegisterMemberToAddressList",
            {"addressListId": text, "address": text},
            at="2099-01-01T00:03:00Z",
            who=text,
            account=ACCOUNT,
            error=text,
        )
    )
    for each in records:
        each["sourceIPAddress"] = text
    return trail_text(*records)
