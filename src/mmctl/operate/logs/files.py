"""Logs in files, folders and on standard input; packed or not."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from mmctl.errors import UsageError
from mmctl.inputs import FILE_AT_MOST, open_file, parse_json, read_file, read_stream
from mmctl.mail.allowance import Allowance, Stream, TooMuchError
from mmctl.mail.archives import UnreadableFileError
from mmctl.mail.listing import files_below
from mmctl.operate.logs.found import records_in
from mmctl.operate.logs.parquet import MAGIC, values_of_parquet
from mmctl.operate.logs.values import Damage, values_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from mmctl.operate.logs.found import ReadCounts
    from mmctl.operate.logs.records import Record
    from mmctl.operate.logs.values import Value

GZIP: Final = b"\x1f\x8b"
_SUFFIXES: Final = frozenset({"", ".jsonl", ".json", ".log", ".gz", ".txt", ".parquet", ".ndjson"})
"""The files of a folder that are read; a file that is named itself is read in any case."""
REMOVED: Final = "removed.jsonl"
"""What the embedded Mail Manager says of log files that it has removed."""
OWN_LOGS: Final = ("logs", "messages.jsonl")
"""What a data folder of the embedded Mail Manager holds: its logs are in the first."""


def records_at(path: Path, counts: ReadCounts, needle: bytes | None = None) -> Iterator[Record]:
    """The records in a file, or in all files of logs below a folder, in order of their names.

    Raises:
        UsageError: it does not exist, or cannot be read.
    """
    try:
        if path.is_dir():
            yield from _below(path, counts, needle)
        else:
            with io.BufferedReader(open_file(path)) as file:
                yield from records_of_file(file, str(path), counts, needle, size=_size(path))
    except FileNotFoundError:
        raise UsageError(f"`{path}` does not exist") from None
    except UnreadableFileError as error:
        raise UsageError(f"`{path}` {error.left_out.reason}") from None
    except OSError as error:
        raise UsageError(
            f"cannot read `{path}`: {(error.strerror or str(error)).lower()}"
        ) from None


def logs_below(folder: Path) -> Iterator[Path]:
    """The files of a folder that logs are read from."""
    inner = folder / OWN_LOGS[0]
    if inner.is_dir() and (folder / OWN_LOGS[1]).exists():
        folder = inner
    for name in files_below(str(folder)):
        file = Path(name)
        if file.suffix in _SUFFIXES and file.name != REMOVED:
            yield file


def _below(folder: Path, counts: ReadCounts, needle: bytes | None) -> Iterator[Record]:
    """A file that cannot be read does not stop the others."""
    for file in logs_below(folder):
        _note_removed(file.with_name(REMOVED), counts)
        try:
            with io.BufferedReader(open_file(file)) as opened:
                yield from records_of_file(opened, str(file), counts, needle, size=_size(file))
        except OSError as error:
            reason = f"cannot be read: {(error.strerror or str(error)).lower()}"
            counts.damage(str(file), None, reason)


def records_of_file(
    stream: io.BufferedReader[Any],
    name: str,
    counts: ReadCounts,
    needle: bytes | None = None,
    *,
    size: int | None = None,
) -> Iterator[Record]:
    """The records in an open file, packed or not; the size of a pipe is unknown."""
    counts.sources += 1
    start = stream.peek(len(MAGIC))
    if start.startswith(MAGIC):
        yield from records_in(_parquet(stream, name, size), name, counts)
    elif start.startswith(GZIP):
        yield from records_in(_unpacked(stream, size, needle), name, counts)
    else:
        yield from records_in(values_in(stream, needle), name, counts)


def records_on(
    stdin: BinaryIO, counts: ReadCounts, needle: bytes | None = None
) -> Iterator[Record]:
    """The records on standard input."""
    with io.BufferedReader(Stream(stdin)) as stream:
        yield from records_of_file(stream, "-", counts, needle)


def _unpacked(
    stream: IO[bytes], size: int | None, needle: bytes | None
) -> Iterator[Value | Damage]:
    """The values of a packed file, as far as it can be unpacked, and may be."""
    last = 0
    try:
        with (
            gzip.GzipFile(fileobj=stream) as packed,
            io.BufferedReader(Stream(packed, Allowance.of(size))) as plain,
        ):
            for each in values_in(plain, needle):
                last = each.line
                yield each
    except TooMuchError as error:
        yield Damage(line=last + 1, reason=str(error))
    except (OSError, EOFError, zlib.error) as error:
        yield Damage(line=last + 1, reason=f"cannot be unpacked further: {str(error).lower()}")


def _parquet(stream: IO[bytes], name: str, size: int | None) -> Iterator[Value | Damage]:
    """The rows of a Parquet file; one on a pipe is read whole, because it ends in its index."""
    if size is None:
        try:
            stream = io.BytesIO(read_stream(stream, at_most=FILE_AT_MOST))
        except OSError as error:
            yield Damage(line=1, reason=error.strerror or str(error))
            return
    yield from values_of_parquet(stream, name, size)


def _note_removed(path: Path, counts: ReadCounts) -> None:
    """Note that older records were removed by the embedded Mail Manager, where it says so."""
    try:
        notes = read_file(path, at_most=FILE_AT_MOST).splitlines()
        last = parse_json(notes[-1])
        text = f"`{path.parent}` had more: {last['file']} and older files of that log were removed"
    except (OSError, ValueError, LookupError, TypeError):
        return
    counts.note(text)


def _size(path: Path) -> int | None:
    status = path.stat()
    return status.st_size if path.is_file() else None
