"""The history of applies and rollbacks, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from mmctl.live.history.entries import Doing, EntryResult
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.history.pins import Pin

_ENDS = {"after": "done"}
"""How a call in the journal ended, in words."""


def human(entries: Sequence[HistoryEntry], pins: Sequence[Pin] = ()) -> Text:
    """One line per entry, newest first, and one per pin."""
    lines = [_line(entry) for entry in reversed(entries)] or [Text("nothing was applied yet")]
    lines += [_pin(pin) for pin in pins]
    return Text("\n").join(lines)


def _pin(pin: Pin) -> Text:
    text = Text(f"pinned {visible(pin.id)}  ", "bold")
    text.append(visible(pin.described), "not bold")
    if pin.reason:
        text.append(f"  ({visible(pin.reason)})", "not bold")
    return text


def _line(entry: HistoryEntry) -> Text:
    text = Text(f"{visible(entry.id)}  ", "bold")
    text.append(f"{entry.kind:8}  ", "not bold")
    text.append(f"{entry.result}", _style(entry.result))
    text.append(f"  {marked(entry.summary)}  {visible(entry.who)}", "not bold")
    if entry.kind is Doing.ROLLBACK:
        text.append(f"  to the state before {visible(entry.goes_back_to or '')}")
    if entry.rebuilt:
        text.append("  rebuilt from its snapshot")
    if entry.reason:
        text.append(f"  ({visible(entry.reason)})")
    return text


def _style(result: EntryResult) -> str:
    return "green" if result is EntryResult.DONE else "bold red"


_MARKS: Final = {
    "add": "+",
    "change": "~",
    "move": ">",
    "rename": "~",
    "adopt": "=",
    "delete": "-",
    "repack": "*",
}


def marked(summary: Mapping[str, int]) -> str:
    """How much an entry did: `+1 ~2 >1 -1`."""
    counts = (f"{mark}{summary[what]}" for what, mark in _MARKS.items() if summary.get(what))
    return " ".join(counts) or "nothing"


def one(entry: HistoryEntry, journal: Sequence[Mapping[str, Any]]) -> Text:
    """One entry with all of its calls."""
    lines = [
        human([entry]),
        _said(f"at {entry.at}, environment {entry.environment}"),
        _said(f"account {entry.account}  {entry.region}{_as(entry.caller)}"),
        _said(f"digest {entry.digest_before} → {entry.digest_after}"),
    ]
    if entry.rules is not None:
        lines.append(_said(f"logical rules {entry.rules}"))
    if entry.gate:
        required = ", ".join(f"{member} {value}" for member, value in sorted(entry.gate.items()))
        lines.append(_said(f"evidence was required: {required}"))
    if entry.forced:
        lines.append(_said(f"forced: {', '.join(entry.forced)}"))
    lines += [_said(f"overwritten: {line}") for line in entry.overwritten]
    ended = [line for line in journal if line["moment"] != "before"]
    ends = ((line, _ENDS.get(line["moment"], line["moment"])) for line in ended)
    lines += [_said(f"  {_call(line)}  {end}") for line, end in ends]
    if journal and journal[-1]["moment"] == "before":
        lines.append(_said(f"  {_call(journal[-1])}  no answer recorded"))
    return Text("\n").join(lines)


def _as(caller: str | None) -> str:
    return "" if caller is None else f"  as {caller.rpartition(':')[2]}"


def _said(line: str) -> Text:
    return Text(visible(line))


def _call(line: Mapping[str, Any]) -> str:
    return f"{line['at']}  {line['operation']}  {line['subject']}"
