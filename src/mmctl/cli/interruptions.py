"""How a command ends when something outside ends it: Ctrl-C, SIGTERM, a reader that went away.

typer ends silently on these; here they get messages and exit codes.
"""

from __future__ import annotations

import errno
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from mmctl.cli.exit_codes import INTERRUPTED, RunEnded, broken_pipe, unwritten
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


@contextmanager
def clear_ends() -> Iterator[None]:
    """Turn what ends the block from outside into an exit with a code and a line on stderr.

    Notes of a KeyboardInterrupt are printed too: they tell what was under way.
    """
    try:
        yield
    except KeyboardInterrupt as stop:
        lines = ["", "interrupted", *getattr(stop, "__notes__", ())]
        sys.stderr.write("".join(f"{visible(line)}\n" for line in lines))
        raise RunEnded(INTERRUPTED) from None
    except BrokenPipeError:
        raise RunEnded(broken_pipe()) from None
    except OSError as error:
        if error.filename is not None or error.errno not in _NO_ROOM:
            raise
        raise RunEnded(unwritten(error)) from None


def end_without_further_interruptions() -> None:
    """Ignore another Ctrl-C: what was interrupted has said so, and is about to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def stoppable(*, by_hangup: bool = False) -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, even if the shell ignores Ctrl-C.

    `by_hangup`: so does a terminal that closes, unless nohup ignores the signal.
    """

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    ends = [signal.SIGINT, signal.SIGTERM]
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if by_hangup and hangup and signal.getsignal(hangup) is not signal.SIG_IGN:
        ends.append(hangup)
    before = {each: signal.signal(each, stop) for each in ends}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
