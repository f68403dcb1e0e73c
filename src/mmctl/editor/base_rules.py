"""What a base demands of an open project: git is asked beside everything else.

It may take long, or never answer. No problem of an edit waits for it, nor does the end of the
server.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

from mmctl.errors import MmctlError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.checks.company.held import BaseRules

PATIENCE: Final = 10.0
"""Seconds after which a person reads that git has not answered."""
_FILES_ALONE: Final = "only the company rules of the files count"


@dataclass(slots=True, eq=False)
class KnownBase:
    """What the base demands of one project, as far as that is known."""

    rules: BaseRules | None = None
    """None: nothing, or it is unknown."""
    _old: bool = True
    _asked: bool = False
    _fault: str = ""

    def may_differ(self) -> None:
        """Ask again the next time: a file was saved, perhaps after a commit or a fetch."""
        self._old = True

    async def renew(
        self, read: Callable[[], BaseRules | None], warn: Callable[[str], object]
    ) -> bool:
        """Ask what the base demands, unless that is known or asked; whether it is another thing.

        `read` may raise an `MmctlError`; `warn` gets what a person should know, once.
        """
        if self._asked or not self._old:
            return False
        self._asked, before = True, self.rules
        try:
            while self._old:
                self._old = False
                await self._read(read, warn)
        finally:
            self._asked = False
        return self.rules is not before

    async def _read(
        self, read: Callable[[], BaseRules | None], warn: Callable[[str], object]
    ) -> None:
        answer = _beside(read)
        answered, _ = await asyncio.wait({answer}, timeout=PATIENCE)
        if not answered:
            warn(f"git does not answer: {_FILES_ALONE} so far")
        try:
            self.rules, self._fault = await answer, ""
        except MmctlError as error:
            help_ = f"; {error.help}" if error.help else ""
            fault = f"{error.message}: {_FILES_ALONE}{help_}"
            if fault != self._fault:
                warn(fault)
            self.rules, self._fault = None, fault


def _beside(read: Callable[[], BaseRules | None]) -> asyncio.Future[BaseRules | None]:
    """What reading returns, in a thread that does not hold up the end of the process."""
    answer: Future[BaseRules | None] = Future()

    def work() -> None:
        try:
            answer.set_result(read())
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is awaited
            answer.set_exception(error)

    threading.Thread(target=work, name="base", daemon=True).start()
    return asyncio.wrap_future(answer)
