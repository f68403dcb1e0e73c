"""What SES does with a message, as its developer guide says: an interpreter without any cleverness.

"Email receiving concepts": filters, then whether any rule is for a recipient, then the rules in
their order, and in each the actions in their order. "Creating receipt rules": what a recipient
condition means. "Stop rule set action", "Invoke Lambda function action": what ends rules. Reads the
JSON of the API itself and shares nothing with the reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

Data = dict[str, Any]


@dataclass(frozen=True)
class Mail:
    """One message, as far as SES looks at it."""

    recipients: tuple[str, ...]
    client: str = "203.0.113.25"
    tls: bool = True


@dataclass
class Received:
    """What becomes of it."""

    accepted: bool
    done: list[tuple[str, str]] = field(default_factory=list)
    """Rule and action, in order."""


def receive(
    rules: list[Data],
    filters: list[Data],
    mail: Mail,
    *,
    domains: tuple[str, ...],
    dispositions: dict[str, str] | None = None,
) -> Received:
    """Receive a message; `domains` are the verified ones, without them every domain is."""
    if _is_blocked(filters, mail.client):
        return Received(accepted=False)
    enabled = [rule for rule in rules if rule.get("Enabled", False)]
    meant = [rule for rule in enabled if _is_for(rule, mail, domains)]
    if not meant:
        return Received(accepted=False)
    if not mail.tls and any(rule.get("TlsPolicy") == "Require" for rule in meant):
        return Received(accepted=False)
    received = Received(accepted=True)
    for rule in meant:
        for action in rule.get("Actions", []):
            ((kind, members),) = action.items()
            if kind != "StopAction":
                received.done.append((rule["Name"], said(kind, members)))
            if members.get("TopicArn") and kind != "SNSAction":
                received.done.append((rule["Name"], f"notice {members['TopicArn']}"))
            if kind == "StopAction":
                return received
            if kind == "LambdaAction" and members.get("InvocationType") == "RequestResponse":
                answer = (dispositions or {}).get(members["FunctionArn"], "CONTINUE")
                if answer == "STOP_RULE":
                    break
                if answer == "STOP_RULE_SET":
                    return received
    return received


def said(kind: str, members: Data) -> str:
    """An action in words that both sides use."""
    match kind:
        case "S3Action":
            prefix = members.get("ObjectKeyPrefix", "")
            folder = f"{prefix.rstrip('/')}/" if prefix else ""
            return f"s3 {members['BucketName']} {folder}"
        case "SNSAction":
            return f"sns {members['TopicArn']} {members.get('Encoding', 'UTF-8').lower()}"
        case "LambdaAction":
            return f"lambda {members['FunctionArn']}"
        case "BounceAction":
            return f"bounce {members['SmtpReplyCode']} {members['Sender']}"
        case "WorkmailAction":
            return f"workmail {members['OrganizationArn']}"
        case "AddHeaderAction":
            return f"header {members['HeaderName']}: {members['HeaderValue']}"
        case _:
            return kind


def _is_blocked(filters: list[Data], client: str) -> bool:
    """Whether a filter blocks it; what is allowed is always accepted."""
    address = ip_address(client)
    policies = {
        each["IpFilter"]["Policy"]
        for each in filters
        if address in ip_network(each["IpFilter"]["Cidr"], strict=False)
    }
    return "Block" in policies and "Allow" not in policies


def _is_for(rule: Data, mail: Mail, domains: tuple[str, ...]) -> bool:
    recipients = rule.get("Recipients") or []
    if not recipients:
        return any(_is_verified(address, domains) for address in mail.recipients)
    return any(_means(each, address) for each in recipients for address in mail.recipients)


def _is_verified(address: str, domains: tuple[str, ...]) -> bool:
    domain = address.lower().rpartition("@")[2]
    return not domains or any(domain == each or domain.endswith(f".{each}") for each in domains)


def _means(condition: str, address: str) -> bool:
    """Whether a recipient condition means an address, as the table of the guide says."""
    condition, address = condition.lower(), address.lower()
    local, _, domain = address.rpartition("@")
    if "@" in condition:
        without_label = f"{local.partition('+')[0]}@{domain}"
        has_label = "+" in condition.rpartition("@")[0]
        return address == condition if has_label else without_label == condition
    if condition.startswith("."):
        return domain.endswith(condition)
    return domain == condition
