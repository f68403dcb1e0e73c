"""Exit codes with a special meaning, and how a run ends when nobody reads its output.

Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

import os
import sys

from mmctl.cli import world

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from typing import Final

REFUSED: Final = 3
"""A brake, the person who was asked, or a rule of safety said no: nothing was written."""
UNKNOWN: Final = 4
"""Something could not be decided, and the command line asks for certainty."""
USAGE: Final = 64
"""The command line makes no sense (EX_USAGE of sysexits.h)."""
FAULT: Final = 70
"""mmctl itself is at fault (EX_SOFTWARE of sysexits.h)."""
UNWRITTEN: Final = 74
"""The output could not be written (EX_IOERR of sysexits.h)."""
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


class RunEnded(Exception):
    """A run ends with this exit code, and all has been said."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


def broken_pipe() -> int:
    """End the run because the reader of the output went away: nobody is left to tell."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE


def unwritten(error: OSError) -> int:
    """End the run because the output cannot be written, as on a full disk: say so and stop."""
    broken_pipe()
    reason = (error.strerror or str(error)).lower()
    sys.stderr.write(f"error: the output cannot be written: {reason}\n")
    return UNWRITTEN


def closed_output() -> int:
    """End a run that began without an output, as by `>&-`: say so, where there is a stderr."""
    if not world.is_closed(sys.stderr):
        sys.stderr.write("error: the output cannot be written: it is closed\n")
    return UNWRITTEN
