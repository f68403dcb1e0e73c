"""Messages with all of their bytes, for tests of where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from mmctl.mail import sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mmctl.mail.left_out import Skip


def messages(
    paths: Iterable[str | Path], stdin: BinaryIO | None = None, *, skip: Skip | None = None
) -> Iterator[tuple[str, bytes]]:
    """Each message with its name."""
    for message in sources.messages(paths, stdin, skip=skip):
        assert message.unread == 0
        yield message.name, message.content
