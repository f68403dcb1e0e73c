"""SPF, DKIM and DMARC of messages that come in, computed in threads: the DNS may take its time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from mmctl.mail.facts import Stated, as_stated, over
from mmctl.mail.reader import read_received

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from mmctl.mail.email import Authenticated, Email, Envelope, Facts, Session

    Authenticate = Callable[[bytes, Email, Envelope, Session, Facts], Authenticated]

AT_ONCE: Final = 8


class Verdicts:
    """Authenticates messages."""

    def __init__(self, authenticate: Authenticate, loop: asyncio.AbstractEventLoop) -> None:
        self._authenticate, self._loop = authenticate, loop
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="verdicts")

    async def __call__(
        self, content: bytes, session: Session, envelope: Envelope, stated: Facts
    ) -> Facts:
        """The verdicts on a message: what is stated, else what it shows itself."""
        return await self._loop.run_in_executor(
            self._threads, self._found, content, session, envelope, stated
        )

    def _found(self, content: bytes, session: Session, envelope: Envelope, stated: Facts) -> Facts:
        found = self._authenticate(content, read_received(content), envelope, session, stated)
        known = over(Stated(facts=stated), Stated(facts=found.facts)).facts
        return as_stated(known, stated)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
