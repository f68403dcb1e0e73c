"""The page of `play` in a browser: as a person uses it, at two widths, in light and dark."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from serve.conftest import TOKEN, Browser
from serve.picture import fewer_colors
from serve.playing import playing, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from serve.playing import Playing

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "play.png"
ENDS = "document.getElementById('ends').textContent"
TEXT = "document.getElementById('text')"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    with playing(tmp_path_factory.mktemp("play") / "gateway") as found:
        yield found


def opened(browser: Browser, page: Playing, *, width: int = 1280, scheme: str = "light") -> None:
    """Open the page with nothing remembered of an earlier test, and wait for the first way."""
    browser.open(f"{page.url}/?token={TOKEN}", width=width, scheme=scheme)
    browser.until("document.body.dataset.judged")
    browser.value("sessionStorage.clear()")
    browser.open("about:blank")
    browser.open(f"{page.url}/", width=width, scheme=scheme)
    browser.until("document.body.dataset.judged")


def typed(browser: Browser, after: str, words: str) -> None:
    """Type into the rules after a text of theirs."""
    place = f"{TEXT}.value.indexOf({json.dumps(after)}) + {len(after)}"
    browser.value(f"{TEXT}.focus()")
    browser.value(f"{TEXT}.setSelectionRange({place}, {place})")
    browser.type(words)


def chosen(browser: Browser, place: str, value: str) -> None:
    """Choose from a list."""
    browser.value(
        f"(() => {{ const it = document.getElementById('{place}'); it.value = {json.dumps(value)};"
        " it.dispatchEvent(new Event('change', { bubbles: true })); })()"
    )


def test_the_picture_of_the_manual(
    browser: Browser, page: Playing, update: bool, tmp_path: Path
) -> None:
    """`--update` takes it again: an edit that drops what a case expects to be delivered."""
    opened(browser, page)
    chosen(browser, "case", "a lookalike is dropped, but not from a partner [2]")
    chosen(browser, "file", "rules/rules.yaml")
    typed(browser, "cidr_matches: [192.0.2.0/24", ", 203.0.113.0/24")
    browser.until(f"{ENDS} === 'dropped'")
    browser.until("document.getElementById('tab-cases').textContent === '2 of 4 cases failed'")
    browser.until("document.getElementById('tab-problems').textContent.endsWith('old one')")
    browser.click("#tab-cases")
    browser.value(f"({TEXT}.blur(), {TEXT}.scrollLeft = 0)")
    taken = tmp_path / "play.png"
    browser.picture(taken)
    if update:
        PICTURE.write_bytes(fewer_colors(taken.read_bytes()))
    size = slice(16, 24)
    assert PICTURE.read_bytes()[size] == taken.read_bytes()[size]
    assert "images/play.png" in (ROOT / "docs" / "play.md").read_text()


def test_rules_message_and_way_follow_what_is_typed(browser: Browser, page: Playing) -> None:
    before = tree(page.folder)
    opened(browser, page)
    chosen(browser, "case", "a lookalike is dropped, but not from a partner [2]")
    browser.until(f"{ENDS} === 'delivered'")
    assert (
        browser.value("document.getElementById('field-mail_from').value") == "ceo@partner.example"
    )
    assert browser.value("document.querySelector('#gutter .held_back').textContent") == "6"
    typed(browser, "actions: [drop]\n  - name: block-network", "")
    typed(browser, "cidr_matches: [192.0.2.0/24", ", 203.0.113.0/24")
    browser.until(f"{ENDS} === 'dropped'")
    assert "your edits change what happens" in browser.value("document.body.innerText")
    browser.click("#show-diff")
    browser.until("document.getElementById('diff').open")
    diff = browser.value("document.getElementById('diff-text').textContent")
    assert "+      - source_ip: {cidr_matches: [192.0.2.0/24, 203.0.113.0/24]}" in diff
    browser.press("Escape")
    browser.reload()
    browser.until(f"{ENDS} === 'dropped'")
    browser.click("#undo")
    browser.until(f"{ENDS} === 'delivered'")
    browser.value("document.getElementById('field-source_ip').focus()")
    browser.value("document.getElementById('field-source_ip').select()")
    browser.type("192.0.2.1")
    browser.until(f"{ENDS} === 'dropped'")
    browser.click(".stage.applied a[data-rule='2']")
    at = "[document.getElementById('file').value, document.activeElement.id]"
    assert browser.value(at) == ["rules/rules.yaml", "text"]
    line = f"{TEXT}.value.slice({TEXT}.selectionStart, {TEXT}.selectionEnd)"
    assert "name: block-network" in browser.value(line)
    assert tree(page.folder) == before


def test_a_mistake_leads_to_its_place_and_the_way_from_before_stays(
    browser: Browser, page: Playing
) -> None:
    opened(browser, page)
    chosen(browser, "file", "rules/rules.yaml")
    typed(browser, "archive: {to: compliance-", "x")
    browser.until("document.querySelector('#problems .error')")
    assert "there is no archive `compliance-x7y`" in browser.value(
        "document.getElementById('problems').innerText"
    )
    assert browser.value(ENDS) == "not judged"
    assert browser.value("document.querySelector('#result.before .stage') !== null")
    browser.value(f"{TEXT}.setSelectionRange(0, 0)")
    browser.click("#problems .error button")
    assert browser.value(f"{TEXT}.value.slice({TEXT}.selectionStart)").startswith("compliance-x7y")
    browser.click("#undo")
    browser.until("!document.querySelector('#problems .error')")


def test_cases_that_an_edit_breaks_are_named_and_open_as_messages(
    browser: Browser, page: Playing
) -> None:
    opened(browser, page)
    said = "document.getElementById('tab-cases').textContent"
    browser.until(f"{said} === '4 cases passed'")
    chosen(browser, "case", "a blocked network is dropped")
    chosen(browser, "file", "rules/rules.yaml")
    typed(browser, "cidr_matches: [192.0.2.0/24", ", 203.0.113.0/24")
    browser.until(f"{said} === '2 of 4 cases failed'")
    # By the keyboard alone: to the cases, to the second of them, and open it.
    browser.value("document.activeElement.blur()")
    browser.press("t")
    browser.press("ArrowDown")
    name = "large mail with a failed SPF is marked and delivered"
    assert browser.value("document.activeElement.textContent") == name
    browser.press("Enter")
    browser.until(f"document.getElementById('case').value === {json.dumps(name)}")
    browser.until("document.getElementById('note').textContent.includes('12,000,000 bytes')")
    assert browser.value("document.activeElement.textContent") == name
    browser.press("p")
    browser.until("document.body.dataset.followed > 1")
    assert browser.value("document.activeElement.textContent") == "rules/rules.yaml:11:9"
    marked = "document.querySelector('#gutter .has-info')"
    assert browser.value(f"{marked}.textContent") == "11"
    assert "[forgeable-exception]" in browser.value(f"{marked}.title")
    browser.press("Enter")
    line = f"{TEXT}.value.slice({TEXT}.selectionStart, {TEXT}.selectionEnd)"
    assert "in_address_list" in browser.value(f"{TEXT}.value.split('\\n')[10]")
    assert browser.value(line)
    browser.until("document.querySelector('#problems .here')")


def test_what_is_typed_while_an_answer_is_under_way_is_followed_too(
    browser: Browser, page: Playing
) -> None:
    opened(browser, page)
    browser.until("document.body.dataset.followed")
    chosen(browser, "file", "rules/rules.yaml")
    browser.value(
        "(() => { const real = fetch; self.asked = []; self.held = [];"
        " self.fetch = async (path, ...how) => { self.asked.push(path);"
        " if (path === '/play/judge') await new Promise((go) => self.held.push(go));"
        " return real(path, ...how); }; })()"
    )
    typed(browser, "cidr_matches: [192.0.2.0/24", ", 203.0.113.0/2")
    browser.until("self.held.length === 1")
    browser.type("4")
    browser.value("self.held[0]()")
    browser.until("self.held.length === 2 && self.asked.includes('/play/cases')")
    browser.value("self.held[1]()")
    browser.until("document.getElementById('tab-cases').textContent === '2 of 4 cases failed'")


def test_a_dropped_message_is_judged_and_saved_as_a_case(browser: Browser, page: Playing) -> None:
    opened(browser, page)
    eml = (
        b"Return-Path: <eve@examp1e.example>\r\nDelivered-To: cfo@example.com\r\n"
        b"From: Eve <eve@examp1e.example>\r\nSubject: \xff\xfe <img src=x>\r\n\r\nHello\r\n"
    )
    browser.value(
        "(() => { const moved = new DataTransfer();"
        f" const bytes = Uint8Array.from(atob('{base64.b64encode(eml).decode()}'),"
        " (each) => each.charCodeAt(0));"
        " moved.items.add(new File([bytes], 'urgent invoice.eml'));"
        " document.body.dispatchEvent(new DragEvent('drop',"
        " { dataTransfer: moved, bubbles: true, cancelable: true })); })()"
    )
    browser.until("document.getElementById('source').readOnly")
    chosen(browser, "field-tls", "TLS1_3")
    browser.value("document.getElementById('assume').click()")
    hint = "document.getElementById('field-mail_from').placeholder"
    browser.until(f"{hint} === 'eve@examp1e.example, as a header says'")
    browser.until(f"{ENDS} === 'dropped'")
    assert browser.value("document.querySelectorAll('img').length") == 0
    before = tree(page.folder)
    browser.value("document.activeElement.blur()")
    browser.press("s")
    assert browser.value("document.getElementById('case-file').value") == (
        "cases/urgent-invoice.yaml"
    )
    browser.click("#save-now")
    browser.until("document.getElementById('save-said').textContent.startsWith('Wrote ')")
    new = tree(page.folder).keys() - before.keys()
    assert new == {"cases/urgent-invoice.yaml", "cases/messages/urgent-invoice.eml"}
    assert (page.folder / "cases" / "messages" / "urgent-invoice.eml").read_bytes() == eml
    browser.press("Escape")
    browser.until(
        "[...document.getElementById('case').options].some((one) => one.text === 'urgent invoice')"
    )


def test_keys_do_what_the_help_says(browser: Browser, page: Playing) -> None:
    opened(browser, page)
    active = "document.activeElement.id"
    for key, place in (("r", "text"), ("m", "source"), ("c", "case")):
        browser.value("document.activeElement.blur()")
        browser.press(key)
        assert browser.value(active) == place
    browser.press("Escape")
    browser.press("w")
    assert browser.value("document.activeElement.closest('#way') !== null")
    browser.press("?")
    assert browser.value("document.getElementById('keys').open")
    browser.press("Escape")
    typed(browser, "version: 1", "")
    browser.press("Enter")
    assert browser.value(f"{TEXT}.value").startswith("version: 1\n\n")
    browser.tell("Accessibility.enable")
    nodes = browser.tell("Accessibility.getFullAXTree")["nodes"]
    unnamed = [
        node["role"]["value"]
        for node in nodes
        if not node.get("ignored")
        and node["role"]["value"] in {"button", "link", "textbox", "combobox", "checkbox"}
        and not node.get("name", {}).get("value")
    ]
    assert unnamed == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_wider_than_the_window_and_no_other_host_is_asked(
    browser: Browser, page: Playing, width: int, scheme: str
) -> None:
    browser.tell("Network.enable")
    opened(browser, page, width=width, scheme=scheme)
    long = "x" * 300
    browser.value(f"document.getElementById('field-recipients').value = '{long}@example.com'")
    if width == 400:
        browser.click("#part-message")
    browser.value("document.getElementById('source').focus()")
    browser.type(f"X-{long}: {long}\n")
    browser.until("document.getElementById('result').textContent.includes('xxxxx')")
    wide = "document.documentElement.scrollWidth"
    for name in ("rules", "message", "way"):
        if width == 400:
            browser.click(f"#part-{name}")
        assert browser.value(f"document.getElementById('{name}').checkVisibility()")
        assert browser.value(wide) <= width
        inner = browser.value(f"document.getElementById('{name}').scrollWidth")
        assert inner <= browser.value(f"document.getElementById('{name}').clientWidth")
    color = browser.value("getComputedStyle(document.body).backgroundColor")
    assert color == {"light": "rgb(246, 247, 249)", "dark": "rgb(18, 22, 29)"}[scheme]
    asked = browser.value("performance.getEntriesByType('resource').map((one) => one.name)")
    assert asked
    assert [each for each in asked if not each.startswith(f"{page.url}/")] == []


def test_edits_that_the_browser_cannot_remember_are_judged(browser: Browser, page: Playing) -> None:
    opened(browser, page)
    chosen(browser, "case", "a lookalike is dropped, but not from a partner [2]")
    chosen(browser, "file", "rules/rules.yaml")
    browser.value("Storage.prototype.setItem = () => { throw new DOMException('full') }")
    typed(browser, "cidr_matches: [192.0.2.0/24", ", 203.0.113.0/24")
    browser.until(f"{ENDS} === 'dropped'")
    assert "too large" in browser.value("document.getElementById('note').textContent")
