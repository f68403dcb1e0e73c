"""The brakes `behaviour`, `cases` and `lint`: what was found before the plan was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.brakes.brake import Brake, Grip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan import Plan


def behaviour(plan: Plan) -> Iterator[Grip]:
    """More messages of the corpus change than the environment allows."""
    found, limit = plan.behaviour, plan.target.brakes.max_behaviour_change
    if found is not None and limit is not None and found.differing > limit:
        yield Grip(
            brake=Brake.BEHAVIOUR,
            what=f"{found.differing} of {found.messages} messages of {found.corpus} treated "
            f"differently, more than {limit}",
            why="rules that look like a small change may change what becomes of much mail",
            instead="set `brakes: {max_behaviour_change: …}` of the environment",
        )


def cases(plan: Plan) -> Iterator[Grip]:
    """Cases or invariants fail."""
    if plan.failed_cases:
        yield Grip(
            brake=Brake.CASES,
            what=f"{plan.failed_cases} cases or invariants fail",
            why="the rules do not do what was written down about them",
        )


def lint(plan: Plan) -> Iterator[Grip]:
    """Errors of lint were passed over."""
    count = plan.lint_errors
    if count:
        yield Grip(
            brake=Brake.LINT,
            what=f"lint found {count} error{'s' * (count > 1)}",
            why="rules with errors do not do what they seem to",
        )
