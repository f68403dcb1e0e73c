"""The brakes `behaviour`, `cases` and `lint`: what was found before the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.live.brakes.brake import Brake, Grip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan


def behaviour(plan: Plan) -> Iterator[Grip]:
    """More messages of the corpus change, or may change, than the environment allows."""
    found, limit = plan.behaviour, plan.target.brakes.max_behaviour_change
    if found is None or limit is None:
        return
    instead = "set `brakes: {max_behaviour_change: …}` of the environment"
    if not found.messages:
        yield Grip(
            brake=Brake.BEHAVIOUR,
            what=f"{found.corpus} has no message, so nothing was compared with the limit of "
            f"{limit}",
            why="a limit without mail to compare allows everything",
            instead="name messages: mmctl plan --corpus MESSAGES",
        )
    elif found.differing + found.undecided > limit:
        open_ = f" and {found.undecided} undecided" if found.undecided else ""
        yield Grip(
            brake=Brake.BEHAVIOUR,
            what=f"{found.differing} of {found.messages} messages of {found.corpus} treated "
            f"differently{open_}, more than {limit}",
            why="a small change of rules may change the outcome of much mail"
            + ("; undecided messages may be treated differently too" if open_ else ""),
            instead=instead,
        )


def limit_not_looked_at(plan: Plan) -> str | None:
    """What to say about a limit that had no mail to compare with; None: there is no such limit."""
    limit = plan.target.brakes.max_behaviour_change
    if limit is None or plan.behaviour is not None or not plan.edits:
        return None
    return (
        f"`max_behaviour_change: {limit}` was compared with no mail: to judge messages, mmctl "
        f"plan --corpus MESSAGES"
    )


def cases(plan: Plan) -> Iterator[Grip]:
    """Cases or invariants fail."""
    if plan.failed_cases:
        yield Grip(
            brake=Brake.CASES,
            what=f"{plan.failed_cases} cases or invariants fail",
            why="the rules do not do what the cases expect",
        )


def lint(plan: Plan) -> Iterator[Grip]:
    """Errors of lint were ignored."""
    count = plan.lint_errors
    if count:
        yield Grip(
            brake=Brake.LINT,
            what=f"lint found {counted(count, 'error')}",
            why="rules with errors do not do what they seem to",
        )
