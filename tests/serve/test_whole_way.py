"""From `mmctl emulate` and a mail by SMTP to what the page says, with nothing in between."""

from __future__ import annotations

import http.client
import json
import shutil
import smtplib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from emulator.polling import until
from emulator.smtp.test_process import configure, emulating
from serve.data_folder import newsletter
from serve.playing import GATEWAY

if TYPE_CHECKING:
    from pathlib import Path

    from serve.conftest import Browser

pytestmark = pytest.mark.slow


class Client:
    """A browser without a window."""

    def __init__(self, url: str) -> None:
        self.at = urlsplit(url)
        self.cookie = ""

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.at.hostname or "", self.at.port, timeout=120)
        try:
            connection.request("GET", path, headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def data(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.get(path)[2])
        return found


def test_mail_that_was_sent_is_on_the_page_with_its_way(tmp_path: Path) -> None:
    configure(tmp_path)
    with emulating(tmp_path, "--smtp-port", "0") as (_, lines):
        url = next(line for line in lines if line.startswith("page: ")).removeprefix("page: ")
        ports = json.loads((tmp_path / ".mmctl" / "mail" / "ports.json").read_text())
        assert ports["page"] == url.partition("?")[0]
        client = Client(url)
        assert client.get("/")[0] == 403
        status, headers, _ = client.get(f"/?{client.at.query}")
        assert status == 303
        client.cookie = headers["Set-Cookie"].partition(";")[0]
        port = ports["ingress_points"][0]["port"]
        assert f"mmctl send --scenario legitimate --to 127.0.0.1:{port}" in str(client.get("/")[2])
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.sendmail("news@example.org", ["ben@example.com"], newsletter())
        until(lambda: client.data("/list")["counts"]["outcome"].get("dropped") == 1)
        (row,) = client.data("/list")["rows"]
        html = client.data(f"/view/{row['key']}")["html"]
        assert '<li class="stage rule applied">' in html
        assert '<li class="stage end dropped">' in html
        assert "the rule set of the embedded Mail Manager" not in html
        assert "Fair Lyon 2026" in client.get(f"/message/{row['key']}/html")[2].decode()


def test_mail_that_was_sent_is_taken_to_play_by_a_click(browser: Browser, tmp_path: Path) -> None:
    shutil.copytree(GATEWAY, tmp_path, dirs_exist_ok=True)
    configure(tmp_path, "public-mx")
    with emulating(tmp_path, "--smtp-port", "0") as (_, lines):
        url = next(line for line in lines if line.startswith("page: ")).removeprefix("page: ")
        ports = json.loads((tmp_path / ".mmctl" / "mail" / "ports.json").read_text())
        with smtplib.SMTP("127.0.0.1", ports["ingress_points"][0]["port"]) as smtp:
            smtp.sendmail("news@example.org", ["ben@example.com"], newsletter())
        browser.open(url, width=1280)
        browser.until("document.querySelector('.row .subject')")
        browser.click(".row")
        browser.until("document.querySelector('a.try')")
        browser.follow("a.try")
        browser.until("document.getElementById('ends').textContent")
        assert browser.value("document.getElementById('entrance').value") == "point:public-mx"
        sent = "document.getElementById('field-mail_from').value"
        assert browser.value(sent) == "news@example.org"
        assert "Fair Lyon 2026" in browser.value("document.getElementById('source').value")
        browser.value("document.getElementById('text').focus()")
        browser.type("# ")
        browser.until("!document.getElementById('show-diff').disabled")
        browser.reload()
        browser.until("document.getElementById('show-diff')?.textContent === 'Diff (1)'")
        browser.until("document.getElementById('source').value.includes('Fair Lyon 2026')")


def test_a_server_that_is_to_have_no_page_has_none(tmp_path: Path) -> None:
    configure(tmp_path)
    for options in (("--no-page", "--smtp-port", "0"), ("--no-smtp",)):
        with emulating(tmp_path, *options) as (_, lines):
            assert not [line for line in lines if line.startswith("page: ")]
            url = lines[0].rpartition(" ")[2]
            assert Client(url).get("/")[0] == 404
