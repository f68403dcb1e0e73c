"""A command in the place of a function: the event on its standard input, its answer on the output.

Only commands that the command line of `mmctl emulate` names are run, without a shell.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

LARGEST_ANSWER: Final = 262_144
"""Bytes that a command may print."""
_LAST_WORDS: Final = 2_000
_SHOWN: Final = 200
_BLOCK: Final = 65_536


class CommandFails(Exception):
    """A command ended with an error, took too long, or printed too much."""


def run_command(command: Sequence[str], event: bytes, seconds: float) -> bytes:
    """Run a command with an event, and return what it prints.

    It has its own process group, which ends with this call.

    Raises:
        CommandFails: it cannot be started, or failed.
    """
    with tempfile.TemporaryFile() as given:
        given.write(event)
        given.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - the command line names it
                command,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise CommandFails(f"cannot start `{command[0]}`: {(reason or '').lower()}") from None
    try:
        return _answer(process, seconds)
    except OSError as error:
        raise CommandFails(f"cannot hear the command: {error.strerror or error}") from None
    finally:
        _end(process)


def _answer(process: subprocess.Popen[bytes], seconds: float) -> bytes:
    until = time.monotonic() + seconds
    said, words = bytearray(), bytearray()
    for stream, block in _blocks(process, until):
        if stream is process.stderr:
            words += block
            del words[:-_LAST_WORDS]
            continue
        said += block
        if len(said) > LARGEST_ANSWER:
            raise CommandFails(f"the command printed more than {LARGEST_ANSWER} bytes")
    try:
        code = process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise CommandFails("the command did not end in time") from None
    if code:
        last = visible(words.decode("utf-8", "replace").strip().rpartition("\n")[2])[:_SHOWN]
        raise CommandFails(f"the command ended with {code}" + (f": {last}" if last else ""))
    return bytes(said)


def _blocks(
    process: subprocess.Popen[bytes], until: float
) -> Iterator[tuple[IO[bytes] | None, bytes]]:
    """What a process prints on both streams, as it comes."""
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                selector.register(stream, selectors.EVENT_READ, stream)
        while selector.get_map():
            left = until - time.monotonic()
            ready = selector.select(left) if left > 0 else []
            if not ready:
                raise CommandFails("the command did not end in time")
            for key, _ in ready:
                block = os.read(key.fd, _BLOCK)
                if block:
                    yield key.data, block
                else:
                    selector.unregister(key.fileobj)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and those that it started."""
    with suppress(ProcessLookupError, PermissionError, AttributeError):  # Windows has no groups
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
