"""The page of a data folder on a free port, and a client that has the way in."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from browsing import Browser, browser
from mmctl.emulator.http import HttpFace
from mmctl.serve.page.page import MailPage
from serve.data_folder import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Browser", "browser"]

TOKEN = "0123456789-token"


class NoMailManager:
    """The API behind the port, which no test of the page calls."""

    def call(self, *_words: Any, **_place: Any) -> dict[str, Any]:
        raise AssertionError("the page called the API")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Served:
    """A running page."""

    folder: Folder
    url: str
    stopping: threading.Event
    cookie: str = ""
    _extra: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        """Ask for something as the browser that has the cookie."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie and "Cookie" not in given:
            given["Cookie"] = self.cookie
        try:
            connection.request(method, path, headers=given)
            answer = connection.getresponse()
            return Answer(
                answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
            )
        finally:
            connection.close()

    def enter(self) -> None:
        """Exchange the token for the cookie."""
        self.cookie = self.get(f"/?token={TOKEN}").headers["set-cookie"].partition(";")[0]


@contextmanager
def serving(path: Path, port: int = 0) -> Iterator[Served]:
    """Serve the page of a folder."""
    folder = Folder(path)
    stopping = threading.Event()
    page = MailPage(path, token=TOKEN, gateway_of=folder.gateway_of, wait=stopping.wait)
    api: Any = NoMailManager()
    with HttpFace(
        api, clock=lambda: datetime(2026, 3, 2, tzinfo=UTC), port=port, page=page, stopping=stopping
    ) as face:
        yield Served(folder, face.url, stopping)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The page of an empty folder; whoever asks has the way in."""
    with serving(tmp_path / "data") as found:
        found.enter()
        yield found
