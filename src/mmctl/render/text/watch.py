"""What `mmctl watch` shows after a save: problems, cases, the plan; on a screen or line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from mmctl.cases.result import Status
from mmctl.counted import counted
from mmctl.live.compare.edits import Summary
from mmctl.records import dataclass, field
from mmctl.render.text.counts import summary
from mmctl.render.text.plan import bare_lines, totals
from mmctl.render.text.problems import human
from mmctl.render.text.simulate import by_status, cases_report
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from mmctl.cases.result import CaseResult
    from mmctl.live.brakes.brake import Grip
    from mmctl.live.compare.edits import Edit
    from mmctl.problem import Problem

_PROBLEMS: Final = 20
_CASES: Final = 10
_EDITS: Final = 20
_FILES: Final = 3
"""At most this many of each are shown after a save; all are counted."""
_WHOLE: Final = "the whole folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEndsOtherwise:
    """A case whose message ends differently since the last save."""

    name: str
    place: str
    """`cases/spam.yaml:12`."""
    before: str
    """`delivered by deliver`, one for each recipient if they differ."""
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedSave:
    """What is known after a save; None: not yet, or it could not be found out."""

    at: str
    """The time in UTC, as `12:03:07`."""
    environment: str
    """Empty: not found out yet."""
    changed: Sequence[str] = ()
    """What was saved, `.` for the whole folder; none: this is the beginning."""
    problems: Sequence[Problem] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    """The texts that problems are in."""
    results: Sequence[CaseResult] | None = None
    ran: int = 0
    """How many of the cases the save concerns: they were run, the others are as before."""
    cases_changed: Sequence[CaseEndsOtherwise] = ()
    against: str = ""
    """What the plan is against."""
    edits: Sequence[Edit] | None = None
    grips: Sequence[Grip] = ()
    """The brakes that would refuse the plan."""
    stopped: str | None = None
    """Why nothing follows: an error in the files."""
    under_way: str | None = None
    """What is done now."""


def lines_of(save: WatchedSave, *, width: int) -> list[Text]:
    """Everything that is known after a save, for `width` columns."""
    lines = [_heading(save)]
    if save.problems is not None:
        lines += _problems(save, width)
    if save.results is not None:
        lines += _cases(save, save.results)
    if save.edits is not None:
        lines += _plan(save, save.edits, width)
    if save.stopped is not None:
        lines.append(Text(visible(save.stopped), "bold red"))
    if save.under_way is not None:
        lines.append(Text(f"{save.under_way} …", "dim"))
    return lines


def text_of(save: WatchedSave, *, width: int) -> Text:
    """Everything that is known after a save, and an empty line behind it."""
    return Text("\n").join(lines_of(save, width=width)).append("\n\n")


def screen_of(save: WatchedSave, console: Console, *, width: int, height: int) -> list[Text]:
    """The lines that fit on a screen; the last one says how many do not."""
    lines = [
        part
        for line in lines_of(save, width=width)
        for part in line.wrap(console, width, overflow="fold")
    ]
    room = height - 2
    if len(lines) > room:
        left = counted(len(lines) - room + 1, "more line")
        lines = [*lines[: max(0, room - 1)], Text(f"… {left}: enlarge the terminal", "dim")]
    return [*lines, Text("Ctrl-C ends", "dim")]


def _heading(save: WatchedSave) -> Text:
    named = ", ".join(_WHOLE if each == "." else each for each in save.changed[:_FILES])
    more = len(save.changed) - _FILES
    named += f" and {counted(more, 'more file')}" if more > 0 else ""
    what = f"saved {named}" if named else "watching"
    parts = (f"{save.at} UTC", save.environment, what)
    return Text(visible("  ".join(part for part in parts if part)), "bold")


def _problems(save: WatchedSave, width: int) -> Iterator[Text]:
    problems = save.problems or ()
    style = "bold red" if any(each.severity.rank == 0 for each in problems) else "bold"
    yield Text(f"lint: {summary(problems)}", style if problems else "green")
    if problems:
        report = human(problems[:_PROBLEMS], save.files, width=width)
        # The last line counts what is shown; the first one here counts all.
        shown = report.split("\n")[:-1]
        yield from shown
        yield from _left(len(problems) - _PROBLEMS, "mmctl lint")


def _cases(save: WatchedSave, results: Sequence[CaseResult]) -> Iterator[Text]:
    failed = [each for each in results if each.status is Status.FAILED]
    text = f"cases: {by_status(results).partition(': ')[2] or 'none'}"
    if save.ran < len(results):
        text += f"; {save.ran:,} concerned by this save"
    yield Text(text, "bold red" if failed else "green")
    if failed:
        yield from cases_report(failed[:_CASES], verbose=False, trace=False).split("\n")[:-1]
        yield from _left(len(failed) - _CASES, "mmctl simulate")
    for each in save.cases_changed[:_CASES]:
        yield Text(visible(f"changed  {each.name}  {each.place}"), "yellow")
        yield Text(visible(f"  {each.now}, before: {each.before}"))
    yield from _left(len(save.cases_changed) - _CASES, "mmctl simulate -v")


def _plan(save: WatchedSave, edits: Sequence[Edit], width: int) -> Iterator[Text]:
    yield Text(visible(f"plan against {save.against}: {totals(Summary.of(edits))}"), "bold")
    lines = bare_lines(edits, width=width)
    yield from lines[:_EDITS]
    yield from _left(len(lines) - _EDITS, "mmctl plan")
    for grip in save.grips:
        yield Text(visible(f"brake: {grip.brake}: {grip.what}"), "yellow")
        yield Text(visible(f"  {grip.help}"), "dim")


def _left(number: int, command: str) -> Iterator[Text]:
    """The line that says how many more there are, if there are."""
    if number > 0:
        yield Text(f"{number:,} more: {command}", "dim")
