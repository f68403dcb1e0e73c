"""The DNS of an environment, for people: records, what is published, and the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.operate.dns.comparing import RecordMatch
from mmctl.render.text.paragraphs import wrapped
from mmctl.render.text.styled_parts import StyledParts
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.dns.comparing import RecordState
    from mmctl.operate.dns.cut_over import CutOver
    from mmctl.operate.dns.report import DnsReport

_STYLES: Final = {
    RecordMatch.RIGHT: "green",
    RecordMatch.MISSING: "bold red",
    RecordMatch.DIFFERS: "yellow",
    RecordMatch.UNKNOWN: "magenta",
}
_MATCH: Final = 8
"""Columns of how a record compares."""
_INDENT: Final = " " * (_MATCH + 2)


def human(found: DnsReport) -> StyledParts:
    """Each domain with its records, then policies and steps."""
    text = StyledParts()
    looked = found.looked_at
    text.add(f"{visible(found.environment)}", "bold")
    text.add(f"  {'what is published: ' + visible(looked) if looked else 'nobody looked'}\n")
    domain = None
    for state in found.states:
        if state.record.domain != domain:
            domain = state.record.domain
            text.add(f"{visible(domain)}\n", "bold")
        text.extend(_state(state, looked=looked is not None))
    for policy in found.policies:
        text.add(wrapped(f"MTA-STS policy at {visible(policy.url)}:", ""))
        for line in policy.text.splitlines():
            text.add(f"  {visible(line)}\n")
    for sentence in found.about_policy:
        text.add(wrapped(f"policy: {visible(sentence)}", ""), "yellow")
    for way in found.cut_overs:
        text.extend(_cut_over(way))
    for note in found.notes:
        text.add(wrapped(f"note: {visible(note)}", ""))
    text.add(wrapped(_last(found), ""), "bold")
    return text


def zone(found: DnsReport) -> str:
    """The records as lines of a zone file; what is unknown is a comment."""
    return "".join(f"{line}\n" for line in _zone_lines(found))


def _zone_lines(found: DnsReport) -> Iterator[str]:
    for state in found.states:
        record = state.record
        if record.is_known:
            yield from (visible(line) for line in record.lines())
        else:
            yield f"; {record.role} of {visible(record.domain)}: {visible(record.why)}"
    yield from (f"; {visible(note)}" for note in found.notes)


def _state(state: RecordState, *, looked: bool) -> StyledParts:
    text = StyledParts()
    record = state.record
    name = visible(record.name) if record.name else f"({record.role} of {visible(record.domain)})"
    shown = str(state.match) if looked else ("" if record.is_known else RecordMatch.UNKNOWN)
    text.add(f"{shown:>{_MATCH}}", _STYLES[state.match] if shown else "")
    extra = "" if record.needed else ", advised"
    text.add(f"  {record.role}{extra}: {name} {record.type}\n")
    for value in record.values:
        text.add(f"{_INDENT}wanted     {visible(value)}\n")
    for value in state.published or ():
        text.add(f"{_INDENT}published  {visible(value)}\n")
    text.add(wrapped(visible(state.sentence if looked else record.why), _INDENT), "dim")
    return text


def _cut_over(way: CutOver) -> StyledParts:
    text = StyledParts()
    text.add(f"{visible(way.domain)}: ", "bold")
    text.add(f"{visible(way.said)}\n")
    for number, step in enumerate(way.steps, start=1):
        text.add(wrapped(f"{number}. {visible(step.title)}", "  "), "bold")
        for line in step.publish:
            text.add(f"       {visible(line)}\n")
        text.add(wrapped(f"wait: {visible(step.wait)}", "     "))
        for command in step.watch:
            text.add(f"     watch: {visible(command)}\n")
        text.add(wrapped(f"back: {visible(step.back)}", "     "), "dim")
        for line in step.back_to:
            text.add(f"       {visible(line)}\n", "dim")
    return text


def _last(found: DnsReport) -> str:
    known = [state for state in found.states if state.record.is_known]
    said = f"{counted(len(found.states), 'record')} wanted"
    if len(known) < len(found.states):
        said += f", {len(found.states) - len(known)} of them unknown as yet"
    if found.looked_at is None:
        return f"{said}; to compare: --zone FILE, or --ask"
    counts = {match: sum(state.match is match for state in known) for match in RecordMatch}
    listed = ", ".join(f"{match} {count}" for match, count in counts.items() if count)
    return f"{said}: {listed}" if listed else said
