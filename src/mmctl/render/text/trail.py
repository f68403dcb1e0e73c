"""Who changed what, for people. Callers, addresses and names come from strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from mmctl.counted import counted
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mmctl.operate.trail.authors import Author
    from mmctl.operate.trail.reading import Trail
    from mmctl.operate.trail.subjects import TrailChange

_RULES: Final = 5
"""Rules that a line names."""


def changes(found: Sequence[TrailChange], trail: Trail) -> Text:
    """One line a write, newest first, and how many there are."""
    lines = [_line(change) for change in reversed(found)]
    by_hand = sum(change.by_hand for change in found)
    if not by_hand:
        lines.append(Text(f"nobody found: no write by hand {window(trail)}", "bold"))
        return Text("\n").join(lines)
    refused = sum(change.event.error is not None for change in found)
    own = len(found) - by_hand - refused
    parts = [f"{counted(by_hand, 'write')} by hand", f"{own} by applies and rollbacks"]
    parts += [f"{refused} refused"] if refused else []
    lines.append(Text(f"{', '.join(parts)} {window(trail)}", "bold"))
    return Text("\n").join(lines)


def window(trail: Trail) -> str:
    """What was looked at: `from … to … in trail.json`."""
    where = f"in {visible(trail.source)}"
    if trail.first is None or trail.last is None:
        return f"{where}, which has no record"
    return f"from {_time(trail.first)} to {_time(trail.last)} {where}"


def author(found: Author) -> Text:
    """The line below a change that drift found."""
    event = found.change.event
    doubt = "" if found.certain else "perhaps "
    text = Text("      ")
    text.append(f"{doubt}by {visible(event.who)}", "yellow")
    text.append(f"  {event.name} at {_time(event.at)}", "dim")
    if event.source_ip is not None:
        text.append(f"  from {visible(event.source_ip)}", "dim")
    return text


def _line(change: TrailChange) -> Text:
    event = change.event
    text = Text(f"{_time(event.at)}  ", "bold")
    text.append(f"{event.name}  {_subject(change)}  ", "not bold")
    if event.error is not None:
        text.append(f"refused ({visible(event.error)}): {visible(event.who)}", "dim")
    elif change.entry is not None:
        text.append(f"{visible(change.entry)}  {visible(event.who)}", "green")
    else:
        text.append(f"by hand: {visible(event.who)}", "bold red")
    if event.source_ip is not None:
        text.append(f"  from {visible(event.source_ip)}", "not bold")
    return text


def _subject(change: TrailChange) -> str:
    """What was changed: `rule set inbound: block-a, keep`."""
    name = f" {visible(change.name)}" if change.name else ""
    details = change.rules if change.rules is not None else ()
    if change.address is not None:
        details = (change.address,)
    if not details:
        return f"{change.noun}{name}"
    shown = ", ".join(visible(each) for each in details[:_RULES])
    more = f" and {len(details) - _RULES} more" if len(details) > _RULES else ""
    return f"{change.noun}{name}: {shown}{more}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
