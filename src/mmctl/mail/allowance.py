"""How much one file may unpack to: archives are made that unpack to far more than any disk holds.

Everything that is unpacked of a file counts, at every level, whether it is kept or not.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Final

ALWAYS: Final = 1024**3
"""Bytes that every file may unpack to."""
TIMES: Final = 100
"""A file may unpack to so many times its own size; mail shrinks to a fifth, seldom to a tenth."""
DEEPEST: Final = 8
"""Archives inside each other; a compression by itself, as of `a.mbox.gz`, counts as one."""
MEMBERS: Final = 10_000_000
"""Files in one archive, those in archives inside of it included."""


class TooMuchError(Exception):
    """A file unpacks to more than is read; the text is what follows its name."""


@dataclass(slots=True)
class Allowance:
    """What may still be unpacked of one file."""

    bytes: int
    members: int = MEMBERS

    @classmethod
    def of(cls, size: int | None) -> Allowance:
        """The allowance of a file of some size; None: a pipe, whose size nobody knows."""
        return cls(bytes=max(ALWAYS, TIMES * (size or 0)))

    def take(self, count: int) -> None:
        """So many bytes were unpacked.

        Raises:
            TooMuchError: that is more than is read.
        """
        self.bytes -= count
        if self.bytes < 0:
            raise TooMuchError(
                f"unpacks to more than {ALWAYS // 1024**3} GiB and more than {TIMES} times its "
                "size; the rest of it is not read"
            )

    def take_member(self) -> None:
        """One more file of an archive is looked at.

        Raises:
            TooMuchError: there are more than are read.
        """
        self.members -= 1
        if self.members < 0:
            raise TooMuchError(f"holds more than {MEMBERS:,} files; the rest of them are not read")


class Stream(io.RawIOBase):
    """What can only be read on: a pipe, or unpacked bytes, which are taken from an allowance.

    Each read is filled as far as there is something: whoever looks at the begin sees all of it.
    """

    def __init__(self, inside: Any, allowance: Allowance | None = None) -> None:
        self._inside = inside
        self._allowance = allowance

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, unless the end comes first."""
        part: bytes = self._inside.read(len(buffer))
        if self._allowance is not None:
            self._allowance.take(len(part))
        buffer[: len(part)] = part
        return len(part)
