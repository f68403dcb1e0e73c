"""The page of `play` beside the page of mail, on one server with one token."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.emulator.routes import Request
    from mmctl.emulator.wire import HttpAnswer

    Page = Callable[[Request], HttpAnswer]


class BothPages:
    """Two pages; the one of `play` is below `/play`."""

    def __init__(self, mail: Page, play: Page) -> None:
        self._mail = mail
        self._play = play

    def __call__(self, request: Request) -> HttpAnswer:
        """Answer one request by the page that it is for."""
        path = request.path.partition("?")[0]
        is_play = path == "/play" or path.startswith("/play/")
        return (self._play if is_play else self._mail)(request)
