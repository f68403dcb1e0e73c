"""The messages as files: generated once, and linked into folders of any size."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.mail import mail

if TYPE_CHECKING:
    from pathlib import Path

A_FOLDER: Final = 10_000
"""Files in one folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Messages in a scratch folder; `malformed` has the places of those with a fault."""

    folder: Path
    files: tuple[Path, ...]
    malformed: frozenset[int]

    @classmethod
    def generate(cls, folder: Path, count: int, *, one_recipient: bool = False) -> Corpus:
        """Write so many messages; they are in the page cache then."""
        originals = folder / "originals"
        originals.mkdir(parents=True)
        files, malformed = [], set()
        for number, message in enumerate(mail(count, one_recipient=one_recipient)):
            file = originals / f"{number:05}.eml"
            file.write_bytes(message.content)
            files.append(file)
            if message.malformed:
                malformed.add(number)
        return cls(folder=folder, files=tuple(files), malformed=frozenset(malformed))

    def of(self, count: int) -> Path:
        """A folder with so many messages; more than there are come several times, as links."""
        place = self.folder / f"first-{count}"
        if not place.exists():
            for begin in range(0, count, A_FOLDER):
                part = place / f"{begin // A_FOLDER:03}"
                part.mkdir(parents=True)
                for number in range(begin, min(count, begin + A_FOLDER)):
                    os.link(self.files[number % len(self.files)], part / f"{number:07}.eml")
        return place
