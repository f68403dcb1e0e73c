"""Reads the Maildir of a mail server: here, and on the server itself by Systems Manager.

This file runs there as it is, with the Python of Amazon Linux 2023 (3.9): it imports nothing of
mmctl. What strangers sent lies in the files: of each only the start is read, and no link is
followed.
"""

from __future__ import annotations

import base64
import json
import os
import stat
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = ("new", "cur")
START = 262_144
"""Bytes of a message that are read: its header, in almost all cases."""
HEADER_AT_MOST = 12_000
"""Characters that one message may take in an answer."""
_READS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""No link is followed, and nothing waits for a pipe that somebody left."""


def read(maildir: str, after: str, most: int) -> Iterator[tuple[str, int, bytes]]:
    """The name, the size and the start of messages that came after one, the oldest first.

    Names begin with the second of arrival, so that their order is that of arrival.
    """
    folders = [Path(maildir, each) for each in FOLDERS]
    files = [file for folder in folders if folder.is_dir() for file in folder.iterdir()]
    named = sorted((file.name.partition(":")[0], file) for file in files)
    for name, path in [each for each in named if each[0] > after and each[0][0] != "."][:most]:
        try:
            number = os.open(path, _READS)
        except OSError:
            continue
        known = os.fstat(number)
        if not stat.S_ISREG(known.st_mode):
            os.close(number)
            continue
        with os.fdopen(number, "rb") as opened:
            start = opened.read(START)
        yield name, known.st_size, start


def answer(maildir: str, after: str, most: int, room: int) -> str:
    """As many messages as there is room for in an answer, in JSON."""
    mail: list[tuple[str, int, str]] = []
    used, more = 0, False
    for name, size, start in read(maildir, after, most):
        header = start.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n"
        text = base64.b64encode(zlib.compress(header, 9)).decode()
        if len(text) > HEADER_AT_MOST:
            text = ""
        used += len(text) + len(name) + 40
        if used > room and mail:
            more = True
            break
        mail.append((name, size, text))
    return json.dumps({"mail": mail, "more": more or len(mail) == most}, separators=(",", ":"))


if __name__ == "__main__":
    sys.stdout.write(answer(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
