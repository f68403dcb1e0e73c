"""What inputs consist of, in a fixed order, found without reading the messages.

Whoever judges a message reads it: another process, or another machine that sees the same files.
Only what cannot be read in parts (a zip, what is packed, a pipe) is read while it is listed.
"""

from __future__ import annotations

import os
import stat
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, assert_never

from mmctl.inputs import open_file
from mmctl.mail.allowance import Allowance, TooMuchError
from mmctl.mail.archives import LARGEST_MESSAGE, UnreadableFileError, messages_of_file, readable
from mmctl.mail.contents import FIRST, Content, content_of
from mmctl.mail.left_out import LeftOut, Why
from mmctl.mail.listing import files_below
from mmctl.mail.mbox import messages_of_mbox, sections_of_mbox
from mmctl.mail.partial import WHOLE, Message, part_of
from mmctl.mail.sources import (
    STANDARD_INPUT,
    archive_of,
    is_folder,
    messages_in_file,
    no_files,
)
from mmctl.mail.sources import messages as messages_at
from mmctl.mail.tar_members import members_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import FileIO
    from typing import BinaryIO

    from mmctl.mail.left_out import Skip
    from mmctl.mail.partial import Needs

_MAY_HOLD_MANY: Final = 1024 * 1024
"""Bytes from which it is looked what a file is; a smaller one is read at once, whatever it is."""


class WholeFile(NamedTuple):
    """A file: a message, or a small archive."""

    name: str
    size: int
    changed: int
    named: bool
    """Whether it was named itself: then it must be readable."""


class Section(NamedTuple):
    """Bytes of a tar or an mbox that hold one message."""

    name: str
    start: int
    end: int
    changed: int
    number: int
    """The number of the message in its mbox; 0: it is a tar."""
    named: bool


class Given(NamedTuple):
    """A message that has been read already."""

    message: Message


class Dropped(NamedTuple):
    """Something that has been left out already."""

    left_out: LeftOut


Unit: TypeAlias = WholeFile | Section | Given | Dropped


def units_at(
    paths: Iterable[str | Path], stdin: BinaryIO | None = None, *, needs: Needs = WHOLE
) -> Iterator[Unit]:
    """What some paths consist of, in the order in which `mmctl.mail.sources` reads it.

    `needs` is what is kept of a message that is read here.

    Raises:
        UsageError: a path is missing, or cannot be read.
    """
    for path in paths:
        if str(path) == STANDARD_INPUT or archive_of(Path(path)) is not None:
            yield from _read(path, needs, stdin)
        elif is_folder(Path(path)):
            yield from _in_folder(str(Path(path)), needs)
        else:
            yield from _of_file(str(path), needs, named=True)


def _in_folder(folder: str, needs: Needs) -> Iterator[Unit]:
    found = False
    for file in files_below(folder):
        found = True
        yield from _of_file(file, needs, named=False)
    if not found:
        raise no_files(folder)


def _read(path: str | Path, needs: Needs, stdin: BinaryIO | None = None) -> Iterator[Unit]:
    """What can only be read here."""
    dropped: list[LeftOut] = []
    yield from given(messages_at([path], stdin, needs=needs, skip=dropped.append), dropped)


def given(messages: Iterator[Message], dropped: list[LeftOut]) -> Iterator[Unit]:
    """Messages as they are read, with what is left out between them."""
    try:
        for message in messages:
            yield from map(Dropped, dropped)
            dropped.clear()
            yield Given(message)
    except UnreadableFileError:
        yield from map(Dropped, dropped)
        raise
    yield from map(Dropped, dropped)


def _of_file(name: str, needs: Needs, *, named: bool) -> Iterator[Unit]:
    try:
        with readable(name):
            yield from _parts_of_file(name, needs, named=named)
    except UnreadableFileError as error:
        if named:
            raise
        yield Dropped(error.left_out)


def _parts_of_file(name: str, needs: Needs, *, named: bool) -> Iterator[Unit]:
    status = os.stat(name)  # noqa: PTH116 - there may be millions
    whole = WholeFile(name, status.st_size, status.st_mtime_ns, named)
    if not stat.S_ISREG(status.st_mode):
        yield from _read(name, needs)
        return
    if status.st_size <= _MAY_HOLD_MANY:
        yield whole
        return
    with open_file(name) as file:
        start = file.read(FIRST)
        match content_of(name, start):
            case Content.OTHER:
                yield whole
            case Content.TAR:
                yield from _of_tar(whole, file, needs)
            case Content.MBOX:
                file.seek(0)
                for number, (begins, ends) in enumerate(sections_of_mbox(file), start=1):
                    yield Section(name, begins, ends, whole.changed, number, named)
            case Content.ZIP | Content.PACKED | Content.NOT_READ:
                yield from _read(name, needs)
            case never:
                assert_never(never)


def _of_tar(whole: WholeFile, file: FileIO, needs: Needs) -> Iterator[Unit]:
    allowance = Allowance.of(whole.size)
    try:
        for start, end, alone in members_of(file, whole.size, allowance):
            section = Section(whole.name, start, end, whole.changed, 0, whole.named)
            if alone:
                yield section
            else:
                yield from _read_section(section, needs)
    except TooMuchError as error:
        raise UnreadableFileError(LeftOut(whole.name, Why.UNREADABLE, str(error))) from error


def _read_section(section: Section, needs: Needs) -> Iterator[Unit]:
    dropped: list[LeftOut] = []
    yield from given(_of_section(section, section.name, needs, dropped.append), dropped)


def read(
    units: Iterable[Unit], *, skip: Skip, needs: Needs = WHOLE, folder: str = ""
) -> Iterator[Message]:
    """The messages of units; relative names are those of files below `folder`.

    Raises:
        UnreadableFileError: a file that was named cannot be read.
    """
    for unit in joined(units):
        match unit:
            case Given(message):
                yield message
            case Dropped(left_out):
                skip(left_out)
            case WholeFile() | Section():
                try:
                    yield from _of_file_at(unit, os.path.join(folder, unit.name), needs, skip)  # noqa: PTH118 - there may be millions
                except UnreadableFileError as error:
                    if unit.named:
                        raise
                    skip(error.left_out)
            case never:
                assert_never(never)


def joined(units: Iterable[Unit]) -> Iterator[Unit]:
    """The units, with sections that follow each other as one."""
    last: Section | None = None
    for unit in units:
        if last is not None:
            if isinstance(unit, Section) and unit.name == last.name and unit.start == last.end:
                last = last._replace(end=unit.end)
                continue
            yield last
            last = None
        if isinstance(unit, Section):
            last = unit
        else:
            yield unit
    if last is not None:
        yield last


def _of_file_at(
    unit: WholeFile | Section, place: str, needs: Needs, skip: Skip
) -> Iterator[Message]:
    if isinstance(unit, Section):
        return _of_section(unit, place, needs, skip)
    return messages_in_file(unit.name, place, skip, needs)


def _of_section(section: Section, place: str, needs: Needs, skip: Skip) -> Iterator[Message]:
    name = section.name
    with (
        readable(name),
        open_file(place) as whole,
        BufferedReader(_SectionFile(whole, section.start, section.end)) as file,
    ):
        if not section.number:
            size = section.end - section.start
            yield from messages_of_file(name, file, skip, needs=needs, size=size)
            return
        for inside, content in messages_of_mbox(
            name, file, largest=LARGEST_MESSAGE, skip=skip, first=section.number
        ):
            yield part_of(inside, content, needs)


class _SectionFile(RawIOBase):
    """A section of a file, as a file of its own."""

    def __init__(self, file: FileIO, start: int, end: int) -> None:
        self._file = file
        self._start, self._end = start, end
        file.seek(start)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: self._start, os.SEEK_CUR: self._file.tell(), os.SEEK_END: self._end}
        return self._file.seek(max(self._start, origin[whence] + offset)) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start

    def readinto(self, buffer: Any) -> int:
        left = max(0, self._end - self._file.tell())
        return self._file.readinto(memoryview(buffer)[:left])
