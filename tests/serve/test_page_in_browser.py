"""The page of `emulate` in a real browser: list, live, filters, keys, and mail that means harm."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from serve.conftest import TOKEN, serving
from serve.data_folder import newsletter
from serve.picture import draw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browsing import Browser
    from serve.conftest import Served

DOCS = Path(__file__).parents[2] / "docs"
PICTURE = DOCS / "images" / "emulate-page.png"
pytestmark = pytest.mark.slow

ROWS = "[...document.querySelectorAll('.row')]"
SUBJECTS = f"{ROWS}.map((row) => row.querySelector('.subject')?.textContent ?? '')"
MOST_IN_DOCUMENT = 60


def opened(browser: Browser, served: Served, **looks: Any) -> None:
    """Open the page by the printed URL, and wait for its list."""
    browser.open(f"{served.url}/?token={TOKEN}", **looks)
    browser.until("document.getElementById('shown') && document.title.includes('(')")


def test_the_picture_of_the_manual(browser: Browser, update: bool, tmp_path: Path) -> None:
    """`--update` takes it again: the list, and the way of one message."""
    taken = tmp_path / "page.png"
    draw(browser, taken)
    if update:
        PICTURE.write_bytes(taken.read_bytes())
    size = slice(16, 24)
    assert PICTURE.read_bytes()[size] == taken.read_bytes()[size]
    seen = browser.value("document.body.innerText")
    assert "Urgent: pay this invoice before noon" in seen
    assert f"images/{PICTURE.name}" in (DOCS / "tour.md").read_text(encoding="utf-8")


def test_messages_are_listed_newest_first(browser: Browser, served: Served) -> None:
    served.folder.put(newsletter())
    served.folder.refuse()
    opened(browser, served)
    browser.until(f"{ROWS}.length === 2")
    first, second = browser.value(f"{ROWS}.map((row) => row.innerText)")
    assert "spammer@example.org" in first
    assert "550 5.7.1 Rejected by the traffic policy" in first
    assert "eve@elsewhere.example · default action" in first
    assert "Your ticket for the fair in Lyon" in second
    assert "ben@example.com · deliver" in second
    assert browser.value("location.search + location.hash") == ""
    assert TOKEN not in browser.value("document.documentElement.outerHTML + location.href")


def test_a_message_appears_as_it_arrives_and_what_becomes_of_it(
    browser: Browser, served: Served
) -> None:
    opened(browser, served)
    assert browser.value("document.getElementById('empty').checkVisibility()")
    key = served.folder.put(newsletter(), ending="waiting")
    browser.until(f"{SUBJECTS}.length === 1")
    browser.until(f"{ROWS}[0].innerText.includes('waiting')")
    browser.click(".row")
    browser.until("document.querySelector('#panel-way .happened')")
    served.folder.happens(key, event="delivered", target="exchange", host="h", reply="250 2.0.0 Ok")
    served.folder.happens(key, event="finished")
    browser.until("document.querySelector('.happened').innerText.includes('250 2.0.0 Ok')")
    browser.until(f"!{ROWS}[0].innerText.includes('waiting')")


def test_live_can_be_switched_off_and_on(browser: Browser, served: Served) -> None:
    served.folder.put(newsletter())
    opened(browser, served)
    browser.until(f"{ROWS}.length === 1")
    browser.press("l")
    assert browser.value("document.getElementById('live').getAttribute('aria-pressed')") == "false"
    served.folder.put(newsletter())
    browser.until("document.getElementById('newer').checkVisibility()")
    assert browser.value("document.getElementById('newer').textContent") == "1 new"
    assert browser.value(f"{ROWS}.length") == 1
    browser.click("#newer")
    browser.until(f"{ROWS}.length === 2")


def test_search_and_filters_narrow_the_list(browser: Browser, served: Served) -> None:
    served.folder.put(newsletter())
    served.folder.put(b"From: fay@example.org\r\nSubject: Parcels\r\n\r\nHello.", ip="192.0.2.9")
    opened(browser, served)
    browser.until(f"{ROWS}.length === 2")
    browser.press("/")
    browser.type("FAY")
    browser.until(f"{ROWS}.length === 1 && {SUBJECTS}[0] === 'Parcels'")
    assert browser.value("document.getElementById('shown').textContent") == "1 of 2"
    browser.press("Escape")
    browser.until(f"{ROWS}.length === 2")
    browser.click(".filter.dropped span")
    browser.until(f"{ROWS}.length === 1 && {SUBJECTS}[0] === 'Parcels'")
    browser.press("Escape")
    browser.until(f"{ROWS}.length === 2")
    chosen = "(() => { const it = document.getElementById('rule'); it.value = 'mark-external';"
    browser.value(f"{chosen} it.dispatchEvent(new Event('change', {{bubbles: true}})); }})()")
    browser.until(f"{ROWS}.length === 1 && {SUBJECTS}[0].includes('ticket')")
    browser.reload()
    browser.until(f"{ROWS}.length === 1 && {SUBJECTS}[0].includes('ticket')")
    browser.press("/")
    browser.type("nothing of the kind")
    browser.until("document.getElementById('no-match').checkVisibility()")


def test_a_rule_in_the_flow_shows_the_mail_that_it_applied_to(
    browser: Browser, served: Served
) -> None:
    served.folder.put(newsletter())
    served.folder.put(b"Subject: Parcels\r\n\r\n", ip="192.0.2.9")
    opened(browser, served)
    browser.until(f"{ROWS}.length === 2")
    browser.click("#row-0")
    browser.until("document.querySelector('a[data-rule]')")
    browser.click(".stage:nth-of-type(3) a[data-rule]")
    browser.until(f"{ROWS}.length === 1 && {SUBJECTS}[0] === 'Parcels'")
    assert browser.value("document.getElementById('rule').value") == "block-network"
    browser.click(".others > summary")
    assert "block-lookalike" in browser.value("document.querySelector('.others ul').textContent")


def test_keys_walk_through_the_list_and_the_views(browser: Browser, served: Served) -> None:
    for _ in range(3):
        served.folder.put(newsletter())
    opened(browser, served)
    browser.until(f"{ROWS}.length === 3")
    selected = "document.querySelector('[aria-selected=true].row').id"
    browser.press("j")
    browser.press("j")
    assert browser.value(selected) == "row-1"
    active = "document.getElementById('list').getAttribute('aria-activedescendant')"
    assert browser.value(active) == "row-1"
    browser.press("ArrowDown")
    browser.press("k")
    assert browser.value(selected) == "row-1"
    browser.until("document.querySelector('.mail h2')")
    browser.press("Enter")
    assert browser.value("document.activeElement.localName") == "h2"
    browser.press("2")
    panels = "[...document.querySelectorAll('[role=tabpanel]')].filter((one) => !one.hidden)"
    assert browser.value(f"{panels}.map((one) => one.id)") == ["panel-read"]
    browser.click("#tab-read")
    browser.press("ArrowRight")
    assert browser.value("document.activeElement.id") == "tab-files"
    assert browser.value(f"{panels}.map((one) => one.id)") == ["panel-files"]
    browser.press("Escape")
    assert browser.value("document.activeElement.id") == "list"
    browser.press("?")
    assert browser.value("document.getElementById('keys').open") is True
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert browser.value(outline) == "solid"


def test_a_screen_reader_finds_names_roles_and_places(browser: Browser, served: Served) -> None:
    served.folder.put(newsletter())
    opened(browser, served)
    browser.until(f"{ROWS}.length === 1")
    browser.click(".row")
    browser.until("document.querySelector('.mail h2')")
    browser.tell("Accessibility.enable")
    nodes = browser.tell("Accessibility.getFullAXTree")["nodes"]
    names = {
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored")
    }
    for expected in (
        ("searchbox", "Search sender, recipient, subject, id"),
        ("listbox", "Messages, newest first"),
        ("combobox", "Rule"),
        ("combobox", "Ingress point"),
        ("tablist", "Views"),
        ("tab", "Way"),
        ("tabpanel", "Way"),
        ("heading", "Your ticket for the fair in Lyon"),
        ("button", "Live"),
        ("button", "Keys"),
        ("link", "Skip to the messages"),
    ):
        assert expected in names, expected
    options = {name for role, name in names if role == "option"}
    assert any("Your ticket for the fair in Lyon" in name for name in options)
    unnamed = [role for role, name in names if role in {"button", "link", "textbox"} and not name]
    assert unnamed == []


@contextmanager
def hits() -> Iterator[tuple[str, Counter[str]]]:
    """A server on loopback that counts connections, and what is asked for."""
    counted: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            counted[self.path] += 1
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def verify_request(self, *_about: Any) -> bool:
            counted["connections"] += 1
            return True

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", counted
    finally:
        server.shutdown()
        server.server_close()


def attack(place: str) -> str:
    """HTML that tries to run a script, to load something, and to leave the frame."""
    script = f"parent.document.title='owned';fetch('{place}/fetch')"
    return f"""
    <script>{script}</script><img src="{place}/img.png" onerror="{script}">
    <img src="{place}/a b.png" srcset="{place}/srcset.png 2x"><svg onload="{script}"></svg>
    <link rel=stylesheet href="{place}/style.css"><link rel=prefetch href="{place}/prefetch">
    <link rel=dns-prefetch href="{place}"><style>@import '{place}/import.css';
    @font-face {{ font-family: f; src: url({place}/font.woff) }} p {{ font-family: f;
    background: url({place}/background.png); list-style: \\75rl('{place}/escaped.png') }}</style>
    <p style="background-image:image-set('{place}/set.png' 1x);background:url({place}/b)">text</p>
    <iframe src="{place}/frame"></iframe><object data="{place}/object"></object>
    <embed src="{place}/embed"><video src="{place}/video" poster="{place}/poster" autoplay></video>
    <audio src="{place}/audio" autoplay></audio><meta http-equiv="refresh" content="0;{place}/meta">
    <base href="{place}/base/"><form action="{place}/form"><input autofocus onfocus="{script}"
    name=a><button>send</button></form><table background="{place}/table.png"></table>
    <a href="{place}/link" target="_top" ping="{place}/ping">a link</a>
    <body background="{place}/body.png" onload="{script}">
    """


@pytest.mark.parametrize("rewritten", [True, False])
def test_html_mail_runs_nothing_and_loads_nothing(
    browser: Browser, served: Served, monkeypatch: pytest.MonkeyPatch, rewritten: bool
) -> None:
    """Both walls by themselves: what is left of the HTML, and the frame that it is shown in."""
    with hits() as (place, counted):
        mail = f"Content-Type: text/html\r\n\r\n{attack(place)}".encode()
        key = served.folder.put(b"Subject: bad news\r\n" + mail)
        if not rewritten:
            monkeypatch.setattr("mmctl.serve.page.page.html_of", lambda _: attack(place))
        opened(browser, served)
        browser.until(f"{ROWS}.length === 1")
        browser.click(".row")
        browser.until("document.querySelector('.mail h2')")
        browser.press("2")
        browser.until("document.querySelector('iframe').src")
        browser.value("new Promise((done) => setTimeout(done, 500))")
        # A click on the link in the frame leads nowhere either.
        place_of_link = browser.value(
            "(() => { const at = document.querySelector('iframe').getBoundingClientRect();"
            " return [at.x + 30, at.y + 40]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            browser.tell(
                "Input.dispatchMouseEvent", type=kind, x=place_of_link[0], y=place_of_link[1],
                button="left", clickCount=1,
            )  # fmt: skip
        browser.value("new Promise((done) => setTimeout(done, 500))")
        assert browser.value("document.title") == "Mail (1), emulated"
        assert browser.value("document.querySelector('iframe').sandbox.length") == 0
        # A frame alone does not keep a browser from connecting in advance; what is left out does.
        allowed = set() if rewritten else {"connections"}
        assert set(counted) <= allowed
        # The same by its own URL, as a page of its own.
        browser.open(f"{served.url}/message/{key}/html")
        browser.open("about:blank")
        assert set(counted) <= allowed


def test_no_text_of_a_message_becomes_markup(browser: Browser, served: Served) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\">"
    content = f"From: {evil} <a@example.org>\r\nSubject: {evil}\r\nX-A: {evil}\r\n\r\n{evil}"
    served.folder.put(content.encode(), sender=f"{evil}@example.org")
    served.folder.refuse(recipient=evil, by=evil)
    opened(browser, served)
    browser.until(f"{ROWS}.length === 2")
    for number in range(2):
        browser.click(f"#row-{number}")
        browser.until("document.querySelector('.mail h2')?.textContent.includes('<img')")
        for key in "12345":
            browser.press(key)
    assert browser.value("document.querySelectorAll('img').length") == 0
    assert browser.value("document.title") == "Mail (2), emulated"
    assert browser.value("document.getElementById('rule').options[1].text").startswith("<img")


def test_twenty_thousand_messages_are_a_few_rows_of_the_document(
    browser: Browser, served: Served
) -> None:
    served.folder.fill(20_000)
    opened(browser, served)
    count = "document.querySelectorAll('.row').length"
    browser.until("document.getElementById('numbers').textContent.includes('20,000 messages')")
    browser.until(f"{count} > 5")
    assert browser.value(count) < MOST_IN_DOCUMENT
    for place in (0.5, 0.25, 1.0):
        browser.value(
            "(() => { const it = document.getElementById('list');"
            f" it.scrollTop = it.scrollHeight * {place}; }})()"
        )
        browser.until(f"{ROWS}.length > 5 && {ROWS}.every((row) => row.querySelector('.subject'))")
        assert browser.value(count) < MOST_IN_DOCUMENT
    browser.until(f"{SUBJECTS}.some((subject) => subject.endsWith('(0)'))")
    assert browser.value("document.querySelectorAll('*').length") < 1500
    browser.press("/")
    browser.type("(12345)")
    browser.until(f"{ROWS}.length === 1 && {SUBJECTS}[0].endsWith('(12345)')")
    assert browser.value("performance.getEntriesByType('resource').length") < 60


def test_what_is_looked_at_stays_where_it_is_when_mail_arrives(
    browser: Browser, served: Served
) -> None:
    served.folder.fill(500)
    opened(browser, served)
    browser.until(f"{ROWS}.length > 5")
    for _ in range(15):
        browser.press("j")
    subject = "document.querySelector('[aria-selected=true].row .subject').textContent"
    before = browser.value(subject)
    browser.value("document.getElementById('list').scrollTop = 300")
    served.folder.fill(40)
    browser.until("document.getElementById('numbers').textContent.includes('540 messages')")
    browser.until(f"document.querySelector('[aria-selected=true].row') && {subject} === {before!r}")
    assert browser.value("document.getElementById('list').scrollTop") == 300 + 40 * 70


def test_a_server_that_went_away_is_said_and_found_again(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        served.folder.put(newsletter())
        opened(browser, served)
        browser.until(f"{ROWS}.length === 1")
        port = served.port
    trouble = "document.getElementById('trouble')"
    browser.until(f"{trouble}.checkVisibility() && {trouble}.textContent.includes('not answered')")
    assert browser.value(f"{ROWS}.length") == 1
    with serving(tmp_path, port) as served:
        served.folder.refuse()
        browser.until(f"!{trouble}.checkVisibility()")
        browser.until(f"{ROWS}.length === 2")


def test_an_empty_list_says_how_to_send_the_first_message(browser: Browser, served: Served) -> None:
    opened(browser, served)
    empty = "document.getElementById('empty')"
    assert "No ingress point takes mail yet" in browser.value(f"{empty}.innerText")
    served.folder.ports(2599)
    opened(browser, served)
    browser.until(f"{empty}.checkVisibility()")
    shown = browser.value(f"{empty}.innerText")
    assert "mmctl send" in shown
    assert "127.0.0.1:2599 public-mx (open)" in shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_wider_than_the_window_in_light_and_dark(
    browser: Browser, served: Served, width: int, scheme: str
) -> None:
    long = b"x" * 300
    served.folder.put(
        b"From: " + long + b"@example.org\r\nSubject: " + long + b"\r\nX-" + long + b": " + long
        + b"\r\n\r\n" + long,
        recipients=tuple(f"{'b' * 60}{number}@example.com" for number in range(30)),
        ending="failed",
    )  # fmt: skip
    served.folder.put(newsletter())
    opened(browser, served, width=width, scheme=scheme)
    browser.until(f"{ROWS}.length === 2")
    wide = "document.documentElement.scrollWidth"
    assert browser.value(wide) <= width
    for number in range(2):
        browser.click(f"#row-{number}")
        browser.until("document.querySelector('.mail h2')")
        for key in "12345":
            browser.press(key)
            assert browser.value(wide) <= width
            inner = browser.value("document.getElementById('detail').scrollWidth")
            assert inner <= browser.value("document.getElementById('detail').clientWidth")
        if width == 400:
            assert not browser.value("document.getElementById('list').checkVisibility()")
            browser.click(".back")
            assert browser.value("document.getElementById('list').checkVisibility()")
    color = browser.value("getComputedStyle(document.body).backgroundColor")
    assert color == {"light": "rgb(246, 247, 249)", "dark": "rgb(18, 22, 29)"}[scheme]
