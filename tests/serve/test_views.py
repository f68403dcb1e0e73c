"""One message on the page: its way, what happened, itself; and messages that mean harm."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from mmctl.serve.page.bodies import body_of, html_of
from mmctl.serve.page.naming import in_names, labels_in_names, names_of
from serve.data_folder import DIGEST, newsletter, number_id

if TYPE_CHECKING:
    from serve.conftest import Served


def view(served: Served, key: str) -> str:
    served.get("/list")
    html: str = served.get(f"/view/{key}").data["html"]
    return html


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_way_is_the_flow_of_the_reports(served: Served) -> None:
    key = served.folder.put(newsletter())
    html = view(served, key)
    stages = re.findall(r'<li class="stage ([^"]+)"><div class="what">(.*?)</div>', html)
    assert [kind for kind, _ in stages] == [
        "policy admitted",
        "rule applied",
        "rule applied",
        "rule applied",
        "end delivered",
    ]
    assert "Assumed, because nobody stated it: spf PASS" in html
    assert "4 rules did not apply" in html


def test_the_client_has_the_tls_version_that_rules_saw(served: Served) -> None:
    for stated, shown in (
        ("TLS1_3", ", TLSv1.3 TLS_AES_256_GCM_SHA384"),
        ("TLS1_2", ", TLSv1.2"),
        ("none", ", without TLS"),
    ):
        session = {"source_ip": "198.51.100.7", "helo": "mx.example.org", "tls": stated}
        key = served.folder.put(newsletter(), later={"session": session})
        assert f"198.51.100.7 mx.example.org{shown} " in words(view(served, key)), stated


def test_what_was_delivered_where_is_said_with_the_reply(served: Served) -> None:
    text = words(view(served, served.folder.put(newsletter())))
    for expected in (
        "archive → compliance-7y".upper().replace("COMPLIANCE-7Y", "compliance-7y"),
        f"file archives/a-1/{number_id(0)}.eml",
        "RELAY → exchange in progress by deliver for ben@example.com",
        "delivered to exchange (127.0.0.1:2600) for ben@example.com 250 2.0.0 Ok: queued as 4F0",
        "finished",
    ):
        assert expected in text


def test_what_waits_says_until_when_and_what_failed_says_why(served: Served) -> None:
    waiting = words(view(served, served.folder.put(newsletter(), ending="waiting")))
    assert "waiting for exchange (127.0.0.1:2600)" in waiting
    assert "next try 2026-03-02T09:01:00.000Z after try 1" in waiting
    failed = words(view(served, served.folder.put(newsletter(), ending="failed")))
    assert "not delivered to exchange (127.0.0.1:2600)" in failed
    assert "550 5.1.1 no such user" in failed


def test_an_action_that_failed_and_an_answer_of_a_function_are_judged_with(
    served: Served,
) -> None:
    key = served.folder.put(newsletter())
    event = {"id": key, "at": "2026-03-02T09:00:09.000Z", "event": "judged", "recipients": []}
    with (served.folder.path / "events.jsonl").open("a") as file:
        file.write(json.dumps({**event, "failing": ["relay:exchange"]}) + "\n")
    html = view(served, key)
    assert "relay → exchange (failed)" in html
    assert '<li class="stage end stored">' in html


def test_rules_name_what_they_use_by_name() -> None:
    document = {
        "relays": [{"RelayId": "r-1", "RelayArn": "arn:r-1", "RelayName": "exchange"}],
        "archives": [
            {"ArchiveId": "a-1", "ArchiveArn": "arn:a-1", "ArchiveName": "twice"},
            {"ArchiveId": "a-2", "ArchiveArn": "arn:a-2", "ArchiveName": "twice"},
        ],
        "address_lists": [{"AddressListArn": "arn:l-1", "AddressListName": "partners"}],
        "rule_set": {"Rules": [{"Actions": [{"Relay": {"Relay": "r-1"}}, {"A": "a-1", "n": 5}]}]},
        "traffic_policy": {"Lists": ["arn:l-1", None]},
        "readings": {"string_case": "r-1"},
    }
    assert in_names(document) == {
        **document,
        "address_lists": [{"AddressListArn": "partners", "AddressListName": "partners"}],
        "rule_set": {
            "Rules": [{"Actions": [{"Relay": {"Relay": "exchange"}}, {"A": "a-1", "n": 5}]}]
        },
        "traffic_policy": {"Lists": ["partners", None]},
    }
    labels = ("relay:r-1", "archive", "relay:other")
    assert tuple(labels_in_names(labels, names_of(document))) == (
        "relay:r-1",
        "relay:exchange",
        "archive",
        "relay:other",
    )


def test_a_refusal_says_who_refused_and_what_was_answered(served: Served) -> None:
    served.folder.refuse(by="block-network")
    served.get("/list")
    (row,) = served.get("/list").data["rows"]
    text = words(view(served, row["key"]))
    assert "Refused recipient: eve@elsewhere.example" in text
    assert "550 5.7.1 Rejected by the traffic policy by block-network" in text
    assert "Nothing was accepted, so that no rule was asked." in text


def test_a_view_is_sent_again_only_if_something_happened(served: Served) -> None:
    key = served.folder.put(newsletter())
    served.get("/list")
    stamp = served.get(f"/view/{key}").data["stamp"]
    assert served.get(f"/view/{key}?stamp={stamp}").status == 204
    with (served.folder.path / "events.jsonl").open("a") as file:
        file.write(json.dumps({"id": key, "at": "x", "event": "report", "to": "<a@b>"}) + "\n")
    answer = served.get(f"/view/{key}?stamp={stamp}")
    assert "delivery report to &lt;a@b&gt;" in answer.data["html"]


def test_what_is_gone_or_broken_is_said_and_the_rest_is_shown(served: Served) -> None:
    folder = served.folder.path
    gone = served.folder.put(newsletter())
    (folder / "messages" / gone[:2] / f"{gone}.eml").unlink()
    assert "no longer in the data folder" in view(served, gone)
    assert served.get(f"/message/{gone}/html").status == 404
    odd = served.folder.put(newsletter(), later={"session": {"tls": "TLS9", "source_ip": 5}})
    assert "It cannot be judged again" in view(served, odd)
    assert "delivered to exchange" in view(served, odd)
    (folder / "gateways" / f"{DIGEST}.json").unlink()
    other = served.folder.put(newsletter(), later={"gateway": "../../../etc/passwd"})
    assert "The configuration that judged it is not there" in view(served, other)


def test_what_cannot_be_shown_is_said_and_no_traceback(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = served.folder.put(newsletter())
    served.get("/list")

    def broken(_: bytes) -> str:
        raise RecursionError("too deep")

    monkeypatch.setattr("mmctl.serve.page.page.html_of", broken)
    answer = served.get(f"/message/{key}/html")
    assert (answer.status, answer.text) == (500, "this cannot be shown: too deep\n")
    assert served.get("/list").status == 200


XSS = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x1b[2J'


def test_no_text_of_a_message_becomes_markup(served: Served) -> None:
    content = (
        f"From: {XSS} <a@example.org>\r\nSubject: {XSS}\r\nX-{XSS.split(maxsplit=1)[0]}: {XSS}\r\n"
        f"X-Odd: {XSS}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n"
        f"--X\r\nContent-Type: text/plain\r\n\r\n{XSS}\r\n--X\r\nContent-Type: {XSS}/x\r\n"
        f"Content-Disposition: attachment; filename*=utf-8''%22%3E%3Cscript%3Ex.svg\r\n\r\n{XSS}"
        f'\r\n--X\r\nContent-Type: image/svg+xml; name="{XSS}"\r\n\r\n<svg onload=alert(1)>'
        "\r\n--X--\r\n"
    ).encode()
    key = served.folder.put(
        content, sender=XSS, recipients=(f"{XSS}@example.com",), later={"session": {"helo": XSS}}
    )
    event = {"id": key, "at": XSS, "event": XSS, "target": XSS, "reply": XSS}
    with (served.folder.path / "events.jsonl").open("a") as file:
        for name in (XSS, "delivered", "waiting", "failed", "report", "action"):
            file.write(json.dumps({**event, "event": name, "to": XSS, "rule": XSS}) + "\n")
    html = view(served, key)
    assert "<script" not in html
    assert "<img" not in html
    assert "\u202e" not in html
    assert "\x1b" not in html
    assert html.count("&lt;script&gt;") > 8
    page = served.get("/").text
    assert "onerror" not in page


def hostile() -> dict[str, bytes]:
    head = b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n"
    nested = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    picture = b"--X\r\nContent-Type: image/png\r\nContent-ID: <%d>\r\n\r\n" + b"A" * 100 + b"\r\n"
    return {
        "empty": b"",
        "no header": b"\r\n\r\nhello",
        "10,000 parts": head + b"--X\r\nContent-Disposition: attachment\r\n\r\na\r\n" * 10_000,
        "deep": b"".join(nested % (level, level) for level in range(2000)),
        "huge header": b"X-A: " + b"a" * 5_000_000 + b"\r\n\r\n",
        "many headers": b"X-A: b\r\n" * 200_000 + b"\r\n",
        "unknown charset": b"Content-Type: text/plain; charset=x-none\r\n\r\n\xff\xfe",
        "wrong charset": b"Content-Type: text/html; charset=utf-16\r\n\r\n<p>\xff",
        "utf-7": b"Content-Type: text/html; charset=utf-7\r\n\r\n+ADw-script+AD4-alert(1)",
        "same picture often": head
        + b"--X\r\nContent-Type: text/html\r\n\r\n"
        + b"".join(b"<img src=cid:%d>" % (n % 100) for n in range(5000))
        + b"\r\n"
        + b"".join(picture % n for n in range(100)),
        "broken base64": b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=A" * 100_000,
        "nul": b"From: \0\r\nSubject: \0\r\n\r\n\0" * 100,
        "only html": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 200_000,
    }


@pytest.mark.parametrize("name", hostile())
def test_hostile_messages_are_shown_bounded(served: Served, name: str) -> None:
    key = served.folder.put(b"From: a@example.org\r\n\r\n")
    content = hostile()[name]
    file = served.folder.path / "messages" / key[:2] / f"{key}.eml"
    file.write_bytes(content)
    served.get("/list")
    answer = served.get(f"/view/{key}")
    assert answer.status == 200
    assert len(answer.body) < 4_000_000
    html = served.get(f"/message/{key}/html")
    assert html.status in {200, 404}
    assert len(html.body) < 16_000_000
    assert b"<script" not in html.body
    assert served.get(f"/message/{key}/source").body == content


def test_pictures_of_the_mail_are_put_in_and_no_others() -> None:
    html = html_of(newsletter())
    assert html is not None
    assert html.count("data:image/png;base64,") == 1
    assert "track.example.org" in html
    assert "src" not in html.partition("track.example.org")[0].rpartition("<img")[2]
    body = body_of(newsletter())
    assert body.left_out == ("1 picture or style from elsewhere not loaded",)
    assert body.links == ("https://fair.example.org/plan?v=2",)
    assert [each.name for each in body.attached] == ["part-1.2.2.bin", "ticket.pdf"]
