"""What arrived at an internal mail server: messages of its Maildir, here or far away."""

from __future__ import annotations

import base64
import json
import re
import shlex
import zlib
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Protocol

from mmctl.errors import CouldNot
from mmctl.operate.staging import maildir_reader
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_AT_ONCE: Final = 200
"""Messages that one look takes from a mail server."""
OUTPUT_AT_MOST: Final = 24_000
"""Characters of a command's output that Systems Manager hands on."""
_ROOM: Final = 20_000
_HEADER_BYTES: Final = 1_048_576
_NAME: Final = re.compile(r"[A-Za-z0-9._,=+%-]{1,255}")
"""Names that Postfix gives to files; nothing else goes into a command."""
_SECOND: Final = re.compile(r"(\d{1,11})\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedMail:
    """One message for one recipient, as it lies on the mail server."""

    name: str
    """Of its file."""
    size: int
    """Bytes of the file."""
    start: bytes
    """Its header, and perhaps more; empty: it is too large to be handed on."""

    @property
    def at(self) -> datetime | None:
        """When it arrived, as the name of its file says."""
        found = _SECOND.match(self.name)
        try:
            return None if found is None else datetime.fromtimestamp(int(found[1]), UTC)
        except (OverflowError, OSError, ValueError):
            return None


class Mailbox(Protocol):
    """Where mail arrives."""

    def after(self, name: str) -> Iterator[ArrivedMail]:
        """What came after a message; an empty name: all."""


class RunsCommands(Protocol):
    """A machine that runs commands."""

    def run(self, instance: str, command: str) -> str:
        """The output of a shell command.

        Raises:
            CouldNot: it could not be run, or failed.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalMailbox:
    """A Maildir on this machine."""

    folder: Path

    def after(self, name: str) -> Iterator[ArrivedMail]:
        """What came after a message.

        Raises:
            CouldNot: the folder cannot be read.
        """
        if not any((self.folder / each).is_dir() for each in maildir_reader.FOLDERS):
            raise CouldNot(
                f"`{self.folder}` is no Maildir", help="a Maildir has the folders `new` and `cur`"
            )
        try:
            for found, size, start in maildir_reader.read(str(self.folder), name, MOST_AT_ONCE):
                yield ArrivedMail(name=found, size=size, start=start)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CouldNot(f"cannot read `{self.folder}`: {reason}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteMailbox:
    """The Maildir of a mail server in AWS, read by Systems Manager."""

    machine: RunsCommands
    instance: str
    folder: str

    def after(self, name: str) -> Iterator[ArrivedMail]:
        """What came after a message; asks again until there is no more.

        Raises:
            CouldNot: the server cannot be asked, or its answer is not one.
        """
        left = MOST_AT_ONCE
        while left > 0:
            answer = self.machine.run(self.instance, self._command(name, left))
            mail, more = _read(answer)
            yield from mail
            left -= len(mail)
            if not more or not mail:
                return
            name = mail[-1].name

    def _command(self, after: str, most: int) -> str:
        program = files("mmctl.operate.staging").joinpath("maildir_reader.py").read_text()
        values = (self.folder, after, str(most), str(_ROOM))
        words = " ".join(shlex.quote(each) for each in values)
        return f"python3 - {words} <<'END_OF_PROGRAM'\n{program}\nEND_OF_PROGRAM\n"


def _read(answer: str) -> tuple[list[ArrivedMail], bool]:
    """The messages of an answer, and whether there are more.

    Raises:
        CouldNot: it is not one.
    """
    try:
        # A longer output was cut, and is no JSON.
        document: Any = json.loads(answer[:OUTPUT_AT_MOST])
        mail = [_arrived(each) for each in document["mail"]]
        return mail, bool(document["more"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, zlib.error):
        raise CouldNot(
            "the mail server answers something else than a list of messages",
            help="look at it: mmctl staging status",
        ) from None


def _arrived(row: Any) -> ArrivedMail:
    name, size, text = row
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(name)
    start = b""
    if text:
        unpacking = zlib.decompressobj()
        start = unpacking.decompress(base64.b64decode(text, validate=True), _HEADER_BYTES)
        if unpacking.unconsumed_tail:
            raise ValueError(name)
    return ArrivedMail(name=name, size=int(size), start=start)
