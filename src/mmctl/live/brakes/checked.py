"""The brakes `behaviour`, `cases` and `lint`: what was found before the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.live.brakes.brake import Brake, Grip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan


def behaviour(plan: Plan) -> Iterator[Grip]:
    """Mail is lost now, or more messages of a corpus change, or may, than the environment allows.

    A change that is proved to treat every message alike needs no corpus.
    """
    yield from _harms(plan, Brake.BEHAVIOUR)
    found, limit = plan.behaviour, plan.target.brakes.max_behaviour_change
    if found is None or limit is None or is_alike(plan):
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
    if limit is None or plan.behaviour is not None or not plan.edits or is_alike(plan):
        return None
    return (
        f"`max_behaviour_change: {limit}` was compared with no mail: to judge messages, mmctl "
        f"plan --corpus MESSAGES"
    )


def cases(plan: Plan) -> Iterator[Grip]:
    """Cases fail, or an invariant held before and does not anymore."""
    yield from _harms(plan, Brake.CASES)
    if plan.failed_cases:
        yield Grip(
            brake=Brake.CASES,
            what=counted(plan.failed_cases, "case fails", "cases fail"),
            why="the rules do not do what the cases expect",
        )


def is_alike(plan: Plan) -> bool:
    """Whether every message is proved to be treated alike."""
    return plan.every_message is not None and plan.every_message.alike


def _harms(plan: Plan, brake: Brake) -> Iterator[Grip]:
    """What a proof found wrong, with the message that shows it: what one brake is about."""
    found = plan.every_message
    for gateway in () if found is None else found.gateways:
        for harm in gateway.harms:
            if (harm.invariant is None) is (brake is Brake.BEHAVIOUR):
                yield Grip(
                    brake=brake,
                    what=f"{gateway.way.name}: {harm.what}, {harm.message.whom}"
                    f"{harm.message.judged_again}",
                    why="nobody gets it, keeps it or hears of it"
                    if harm.invariant is None
                    else "it held for this message before",
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
