"""A file of lines that another process appends to: what is new since the last look."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from mmctl.inputs import MIB, open_file
from mmctl.records import dataclass

if TYPE_CHECKING:
    from pathlib import Path

AT_ONCE: Final = 2 * MIB
"""Bytes that one look reads, so that a large file does not make anybody wait."""
LONGEST_LINE: Final = 8 * MIB
"""Bytes of a line that is read; a longer one is passed over."""


@dataclass(slots=True)
class Tail:
    """The lines of a file from where the last look ended; a file may not be there yet."""

    path: Path
    place: int = 0
    size: int = 0
    """How long the file was at the last look."""
    identity: tuple[int, int] | None = None
    """Which file it was; another one under its name is read from its beginning."""
    passing_over: bool = False

    @property
    def left(self) -> int:
        """Bytes that were there at the last look and were not read."""
        return self.size - self.place

    def is_another(self) -> bool:
        """Whether the file was replaced or cut since the last look: what was read is void."""
        try:
            status = os.stat(self.path)  # noqa: PTH116 - called five times a second
        except OSError:
            return self.identity is not None
        known = self.identity
        found = (status.st_dev, status.st_ino)
        return known is not None and (known != found or status.st_size < self.place)

    def lines(self) -> list[tuple[int, bytes]]:
        """Whole lines that are new, each with the place where it begins, as many as fit a look."""
        try:
            with open_file(self.path) as file:
                status = os.fstat(file.fileno())
                self.identity = (status.st_dev, status.st_ino)
                self.size = status.st_size
                if self.size <= self.place:
                    return []
                file.seek(self.place)
                content = file.read(AT_ONCE)
                while b"\n" not in content and self.place + len(content) < self.size:
                    if len(content) > LONGEST_LINE:
                        self.passing_over = True
                        break
                    content += file.read(AT_ONCE)
        except OSError:
            return []
        return self._cut(content)

    def _cut(self, content: bytes) -> list[tuple[int, bytes]]:
        end = content.rfind(b"\n") + 1
        if end == 0:
            if self.passing_over:
                self.place += len(content)
            return []
        found = []
        place = self.place
        for line in content[:end].split(b"\n")[:-1]:
            if not self.passing_over:
                found.append((place, line))
            self.passing_over = False
            place += len(line) + 1
        self.place = place
        return found


def line_at(path: Path, place: int) -> bytes:
    """The line of a file that begins at a place; empty if there is none."""
    try:
        with open_file(path) as file:
            file.seek(place)
            content = b""
            while b"\n" not in content and len(content) <= LONGEST_LINE:
                more = file.read(64 * 1024)
                if not more:
                    break
                content += more
    except OSError:
        return b""
    return content.partition(b"\n")[0]
