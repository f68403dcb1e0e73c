"""Where results go: to stdout, or to the file of `--output`, which gets the same bytes."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, TextIO

from mmctl.errors import UsageError
from mmctl.writing import opened_stream, opened_whole, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ResultFile:
    """The file of `--output`: it holds everything that a run wrote, no matter in how many parts.

    What is not a regular file is opened once and gets each part at once.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._stream: BinaryIO | None = None

    def write(self, path: Path, text: str) -> None:
        """Add a text to the file.

        Raises:
            UsageError: the file cannot be written.
        """
        with _said(path):
            self._stream = self._stream or (None if self._parts else opened_stream(path))
            if self._stream is not None:
                self._stream.write(text.encode("utf-8"))
                self._stream.flush()
                return
            self._parts.append(text)
            write_whole(path, "".join(self._parts))

    def close(self) -> None:
        """Close what is open."""
        if self._stream is not None:
            self._stream.close()


@contextmanager
def result_stream(output: Path | None) -> Iterator[TextIO]:
    """Where results go while they are made; the file of `--output` is written whole or not at all.

    Raises:
        UsageError: the file cannot be written.
    """
    if output is None:
        yield sys.stdout
        return
    with _said(output), opened_whole(output) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        yield text
        text.detach()


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Say that a file cannot be written; if the reader went away, end the run as usual."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"cannot write `{path}`: {error.strerror}") from None
