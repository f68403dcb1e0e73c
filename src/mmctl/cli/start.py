"""Where the process starts: give a remembered answer at once, or else run the whole program.

Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

import gc
import sys

from mmctl.cli import world
from mmctl.cli.exit_codes import INTERRUPTED, broken_pipe, closed_output, unwritten
from mmctl.cli.remembered import remembered


def main() -> None:
    """Run `mmctl` with the arguments of the process, and exit with its code."""
    arguments = sys.argv[1:]
    if world.is_closed(sys.stdout):
        world.leave(closed_output())
    answer = remembered(arguments)
    if answer is not None:
        try:
            sys.stdout.write(answer.output)
            sys.stdout.flush()
        except BrokenPipeError:
            world.leave(broken_pipe())
        except OSError as error:
            world.leave(unwritten(error))
        world.leave(answer.code)
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
    finally:
        # The interpreter collects garbage once more when it ends, which is also useless.
        gc.freeze()
