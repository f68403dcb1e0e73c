"""Who may see the page, and what every answer says to the browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from serve.conftest import TOKEN
from serve.data_folder import newsletter, number_id

if TYPE_CHECKING:
    from serve.conftest import Served

PATHS = ("/", "/list", "/changes?since=-1", "/style.css", "/script.js", "/icon.svg", "/no/such")


def paths_of(served: Served) -> list[str]:
    """Every kind of URL that the page has, for one message."""
    key = served.folder.put(newsletter())
    ends = ("html", "source", "part/1.1", "part/2")
    return [*PATHS, f"/view/{key}", *(f"/message/{key}/{end}" for end in ends)]


def test_the_token_is_exchanged_for_a_cookie_that_does_not_hold_it(served: Served) -> None:
    answer = served.get(f"/?token={TOKEN}", Cookie="")
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert TOKEN not in cookie
    assert re.fullmatch(
        rf"mmctl-page-{served.port}=[0-9a-f]{{64}}; HttpOnly; SameSite=Strict; Path=/", cookie
    )
    assert served.get("/", Cookie=cookie.partition(";")[0]).status == 200


def test_without_the_cookie_nothing_is_shown_and_the_way_in_is_said(served: Served) -> None:
    name, _, value = served.cookie.partition("=")
    wrong = ("", "x=y", f"{name}={value[:-1]}", f"{name}={TOKEN}", f"other={value}", f"{name}=ü")
    for path in paths_of(served):
        for cookie in wrong:
            answer = served.get(path, Cookie=cookie)
            assert answer.status == 403, (path, cookie)
            assert "open the URL that `mmctl emulate` printed" in answer.text
            assert "Fair" not in answer.text


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], f"{TOKEN}0", TOKEN.upper(), "%FF%00"])
def test_a_wrong_token_opens_nothing(served: Served, token: str) -> None:
    answer = served.get(f"/?token={token}", Cookie="")
    assert (answer.status, "set-cookie" in answer.headers) == (403, False)
    assert "its token changes whenever the server starts" in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.0.2.1", "localhost.evil.example:80", ""]
)
def test_a_host_that_is_not_this_machine_gets_nothing(served: Served, host: str) -> None:
    for path in ("/", "/list", f"/?token={TOKEN}"):
        answer = served.get(path, Host=host)
        assert (answer.status, "set-cookie" in answer.headers) == (403, False)
        assert answer.text == "Host must be 127.0.0.1 or localhost\n"


def test_another_page_gets_nothing_even_with_the_cookie(served: Served) -> None:
    for path in paths_of(served):
        for site in ("cross-site", "same-site"):
            assert served.get(path, Sec_Fetch_Site=site).status == 403, (path, site)
        for origin in ("https://evil.example", "http://127.0.0.1:1", "null", ""):
            assert served.get(path, Origin=origin).status == 403, (path, origin)
        here = f"http://127.0.0.1:{served.port}"
        own = served.get(path, Sec_Fetch_Site="same-origin", Origin=here)
        assert own.status == (404 if path == "/no/such" else 200), path


def test_only_get_is_answered_and_no_page_of_a_browser_reaches_the_api(served: Served) -> None:
    origin = f"http://127.0.0.1:{served.port}"
    signed = "AWS4-HMAC-SHA256 Credential=111122223333/20260302/eu-west-1/ses/aws4_request"
    for method in ("POST", "PUT"):
        for given in (origin, "https://evil.example", "null"):
            answer = served.get(
                "/",
                method=method,
                Origin=given,
                Authorization=signed,
                X_Amz_Target="MailManagerSvc.ListRelays",
                Content_Length="0",
            )
            assert (answer.status, "InvalidOrigin" in answer.text) == (403, True), (method, given)
    for method in ("HEAD", "DELETE", "OPTIONS", "PATCH"):
        assert served.get("/", method=method, Content_Length="0").status == 501


def test_every_answer_has_the_headers_that_keep_mail_harmless(served: Served) -> None:
    paths = paths_of(served)
    for path in [*paths, f"/?token={TOKEN}"]:
        for cookie in (served.cookie, ""):
            headers = served.get(path, Cookie=cookie).headers
            policy = headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["referrer-policy"] == "no-referrer", path
            assert headers["cache-control"] == "no-store", path
            assert "default-src 'none'" in policy, path
            assert re.search("frame-ancestors 'none'|frame-ancestors 'self'", policy), path
            assert "script-src 'unsafe" not in policy, path


def test_the_page_has_no_script_or_style_in_it(served: Served) -> None:
    answer = served.get("/")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script src="/script.js" defer>']
    assert "<style" not in answer.text
    assert not re.search(r"\son\w+=|\sstyle=|https?://", answer.text)
    for file in ("/script.js", "/style.css"):
        assert not re.search(r"https?://|@import|url\(", served.get(file).text)


def test_the_html_of_a_message_may_do_nothing(served: Served) -> None:
    key = served.folder.put(newsletter())
    served.get("/list")
    answer = served.get(f"/message/{key}/html")
    assert answer.headers["content-security-policy"] == (
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none';"
        " base-uri 'none'; frame-ancestors 'self'"
    )


def test_parts_and_sources_are_saved_and_never_shown(served: Served) -> None:
    content = newsletter()
    key = served.folder.put(content)
    source = served.get(f"/message/{key}/source")
    assert source.body == content
    part = served.get(f"/message/{key}/part/2")
    assert part.body == b"%PDF-1.4 invented"
    for answer, name in ((source, f"{key}.eml"), (part, "ticket.pdf")):
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"] == (
            f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
        )
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_a_hostile_name_of_an_attachment_cannot_end_its_header(served: Served) -> None:
    name = 'a"; filename=x.html\\r\\nSet-Cookie: b=c'
    content = (
        "Content-Type: text/html\r\nContent-Disposition: attachment;"
        f" filename*=utf-8''..%2F..%2F%0D%0ASet-Cookie%3A%20b%3Dc%22%E2%80%AEfdp.exe; x={name}"
        "\r\n\r\n<script>"
    ).encode()
    key = served.folder.put(content)
    answer = served.get(f"/message/{key}/part/1")
    assert answer.body == b"<script>"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="_Set-Cookie_ b=c_fdp.exe";'
        " filename*=UTF-8''_Set-Cookie_%20b%3Dc_fdp.exe"
    )
    assert "set-cookie" not in answer.headers


def test_no_path_of_a_url_leads_out_of_the_folder(served: Served) -> None:
    key = served.folder.put(newsletter())
    (served.folder.path / "secret.eml").write_bytes(b"From: a\r\n\r\nsecret")
    hostile = (
        "../../secret", "..%2f..%2fsecret", "%2e%2e/secret", f"{key[:39]}/", f"{key}/../{key}",
        key.upper(), f"{key}0", "a" * 39 + "%00", "/etc/passwd", "a" * 40,
    )  # fmt: skip
    for each in hostile:
        for path in ("/view/{}", "/message/{}/html", "/message/{}/source", "/message/{}/part/1"):
            answer = served.get(path.format(each))
            assert answer.status == 404, path.format(each)
            assert b"secret" not in answer.body
    for part in ("0", "9", "1.1.1.1.1", "-1", "../2", "1" * 50):
        assert served.get(f"/message/{key}/part/{part}").status == 404


def test_odd_queries_get_an_answer(served: Served) -> None:
    served.folder.put(newsletter())
    for query in (
        "offset=-5", "offset=999999999999", "limit=0", "limit=-1", "limit=9999999", "offset=x",
        "before=-1", "before=9999999999999999999", "q=" + "a" * 50_000, "rule=%00", "q=%FF",
        "&".join(["outcome=x"] * 190),
    ):  # fmt: skip
        answer = served.get(f"/list?{query}")
        assert answer.status == 200, query[:50]
        assert len(answer.data["rows"]) <= 200
    assert served.get("/list?" + "&".join(["a=b"] * 500)).status == 400
    assert served.get(f"/view/{number_id(0)}?stamp=x").status == 200


def test_an_empty_list_names_the_command_for_the_ports_of_the_moment(served: Served) -> None:
    assert "mmctl apply" in served.get("/list").data["empty"]
    served.folder.ports(2599)
    assert (
        "mmctl send --scenario legitimate --to 127.0.0.1:2599" in served.get("/list").data["empty"]
    )
    ports = served.folder.path / "ports.json"
    ports.write_text(ports.read_text().replace("OPEN", "AUTH"))
    shown = served.get("/list").data["empty"]
    assert "mmctl send --scenario legitimate --ingress-point public-mx" in shown
    assert "127.0.0.1:2599 public-mx (auth)" in shown
    ports.write_text(ports.read_text().replace("ACTIVE", "CLOSED"))
    assert "No ingress point takes mail yet" in served.get("/list").data["empty"]
    served.folder.put(newsletter())
    assert served.get("/list").data["empty"] == ""
