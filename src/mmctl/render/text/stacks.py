"""Stacks for people: what would change, and what `up`, `status` and `down` did and found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.live.state.stacks import Replaces
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.live.state.stacks import ResourceChange
    from mmctl.operate.stacks.report import StackRow, StacksReport

_MARKS: Final = {"Add": "+", "Import": "+", "Remove": "-"}
_MINUTE: Final = 60


def change_lines(stack: str, *, new: bool, changes: Sequence[ResourceChange]) -> Iterator[str]:
    """What a change set would do, one line a resource."""
    yield f"{visible(stack)}: {'new stack, ' if new else ''}{_counts(changes)}"
    for each in changes:
        again = " (replaced)" if each.replaces is Replaces.YES else ""
        again = " (may be replaced)" if each.replaces is Replaces.MAY else again
        mark = "-/+" if again else _MARKS.get(each.action, "~")
        yield f"  {mark} {visible(each.name)}  {visible(each.type)}{again}"


def human(report: StacksReport) -> str:
    """The report as text."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: StacksReport) -> Iterator[str]:
    yield f"environment {visible(report.environment)}, account {report.account}, {report.region}"
    yield from _table("stack", [(each.name, _stack_words(each)) for each in report.stacks])
    addresses = [
        (each.name, f"{each.address or 'no address'}  {each.state}") for each in report.addresses
    ]
    yield from _table("address", addresses)
    parts = [(each.name, _took(each.result, each.seconds)) for each in report.parts]
    yield from _table("part", parts)
    if report.left:
        yield "what is left:"
        yield from (f"  {visible(each)}" for each in report.left)
    yield from (f"note: {visible(each)}" for each in report.notes)


def _table(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    listed = [(visible(name), visible(value)) for name, value in rows]
    if not listed:
        return
    width = max(len(title), *(len(name) for name, _ in listed))
    yield ""
    yield title
    yield from (f"  {name:<{width}}  {value}".rstrip() for name, value in listed)


def _stack_words(each: StackRow) -> str:
    done = [
        f"{count} {word}"
        for count, word in (
            (each.made, "made"),
            (each.changed, "changed"),
            (each.removed, "removed"),
        )
        if count
    ]
    drift = [f"drift: {each.drift}"] if each.drift is not None else []
    return ", ".join([each.status, *done, *drift])


def _took(result: str, seconds: float | None) -> str:
    if seconds is None:
        return result
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{result}  {f'{minutes} min {rest} s' if minutes else f'{rest} s'}"


def _counts(changes: Sequence[ResourceChange]) -> str:
    made = sum(each.action in {"Add", "Import"} for each in changes)
    removed = sum(each.action == "Remove" for each in changes)
    parts = (
        (made, "to make"),
        (len(changes) - made - removed, "to change"),
        (removed, "to remove"),
    )
    told = [f"{counted(count, 'resource')} {word}" for count, word in parts if count]
    return ", ".join(told) or "nothing to do"
