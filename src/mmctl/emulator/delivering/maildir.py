"""Maildirs: where mail goes whose target is not on this machine.

A message is written to `tmp/` and renamed into `new/`, so that a reader sees only whole ones. Its
name follows from the message and the action: done again after a crash, it replaces itself.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mmctl.emulator.delivering.message_copy import one_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PARTS: Final = ("new", "cur", "tmp")
_PRIVATE: Final = 0o600


class Maildirs:
    """The Maildirs below a data folder; any number of threads may write to them."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._made: set[str] = set()

    def put(self, folder: str, name: str, content: bytes) -> str:
        """Put a message into a Maildir, and return its path below the data folder.

        Raises:
            OSError: it cannot be written; no part of it is there.
        """
        try:
            return self._put(folder, name, content)
        except FileNotFoundError:  # somebody deleted the folder meanwhile
            self._made.discard(folder)
            return self._put(folder, name, content)

    def _put(self, folder: str, name: str, content: bytes) -> str:
        self._make(folder)
        beside = f"{self._data}/{folder}/tmp/{name}"  # noqa: S108 - that of the Maildir
        file = f"{folder}/new/{name}"
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
            try:
                _write_all(handle, content)
            finally:
                os.close(handle)
            os.rename(beside, f"{self._data}/{file}")  # noqa: PTH104 - for each message
        except OSError:
            with suppress(OSError):
                os.unlink(beside)  # noqa: PTH108
            raise
        return file

    def _make(self, folder: str) -> None:
        if folder in self._made:
            return
        with self._lock:
            for part in _PARTS:
                (self._data / folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
            self._made.add(folder)


def envelope_lines(mail_from: str, recipients: Sequence[str]) -> bytes:
    """What a Maildir says of the envelope: Return-Path and Delivered-To (RFC 5321 §4.4)."""
    lines = [f"Return-Path: <{one_address(mail_from)}>"]
    lines += [f"Delivered-To: {one_address(each)}" for each in recipients]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")


def _write_all(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]
