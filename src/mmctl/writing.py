"""Files written whole: the old content stays until all of the new is written.

Every file that mmctl writes in one go is written here: under another name beside it, then
renamed. What is not a regular file (a device, a pipe, `/dev/stdout`) is opened and written to,
because a rename would put a file in its place. A symbolic link stays one; mode and
owner are kept.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BESIDE: Final = ".mmctl-"
"""How the names of unfinished files begin."""
_EVER_BESIDE: Final = Pattern(r"\.mmctl-[0-9a-f]{16}|\..+\.[0-9a-f]{8}")
"""Their names; 0.1.0 called them `.NAME.` and eight digits."""
_NEW: Final = 0o666
"""The mode of a new file, before the umask."""
_NO_RENAME: Final = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV)
"""Why a file cannot be created or renamed in a folder, although the file itself is writable."""
_LINKS: Final = 40
"""How many links may follow one another."""


def write_whole(
    path: Path, content: str | bytes, *, mode: int | None = None, durable: bool = False
) -> None:
    """Write a file in place of what was there; `mode` None keeps its mode.

    `durable`: it is on disk when this returns.

    Raises:
        OSError: it cannot be written; the old content is still there.
    """
    with opened_whole(path, mode=mode, durable=durable) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write files of which each says something about the others: all are written, or none is.

    Raises:
        OSError: one cannot be written; the old contents are still there.
    """
    with ExitStack() as unfinished:
        for path, content in files.items():
            file = unfinished.enter_context(opened_whole(path))
            file.write(content)
            file.flush()  # what does not fit on the disk is known before a file takes its name


@contextmanager
def opened_whole(
    path: Path, *, mode: int | None = None, durable: bool = False
) -> Iterator[BinaryIO]:
    """A file to write to, which takes its name when the block ends without an error.

    Raises:
        OSError: it cannot be written.
    """
    stream = opened_stream(path)
    if stream is not None:
        with stream:
            yield stream
        return
    target = Path(os.path.realpath(path))
    before = _status(target)
    if before is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    try:
        handle, beside = _made_beside(target, _NEW if mode is None else mode)
    except OSError as error:
        if before is None or error.errno not in _NO_RENAME:
            raise
        with target.open("wb") as file:
            yield file
        return
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            kept = before is None or _kept(file, before, mode)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        _put_in_place(beside, target, renamed=kept)
    finally:
        beside.unlink(missing_ok=True)
    if durable:
        sync_folder(target.parent)


def opened_stream(path: Path) -> BinaryIO | None:
    """A path that is not a regular file, opened for writing; None: it is one, or is missing.

    Raises:
        OSError: it cannot be opened.
    """
    descriptor = _descriptor(path)
    if descriptor is not None:
        return os.fdopen(os.dup(descriptor), "wb")
    status = _status(path)
    if status is None or stat.S_ISREG(status.st_mode):
        return None
    return os.fdopen(os.open(path, os.O_WRONLY | getattr(os, "O_NOCTTY", 0)), "wb")


def written_beside(target: Path, text: str) -> Path:
    """A new file in the folder of another: on disk, for its owner only; the caller renames it.

    Raises:
        OSError: it cannot be written; nothing of it is left.
    """
    handle, beside = _made_beside(target, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        beside.unlink()
        raise
    return beside


def is_beside(name: str) -> bool:
    """Whether a name is that of an unfinished file, which a killed process leaves behind."""
    return bool(_EVER_BESIDE.fullmatch(name))


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder to disk, if the system can do that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _descriptor(path: Path) -> int | None:
    """The descriptor of this process that a path names, such as `/dev/stdout` or `/dev/fd/3`.

    Opening it by name would start at the beginning of a file, and fail for a socket.
    """
    for _ in range(_LINKS):
        if path.name.isdecimal() and os.path.realpath(path.parent) == os.path.realpath("/dev/fd"):
            return int(path.name)
        if not path.is_symlink():
            return None
        path = path.parent / path.readlink()
    return None


def _made_beside(target: Path, mode: int) -> tuple[int, Path]:
    """A new file in the folder of another, and its path; the file did not exist before."""
    beside = target.with_name(_BESIDE + os.urandom(8).hex())
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(beside, flags, mode), beside


def _kept(file: BinaryIO, before: os.stat_result, mode: int | None) -> bool:
    """Give a file the owner and mode of the one before it; return whether the owner was kept."""
    if os.name != "posix":
        return True
    made = os.fstat(file.fileno())
    if (made.st_uid, made.st_gid) != (before.st_uid, before.st_gid):
        try:
            os.fchown(file.fileno(), before.st_uid, before.st_gid)
        except OSError:
            return False
    os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode) if mode is None else mode)
    return True


def _put_in_place(beside: Path, target: Path, *, renamed: bool) -> None:
    """Rename a file to its name; if that is not possible, overwrite what is there."""
    if renamed:
        try:
            beside.replace(target)
        except OSError as error:
            if error.errno not in _NO_RENAME or not target.is_file():
                raise
        else:
            return
    import shutil  # noqa: PLC0415 - slow to import, and every command imports this

    with beside.open("rb") as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
