"""A browser for tests: headless Chromium, spoken to over a pair of pipes.

The DevTools protocol, messages ended by a zero byte: https://chromedevtools.github.io/devtools-protocol/.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SETTLED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
"""What an input has set off has happened: handlers have run and the page is drawn."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


class Browser:
    """One page in a headless browser."""

    def __init__(self, binary: str, folder: Path) -> None:
        there, self._out = (_high(end) for end in os.pipe())
        self._in, back = (_high(end) for end in os.pipe())
        self._number = 0
        self._rest = b""
        self._session: str | None = None
        words = [
            binary,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={folder}",
            "--remote-debugging-pipe",
        ]
        quiet = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
        pipes = [(os.POSIX_SPAWN_DUP2, there, 3), (os.POSIX_SPAWN_DUP2, back, 4)]
        self._process = os.posix_spawn(
            binary, words, dict(os.environ), file_actions=[quiet, *pipes], setpgroup=0
        )
        os.close(there)
        os.close(back)
        page = self.tell("Target.createTarget", url="about:blank")["targetId"]
        attached = self.tell("Target.attachToTarget", targetId=page, flatten=True)
        self._session = attached["sessionId"]
        self.tell("Page.enable")

    def close(self) -> None:
        os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._in)
        os.close(self._out)

    def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser to do something; what it answers."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        answer = self._until(lambda got: got.get("id") == self._number)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def open(
        self, page: Path | str, *, width: int = 1200, height: int = 900, scheme: str = "light"
    ) -> None:
        """Show a file or a URL, and wait until it is there."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.tell("Emulation.setEmulatedMedia", features=features)
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.tell("Page.navigate", url=page if isinstance(page, str) else page.as_uri())
        self._until(lambda got: got.get("method") == "Page.loadEventFired")

    def reload(self) -> None:
        """Load the page again, and wait until it is there."""
        self.tell("Page.reload")
        self._until(lambda got: got.get("method") == "Page.loadEventFired")

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript is worth on the page; a promise is waited for."""
        answer = self.tell(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def click(self, selector: str) -> None:
        """Click on the middle of an element."""
        self._press_at(selector)
        self.value(_SETTLED)

    def follow(self, selector: str) -> None:
        """Click on a link, and wait until the page it leads to is there."""
        self._press_at(selector)
        self._until(lambda got: got.get("method") == "Page.loadEventFired")

    def _press_at(self, selector: str) -> None:
        where = self.value(
            f"(() => {{ const it = document.querySelector({json.dumps(selector)});"
            " it.scrollIntoView({block: 'center', behavior: 'instant'});"
            " const at = it.getBoundingClientRect();"
            " return [at.x + at.width / 2, at.y + at.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.tell(
                "Input.dispatchMouseEvent",
                type=kind,
                x=where[0],
                y=where[1],
                button="left",
                clickCount=1,
            )

    def press(self, key: str) -> None:
        """Press a key: a character, or `Enter`, `Escape`, `ArrowDown`."""
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        codes = {"Enter": 13, "Escape": 27, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        code = codes.get(key, ord(key.upper()) if len(key) == 1 else 0)
        told = {"key": key, "windowsVirtualKeyCode": code}
        self.tell("Input.dispatchKeyEvent", type="keyDown", text=text, **told)
        self.tell("Input.dispatchKeyEvent", type="keyUp", **told)
        self.value(_SETTLED)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.tell("Input.insertText", text=text)
        self.value(_SETTLED)

    def until(self, expression: str) -> Any:
        """What an expression is worth as soon as that is anything true; fails after 20 seconds."""
        watched = (
            "new Promise((done, failed) => { let left = 400; const look = () => {"
            f" const found = ({expression}); if (found) done(found);"
            " else if (left-- > 0) setTimeout(look, 50);"
            " else failed(new Error(document.body.innerText)); }; look(); })"
        )
        return self.value(watched)

    def picture(self, file: Path) -> None:
        """Write what is seen, as a PNG."""
        shot = self.tell("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))

    def _until(self, wanted: Any) -> dict[str, Any]:
        while True:
            while b"\0" in self._rest:
                line, _, self._rest = self._rest.partition(b"\0")
                got: dict[str, Any] = json.loads(line)
                if wanted(got):
                    return got
            more = os.read(self._in, 1 << 16)
            assert more, "the browser went away"
            self._rest += more


def _high(descriptor: int) -> int:
    """The same pipe under a number that is out of the way of those the browser wants."""
    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return high


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser; without one the test is skipped and says so."""
    binary = next((path for name in NAMES if (path := shutil.which(name))), None)
    if binary is None:
        pytest.skip(f"no browser found: none of {', '.join(NAMES)}")
    opened = Browser(binary, tmp_path_factory.mktemp("browser"))
    yield opened
    opened.close()
