"""Messages in an S3 bucket: listed page by page, read by ranges, several at a time.

Only the needed part of a message is fetched (`mmctl.mail.partial`). Objects that hold many messages
are read like files (`mmctl.mail.archives`), block by block. Memory does not grow with the bucket.
"""

from __future__ import annotations

import io
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol

from mmctl.errors import UsageError
from mmctl.live.aws.bucket import UnreadableObject
from mmctl.mail.archives import (
    UnreadableFileError,
    archives_of,
    is_one_file,
    messages_of_file,
    no_such_message,
    one_message,
)
from mmctl.mail.left_out import LeftOut, Why
from mmctl.mail.partial import FIRST_BYTES, Message
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from mmctl.live.aws.bucket import ObjectEntry
    from mmctl.mail.left_out import Skip
    from mmctl.mail.partial import Needs

READERS: Final = 16
"""Objects to fetch at the same time: waiting for an answer takes far longer than reading it."""
AHEAD: Final = 2 * READERS
"""The most objects to fetch before it is their turn."""
AHEAD_BYTES: Final = 64 * 1024 * 1024
"""The most bytes of these objects, except for a single larger one."""
BLOCK: Final = 8 * 1024 * 1024
"""Bytes of an archive to fetch at once."""


class Objects(Protocol):
    """The objects of a bucket, to be listed and read in parts."""

    @property
    def place(self) -> str:
        """The bucket as a URL."""

    def entries(self, prefix: str) -> Iterator[ObjectEntry]:
        """The objects whose keys have a prefix, page by page."""

    def part(self, entry: ObjectEntry, start: int, end: int) -> bytes:
        """The bytes from one offset to another; UnreadableObject: this object cannot be read."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """An object with the part of it that was fetched."""

    entry: ObjectEntry
    start: bytes = b""
    found: Message | LeftOut | None = None
    """Its message, or why it is none; None: it holds many."""


def messages_in_bucket(
    bucket: Objects, prefix: str, needs: Needs, *, skip: Skip
) -> Iterator[Message]:
    """The messages in all objects whose keys have a prefix, in the order of keys.

    If there are none, the prefix may name one message of an archive, as in reports. What cannot be
    read, and what is not a message, goes to `skip`.

    Raises:
        UsageError: there is no such object, or no such message in it.
        CouldNot: the bucket cannot be used.
    """
    objects = objects_in_bucket(bucket, prefix)
    first = next(objects, None)
    if first is None:
        yield from one_of_archive(bucket, prefix, needs)
    else:
        yield from messages_of_objects(bucket, chain([first], objects), needs, skip=skip)


def objects_in_bucket(bucket: Objects, prefix: str) -> Iterator[ObjectEntry]:
    """The objects whose keys have a prefix, without those that only stand for a folder.

    Raises:
        CouldNot: the bucket cannot be used.
    """
    return (entry for entry in bucket.entries(prefix) if not _is_folder(entry))


def messages_of_objects(
    bucket: Objects, entries: Iterable[ObjectEntry], needs: Needs, *, skip: Skip
) -> Iterator[Message]:
    """The messages in some objects, in their order."""
    for begun in _begun_ahead(bucket, entries, needs):
        name = f"{bucket.place}/{begun.entry.key}"
        if isinstance(begun.found, Message):
            yield begun.found
        elif begun.found is not None:
            skip(begun.found)
        else:
            try:
                yield from _in_archive(bucket, begun, name, needs, skip)
            except UnreadableFileError as error:
                skip(error.left_out)


def _in_archive(
    bucket: Objects, begun: _Begun, name: str, needs: Needs, skip: Skip
) -> Iterator[Message]:
    with io.BufferedReader(_ObjectFile(bucket, begun.entry, begun.start)) as file:
        yield from messages_of_file(name, file, skip, needs=needs, size=begun.entry.size)


def one_of_archive(bucket: Objects, key: str, needs: Needs) -> Iterator[Message]:
    """One message of an archive; those after it are not read.

    Raises:
        UsageError: there is no such archive, or no such message in it.
        CouldNot: the bucket cannot be used.
    """
    name = f"{bucket.place}/{key}"

    def of_this(left_out: LeftOut) -> None:
        if left_out.name == name:
            raise UnreadableFileError(left_out)

    for archive in archives_of(key):
        entry = next((entry for entry in bucket.entries(archive) if entry.key == archive), None)
        begun = None if entry is None else _begun(bucket, entry, needs)
        if begun is None or begun.found is not None:
            continue
        place = f"{bucket.place}/{archive}"
        for message in _in_archive(bucket, begun, place, needs, of_this):
            if message.name == name:
                yield message
                return
        raise no_such_message(place, name)
    raise UsageError(
        f"no object of `{bucket.place}` has a key that begins with `{key}`"
        if key
        else f"bucket `{bucket.place}` is empty"
    )


def _begun_ahead(bucket: Objects, entries: Iterable[ObjectEntry], needs: Needs) -> Iterator[_Begun]:
    """All objects in their order; the next ones are fetched meanwhile."""
    waiting: deque[tuple[int, Future[_Begun]]] = deque()
    size = 0
    pool = ThreadPoolExecutor(READERS, thread_name_prefix="s3")
    try:
        for entry in entries:
            while waiting and (len(waiting) >= AHEAD or size + entry.size > AHEAD_BYTES):
                size -= waiting[0][0]
                yield waiting.popleft()[1].result()
            waiting.append((entry.size, pool.submit(_begun, bucket, entry, needs)))
            size += entry.size
        for _, begun in waiting:
            yield begun.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _is_folder(entry: ObjectEntry) -> bool:
    """Whether an object only stands for a folder, as made by the console."""
    return entry.size == 0 and entry.key.endswith("/")


def _begun(bucket: Objects, entry: ObjectEntry, needs: Needs) -> _Begun:
    """Fetch the needed part of a message, or the first bytes of anything else."""
    name = f"{bucket.place}/{entry.key}"
    try:
        size = entry.size
        start = bucket.part(entry, 0, min(FIRST_BYTES, size)) if size else b""
        if not is_one_file(entry.key, start):
            return _Begun(entry, start)
        fetch = partial(bucket.part, entry)
        return _Begun(entry, found=one_message(name, size, needs, fetch, start))
    except UnreadableObject as unreadable:
        return _Begun(entry, found=LeftOut(name, Why.UNREADABLE, str(unreadable)))


class _ObjectFile(io.RawIOBase):
    """An object as a file, with one block in memory."""

    def __init__(self, bucket: Objects, entry: ObjectEntry, start: bytes) -> None:
        self._bucket = bucket
        self._entry = entry
        self._block, self._begins = start, 0
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._entry.size}
        self._place = max(0, origin[whence] + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what io hands over
        at = self._place - self._begins
        if not 0 <= at < len(self._block):
            end = min(self._entry.size, self._place + BLOCK)
            self._block = self._fetched(end) if end > self._place else b""
            self._begins, at = self._place, 0
        part = self._block[at : at + len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)

    def _fetched(self, end: int) -> bytes:
        try:
            return self._bucket.part(self._entry, self._place, end)
        except UnreadableObject as unreadable:
            raise OSError(0, str(unreadable)) from unreadable
