"""The site of the manual: built without a warning, and opened in a browser as a reader does."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from mmctl import __version__

if TYPE_CHECKING:
    from browsing import Browser

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    page.relative_to(DOCS).with_suffix(".html").as_posix()
    for page in DOCS.rglob("*.md")
    if page.name != "commands.head.md"
)
LOOKED_AT = ("index", "zh/index", "safety", "zh/language", "commands", "tour", "checks/lost-mail")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    options = ["--fail-on-warning", "--keep-going", "--quiet", "--builder", "html"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, "--doctree-dir", f"{folder}/t", DOCS, folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    return folder


class Read(HTMLParser):
    """What a page names, and what it leads to or loads."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take one tag."""
        known = {name: value or "" for name, value in attrs}
        self.ids |= {known[name] for name in ("id", "name") if name in known}
        if tag == "a" and "href" in known:
            self.links.append(known["href"])
        loads = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}
        if known.get(loads.get(tag, "")):
            self.loaded.append(known[loads[tag]])


def test_every_page_is_there_with_its_version_and_a_switch(site: Path) -> None:
    for name in PAGES:
        text = (site / name).read_text(encoding="utf-8")
        assert f"mmctl {__version__}" in text, name
        (switch,) = re.findall(r'<a class="language" href="([^"]*)" lang="([^"]*)"', text)
        chinese = name.startswith("zh/")
        twin = name.removeprefix("zh/") if chinese else f"zh/{name}"
        home = "index.html" if chinese else "zh/index.html"
        there = twin if twin in PAGES else home
        leads = (site / name).parent / switch[0]
        assert leads.resolve() == (site / there).resolve(), name
        assert switch[1] == ("en" if chinese else "zh-CN"), name
        assert f'lang="{"zh-CN" if chinese else "en"}"' in text.partition("<head>")[0], name
        assert ('class="missing"' in text) == (twin not in PAGES), name


def test_what_the_theme_says_is_in_the_language_of_the_page(site: Path) -> None:
    """Names of buttons, and what hovers above a sign or a heading."""
    said = re.compile(r'<title>([^<]+)<|"visually-hidden">([^<]+)<|headerlink"[^>]*title="([^"]+)"')
    for name in (*PAGES, "search-zh.html"):
        found = ["".join(each) for each in said.findall((site / name).read_text(encoding="utf-8"))]
        chinese = name.startswith("zh/") or name == "search-zh.html"
        own = [each for each in found if " - mmctl " not in each]
        assert len(own) >= 10, name
        wrong = [each for each in own if bool(re.search(r"[\u4e00-\u9fff]", each)) != chinese]
        assert wrong == [], name


def test_words_for_the_search_alone_are_of_pages_and_on_none(site: Path) -> None:
    found = runpy.run_path(str(DOCS / "_site" / "other_words.py"))["WORDS"]
    assert sorted(f"{name}.html" for name in found if f"{name}.html" not in PAGES) == []
    assert "localstack" in found["emulator"]
    assert "localstack" not in (site / "emulator.html").read_text(encoding="utf-8")


def test_every_link_and_anchor_leads_to_something(site: Path) -> None:
    pages = {site / name: Read(site / name) for name in PAGES}
    wrong: list[str] = []
    for page, read in pages.items():
        for link in read.links:
            to = urlsplit(link)
            if to.scheme or to.netloc:
                continue
            target = (page.parent / unquote(to.path)).resolve() if to.path else page
            anchors = pages[target].ids if target in pages else set()
            if not target.is_file() or (to.fragment and unquote(to.fragment) not in anchors):
                wrong.append(f"{page.relative_to(site)}: {link}")
    assert wrong == []


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        for loaded in Read(page).loaded:
            to = urlsplit(loaded)
            assert not to.scheme, f"{page.name}: {loaded}"
            assert not to.netloc, f"{page.name}: {loaded}"
            assert not to.path or (page.parent / unquote(to.path)).is_file(), loaded
    for style in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import) *[\"']?(https?:)?//", style.read_text("utf-8")), (
            style
        )


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_ask_no_other_host(
    site: Path,
    browser: Browser,
    width: int,
    scheme: str,
) -> None:
    """Opened as files: no page scrolls sideways, or reports an error."""
    browser.tell("Page.addScriptToEvaluateOnNewDocument", source=_WATCH)
    for name in LOOKED_AT:
        browser.open(site / f"{name}.html", width=width, scheme=scheme)
        wide, sees, errors, loaded = browser.value(
            "[document.documentElement.scrollWidth, window.innerWidth, window.errors,"
            " performance.getEntriesByType('resource').map((it) => it.name)]"
        )
        assert wide <= sees, name
        assert errors == [], name
        assert [each for each in loaded if not each.startswith("file:")] == [], name
        ground = browser.value("getComputedStyle(document.body).backgroundColor")
        light = sum(int(each) for each in re.findall(r"\d+", ground)[:3]) > 3 * 128
        assert light == (scheme == "light"), name
        assert browser.value(_BROKEN) == [], name


_BROKEN = (
    "[...document.querySelectorAll('td code .pre, th code .pre')].filter((it) =>"
    " it.innerText.length < 13 && it.getClientRects().length > 1).map((it) => it.innerText)"
)
"""Short words of code in tables that are broken: narrow cells once had one letter in each line."""
_WATCH = (
    "{ window.errors = []; addEventListener('error', (it) => errors.push(it.message ||"
    " it.target.outerHTML), true); addEventListener('unhandledrejection',"
    " (it) => errors.push(String(it.reason)));"
    " const said = console.error; console.error = (...all) => { errors.push(all.join(' '));"
    " said(...all); }; }"
)
"""Everything that goes wrong on a page is kept in `window.errors`."""


@pytest.mark.parametrize(
    ("page", "question", "first"),
    [
        ("search", "quarantine", "archive.html"),
        ("search-zh", "回滚", "zh/"),
        ("search-zh", "存储桶", "zh/"),
        ("search", "lost-mail", "checks/lost-mail.html"),
        ("search", "block a sender", "friday.html"),
        ("search", "mail is down", "outage.html"),
        ("search", "first AWS account", "production.html"),
        ("search", "bring 300 rules", "migration.html"),
        ("search", "250 never delivered", "troubleshooting.html"),
        ("search-zh", "没有送达", "zh/troubleshooting.html"),
        ("search-zh", "事故", "zh/outage.html"),
        ("search-zh", "邮件大小限制", "zh/language.html"),
    ],
)
def test_the_search_finds(
    site: Path,
    browser: Browser,
    page: str,
    question: str,
    first: str,
) -> None:
    """Without a server, in both languages, also by words that only `other_words.py` has."""
    browser.tell("Page.addScriptToEvaluateOnNewDocument", source=_WATCH)
    browser.open(f"{(site / page).as_uri()}.html?q={question}")
    browser.until(
        "['Search Results', '搜索结果'].includes("
        "document.querySelector('#search-results h2')?.innerText)"
    )
    found = json.loads(
        browser.value(
            "JSON.stringify([...document.querySelectorAll('#search-results ul.search li a')]"
            ".map((it) => decodeURI(new URL(it.href).pathname)))"
        )
    )
    assert browser.value("window.errors") == []
    places = [Path(each).relative_to(site).as_posix() for each in found]
    if first == "zh/":
        assert all(place.startswith(first) for place in places[:5]), places[:5]
        text = (site / places[0]).read_text(encoding="utf-8")
        assert question in text
    else:
        assert first in places[:3], places[:5]
