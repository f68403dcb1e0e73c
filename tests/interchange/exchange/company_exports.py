"""Rules in the three forms in which Exchange exports them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.sax.saxutils import quoteattr

Rule = dict[str, Any]


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
