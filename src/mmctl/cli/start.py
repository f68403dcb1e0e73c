"""Where the process begins: a remembered answer at once, or else the whole program.

Imported before anything else is; nothing may be imported here that takes long.
"""

from __future__ import annotations

import gc
import sys

from mmctl.cli import world
from mmctl.cli.exit_codes import INTERRUPTED, broken_pipe, unwritten
from mmctl.cli.remembered import remembered


def main() -> None:
    """Run `mmctl` with the arguments of the process, and exit with its code."""
    arguments = sys.argv[1:]
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
    # What is made at the start stays until the end: looking through it for garbage is useless.
    gc.set_threshold(500_000, 50, 100)
    # Plug-ins of pydantic are for applications; to look for them takes as long as to read rules.
    if world.variable("PYDANTIC_DISABLE_PLUGINS") is None:
        world.set_variable("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Processes of ours take no module from the folder they run in: anybody's checkout may be there.
    world.set_variable("PYTHONSAFEPATH", "1")
    try:
        from mmctl.cli.main import main as run

        run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        world.leave(INTERRUPTED)
    finally:
        # The interpreter looks through everything once more when it ends: also useless.
        gc.freeze()
