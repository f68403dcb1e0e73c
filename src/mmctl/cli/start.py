"""Where the process starts: answer at once what needs no program, or else run it.

Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

import gc
import sys

from mmctl.cli import world
from mmctl.cli.at_once import said_at_once
from mmctl.cli.exit_codes import FAULT, INTERRUPTED, broken_pipe, closed_output, unwritten


def main() -> None:
    """Run `mmctl` with the arguments of the process, and end the process with its code."""
    try:
        run_to_exit()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else FAULT
        if code == INTERRUPTED:
            from mmctl.cli.interruptions import end_without_further_interruptions

            end_without_further_interruptions()
        world.leave_at_once(code)


def run_to_exit() -> None:
    """Run `mmctl` with the arguments of the process.

    Raises:
        SystemExit: the run has ended, with its code.
    """
    arguments = sys.argv[1:]
    if world.is_closed(sys.stdout):
        world.leave(closed_output())
    world.forget_impossible_sizes()
    answer = _answer(arguments)
    if answer is not None:
        output, code = answer
        try:
            sys.stdout.write(output)
            sys.stdout.flush()
        except BrokenPipeError:
            world.leave(broken_pipe())
        except OSError as error:
            world.leave(unwritten(error))
        world.leave(code)
    # What is created at the start stays until the end: collecting garbage there is useless.
    gc.set_threshold(500_000, 50, 100)
    # pydantic plug-ins are for applications; looking for them takes as long as reading rules.
    if world.variable("PYDANTIC_DISABLE_PLUGINS") is None:
        world.set_variable("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Our processes import no module from the folder they run in, which may be anybody's checkout.
    world.set_variable("PYTHONSAFEPATH", "1")
    try:
        from mmctl.cli.main import main as run

        run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        world.leave(INTERRUPTED)


def _answer(arguments: list[str]) -> tuple[str, int] | None:
    """What can be said without the program, and the exit code; None: it has to run."""
    asked = world.variable("_MAILMANAGERCTL_COMPLETE")
    if asked:  # the shell completes the other name of the program
        world.set_variable("_MMCTL_COMPLETE", asked)
    if world.variable("_MMCTL_COMPLETE"):
        from mmctl.cli.completion import completed

        return None if arguments else completed()
    said = said_at_once(arguments)
    if said is not None:
        return said, 0
    if arguments[:1] != ["lint"]:
        return None
    from mmctl.cli.remembered import remembered

    return remembered(arguments)
