"""What the watchdog found, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.render.text.styled_parts import StyledParts
from mmctl.visible import visible

if TYPE_CHECKING:
    from mmctl.live.state.service import Identity
    from mmctl.operate.monitoring.findings import WatchReport


def report(found: WatchReport, *, environment: str, identity: Identity) -> StyledParts:
    """A line a finding with the command that says more; then what was and was not looked at."""
    parts = StyledParts()
    where = "EMBEDDED, not AWS" if identity.embedded else identity.region
    parts.add(f"{visible(environment)}  account {visible(identity.account)}  {where}\n", "bold")
    for each in found.findings:
        parts.add(f"{visible(each.says)}\n", "bold red")
        for detail in each.details:
            parts.add(f"  {visible(detail)}\n")
        parts.add(f"  help: {visible(each.command.replace('ENV', environment))}\n", "dim")
    for missed in found.not_looked:
        style = "bold yellow" if missed.fault else "yellow"
        parts.add(f"not looked at {visible(missed.what)}: {visible(missed.why)}\n", style)
    for each_look in found.looked:
        parts.add(f"looked at: {visible(each_look)}\n", "dim")
    if not found.findings:
        parts.add("nothing found\n", "green")
    return parts
