"""Ask a person to agree, or take the flag that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import Refused

if TYPE_CHECKING:
    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.language.project import Environment


def agreed(
    run: Run,
    question: str,
    *,
    yes: bool,
    expected: tuple[str, ...] = ("y", "yes"),
    flags: str = "--yes",
) -> bool:
    """Whether a person agrees.

    Raises:
        Refused: nobody can be asked, and no flag answers.
    """
    if yes:
        return True
    if not run.can_ask():
        raise Refused(
            "no terminal to confirm on",
            why="somebody must confirm the plan before it is applied",
            help=f"to confirm without a prompt: {flags}",
        )
    return run.ask(question).casefold() in expected


def agreed_by_name(change: LiveEnvironment, doing: str, *, yes: bool) -> bool:
    """Whether a person agrees; in a protected environment by typing its name.

    For actions that must not wait for a saved plan: `doing` is `roll back` or similar.

    Raises:
        Refused: nobody can be asked, and no flag answers.
    """
    environment, run = change.project.environment, change.run
    if not environment.protected:
        return agreed(run, f"{doing} {environment.name}? [y/N] ", yes=yes)
    return agreed(
        run,
        f"{environment.name} is protected; type its name to {doing} it: ",
        yes=run.environment is not None and yes,
        expected=(protected_name(environment),),
        flags=f"--yes --env {environment.name}",
    )


def protected_name(environment: Environment) -> str:
    """What must be typed in a protected environment."""
    return environment.name.casefold()
