"""The HTML of strangers: what is left of it can only be looked at, and costs little."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from mmctl.render.html import foreign
from mmctl.render.html.foreign import DEEPEST, LONGEST, Foreign, inert

LOGO = "data:image/png;base64,AAAA"


def picture(cid: str) -> str | None:
    return LOGO if cid == "logo" else None


class Reader(HTMLParser):
    """What another parser sees in the result."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def body_of(found: Foreign) -> str:
    return found.html.partition("<body>")[2].removesuffix("</body></html>\n")


HOSTILE = (
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>",
    "<ScRiPt src=//e.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<img src='x' onerror\n=\n'alert(1)'/>",
    "<p onclick=alert(1) onmouseover='x'>a",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<iframe src=//e.example></iframe><object data=x></object><embed src=x>",
    "<meta http-equiv=refresh content='0;url=https://e.example'>",
    "<base href=https://e.example/><a href=/x>a</a>",
    "<form action=https://e.example><input name=a><button>b</button></form>",
    "<a href='javascript:alert(1)' target=_top ping=https://e.example>a</a>",
    "<link rel=stylesheet href=https://e.example/x.css>",
    "<style>@import 'https://e.example/x.css'; p{background:url(https://e.example/p)}</style>",
    "<style></style><script>alert(1)</script></style>",
    "<style><!--</style><script>alert(1)</script>-->",
    "<p style='background:url(https://e.example/x)'>",
    "<p style='background:u\\72l(https://e.example/x)'>",
    '<p title="</p><script>alert(1)</script>">',
    "<p title='\"><script>alert(1)</script>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml <script>alert(1)</script>?>",
    "<table background=https://e.example/x><td background='https://e.example/y'>",
    "<img srcset='https://e.example/x 2x' src=https://e.example/x>",
    "<video poster=https://e.example/x><source src=https://e.example/y></video>",
    "<a href='data:text/html,<script>alert(1)</script>'>a</a>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<img src=cid:other><img src='cid:logo' onload=alert(1)>",
    "<p/onclick=alert(1)//x='y'>",
    "<details open ontoggle=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<body onload=alert(1) background=https://e.example/x>",
    "<a\x00href=x><s\x00cript>alert(1)</script>",
    "<plaintext><script>alert(1)</script>",
    "\u0130<script>alert(1)</script>",
)


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_runs_or_loads_is_left(html: str) -> None:
    for text in (html, html * 3, f"<div><p>{html}</div>", html + html[::-1]):
        reader = Reader()
        reader.feed(body_of(inert(text, picture)))
        assert not {
            "script", "iframe", "object", "embed", "meta", "base", "form", "input", "link", "svg",
            "math", "video", "source", "button", "textarea", "template",
        } & set(reader.tags)  # fmt: skip
        for name, value in reader.attributes:
            assert not name.startswith("on"), text
            assert name not in {
                "href",
                "srcset",
                "background",
                "action",
                "ping",
                "target",
                "poster",
            }
            if name == "src":
                assert value == LOGO
            if name == "style":
                assert "e.example" not in value or "url(" not in value
        written = body_of(inert(text, picture))
        for style in re.findall("<style>(.*?)</style>", written, re.DOTALL):
            assert "e.example/p" not in style
            assert "@import" not in style


def test_what_a_person_reads_stays() -> None:
    html = (
        "<html><head><title>t</title><style>b{color:red}</style></head><body>"
        "<h1 style='color:#7a2e2e'>Gr&uuml;&szlig;e &lt;1&gt;</h1><p align=center>a &amp; b<br>c"
        "<img src='cid:logo' alt='logo' width=40></p><a href='https://fair.example.org/?a=1&amp;b=2'>"
        "plan</a></body></html>"
    )
    found = inert(html, picture)
    assert body_of(found) == (
        '<style>b{color:red}</style><h1 style="color:#7a2e2e">Grüße &lt;1&gt;</h1>'
        f'<p align="center">a &amp; b<br>c<img src="{LOGO}" alt="logo" width="40"></p>'
        '<a title="https://fair.example.org/?a=1&amp;b=2">plan</a>'
    )
    assert list(found.links) == ["https://fair.example.org/?a=1&b=2"]
    assert (found.remote, found.scripts, found.forms, found.cut) == (0, 0, 0, False)


def test_what_is_left_out_is_counted() -> None:
    html = (
        "<img src=https://e.example/1><img src=//e.example/2><p style='background:url(http://e)'>"
        "<link href=x><style>p{background:url('http://e')}</style><script>1</script><script>2"
        "</script><form><form>"
    )
    found = inert(html, picture)
    assert (found.remote, found.scripts, found.forms) == (5, 2, 2)


def test_text_that_is_no_markup_stays_text() -> None:
    table = {
        "a < b > c": "a &lt; b &gt; c",
        "1 <2 and <": "1 &lt;2 and &lt;",
        "<img src=x": "&lt;img src=x",
        "&amp;lt;script&amp;gt;": "&amp;lt;script&amp;gt;",
        "<div><b>x</div>y</b>": "<div><b>x</b></div>y",
        "</p></div>x": "x",
    }
    assert {text: body_of(inert(text, picture)) for text in table} == table


def test_levels_and_length_are_bounded() -> None:
    deep = body_of(inert("<div>" * 10_000 + "x", picture))
    assert deep == "<div>" * DEEPEST + "x" + "</div>" * DEEPEST
    long = inert("x" * (LONGEST + 1), picture)
    assert (long.cut, len(body_of(long))) == (True, LONGEST)


PIECES = (
    "<", "<a ", "<a '", '<a "', "<!--", "<!", "</", "<div>", "</div>", "<b>x</i>", "<style>",
    "<style>url(", "<script>", "<title></titl", "&", "&#", "<img src=x ", "<a = = ", "<a \"' ",
    "<a '>", '<a ">', '<p style="url(', "<a href=x>", "é<style", "<<a>",
)  # fmt: skip


class Counting:
    """The pattern of a tag, and how often it looked at all that follows without finding one."""

    def __init__(self) -> None:
        self.failed = 0
        self.taken = 0

    def match(self, text: str, start: int) -> re.Match[str] | None:
        found = TAG.match(text, start)
        self.failed += found is None and text[start + 1 : start + 2].isalpha()
        self.taken += 0 if found is None else len(found[0])
        return found


TAG = foreign._TAG


def test_no_text_is_looked_at_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece of text is part of one tag, and only a few tags may turn out to have no end."""
    for piece in PIECES:
        for end in ("", ">", "'>", '">'):
            counting = Counting()
            monkeypatch.setattr(foreign, "_TAG", counting)
            text = piece * (80_000 // len(piece)) + end
            found = inert(text, picture)
            assert counting.failed <= 20, (piece, end)
            assert counting.taken <= len(text), (piece, end)
            assert len(found.html) < 8 * len(text) + 1000, piece
