"""Heads of HTTP requests that two readers could read differently are refused."""

from __future__ import annotations

import http.client
import io
from http import HTTPStatus

import pytest

from mmctl.emulator.heads import LARGEST_BODY, BadRequest, body_length


def read(*lines: str) -> int | BadRequest:
    text = "".join(f"{line}\r\n" for line in (*lines, ""))
    return body_length(http.client.parse_headers(io.BytesIO(text.encode("latin-1"))))


@pytest.mark.parametrize("length", ["0", "2", "0002", str(LARGEST_BODY)])
def test_one_length_of_digits_is_the_length(length: str) -> None:
    assert read("Host: localhost", f"content-length: {length}") == int(length)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["Content-Length: 2", "Content-Length: 3"], "send one Content-Length, got 2"),
        (["Content-Length: 2", "content-length: 2"], "send one Content-Length, got 2"),
        (["Content-Length: 2, 2"], "digits alone"),
        (["Content-Length: -1"], "digits alone"),
        (["Content-Length: +5"], "digits alone"),
        (["Content-Length: 0x5"], "digits alone"),
        (["Content-Length: 5.0"], "digits alone"),
        (["Content-Length: 1_0"], "digits alone"),
        (["Content-Length:"], "digits alone"),
        (["Content-Length: \xb2"], "digits alone"),
        (["Content-Length: 2", "Transfer-Encoding: chunked"], "got both"),
        (["Transfer-Encoding: identity", "Content-Length: 2"], "got both"),
        (["Content-Length: 2", "Host: localhost", "Host: example.com"], "send one Host, got 2"),
        (["Content-Length: 2", "Authorization: a", "Authorization: b"], "send one Authorization"),
        (["Content-Length: 2", "X-Amz-Target: a", "x-amz-target: b"], "send one X-Amz-Target"),
        (["Content-Length: 2", "Transfer-Encoding : chunked"], "on a line of its own"),
        (["Content-Length: 2", "no colon", "Transfer-Encoding: chunked"], "on a line of its own"),
        ([": nothing", "Content-Length: 2"], "on a line of its own"),
        ([" Content-Length: 2", "Content-Length: 2"], "on a line of its own"),
        (["From nobody", "Content-Length: 2"], "on a line of its own"),
        (["Content-Length: 2", "X-A: b", " folded"], "one line each"),
        (["Content-Length: 2", "X-A: \x00"], "one line each"),
        (["Content-Length: 2", "X(A): b"], "one line each"),
        (["Content-Length: 2", "X-A: b\rContent-Length: 3"], "send one Content-Length, got 2"),
    ],
)
def test_what_two_readers_could_read_differently_is_a_bad_request(
    lines: list[str], text: str
) -> None:
    fault = read(*lines)
    assert isinstance(fault, BadRequest)
    assert fault.status is HTTPStatus.BAD_REQUEST
    assert text in fault.text


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], 411),
        (["Transfer-Encoding: chunked"], 411),
        ([f"Content-Length: {LARGEST_BODY + 1}"], 413),
        (["Content-Length: " + "9" * 5000], 413),
    ],
)
def test_a_body_needs_a_length_that_is_not_too_large(lines: list[str], status: int) -> None:
    fault = read(*lines)
    assert isinstance(fault, BadRequest)
    assert fault.status == status
