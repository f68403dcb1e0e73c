"""What arrived at the internal mail server, for people: two lines a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mmctl.counted import counted
from mmctl.visible import visible

if TYPE_CHECKING:
    from mmctl.operate.staging.beside import ArrivedReport, MailBeside, SimulateSays


def report(found: ArrivedReport) -> Text:
    """All messages, and the counts."""
    text = Text()
    for each in found.mail:
        text.append_text(one(each))
    text.append(f"{counted(len(found.mail), 'message')} arrived in {visible(found.environment)}")
    if found.differing:
        text.append(f", {found.differing} of them should not have", "bold red")
    if found.unknown:
        text.append(f", {found.unknown} could not be judged", "yellow")
    text.append("\n")
    if found.left_out:
        text.append(f"{counted(found.left_out, 'older message')} left out by --limit\n")
    return text


def one(mail: MailBeside) -> Text:
    """One message: when, from whom, to whom, its subject, and what `simulate` says."""
    at = "time unknown        " if mail.at is None else f"{mail.at:%Y-%m-%d %H:%M:%S}"
    sender = "unknown" if mail.mail_from is None else mail.mail_from or "<>"
    text = Text(f"{at}  {visible(sender)} → {visible(mail.recipient or 'unknown')}\n", "bold")
    text.append(f"  {visible(mail.subject or '(no subject)')}\n", "not bold")
    if mail.says is None:
        text.append(f"  not judged: {visible(mail.why_not or 'unknown')}\n", "yellow not bold")
        return text
    style = "green not bold" if mail.says.agrees else "red not bold"
    text.append(f"  {_said(mail.says)}\n", style)
    if mail.says.assumed:
        assumed = ", ".join(f"{name}={value}" for name, value in mail.says.assumed.items())
        text.append(f"  assumed: {visible(assumed)}\n", "dim not bold")
    return text


def _said(says: SimulateSays) -> str:
    relays = f" to relay {', '.join(map(visible, says.relays))}" if says.relays else ""
    by = "" if says.by is None else f" by {visible(says.by)}"
    agrees = "simulate agrees" if says.agrees else "simulate differs"
    return f"{agrees}: {says.outcome.value}{relays}{by} ({visible(says.ingress_point)})"
