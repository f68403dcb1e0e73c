"""What the probe answers, for people."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.client.probe.results import ProbeDone, ProbeRun, ProbeWritten
from mmctl.client.probe.settling import ProbeStatus
from mmctl.counted import counted
from mmctl.render.text.styled_parts import StyledParts
from mmctl.visible import visible

if TYPE_CHECKING:
    from mmctl.client.probe.results import ProbeAnswer
    from mmctl.client.probe.settling import ReadingFinding

_WIDTH: Final = 80
_COLUMN: Final = 32


def human(answer: ProbeAnswer) -> StyledParts:
    """An answer of the probe."""
    text = StyledParts()
    match answer:
        case ProbeWritten():
            text.add(f"wrote {counted(len(answer.files), 'file')} to {visible(answer.folder)}\n")
            for step in answer.steps:
                text.add(f"  {visible(step)}\n")
        case ProbeRun():
            _run(text, answer)
        case ProbeDone():
            for what, command in answer.steps:
                text.add(f"{visible(what)}\n")
                text.add(f"  {visible(command)}\n", "bold")
        case never:
            assert_never(never)
    return text


def _run(text: StyledParts, run: ProbeRun) -> None:
    text.add(f"{visible(run.environment)}: {visible(run.endpoint)}, run {visible(run.run)}\n")
    for found in run.findings:
        _finding(text, found, run.chosen.get(found.reading))
    settled = sum(each.status is ProbeStatus.SETTLED for each in run.findings)
    text.add(f"{settled} of {counted(len(run.findings), 'reading')} settled\n")
    if run.cases:
        text.add(f"\n{counted(len(run.cases), 'case')} of this project would end otherwise\n")
        for case in run.cases:
            text.add(f"  {'pass' if case.passes else 'FAIL'}  ", "" if case.passes else "red")
            text.add(f"{visible(case.name)}  {visible(case.place)}\n")
            text.add(f"        {visible(case.before)} → {visible(case.after)}\n")
    if run.difference:
        text.add("\n")
        for line in run.difference.splitlines():
            text.add(f"{visible(line)}\n")
    if run.written:
        text.add(f"wrote {', '.join(map(visible, run.written))}\n")
    elif run.difference:
        text.add("nothing is written: --write changes the file and keeps the evidence\n")


def _finding(text: StyledParts, found: ReadingFinding, chosen: str | None) -> None:
    match found.status:
        case ProbeStatus.SETTLED:
            text.add(f"  {found.reading:<{_COLUMN}}")
            differs = chosen is not None and chosen != found.choice
            text.add(f"{found.choice}", "bold")
            text.add(f"  (this project: {visible(chosen or '')})\n" if differs else "\n", "yellow")
        case ProbeStatus.UNTOLD:
            text.add(f"  {found.reading:<{_COLUMN}}not told\n")
            _why(text, found.why)
        case ProbeStatus.CONTRADICTED:
            text.add(f"  {found.reading:<{_COLUMN}}")
            text.add("fits no choice\n", "red")
            for name, seen in found.seen.items():
                _why(text, f"{name}: {visible(seen)}")
        case never:
            assert_never(never)


def _why(text: StyledParts, why: str) -> None:
    for line in textwrap.wrap(why, _WIDTH - 6):
        text.add(f"      {line}\n", "dim")
