"""The calls of one client: how many are in flight at once, and at which pace."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from mmctl.live.aws.pace import Pace
from mmctl.live.aws.together import together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


class Flights:
    """Makes calls of a boto3 client, at most `most` at once; one by one they need no pace."""

    def __init__(self, client: Any, most: int) -> None:
        self.most = most
        self._pace = Pace() if most > 1 else None
        if self._pace is not None:
            self._pace.follow(client)

    def call(self) -> AbstractContextManager[None]:
        """One call of the client."""
        return nullcontext() if self._pace is None else self._pace.call()

    def gather(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """The results of independent calls, in order; see `together`."""
        if self._pace is None:
            return together(calls, self.most)
        with self._pace.flight():
            return together(calls, self.most)
