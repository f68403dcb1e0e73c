"""The SMTP process of `mmctl emulate`, from the side of the process that starts it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from mmctl.emulator.smtp.settings import SmtpSettings

_STOP_SECONDS: Final = 15.0
"""How long it may finish what is under way."""


class SmtpChild:
    """The running SMTP process; it ends with this one, however this one ends.

    `on_ended` is called if it ends by itself; `on_note` gets what it reports meanwhile.

    Raises:
        MmctlError: it could not begin, in its own words.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        on_note: Callable[[str], object],
        on_ended: Callable[[], object],
    ) -> None:
        self._on_note, self._on_ended = on_note, on_ended
        self._stopping = False
        # -P: a module that lies in the user's folder is not the one that is meant.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mmctl.cli.smtp_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            self._tell(settings)
            self.points = self._begin()
        except BaseException:
            self._stop()
            raise
        self._thread = threading.Thread(target=self._listen, name="SMTP", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        self._thread.join(_STOP_SECONDS)

    def _tell(self, settings: SmtpSettings) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(settings.to_json()).encode() + b"\n")
            self._process.stdin.flush()

    def _begin(self) -> list[dict[str, Any]]:
        while (said := self._heard()) is not None:
            if "ready" in said:
                points: list[dict[str, Any]] = said["ready"]
                return points
            if "error" in said:
                kind = UsageError if said["code"] == UsageError.exit_code else CouldNot
                raise kind(said["error"], help=said["help"])
            self._on_note(said["note"])
        raise CouldNot(f"the SMTP process ended at its start with code {self._process.wait()}")

    def _heard(self) -> dict[str, Any] | None:
        """The next thing that it says; None: it has ended."""
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        for line in iter(self._process.stdout.readline, b""):
            with suppress(ValueError):  # a library may print something
                said = json.loads(line)
                if isinstance(said, dict):
                    return said
        return None

    def _listen(self) -> None:
        while (said := self._heard()) is not None:
            if "note" in said:
                self._on_note(said["note"])
        if not self._stopping:
            self._on_ended()

    def _stop(self) -> None:
        self._stopping = True
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
