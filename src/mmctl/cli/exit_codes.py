"""Exit codes of their own meaning, and how a run ends whose output nobody takes.

Imported before anything else is; nothing may be imported here that takes long.
"""

from __future__ import annotations

import os
import sys
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


def broken_pipe() -> int:
    """The reader of our output went away: nothing more to say, and nothing to say it to."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE


def unwritten(error: OSError) -> int:
    """Our output cannot be written, as on a full disk: that is said, and no more is tried."""
    broken_pipe()
    reason = (error.strerror or str(error)).lower()
    sys.stderr.write(f"error: the output cannot be written: {reason}\n")
    return UNWRITTEN
