"""How much one file may unpack to: some archives are made to unpack to more than any disk holds.

Everything that is unpacked from a file counts, at every level, whether it is kept or not.
"""

from __future__ import annotations

import io
from typing import Any, Final

from mmctl.records import dataclass

ALWAYS: Final = 1024**3
"""Bytes that every file may unpack to."""
TIMES: Final = 100
"""How many times its own size a file may unpack to; mail shrinks to a fifth, rarely to a tenth."""
DEEPEST: Final = 8
"""How deep archives may nest; a compression, as in `a.mbox.gz`, counts as one level."""
MEMBERS: Final = 10_000_000
"""Files in one archive, including those in nested archives."""


class TooMuchError(Exception):
    """A file unpacks to more than is allowed; the text is what follows its name."""


@dataclass(slots=True)
class Allowance:
    """How much more may be unpacked from one file."""

    bytes: int
    members: int = MEMBERS

    @classmethod
    def of(cls, size: int | None) -> Allowance:
        """The allowance of a file by its size; None: a pipe, whose size is unknown."""
        return cls(bytes=max(ALWAYS, TIMES * (size or 0)))

    def take(self, count: int) -> None:
        """Count bytes that were unpacked.

        Raises:
            TooMuchError: that exceeds the allowance.
        """
        self.bytes -= count
        if self.bytes < 0:
            raise TooMuchError(
                f"unpacks to more than {ALWAYS // 1024**3} GiB and more than {TIMES} times its "
                "size; the rest of it is not read"
            )

    def take_member(self) -> None:
        """Count one more file of an archive.

        Raises:
            TooMuchError: that exceeds the allowance.
        """
        self.members -= 1
        if self.members < 0:
            raise TooMuchError(f"holds more than {MEMBERS:,} files; the rest of them are not read")


class Stream(io.RawIOBase):
    """A stream that can only be read forward: a pipe, or unpacked bytes, counted by an allowance.

    Each read returns as much as there is: code that looks at the beginning sees all of it.
    """

    def __init__(self, inside: Any, allowance: Allowance | None = None) -> None:
        self._inside = inside
        self._allowance = allowance

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, unless the end comes first."""
        part: bytes = self._inside.read(len(buffer))
        if self._allowance is not None:
            self._allowance.take(len(part))
        buffer[: len(part)] = part
        return len(part)
