"""The page of `play` over texts that mean harm: none becomes markup, none reaches another host.

The policy of the page that would stop a script is switched off in the browser, so that the first
wall stands by itself: what is text stays text.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from serve.conftest import TOKEN, Browser
from serve.playing import GATEWAY, playing
from serve.test_page_in_browser import attack, hits
from serve.test_play_in_browser import ENDS, TEXT, chosen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from serve.playing import Playing

pytestmark = pytest.mark.slow

IN_A_NAME = "<img src=x onerror=self.owned=1>"
"""What a file can be called."""
FOREIGN = "img, script:not([src='/play/script.js']), svg, iframe, object, embed, video, style, base"
MARKUP = f"""[...document.querySelectorAll("{FOREIGN}")].map((one) => one.outerHTML)"""
HANDLERS = (
    "[...document.querySelectorAll('*')].flatMap((one) => [...one.attributes])"
    ".filter((one) => one.name.startsWith('on')).map((one) => one.name)"
)


def evil(place: str) -> str:
    """A text in one line that would run a script and ask another host."""
    return f"'\"><img src={place}/x onerror=\"self.owned=1;fetch('{place}/fetch')\">"


def hostile(folder: Path, place: str) -> None:
    """The small gateway with such texts wherever a text may be."""
    text = json.dumps(evil(place))
    rules = folder / "rules" / f"{IN_A_NAME}.yaml"
    rules.parent.mkdir(parents=True)
    rules.write_text(
        f"version: 1\nrules:\n  - name: mark\n    description: {text}\n    owner: {text}\n"
        f"    ticket: {text}\n    conditions:\n      - subject: {{contains: [img, {text}]}}\n"
        f"    unless:\n      - header: {{name: X-Never, contains: {text}}}\n"
        f"    actions:\n      - add_header: {{name: X-Marked, value: {text}}}\n"
    )
    gateway = (GATEWAY / "rules" / "gateway.yaml").read_text()
    (folder / "rules" / "gateway.yaml").write_text(
        gateway.replace("- include: rules.yaml", f"- include: {json.dumps(rules.name)}")
    )
    (folder / "mmctl.yaml").write_text(
        'version: 1\nproject: acme\nrules: ["rules/*.yaml"]\ncases: ["cases/*.yaml"]\n'
        "environments:\n  local: {endpoint: embedded}\n"
    )
    cases = folder / "cases" / f"{IN_A_NAME}.yaml"
    cases.parent.mkdir()
    cases.write_text(
        f"version: 1\ncases:\n  - name: {text}\n    description: {text}\n"
        f"    message: {{from: a@example.org, to: b@example.com, subject: {text}}}\n"
        "    session: {source_ip: 203.0.113.7, helo: mx.example.org, tls: TLS1_3}\n"
        "    envelope: {mail_from: a@example.org, recipients: [b@example.com]}\n"
        "    expect: {b@example.com: delivered}\n"
    )


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, dict[str, int]]]:
    """Another host, and what it was asked."""
    with hits() as (place, counted):
        yield place, counted


@pytest.fixture
def page(tmp_path: Path, elsewhere: tuple[str, dict[str, int]]) -> Iterator[Playing]:
    hostile(tmp_path / "project", elsewhere[0])
    with playing(tmp_path / "gateway", source=tmp_path / "project") as found:
        yield found


def drop(browser: Browser, content: bytes, name: str) -> None:
    """Drop a file on the page."""
    browser.value(
        "(() => { const moved = new DataTransfer();"
        f" const bytes = Uint8Array.from(atob('{base64.b64encode(content).decode()}'),"
        " (each) => each.charCodeAt(0));"
        f" moved.items.add(new File([bytes], {json.dumps(name)}));"
        " document.body.dispatchEvent(new DragEvent('drop',"
        " { dataTransfer: moved, bubbles: true, cancelable: true })); })()"
    )


def test_no_text_of_a_rule_a_case_or_a_message_becomes_markup(
    browser: Browser, page: Playing, elsewhere: tuple[str, dict[str, int]]
) -> None:
    place, asked = elsewhere
    text = evil(place)
    browser.tell("Page.setBypassCSP", enabled=True)
    browser.open(f"{page.url}/?token={TOKEN}", width=1280)
    browser.until("document.body.dataset.judged")
    way = "document.getElementById('way').innerText"

    def harmless() -> None:
        browser.value("new Promise((done) => setTimeout(done, 50))")
        assert browser.value("self.owned") is None
        assert browser.value(MARKUP) == []
        assert browser.value(HANDLERS) == []
        assert browser.value("document.title") == "Play, acme"

    # A case: its name, its file, its message, and the rule that applies to it.
    chosen(browser, "case", text)
    browser.until(f"{ENDS} === 'delivered' && {way}.includes({json.dumps(text)})")
    options = "[...document.querySelectorAll('option, optgroup')].map((it) => it.label)"
    assert {text, f"cases/{IN_A_NAME}.yaml", f"rules/{IN_A_NAME}.yaml"} <= set(
        browser.value(options)
    )
    harmless()
    # A rule: a link with the name of its file leads to its line, and edits are a diff.
    browser.click(".stage.applied a[data-rule]")
    assert browser.value("document.getElementById('file').value") == f"rules/{IN_A_NAME}.yaml"
    browser.value(f"{TEXT}.setSelectionRange({TEXT}.value.length, {TEXT}.value.length)")
    browser.type(f"# {text}\n")
    browser.value("document.activeElement.blur()")
    browser.press("d")
    browser.until("document.getElementById('diff').open")
    assert text in browser.value("document.getElementById('diff-text').textContent")
    harmless()
    browser.press("Escape")
    # Problems: of a name that is no name, of a file that is missing.
    browser.value(f"{TEXT}.focus()")
    browser.type(f"  - name: {json.dumps(text)}\n    actions: [{json.dumps(text)}]\n{text}")
    browser.until("document.querySelector('#problems .error')")
    assert "<img" in browser.value("document.getElementById('problems').innerText")
    harmless()
    browser.click("#undo")
    browser.until("!document.querySelector('#problems .error button')")
    # A field that makes no sense says so, and an address is one whatever is in it.
    for name in ("mail_from", "source_ip", "helo", "recipients", "add_ons"):
        browser.value(f"document.getElementById('field-{name}').focus()")
        browser.type(f"{text}@example.com")
    browser.until("document.querySelector('.wrong:not([hidden])')")
    harmless()
    # A message: name of its file, headers, addresses that headers state, text.
    head = (
        f"Return-Path: <{text}@example.org>\r\nDelivered-To: {text}@example.com\r\n"
        f"Received-SPF: {text}\r\nAuthentication-Results: {text}; spf={text}\r\n"
        f"Received: from {text} ([203.0.113.9]) by {text}; {text}\r\n"
        f"From: {text} <a@example.org>\r\nTo: {text}\r\nSubject: {text}\r\nX-{text}: {text}\r\n"
        f"Content-Type: text/html\r\n\r\n{attack(place)}"
    )
    for content in (head.encode(), head.encode() + b"\0\xff"):
        drop(browser, content, f"{text}.eml")
        read_only = "true" if content.endswith(b"\xff") else "false"
        browser.until(
            f"document.getElementById('source').readOnly === {read_only}"
            " && document.getElementById('source').value.includes('Return-Path')"
        )
        browser.value(
            f"document.getElementById('field-recipients').value = '{IN_A_NAME}@b.example'"
        )
        before = browser.value("Number(document.body.dataset.judged)")
        chosen(browser, "field-tls", "TLS1_3")
        browser.value("document.getElementById('assume').click()")
        browser.until(f"Number(document.body.dataset.judged) > {before}")
        harmless()
    # A case that cannot be saved, and one that can.
    browser.value("document.activeElement.blur()")
    browser.press("s")
    assert browser.value("document.getElementById('case-file').value").startswith("cases/")
    said = "document.getElementById('save-said').textContent"
    browser.value(f"document.getElementById('case-file').value = {json.dumps(text)}")
    browser.click("#save-now")
    browser.until(f"{said}.includes('is not below a folder of cases')")
    assert "<img" in browser.value(said)
    harmless()
    browser.press("Escape")
    browser.reload()
    browser.until("document.body.dataset.judged")
    harmless()
    browser.tell("Page.setBypassCSP", enabled=False)
    assert asked == {}
