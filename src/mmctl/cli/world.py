"""The world around a run: clock, environment variables, terminals, person, machine, and the exit.

All of `mmctl` gets these here and passes them on as values; a test enforces that. Imported before
anything else: nothing slow may be imported here.
"""

from __future__ import annotations

import atexit
import os
import sys
import time

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from datetime import datetime
    from typing import BinaryIO, Final, NoReturn, TextIO


def now() -> datetime:
    """The time, in UTC."""
    from datetime import UTC, datetime

    return datetime.now(UTC)


def day() -> str:
    """The day, in UTC: `2027-01-31`."""
    return time.strftime("%Y-%m-%d", time.gmtime())


def elapsed() -> float:
    """Seconds on a clock that is never set."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def variable(name: str) -> str | None:
    """An environment variable; None: it is not set."""
    return os.environ.get(name)


def set_variable(name: str, value: str) -> None:
    """Set an environment variable for this process and those that it starts."""
    os.environ[name] = value


_SIZES: Final = ("COLUMNS", "LINES", "TERMINAL_WIDTH")
_DIGITS: Final = 5
"""As many as the size of a screen may have."""


def forget_impossible_sizes() -> None:
    """Remove variables that give a size that no screen has: libraries fail on them, or never end.

    Without them, the size is that of the terminal.
    """
    for name in _SIZES:
        value = os.environ.get(name)
        if value is None:
            continue
        is_number = value.isascii() and value.isdigit() and len(value) <= _DIGITS
        if not is_number or not int(value):
            del os.environ[name]


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal."""
    return stream.isatty()


def take_any_text(stream: TextIO | None) -> None:
    """Let a stream take characters that its encoding does not have, such as those of Windows.

    A file or pipe gets UTF-8, which is how `mmctl` reads files; a screen gets escapes.
    """
    reconfigure = getattr(stream, "reconfigure", None)
    if stream is None or reconfigure is None or stream.encoding.lower() in {"utf-8", "utf8"}:
        return
    if is_terminal(stream):
        reconfigure(errors="backslashreplace")
    else:
        reconfigure(encoding="utf-8")


def is_closed(stream: TextIO | None) -> bool:
    """Whether the process began without this stream: Python has None in its place."""
    return stream is None


def terminal_size(stream: TextIO) -> os.terminal_size:
    """Columns and lines of a stream's terminal."""
    return os.get_terminal_size(stream.fileno())


def width_of_terminal() -> int | None:
    """The columns of the first terminal among stdin, stdout and stderr; None: there is none."""
    for number in range(3):
        try:
            return os.get_terminal_size(number).columns
        except (ValueError, OSError):
            continue
    return None


def columns() -> int:
    """The columns of the process's terminal, or the value of COLUMNS."""
    import shutil

    return shutil.get_terminal_size().columns


def standard_input() -> TextIO:
    """What is typed or piped in, as text."""
    return sys.stdin


def standard_input_bytes() -> BinaryIO:
    """What is typed or piped in, as bytes."""
    return sys.stdin.buffer


def ask_secret(question: str) -> str:
    """Ask on the terminal, without showing what is typed."""
    import getpass

    return getpass.getpass(question)


def with_home(path: str) -> str:
    """A path in which `~` is the home of the person."""
    return os.path.expanduser(path)


def is_somewhere() -> bool:
    """Whether the folder that the process runs in is still there."""
    try:
        os.getcwd()
    except OSError:
        return False
    return True


def person() -> str:
    """The user's login name."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def machine() -> str:
    """The name of the machine."""
    import platform

    return platform.node()


def process_id() -> int:
    """The number of this process."""
    return os.getpid()


def new_token() -> str:
    """A secret that nobody can guess, for a URL."""
    import secrets

    return secrets.token_urlsafe(24)


def leave(code: int) -> NoReturn:
    """End the process with an exit code."""
    sys.exit(code)


def leave_at_once(code: int) -> NoReturn:
    """End the process with an exit code, and free nothing: the system does that faster.

    What is registered for the end still runs, as in folders that are deleted then. A process with
    threads ends in the usual way, which waits for them.
    """
    threads = sys.modules.get("threading")
    if threads is not None and threads.active_count() > 1:
        sys.exit(code)
    atexit._run_exitfuncs()  # noqa: SLF001
    for stream in (sys.stdout, sys.stderr):
        try:
            if not is_closed(stream):
                stream.flush()
        except OSError:
            continue  # Nobody is left to tell.
    os._exit(code)
