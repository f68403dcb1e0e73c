"""What goes to this machine goes through no proxy."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from mmctl.live.aws.archives import get
from mmctl.live.aws.local_services import LocalServices
from mmctl.live.aws.proxies import proxies_of
from mmctl.live.aws.uploads import put

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A server that takes everything, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_mail_for_a_service_on_this_machine_does_not_go_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with listening() as (proxy, by_proxy), listening() as (url, here):
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        LocalServices().put_object(url, "bucket", "key", b"Subject: secret")
        put(f"{url}/upload?signature=1", b"a@example.com")
        get(f"{url}/download?signature=1", at_most=10)
        assert by_proxy == []
        assert [each.partition("?")[0] for each in here] == ["/bucket/key", "/upload", "/download"]
        assert proxies_of("http://s3.us-east-1.amazonaws.com/x") == {"http": proxy}
        for elsewhere in ("http://127.0.0.1@evil.example/", "http://127.0.0.1.example.com/x"):
            assert proxies_of(elsewhere) == {"http": proxy}
