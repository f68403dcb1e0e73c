"""The HTML of a stranger's mail, written again so that it can only be looked at.

Nothing is copied: tags and attributes that only show something are written out, all else is left
out, so that it does not matter how the original would be read. Pictures that the mail carries are
put in; what would be loaded from elsewhere is left out and counted. In linear time, for any text.

This is the second wall: the page shows the result in a frame without scripts, forms and network.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 1024 * 1024
"""Characters of HTML that are shown."""
MOST_LINKS: Final = 200
"""Links that are listed."""
LONGEST_ADDRESS: Final = 2000
_MOST_TRIES: Final = 20
"""How often a tag may have no end: finding that out takes a look at all that follows."""
PICTURES: Final = ("png", "jpeg", "gif", "webp")
"""Kinds of pictures that are shown; SVG is a document with scripts."""
DEEPEST: Final = 200
"""Levels of tags: browsers take long for more, and some end."""
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)((?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+)>")
_ATTRIBUTE: Final = re.compile(
    r"([^\s\"'>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?+"
)
_URL_IN_STYLE: Final = re.compile(r"url\(\s*+[\"']?+([^\"')]*+)[\"']?+\s*+\)?", re.IGNORECASE)
_AWAY: Final = re.compile(r"@(?:import|font-face|charset|namespace)|expression\s*\(", re.IGNORECASE)
_HIDDEN: Final = frozenset(
    {"script", "title", "noscript", "textarea", "select", "xmp", "iframe", "noembed", "noframes"}
    | {"svg", "math", "object", "template", "audio", "video", "plaintext"}
)
"""Elements that are left out with all that is in them."""
_ELEMENTS: Final = (
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup"
    " dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i"
    " img ins kbd label legend li main mark nav ol p pre q s samp section small span strike strong"
    " sub summary sup table tbody td tfoot th thead tr tt u ul var wbr"
)
_SHOWN: Final = frozenset(_ELEMENTS.split())
_VOID: Final = frozenset({"br", "col", "hr", "img", "wbr"})
_ATTRIBUTES: Final = (
    "align alt axis bgcolor border cellpadding cellspacing class color cols colspan dir face"
    " headers height hspace id lang nowrap reversed rowspan rules scope size span start summary"
    " title type valign value vspace width"
)
_KEPT: Final = frozenset(_ATTRIBUTES.split())


@dataclass(slots=True)
class Foreign:
    """The HTML written again, and what was left out of it."""

    html: str = ""
    remote: int = 0
    """Pictures and styles that would have been loaded from elsewhere."""
    scripts: int = 0
    forms: int = 0
    links: dict[str, None] = field(default_factory=dict)
    """Where its links lead, each once, in order."""
    cut: bool = False
    """Whether it was too long to be shown whole."""


def inert(text: str, picture: Callable[[str], str | None]) -> Foreign:
    """The HTML of a message for a frame; `picture` gives the data URL of a picture by its cid."""
    found = Foreign(cut=len(text) > LONGEST)
    writing = _Rewriting(text[:LONGEST], found, picture)
    body = writing.written()
    found.html = (
        '<!doctype html><html><head><meta charset="utf-8"><title>message</title><style>'
        "body{margin:1rem;background:#fff;color:#111;font:15px/1.5 system-ui,sans-serif;"
        "overflow-wrap:anywhere}img{max-width:100%}a{color:#1a56c4;text-decoration:underline}"
        f"</style></head><body>{body}</body></html>\n"
    )
    return found


class _Rewriting:
    def __init__(self, text: str, found: Foreign, picture: Callable[[str], str | None]) -> None:
        self._text = text
        self._lower = text.lower() if text.isascii() else _lower(text)
        self._found = found
        self._picture = picture
        self._open: list[str] = []
        self._counts: dict[str, int] = {}
        self._missing: set[str] = set()
        self._tries = _MOST_TRIES

    def written(self) -> str:
        out: list[str] = []
        text, place = self._text, 0
        while place < len(text):
            start = text.find("<", place)
            if start < 0:
                start = len(text)
            out.append(_as_text(text[place:start]))
            if start == len(text):
                break
            place = self._markup(start, out)
        out += [f"</{name}>" for name in reversed(self._open)]
        return "".join(out)

    def _markup(self, start: int, out: list[str]) -> int:
        """Write the tag or whatever begins with `<` at a place; where it ends."""
        text = self._text
        if text.startswith("<!--", start):
            return self._after("-->", start + 2)
        if text.startswith(("<!", "<?"), start):
            return self._after(">", start)
        tag = _TAG.match(text, start)
        if tag is None:
            return self._no_tag(start, out)
        name = tag[2].lower()
        if name == "style":
            return self._style(tag, out)
        if name in _HIDDEN:
            return self._hidden(tag, name)
        self._found.forms += name == "form" and not tag[1]
        self._found.remote += name == "link" and not tag[1]
        if name == "body" and not tag[1]:
            self._attributes("td", tag[3])  # counts what its background would load
        if name in _SHOWN:
            out.append(self._close(name) if tag[1] else self._opened(name, tag[3]))
        return tag.end()

    def _no_tag(self, start: int, out: list[str]) -> int:
        """Write a `<` that begins no tag, or all that is left if no tag can follow."""
        looks_like_one = self._text[start + 1 : start + 2].isalpha()
        self._tries -= looks_like_one or self._text.startswith("</", start)
        if self._tries > 0:
            out.append("&lt;")
            return start + 1
        out.append(escape(unescape(self._text[start:]), quote=False))
        return len(self._text)

    def _after(self, end: str, start: int) -> int:
        """The place after the next `end`; the end of the text if there is none."""
        place = -1 if end in self._missing else self._text.find(end, start)
        if place < 0:
            self._missing.add(end)
            return len(self._text) if end != ">" else start + 1
        return place + len(end)

    def _inside(self, tag: re.Match[str], name: str) -> tuple[int, int]:
        """Where the content of an element without tags ends, and where what follows begins."""
        mark = f"</{name}"
        place = -1 if mark in self._missing else self._lower.find(mark, tag.end())
        if place < 0:
            self._missing.add(mark)
            return len(self._text), len(self._text)
        return place, self._after(">", place)

    def _hidden(self, tag: re.Match[str], name: str) -> int:
        self._found.scripts += name == "script" and not tag[1]
        if tag[1]:
            return tag.end()
        return self._inside(tag, name)[1]

    def _style(self, tag: re.Match[str], out: list[str]) -> int:
        if tag[1]:
            return tag.end()
        end, after = self._inside(tag, "style")
        style = self._tame(self._text[tag.end() : end])
        out.append(f"<style>{style.replace('<', '')}</style>")
        return after

    def _tame(self, style: str) -> str:
        """A style without what it would load; the pictures of the mail are put in."""

        def url(found: re.Match[str]) -> str:
            return f"url({self._loaded(found[1]) or ''})"

        style = style.replace("\\", "").replace("<!--", "").replace("-->", "")
        return _AWAY.sub("@none ", _URL_IN_STYLE.sub(url, style))

    def _loaded(self, address: str) -> str | None:
        """What is shown for an address: a picture of the mail, else nothing."""
        address = address.strip()
        scheme, _, rest = address.partition(":")
        if scheme.lower() == "cid":
            return self._picture(rest)
        if scheme.lower() == "data":
            return address if _is_picture(address) else None
        self._found.remote += bool(address)
        return None

    def _opened(self, name: str, attributes: str) -> str:
        written = self._attributes(name, attributes)
        if name in _VOID:
            return f"<{name}{written}>"
        if len(self._open) >= DEEPEST:
            return ""
        self._open.append(name)
        self._counts[name] = self._counts.get(name, 0) + 1
        return f"<{name}{written}>"

    def _close(self, name: str) -> str:
        """Close an element, and those within that were left open."""
        if not self._counts.get(name):
            return ""
        closed = []
        while True:
            last = self._open.pop()
            self._counts[last] -= 1
            closed.append(f"</{last}>")
            if last == name:
                return "".join(closed)

    def _attributes(self, name: str, text: str) -> str:
        written: dict[str, str] = {}
        for found in _ATTRIBUTE.finditer(text):
            key = found[1].lower()
            value = unescape(found[2] or found[3] or found[4] or "")
            if key in written:
                continue
            if key == "style":
                written[key] = self._tame(value)
            elif (name == "img" and key == "src") or key == "background":
                shown = self._loaded(value)
                if shown is not None and key == "src":
                    written[key] = shown
                elif key == "src":
                    written.setdefault("title", f"not loaded: {value[:LONGEST_ADDRESS]}")
            elif key == "srcset":
                self._found.remote += bool(value.strip())
            elif name == "a" and key == "href":
                address = value.strip()[:LONGEST_ADDRESS]
                written["title"] = address
                if len(self._found.links) < MOST_LINKS and address and address[0] != "#":
                    self._found.links[address] = None
            elif key in _KEPT:
                written[key] = value
        return "".join(f' {key}="{escape(value)}"' for key, value in written.items())


def _as_text(text: str) -> str:
    """Text with its character references, and nothing that begins a tag."""
    return escape(unescape(text), quote=False) if "&" in text or ">" in text else text


def _is_picture(address: str) -> bool:
    start = address[:40].lower()
    return start.startswith(tuple(f"data:image/{kind}" for kind in PICTURES))


def _lower(text: str) -> str:
    """The text in lower case with every character in its place."""
    return "".join([each.lower() if each.isascii() else each for each in text])
