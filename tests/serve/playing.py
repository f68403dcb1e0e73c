"""The page of `play` over a copy of a small gateway, and a client that asks as its script does."""

from __future__ import annotations

import http.client
import json
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from mmctl.cli.playing import play_page
from mmctl.cli.run import Run
from mmctl.emulator.http import HttpFace
from mmctl.serve.page.entry import PageEntry
from serve.conftest import TOKEN, Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

GATEWAY = Path(__file__).parents[1] / "cli" / "gateway"
JSON = "application/json"


@dataclass
class Playing:
    """A running page."""

    folder: Path
    url: str
    cookie: str = ""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{urlsplit(self.url).port}"

    def ask(
        self, path: str, body: object = None, *, method: str | None = None, **headers: str | None
    ) -> Answer:
        """A request of the script of the page; a header None is left out."""
        given = {"Cookie": self.cookie, "Origin": self.origin, "Content-Type": JSON}
        for name, value in headers.items():
            given[name.replace("_", "-")] = value  # type: ignore[assignment] # left out below
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        how = method or ("GET" if body is None else "POST")
        connection = http.client.HTTPConnection(
            "127.0.0.1", urlsplit(self.url).port or 0, timeout=120
        )
        try:
            sent = {name: value for name, value in given.items() if value is not None}
            connection.request(how, path, None if how == "GET" else content, sent)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read())
        finally:
            connection.close()

    def judge(self, **question: Any) -> dict[str, Any]:
        """What the page shows for a question."""
        answer = self.ask("/play/judge", question)
        assert answer.status == 200, answer.text
        return answer.data

    def case(self, name: str) -> dict[str, Any]:
        """A case as the form gets it."""
        return self.ask(f"/play/case?{urlencode({'name': name})}").data


@contextmanager
def playing(folder: Path, *, source: Path = GATEWAY) -> Iterator[Playing]:
    """Serve the page of a copy of a project."""
    shutil.copytree(source, folder, dirs_exist_ok=True)
    stopping = threading.Event()
    run = Run(directory=folder, today=date(2026, 3, 2))
    entry = PageEntry(token=TOKEN, command="mmctl play")
    page = play_page(run, entry=entry, wait=stopping.wait)
    face = HttpFace(
        None, clock=lambda: datetime(2026, 3, 2, tzinfo=UTC), port=0, page=page, stopping=stopping
    )
    with face:
        found = Playing(folder, face.url)
        way_in = found.ask(f"/?token={TOKEN}", Origin=None)
        found.cookie = way_in.headers["set-cookie"].partition(";")[0]
        yield found


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
