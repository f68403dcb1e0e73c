"""Answers of the page, with what every browser must hold to: nothing is kept, nothing loaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from mmctl.emulator.wire import HttpAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " frame-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""What the page may load: its own script, style and data."""
NOTHING_POLICY: Final = (
    "sandbox; default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
MAIL_POLICY: Final = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'self'"
)
"""What the HTML of a message may do: be looked at."""
_ALWAYS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)


def answered(
    status: int, kind: str, body: bytes, *headers: tuple[str, str], policy: str = NOTHING_POLICY
) -> HttpAnswer:
    """An answer with the headers that all answers have."""
    return HttpAnswer(
        status=status,
        content_type=kind,
        body=body,
        headers=(*_ALWAYS, ("Content-Security-Policy", policy), *headers),
    )


def plain(status: int, words: str, *headers: tuple[str, str]) -> HttpAnswer:
    """A text for a person."""
    body = f"{words}\n".encode("utf-8", "replace")
    return answered(status, "text/plain; charset=utf-8", body, *headers)


def page(html: str, policy: str = PAGE_POLICY) -> HttpAnswer:
    """A page of HTML."""
    body = html.encode("utf-8", "replace")
    return answered(200, "text/html; charset=utf-8", body, policy=policy)


def data(value: Mapping[str, Any]) -> HttpAnswer:
    """Data for the script of the page."""
    text = json.dumps(value, separators=(",", ":"))
    return answered(200, "application/json", text.encode())


def download(name: str, body: bytes) -> HttpAnswer:
    """A file that a browser saves and never shows; the name is safe."""
    plainly = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    written = f"attachment; filename=\"{plainly}\"; filename*=UTF-8''{quote(name, safe='')}"
    return answered(200, "application/octet-stream", body, ("Content-Disposition", written))
