"""A folder of results: a manifest, files of rows with their counts, and a summary at the end.

    manifest.json               what the results depend on
    rows/0000000500.jsonl       the rows of a batch, named by how many inputs are before it
    counts/0000000500.json      its counts, and the size and digest of its rows
    summary.json                the counts of all

The counts of a batch are written after its rows, each file beside its place and then renamed: a
batch is there if its counts are and its rows are as they say.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager, suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.messages.manifest import SCHEMA, Manifest
from mmctl.cli.messages.result_counts import counts_document, tally_of
from mmctl.errors import Refused, UsageError
from mmctl.inputs import DOCUMENT_AT_MOST, parse_json, read_file
from mmctl.records import dataclass
from mmctl.writing import is_beside, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mmctl.cli.messages.unit_batches import UnitBatch
    from mmctl.cli.messages.unit_judge import DoneBatch
    from mmctl.judge.tally import Tally

MANIFEST: Final = "manifest.json"
SUMMARY: Final = "summary.json"
_ROWS: Final = "rows"
_COUNTS: Final = "counts"
_LOCK: Final = ".lock"
_UNREADABLE: Final = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    UsageError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is known of a batch whose rows are stored."""

    number: int
    first: int
    end: int
    names: tuple[str, str]
    changed: str
    """The digest of its inputs with the times of their last change."""
    listed: str
    """The digest of its inputs as every machine sees them."""
    rows: int
    size: int
    digest: str
    """Of the file of rows."""
    tally: Tally

    @property
    def document(self) -> dict[str, Any]:
        """What is written of it, with a digest of that, so that damage is found."""
        document = self._told
        return {**document, "itself": _digest_of(document)}

    @property
    def _told(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "number": self.number,
            "first": self.first,
            "end": self.end,
            "names": list(self.names),
            "changed": self.changed,
            "listed": self.listed,
            "rows": self.rows,
            "size": self.size,
            "digest": self.digest,
            "counts": counts_document(self.tally),
        }

    @classmethod
    def of(cls, document: Any) -> Stored:
        """What was written of a batch; raises one of `_UNREADABLE` if it is something else."""
        first, last = document["names"]
        itself = document.pop("itself")
        if itself != _digest_of(document):
            raise ValueError(itself)
        return cls(
            number=int(document["number"]),
            first=int(document["first"]),
            end=int(document["end"]),
            names=(str(first), str(last)),
            changed=document["changed"],
            listed=document["listed"],
            rows=int(document["rows"]),
            size=int(document["size"]),
            digest=document["digest"],
            tally=tally_of(document["counts"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRun:
    """The inputs of a run that ended, the same for all shards."""

    inputs: int
    batches: int
    listed: str


@dataclass(frozen=True, slots=True)
class ResultFolder:
    """One folder of results."""

    path: Path
    name: str
    """As it was named."""

    def manifest(self) -> Manifest:
        """The manifest in it.

        Raises:
            UsageError: it has none that can be read.
        """
        try:
            return Manifest.of(self._read(self.path / MANIFEST))
        except _UNREADABLE as error:
            raise UsageError(
                f"`{self.name}` is no folder of results: `{MANIFEST}` {_why(error)}",
                help="`mmctl simulate MESSAGE... --results FOLDER` makes one",
            ) from None

    def ended(self) -> EndedRun:
        """What the summary says of the inputs.

        Raises:
            UsageError: there is no summary, because the run did not end.
        """
        try:
            document = self._read(self.path / SUMMARY)
            return EndedRun(
                inputs=int(document["inputs"]),
                batches=int(document["batches"]),
                listed=str(document["listed"]),
            )
        except _UNREADABLE as error:
            raise UsageError(
                f"the results in `{self.name}` are not complete: `{SUMMARY}` {_why(error)}",
                help="run the command that made them again, with --resume",
            ) from None

    def batches(self) -> list[int]:
        """The places of all batches that are stored, in order."""
        with suppress(FileNotFoundError):
            names = (
                each.stem for each in (self.path / _COUNTS).iterdir() if each.suffix == ".json"
            )
            return sorted(int(name) for name in names if name.isdecimal())
        return []

    def stored(self, manifest: Manifest, first: int) -> Stored | None:
        """A batch by its place; None: it is not there, or its files are damaged."""
        try:
            stored = Stored.of(self._read(self.path / _COUNTS / _counts_name(first)))
            rows = read_file(self.rows_path(manifest, first), at_most=stored.size)
        except _UNREADABLE:
            return None
        whole = (
            stored.first == first and len(rows) == stored.size and _digest(rows) == stored.digest
        )
        return stored if whole else None

    def rows_path(self, manifest: Manifest, first: int) -> Path:
        """The file of the rows of a batch."""
        return self.path / _ROWS / f"{first:010}.{manifest.form}"

    def begin(self, manifest: Manifest) -> None:
        """Make the folder, with its manifest.

        Raises:
            UsageError: it cannot be written.
        """
        with self._written(self.path):
            (self.path / _ROWS).mkdir(parents=True, exist_ok=True)
            (self.path / _COUNTS).mkdir(exist_ok=True)
            self._write(MANIFEST, manifest.document)

    def abandon(self) -> None:
        """Take back what `begin` made if nothing is stored: the next command may be another."""
        parts = (self.path / _ROWS, self.path / _COUNTS)
        with suppress(OSError):
            if not any(any(part.iterdir()) for part in parts):
                (self.path / MANIFEST).unlink()
                for part in parts:
                    part.rmdir()

    def take_back(self) -> None:
        """Take back what a killed run made before it stored anything: it binds no other run."""
        if not (self.path / MANIFEST).exists() or (self.path / SUMMARY).exists():
            return
        try:
            form = self.manifest().form
        except UsageError:
            return  # it is somebody else's
        self.clear()
        counts, rows = self.path / _COUNTS, self.path / _ROWS
        with self._written(self.path):
            if any(counts.iterdir() if counts.is_dir() else ()):
                return
            for each in rows.glob(f"{'[0-9]' * 10}.{form}"):  # counts come last
                each.unlink()
        self.abandon()

    def keep(self, manifest: Manifest, batch: UnitBatch, done: DoneBatch, tally: Tally) -> None:
        """Store a batch.

        Raises:
            UsageError: it cannot be written.
        """
        path = self.rows_path(manifest, batch.first)
        with self._written(path):
            write_whole(path, done.rows)
        stored = Stored(
            number=batch.number,
            first=batch.first,
            end=batch.end,
            names=batch.names,
            changed=batch.digest(times=True),
            listed=batch.digest(times=False),
            rows=done.number_of_rows,
            size=len(done.rows),
            digest=_digest(done.rows),
            tally=tally,
        )
        self.put(stored)

    def put(self, stored: Stored) -> None:
        """Store the counts of a batch.

        Raises:
            UsageError: they cannot be written.
        """
        self._write(f"{_COUNTS}/{_counts_name(stored.first)}", stored.document, indent=None)

    def take(self, manifest: Manifest, other: ResultFolder, stored: Stored) -> None:
        """Store a batch of another folder; where that is possible, its rows are on disk once.

        Raises:
            UsageError: it cannot be written.
        """
        source, path = (each.rows_path(manifest, stored.first) for each in (other, self))
        with self._written(path):
            try:
                path.hardlink_to(source)
            except OSError:
                write_whole(path, read_file(source, at_most=stored.size))
        self.put(stored)

    def end(self, summary: Mapping[str, Any]) -> None:
        """Write the summary.

        Raises:
            UsageError: it cannot be written.
        """
        self._write(SUMMARY, summary)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no other run write to the folder.

        Raises:
            UsageError: another run does, or nobody may.
        """
        with self._written(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            _refuse_link(self.path / _LOCK, self.name)
            lock = os.fdopen(_opened_at_once(self.path / _LOCK), "ab")
        with lock:
            if not _locked(lock.fileno()):
                raise UsageError(
                    f"another run of mmctl writes to `{self.name}`",
                    help="wait for it, or name another folder",
                )
            yield

    def is_empty(self) -> bool:
        """Whether nothing of anybody is in it.

        Raises:
            UsageError: it cannot be read.
        """
        try:
            names = {each.name for each in self.path.iterdir()}
        except FileNotFoundError:
            return True
        except OSError as error:
            raise UsageError(
                f"cannot read `{self.name}`: {(error.strerror or '').lower()}"
            ) from None
        return all(name == _LOCK or is_beside(name) for name in names)

    def clear(self) -> None:
        """Delete what a killed run left unfinished, and the summary, which no longer holds."""
        with self._written(self.path):
            (self.path / SUMMARY).unlink(missing_ok=True)
            for folder in (self.path, self.path / _ROWS, self.path / _COUNTS):
                for each in folder.iterdir() if folder.is_dir() else ():
                    if is_beside(each.name):
                        each.unlink(missing_ok=True)

    def _read(self, path: Path) -> Any:
        return parse_json(read_file(path, at_most=DOCUMENT_AT_MOST))

    def _write(self, name: str, document: Mapping[str, Any], *, indent: int | None = 2) -> None:
        path = self.path / name
        with self._written(path):
            write_whole(path, json.dumps(document, sort_keys=True, indent=indent) + "\n")

    @contextmanager
    def _written(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UsageError(
                f"cannot write `{path}`: {(error.strerror or '').lower()}",
                help="what is stored is kept: with --resume the same command goes on",
            ) from None


def refuse_not_empty(
    folder: ResultFolder,
    help: str = "--resume goes on with the run that made it; or name another folder",
) -> None:
    """Refuse to write new results where something is.

    Raises:
        Refused: something is there.
    """
    if not folder.is_empty():
        raise Refused(
            f"`{folder.name}` is not empty",
            why="results of two runs would be mixed",
            help=help,
        )


def refuse_others(folder: ResultFolder, manifest: Manifest) -> None:
    """Refuse to go on with results that depend on something else.

    Raises:
        Refused: they do.
        UsageError: it is no folder of results.
    """
    differences = folder.manifest().differences(manifest)
    if differences:
        raise Refused(
            f"the results in `{folder.name}` are not of this command",
            details=differences,
            why="results that depend on different things would be mixed",
            help="name another folder for new results, or run the command that made these",
        )


def refuse_changed(folder: ResultFolder, batch: UnitBatch, stored: Stored) -> None:
    """Refuse to go on if inputs of a stored batch are not what they were.

    Raises:
        Refused: they changed.
    """
    if (stored.changed, stored.number) != (batch.digest(times=True), batch.number):
        first, last = stored.names
        raise Refused(
            f"between `{first}` and `{last}`, the inputs have changed since they were judged",
            why=f"the results in `{folder.name}` would be of inputs that no longer exist",
            help="name another folder for new results",
        )


def refuse_fewer(folder: ResultFolder) -> None:
    """Refuse to end where results of inputs are stored that are no longer there.

    Raises:
        Refused: always.
    """
    raise Refused(
        "there are fewer inputs than when they were judged",
        why=f"the results in `{folder.name}` would be of inputs that no longer exist",
        help="name another folder for new results",
    )


def _counts_name(first: int) -> str:
    return f"{first:010}.json"


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _digest_of(document: Mapping[str, Any]) -> str:
    return _digest(json.dumps(document, sort_keys=True).encode())


def _why(error: Exception) -> str:
    missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    return "is missing" if missing else "cannot be read"


def _refuse_link(lock: Path, folder: str) -> None:
    """Refuse to lock another file, or to make one where a link leads.

    Raises:
        UsageError: it is a link.
    """
    if lock.is_symlink():
        raise UsageError(
            f"`{folder}/{lock.name}` is a link, expected a file of mmctl",
            help="delete it, or name another folder",
        )


def _opened_at_once(path: Path) -> int:
    """A handle to write to a file; if it is a pipe, nobody is waited for."""
    at_once = getattr(os, "O_NONBLOCK", 0)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | at_once, 0o666)


def _locked(handle: int) -> bool:
    """Lock an open file for this process until it is closed; False: another process did."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            # Unlike `flock`, it is not inherited by processes that outlive this one for a moment.
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
