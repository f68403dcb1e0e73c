"""The brake `evidence`: rules that did not pass in the environment before, or do not run there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.brakes.looking import listed
from mmctl.live.history.entries import Doing, EntryResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.plan.plan import Plan
    from mmctl.live.plan.promotion_values import Promotion

_PLACE: Final = ("environment", "account", "region")


def evidence(plan: Plan, entries: Sequence[HistoryEntry]) -> Iterator[Grip]:
    """Hold a plan whose rules were not tried, and one that takes the condition away."""
    if plan.goes_back_to is not None or plan.partial:
        return
    found = plan.promotion
    if found is not None and (found.missing or found.untested):
        yield _not_tried(plan.target.environment, found)
    yield from _taken_away(plan, entries)


def _not_tried(environment: str, found: Promotion) -> Grip:
    """Rules without evidence, and those that no evidence can be about."""
    before = found.environment
    what, why, instead = [], [], []
    if found.missing:
        what.append(f"from {before}: " + "; ".join(found.missing))
        why.append(f"rules reach {environment} after they passed with real mail in {before}")
        instead.append(f"make the evidence: {found.command}")
    if found.untested:
        what.append(f"{before} does not run {listed(found.untested)}")
        why.append("what does not run there was not tried, whatever the evidence says")
        instead.append(f"let {before} run it: `environments:` of the rule")
    return Grip(
        brake=Brake.EVIDENCE,
        what="; ".join(what),
        why="; ".join(why),
        instead=", or ".join(instead),
    )


def _taken_away(plan: Plan, entries: Sequence[HistoryEntry]) -> Iterator[Grip]:
    """A file drops `after`, or weakens it, but must not decide that alone."""
    last = next((entry for entry in reversed(entries) if _tells(entry)), None)
    if last is None or not last.gate:
        return
    # Where it could not be asked, an entry does not say where it was: an earlier one does.
    gates = [entry.gate for entry in reversed(entries) if _tells(entry)]
    placed = next((gate for gate in gates if "account" in gate), {})
    now = plan.promotion
    if now is None:
        what = "is gone"
    elif (shift := _shift({**placed, **last.gate}, now)) is not None:
        what = f"has {shift}"
    else:
        return
    yield Grip(
        brake=Brake.EVIDENCE,
        what=f"`after` of environment {plan.target.environment} {what}, unlike when {last.id} "
        f"was applied ({_words(last.gate)})",
        why="whoever can change it in a file chooses whether rules are tried, and where",
    )


def _shift(before: Mapping[str, str], now: Promotion) -> str | None:
    """What of it is weaker now, or leads to another place; None: nothing."""
    for member in _PLACE:
        if member in before and member in now.gate and before[member] != now.gate[member]:
            return f"{member} {now.gate[member]}"
    if now.min_cases < int(before.get("min_cases", "0")):
        return f"min_cases {now.min_cases}"
    return None


def _words(gate: Mapping[str, str]) -> str:
    return ", ".join(f"{member} {value}" for member, value in sorted(gate.items()))


def _tells(entry: HistoryEntry) -> bool:
    """Whether an entry says what was required: a rebuilt one and a rollback do not."""
    whole = entry.rules is not None
    return whole and entry.kind is Doing.APPLY and entry.result is not EntryResult.NOTHING
