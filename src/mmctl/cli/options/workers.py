"""`--workers N`: how many processes share the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST: Final = 1_000


def checked_workers(workers: int | None, *, corpus: Sequence[str] | None = ("",)) -> int:
    """How many processes; `corpus` are the messages of a command that judges some only if asked.

    Raises:
        UsageError: there are too many, or no messages to share.
    """
    if workers is not None and workers > _MOST:
        raise UsageError(f"got `--workers {workers}`", help=f"at most {_MOST:,}; one a core")
    if workers is not None and not corpus:
        raise UsageError("`--workers` goes with `--corpus MESSAGES`")
    return workers or 1
