"""Files in the data folder that hold a message: another name for it, or a copy."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mmctl.writing import write_whole

if TYPE_CHECKING:
    from pathlib import Path

_PRIVATE: Final = 0o600
_NO_LINK: Final = (errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.EACCES)


def put_file(root: Path, file: str, message: Path | bytes) -> None:
    """Put a message into a file; a path gets another name, without a copy if possible.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    target = root / file
    try:
        _put(target, message)
    except FileNotFoundError:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _put(target, message)


def _put(target: Path, message: Path | bytes) -> None:
    if isinstance(message, bytes):
        if not target.parent.is_dir():
            raise FileNotFoundError(target)
        write_whole(target, message, mode=_PRIVATE)
        return
    try:
        os.link(message, target)
    except FileExistsError:
        if not message.samefile(target):
            with suppress(FileNotFoundError):
                target.unlink()
            _put(target, message)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        _put(target, message.read_bytes())
